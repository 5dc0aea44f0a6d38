using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Reference.Recording;
using static TorchSharp.torch;

namespace Harness.Reference.Tests;

/// <summary>What was recorded a moment ago holds: a limit that one lucky sample of PyTorch's noise sets is red on right
/// work.</summary>
public sealed class FreshGoldenTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-fresh-");

    public FreshGoldenTests() => Native.TorchLibrary.Load();

    public void Dispose() => _folder.Delete(recursive: true);

    static readonly string[] s_acts = ["relu", "silu", "tanh", "gelu"];

    // Each depth with each width and each activation once; HARNESS_FRESH_GOLDENS=1000 is for the night.
    static int Count => int.TryParse(
        Environment.GetEnvironmentVariable("HARNESS_FRESH_GOLDENS"), CultureInfo.InvariantCulture, out int count)
        ? count : 80;

    [Fact]
    public void Small_networks_of_one_output_hold_right_after_they_were_recorded()
    {
        var red = new List<string>();
        int recorded = 0;
        for (int number = 0; number < Count; number++)
        {
            string folder = Path.Combine(_folder.FullName, $"{number}");
            if (Verify(number, folder) is not { } verdict) continue;
            recorded++;
            red.AddRange(verdict.Findings.Select(finding => $"{number}: {finding}"));
        }
        red.Should().BeEmpty();
        recorded.Should().BeGreaterThan(Count / 2, "a network that cannot be recorded shows nothing");
    }

    // Layers and widths by the number; one row, one output.
    static Verdict? Verify(int number, string folder)
    {
        Directory.CreateDirectory(folder);
        int layers = 2 + (number % 4), width = 8 << (number % 5);
        string act = s_acts[number / 4 % s_acts.Length];
        var parameters = new List<string>();
        var calls = new List<string>();
        string x = "x";
        for (int layer = 0; layer < layers; layer++)
        {
            int from = layer == 0 ? 12 : width, to = layer == layers - 1 ? 1 : width;
            parameters.Add($$"""{"name": "l{{layer}}.weight", "shape": [{{to}}, {{from}}]}""");
            parameters.Add($$"""{"name": "l{{layer}}.bias", "shape": [{{to}}]}""");
            calls.Add($$"""
                {"target": "aten::linear", "module": "l{{layer}}", "arguments": [{"value": "{{x}}"},
                 {"value": "l{{layer}}.weight"}, {"value": "l{{layer}}.bias"}], "results": ["a{{layer}}"]}
                """);
            x = $"a{layer}";
            if (layer == layers - 1) break;
            calls.Add($$"""
                {"target": "aten::{{act}}", "arguments": [{"value": "{{x}}"}], "results": ["b{{layer}}"]}
                """);
            x = $"b{layer}";
        }
        string graph = Path.Combine(folder, "graph.json");
        File.WriteAllText(graph, $$"""
            {"format": "harness-graph", "version": 1, "inputs": [{"name": "x", "shape": [1, 12], "type": "float32"}],
             "parameters": [{{string.Join(", ", parameters)}}], "calls": [{{string.Join(", ", calls)}}],
             "outputs": [{"name": "0", "value": "{{x}}"}]}
            """);
        using var model = ModelFile.Open(graph, $"seed:{number}");
        var input = new SeededValues(number).Next(ElementType.Float32, [1, 12], 2);
        var (document, tensors) = new Recorder(model, graph, ownWeights: false, CPU).Record(
            GoldenModel.OfFile(folder, graph), new(null, number, Sha256Hash.Of(model.Weights)), [input]);
        if (!Vacuity.Of(document, tensors).IsEmpty) return null;
        GoldenStore.Write(folder, document, tensors);
        return Verifier.Verify(new VerifyRequest(folder), new VerifyOptions { Threads = 1 });
    }
}
