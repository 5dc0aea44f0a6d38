using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Program;

public sealed class InputShapesTests
{
    static string PathOf(string name) => Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt");

    [Fact]
    public void Channels_come_from_the_first_kernel_and_the_plane_is_not_square()
    {
        using var model = ModelFile.Open(PathOf("resnet_small"));
        var shape = InputShapes.Infer(model, square: false).Should().ContainSingle().Subject;
        shape.Rank.Should().Be(4);
        shape[0].Should().BeGreaterThan(1);
        shape[1].Should().Be(3);
        shape[2].Should().NotBe(shape[3]);
    }

    [Fact]
    public void A_volume_has_a_depth_of_its_own()
    {
        using var model = Volume(new GraphBuilder());
        var shape = InputShapes.Infer(model, square: false).Should().ContainSingle().Subject;
        shape.AsSpan()[2..].ToArray().Should().OnlyHaveUniqueItems("axes that are alike hide that they were exchanged");
        shape[1].Should().Be(3);
        InputShapes.Infer(model, square: true)[0].Should().Equal(1, 3, 16, 224, 224);
    }

    [Fact]
    public void A_flatten_decides_the_volume()
    {
        using var model = Volume(new GraphBuilder(), features: 4 * 30 * 30 * 30);
        InputShapes.Infer(model, square: true)[0].Should().Equal(1, 3, 32, 32, 32);
    }

    [Theory]
    [InlineData("", "4")]
    [InlineData("linear", "2")]
    [InlineData("conv1d", "3")]
    [InlineData("conv2d", "4")]
    [InlineData("conv3d", "5")]
    public void What_follows_a_batch_norm_decides_its_rank(string reader, string rank)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", null);
        Argument Buffer(string key) => Argument.Value(builder.Parameter(key, [6], isBuffer: true));
        int y = Call("batch_norm", "bn", Argument.Value(x), Argument.None, Argument.None, Buffer("bn.running_mean"),
            Buffer("bn.running_var"), Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true));
        Shape? weight = reader switch
        {
            "" => null,
            "linear" => [4, 6],
            "conv1d" => [4, 6, 3],
            "conv2d" => [4, 6, 3, 3],
            _ => [4, 6, 3, 3, 3],
        };
        if (weight is { } of)
            y = Call(reader, "fc", Argument.Value(y), Argument.Value(builder.Parameter("fc.weight", of)));
        builder.Output("y", y);
        var graph = builder.Build();
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");

        foreach (bool square in new[] { true, false })
        {
            var shape = InputShapes.Infer(model, square).Should().ContainSingle().Subject;
            $"{shape.Rank}".Should().Be(rank);
            shape[1].Should().Be(6);
        }

        int Call(string target, string name, params Argument[] arguments) => builder.Call(
            $"aten::{target}", [.. arguments], [], 1, SourcePlace.Unknown, name)[0];
    }

    // One convolution of 4 channels without padding, and a linear for so many features.
    static TorchModel Volume(GraphBuilder builder, int features = 0)
    {
        int x = builder.Input("x", null), weight = builder.Parameter("conv.weight", [4, 3, 3, 3, 3]);
        int y = builder.Call(
            "aten::conv3d", [Argument.Value(x), Argument.Value(weight)], [], 1, SourcePlace.Unknown, "conv")[0];
        if (features > 0)
        {
            int rows = builder.Call(
                "aten::flatten", [Argument.Value(y), Argument.Of(1L)], [], 1, SourcePlace.Unknown, "flat")[0];
            int dense = builder.Parameter("fc.weight", [2, features]);
            y = builder.Call(
                "aten::linear", [Argument.Value(rows), Argument.Value(dense)], [], 1, SourcePlace.Unknown, "fc")[0];
        }
        builder.Output("y", y);
        var graph = builder.Build();
        return new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");
    }

    [Theory]
    [InlineData(int.MaxValue, 1, 1, "give an extent beyond 2^31")]
    [InlineData(0, int.MaxValue, 1, "the window spans 4294967295, the padded input only 8")]
    [InlineData(0, 1, -1, "1 output channels do not split into -1 groups")]
    [InlineData(0, 1, int.MaxValue, "1 output channels do not split into 2147483647 groups")]
    public void What_does_not_fit_is_named_where_the_file_states_the_shape_and_where_not(
        int padding, int dilation, int groups, string message)
    {
        using var stated = Convolution(new GraphBuilder(), [1, 1, 8, 8], padding, dilation, groups);
        var refused = () => InputShapes.Infer(stated, square: true);
        refused.Should().Throw<ModelException>().Which.Message.Should().Contain(message)
            .And.NotContain("--input-shape");

        using var open = Convolution(new GraphBuilder(), null, padding, dilation, groups);
        refused = () => InputShapes.Infer(open, square: true);
        refused.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.ShapeMismatch);
    }

    static TorchModel Convolution(GraphBuilder builder, Shape? shape, long padding, long dilation, long groups)
    {
        int x = builder.Input("x", shape), weight = builder.Parameter("conv.weight", [1, 1, 3, 3]);
        Argument Pair(long number) => Argument.Of([Argument.Of(number), Argument.Of(number)]);
        builder.Output("y", builder.Call(
            "aten::conv2d",
            [Argument.Value(x), Argument.Value(weight), Argument.None, Pair(1), Pair(padding), Pair(dilation),
                Argument.Of(groups)],
            [], 1, SourcePlace.Unknown, "conv")[0]);
        var graph = builder.Build();
        return new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");
    }

    [Fact]
    public void A_flatten_decides_the_plane()
    {
        using var model = ModelFile.Open(PathOf("guide_cnn"));
        foreach (bool square in new[] { true, false })
        {
            var shapes = InputShapes.Infer(model, square);
            NhwcPass.Apply(model, shapes).Inputs[0].Shape.Should().Be(shapes[0]);
        }
    }
}
