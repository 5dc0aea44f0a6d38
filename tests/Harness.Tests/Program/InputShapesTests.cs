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
