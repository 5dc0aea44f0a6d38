using System.Diagnostics;
using Harness.Executor.Model;
using Harness.Parity.Cases;
using Harness.Parity.Golden;
using Harness.Tests.Cli;
using Harness.Tests.Naive;

namespace Harness.Tests.Documents;

/// <summary>A folder as the reader of a page has it: a model, its golden, and the set of cases.</summary>
sealed class DocumentWorld : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly string _name;

    /// <param name="name">What the page calls the model.</param>
    public DocumentWorld(string name)
    {
        _name = name;
        Directory.CreateDirectory(_folder["models"]);
        Restore();
    }

    string Model => _folder[$"models/{_name}.pt"];

    string Golden => _folder[$"golden/models/{_name}"];

    static string Small(string name) => Path.Combine(NaiveWalkTests.Repository, "golden", "models", name);

    /// <summary>The golden and the model as they were recorded.</summary>
    public void Restore()
    {
        File.Copy(Path.Combine(Small("resnet_small"), "model.pt"), Model, overwrite: true);
        var golden = GoldenStore.Read(Small("resnet_small"));
        Write(golden.Document with { Model = GoldenModel.OfFile(Golden, Model) }, golden.Tensors);
        CaseSet.Add(_folder["golden/golden.cases.json"], [Golden]);
    }

    /// <summary>The model is another one.</summary>
    public void Retrain() => File.Copy(Path.Combine(Small("guide_cnn"), "model.pt"), Model, overwrite: true);

    /// <summary>The golden is one that the model does not reach.</summary>
    public void Drift()
    {
        Restore();
        var golden = GoldenStore.Read(Golden);
        double[] values = golden.Tensors["output.0"].ToDoubles();
        values[4] += 1e-3;
        var moved = Tensor.Of(golden.Tensors["output.0"].Shape, values);
        Write(
            golden.Document with { Outputs = [GoldenPort.Of("0", moved)] },
            new Dictionary<string, Tensor>(golden.Tensors) { ["output.0"] = moved });
    }

    /// <summary>The model drifts, and has been verified.</summary>
    public void Receive()
    {
        Drift();
        Run([], ["verify", "golden"]).ExitCode.Should().Be(1);
    }

    /// <summary>What a port computed.</summary>
    public void Port(bool channelsLast) =>
        ForeignRun.Write(_folder, Golden, ElementType.Float64, channelsLast: channelsLast);

    /// <summary>A list as a build writes it.</summary>
    public void List() => File.WriteAllText(_folder["cases.json"],
        $$"""[{ "model": "models/{{_name}}.pt", "golden": "golden/models/{{_name}}" }]""");

    /// <summary>A second recording of everything.</summary>
    public void RecordAgain()
    {
        Restore();
        string again = _folder[$"again/golden/models/{_name}"];
        Directory.CreateDirectory(again);
        foreach (string file in Directory.GetFiles(Golden))
            File.Copy(file, Path.Combine(again, Path.GetFileName(file)));
    }

    /// <summary>Runs the command as a process in this folder.</summary>
    public (int ExitCode, string[] Lines) Run(Dictionary<string, string> variables, string[] words)
    {
        string tool = Path.Combine(
            AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "harness.exe" : "harness");
        var start = new ProcessStartInfo(tool, words)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As on a reader's machine, whatever runs these tests.
        foreach (string name in (string[])["CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "TF_BUILD"])
            start.Environment.Remove(name);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, [.. (output + error.Result).ReplaceLineEndings("\n").Split('\n')]);
    }

    public void Dispose() => _folder.Dispose();

    void Write(GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors) =>
        GoldenStore.Write(Golden, document, tensors);
}
