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

    [Theory]
    [InlineData("arch:resnet18", "1,3,224,224", "1,3,224,192")]
    [InlineData("arch:resnet18", "2,3,32,32", "2,3,32,64")]
    [InlineData("arch:resnet18", "1,3,224,160", null)]
    [InlineData("arch:vit_b_16", "1,3,224,224", "1,3,112,448")]
    [InlineData("guide_cnn", "1,3,9,12", null)]
    [InlineData("resnet_small", "1,3,1,1", null)]
    public void A_square_plane_has_an_oblong_neighbour_where_the_graph_takes_one(
        string name, string shape, string? oblong)
    {
        using var model = ModelFile.Open(
            name.StartsWith("arch:", StringComparison.Ordinal) ? name : PathOf(name),
            name.StartsWith("arch:", StringComparison.Ordinal) ? "seed:1" : null);

        var found = InputShapes.Oblong(model, [Shape.Create([.. shape.Split(',').Select(int.Parse)])]);

        (found is null ? null : string.Join(',', found.Single())).Should().Be(oblong);
    }

    // One of two must stay; one whose file states it stays as well.
    [Theory]
    [InlineData(false, "1,3,24,56")]
    [InlineData(true, null)]
    public void One_of_several_square_planes_may_be_oblong_alone(bool stated, string? oblong)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", stated ? [1, 3, 24, 24] : null), k = builder.Input("k");
        int Call(string target, int value, Argument other) => builder.Call(
            $"aten::{target}", [Argument.Value(value), other], [], 1, SourcePlace.Unknown, target)[0];
        builder.Output("0", Call("conv2d", x, Argument.Value(builder.Parameter("w", [2, 3, 3, 3]))));
        builder.Output("1", Call(
            "linear", Call("flatten", k, Argument.Of(1L)), Argument.Value(builder.Parameter("v", [4, 50]))));
        var graph = builder.Build();
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");

        var found = InputShapes.Oblong(model, [Shape.Create([1, 3, 24, 24]), Shape.Create([1, 2, 5, 5])]);

        (found is null ? null : string.Join(',', found[0])).Should().Be(oblong);
        if (found is not null) found[1].Should().Equal(1, 2, 5, 5);
    }

    [Fact]
    public void A_flatten_that_fixes_the_plane_has_no_oblong_neighbour()
    {
        using var model = Volume(new GraphBuilder(), features: 4 * 30 * 30 * 30);
        InputShapes.Oblong(model, [Shape.Create([1, 3, 32, 32, 32])]).Should().BeNull();
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
    [InlineData(int.MaxValue, 1, 1, "the extent 4294967300, expected less than 2^31")]
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

    // Many shapes are tried, of which calls are read once: not what they read of a shape.
    [Fact]
    public void What_a_call_reads_of_a_shape_is_that_of_the_shape_that_is_tried()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 5, 7);
        int width = sketch.Call("size", Sketch.Of(x), Argument.Of(-1L));
        int rows = sketch.Call("reshape", Sketch.Of(sketch.Call("relu", Sketch.Of(x))),
            Argument.Of([Argument.Of(-1L), Sketch.Of(width)]));
        sketch.Output("y", sketch.Call("linear", Sketch.Of(rows), Sketch.Of(sketch.Weight("fc.weight", 4, 11))));
        var model = sketch.Model();
        Shape[][] candidates = [[[2, 3, 5, 7]], [[2, 3, 11, 9]], [[2, 3, 5, 11]], [[2, 3, 6, 11]]];

        ShapedGraph.FirstThatFits(model, candidates, long.MaxValue, out var misfit)!.Single()
            .Should().Equal(2, 3, 5, 11);
        misfit!.Message.Should().Contain("input (30, 7) has 7 features on its last axis, kernel expects 11");
        // The first takes all four calls, so that the second is the last one that is tried.
        ShapedGraph.FirstThatFits(model, candidates, 4, out misfit).Should().BeNull();
        misfit!.Message.Should().Contain("(30, 7)", "what the likeliest shape does not fit says most");
    }

    [Fact]
    public void A_deep_network_that_no_shape_fits_is_refused_by_what_the_likeliest_does_not_fit()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", null), y = x;
        for (int i = 0; i < 200; i++)
        {
            int weight = builder.Parameter($"conv{i}.weight", [3, 3, 3, 3]);
            y = builder.Call(
                "aten::conv2d", [Argument.Value(y), Argument.Value(weight)], [], 1, SourcePlace.Unknown, $"conv{i}")[0];
        }
        int rows = builder.Call(
            "aten::flatten", [Argument.Value(y), Argument.Of(1L)], [], 1, SourcePlace.Unknown, "flat")[0];
        int fc = builder.Parameter("fc.weight", [2, 7]);
        builder.Output("y", builder.Call(
            "aten::linear", [Argument.Value(rows), Argument.Value(fc)], [], 1, SourcePlace.Unknown, "fc")[0]);
        var graph = builder.Build();
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");

        FluentActions.Invoking(() => InputShapes.Infer(model, square: true)).Should().Throw<ModelException>()
            .Which.Message.Should().Contain("--input-shape").And.Contain("padded input only 2");
    }
}
