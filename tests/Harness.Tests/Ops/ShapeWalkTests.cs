using System.Text.Json;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Ops;

/// <summary>Every op case and every traced model of the repository passes through scalar calls, parsing, shapes and
/// layouts, and ends in the shapes that real PyTorch gave.</summary>
public sealed class ShapeWalkTests
{
    static readonly JsonElement s_pytorch =
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Naive", "pytorch.json")));

    // What cases of computed weights, and no others, are called.
    static readonly string[] s_computed =
        ["/computed_", "_computed_", "/kernel_and_", "/kernel_of_", "/kernel_permuted", "/kernel_expanded",
            "/kernel_that_", "/image_with_itself", "/modulated", "/scale_that_", "/standardized_kernel",
            "_weight_norm/"];

    // Its inner shapes are what a mask's elements say, and the program's own are all that could be selected.
    const string Selecting = "masked_select/doubled";

    [Theory]
    [MemberData(nameof(NaiveWalkTests.Cases), MemberType = typeof(NaiveWalkTests))]
    public void An_op_case_ends_in_the_shapes_that_PyTorch_gave(string name)
    {
        string file = Path.Combine(NaiveWalkTests.Repository, "golden", "ops", name, "graph.json");
        var (graph, shapes) = ShapeWalk.Read(JsonElement.Parse(File.ReadAllBytes(file)));
        if (name == Selecting)
        {
            using var model = OpCases.Open(name);
            var program = NhwcPass.Apply(model, OpCases.Shapes(model));
            program.Outputs.Should().ContainSingle().Which.Shape.Should().Be(
                Shape.Create([3, 7]));
            return;
        }
        bool computed = s_computed.Any(word => name.Contains(word, StringComparison.Ordinal));
        var outputs = ShapeWalk.Outputs(
            graph, graph.Inputs.Select(port => shapes[port.Name]), key => shapes[key], computed);
        var expected = s_pytorch.GetProperty(name).EnumerateArray().ToDictionary(
            output => output.GetProperty("name").GetString()!,
            output => output.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()).ToArray());
        outputs.Should().HaveCount(expected.Count);
        foreach (var (port, shape) in graph.Outputs.Zip(outputs)) shape.Should().Equal(expected[port.Name]);
    }

    [Theory]
    [InlineData("guide_cnn", "(2, 3, 12, 9)", "(2, 7)")]
    [InlineData("resnet_small", "(2, 3, 75, 53)", "(2, 10)")]
    [InlineData("unet_small", "(2, 3, 36, 28)", "(2, 2, 36, 28)")]
    [InlineData("vgg_small", "(2, 3, 83, 61)", "(2, 10)")]
    [InlineData("mobile_small", "(2, 3, 45, 37)", "(2, 10)")]
    [InlineData("se_silu_small", "(2, 3, 26, 19)", "(2, 9)")]
    [InlineData("multi_out", "(2, 4, 7, 11); (2, 2, 7, 11)", "(2, 6, 14, 5); (2, 7); (4, 6, 1, 11); (2, 7, 6, 14); "
        + "(2, 7, 11, 6); (2, 6, 7, 11); (2, 6, 11, 7)")]
    [InlineData("dict_out", "(2, 3, 17, 13)", "(2, 144, 4); (2, 144, 5)")]
    [InlineData("decoder_small", "(3, 10)", "(3, 3, 36, 28)")]
    [InlineData("branch_small", "(2, 3, 23, 18)", "(2, 11); (2, 17)")]
    [InlineData("shuffle_small", "(2, 3, 21, 27)", "(2, 5)")]
    [InlineData("dense_small", "(2, 3, 49, 67)", "(2, 10)")]
    public void A_traced_model_ends_in_the_shapes_that_PyTorch_gave(string name, string inputs, string outputs)
    {
        using var model = ModelFile.Open(Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt"));
        ShapeWalk.Outputs(model.Graph, CallText.Shapes(inputs), key => model.Weights[key].Shape)
            .Should().Equal(CallText.Shapes(outputs));
    }
}
