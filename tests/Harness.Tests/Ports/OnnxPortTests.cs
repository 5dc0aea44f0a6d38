using Harness.Benchmarks.Onnx;
using Harness.Formats;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Tests.Cli;
using Harness.Tests.Naive;

namespace Harness.Tests.Ports;

/// <summary>The example of docs/ports.md, run from end to end: a program that shares no arithmetic with ours.</summary>
public sealed class OnnxPortTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("guide_cnn")]
    [InlineData("multi_out")]
    [InlineData("resnet_small")]
    public void ONNX_Runtime_holds_in_float32(string model)
    {
        string golden = Golden(model);
        Export(golden, graph => graph);

        var run = Compare(golden);

        run.ExitCode.Should().Be(0, run.Out + run.Error);
        run.OutLines[0].Should().StartWith("holds ").And.Contain("  float32 ").And.Contain("nodes compared");
    }

    // What an export loses when a flatten's order or a stride is wrong, and no shape says so.
    [Fact]
    public void An_export_of_another_model_is_red()
    {
        string golden = Golden("guide_cnn");
        Export(golden, weights =>
        {
            var changed = new StateDict();
            foreach (var (key, tensor) in weights)
            {
                double[] elements = tensor.ToDoubles();
                if (key == "conv1.weight") Array.Reverse(elements);
                changed.Add(key, Tensor.Of(tensor.Shape, Array.ConvertAll(elements, x => (float)x)));
            }
            return changed;
        });

        var run = Compare(golden);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain("error PAR2002: on y.npz: in float32 output '0' drifts");
    }

    [Fact]
    public void The_page_shows_what_is_run()
    {
        string root = NaiveWalkTests.Repository;
        string code = File.ReadAllText(Path.Combine(root, "tests", "Harness.Tests", "Ports", "OnnxPort.cs"));
        File.ReadAllText(Path.Combine(root, "docs", "ports.md")).ReplaceLineEndings("\n").Should()
            .Contain($"```csharp\n{code.ReplaceLineEndings("\n")}```\n");
    }

    static string Golden(string model) => Path.Combine(NaiveWalkTests.Repository, "golden", "models", model);

    void Export(string golden, Func<StateDict, StateDict> change)
    {
        var read = GoldenStore.Read(golden);
        using var model = ModelFile.Open(read.ModelPath!, read.WeightsPath);
        using var changed = new TorchModel(model.Graph, change(model.Weights), model.Format, null);
        File.WriteAllBytes(_folder["model.onnx"], OnnxWriter.Write(
            changed, [.. read.Document.Inputs.Select(port => port.Shape)], named: true));
    }

    CommandLine Compare(string golden)
    {
        var inputs = CommandLine.Run("golden-inputs", golden, "--output", _folder["x.npz"]);
        inputs.ExitCode.Should().Be(0, inputs.Error);
        OnnxPort.Run(_folder["model.onnx"], _folder["x.npz"], _folder["y.npz"]);
        return CommandLine.Run("compare", golden, "--actual", _folder["y.npz"]);
    }
}
