using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Parity.Fuzz;

/// <summary>A case on disk: graph, weights and inputs as files, what the reference computes as a golden of it, and what
/// was received.</summary>
public static class FuzzFolder
{
    const string WeightsName = "weights.safetensors", GoldenName = "golden", ReadMe = "README.md";

    /// <summary>Writes a case; one that lay there gives way to it.</summary>
    /// <param name="root">The folder of all cases; made when it is missing.</param>
    /// <param name="trial">The case.</param>
    /// <param name="outcome">What became of it.</param>
    /// <returns>The case's folder.</returns>
    public static string Write(string root, FuzzCase trial, FuzzOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(outcome);
        string folder = Path.Combine(root, trial.Name), draft = folder + ".part";
        Remove(draft);
        Directory.CreateDirectory(draft);
        string graph = Path.Combine(draft, FuzzCase.FileName), weights = Path.Combine(draft, WeightsName);
        GraphJson.Write(graph, trial.Graph);
        var given = trial.Weights();
        SafetensorsFile.Write(weights, [.. given]);
        foreach (var (name, input) in trial.Inputs()) NpyFile.Write(Path.Combine(draft, $"input.{name}.npy"), input);
        if (outcome.Golden is { } golden) WriteGolden(Path.Combine(draft, GoldenName), graph, weights, golden);
        File.WriteAllText(Path.Combine(draft, ReadMe), $"""
            # {trial.Name}

            {outcome.Finding?.ToCanonicalLine()}

            Drawn, run and made smaller once more by: `{trial.Command}`
            {(outcome.Golden is null ? "" : $"""

            What PyTorch computes is a golden; whatever the executor gives lies beside it when it drifts:
            `harness verify {ShellWord.Of(Path.Combine(folder, GoldenName))}`

            """)}
            """.ReplaceLineEndings("\n"));
        Remove(folder);
        Directory.Move(draft, folder);
        return folder;
    }

    static void WriteGolden(string folder, string graph, string weights, GoldenCase golden)
    {
        var document = golden.Document;
        GoldenStore.Write(folder, document with
        {
            Model = GoldenModel.OfFile(folder, graph),
            Weights = document.Weights with { Path = GoldenStore.RelativePath(folder, weights) },
            // A graph out of dice may have weights that reach nothing.
            Sensitivity = document.Sensitivity with { Reason = "fuzzed" },
        }, golden.Tensors);
        // What is received of a case that drifts is kept by the gate itself; one that breaks the gate gives nothing.
        try
        {
            Verifier.Verify(new VerifyRequest(folder), new VerifyOptions { Threads = 1 });
        }
        catch (Exception e) when (FuzzJudge.IsOurs(e))
        {
        }
    }

    static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
