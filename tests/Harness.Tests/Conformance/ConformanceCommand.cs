using System.Globalization;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Cli;

namespace Harness.Tests.Conformance;

/// <summary>Runs a folder of recorded inputs of PyTorch's own test suite and counts what holds, what is refused and
/// what is wrong: <c>docs/conformance.md</c> states the counts.</summary>
/// <remarks>A case is a folder with <c>model.pt</c>, <c>model.pt2</c> or both, <c>input.0.npy</c> and so on, and what
/// PyTorch computes in float64, <c>output.0_f64.npy</c> and so on.</remarks>
static partial class ConformanceCommand
{
    /// <summary>The word that makes the test assembly run it:
    /// <c>dotnet run --project tests/Harness.Tests -c Release -- conformance FOLDER</c>.</summary>
    public const string Verb = "conformance";

    // Of the largest magnitude of an output; integers and Booleans exactly.
    const double Limit = 1e-10;

    /// <summary>Prints every model that does not hold, what is refused by its reason, and the counts.</summary>
    /// <returns>1 where something is wrong.</returns>
    public static int Run(string folder)
    {
        var answers = Directory.EnumerateFiles(folder, "model*.pt*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(model => (Name: Path.GetRelativePath(folder, model), Answer: Answer(model))).ToList();
        foreach (var (name, answer) in answers)
            if (answer.Kind != "holds") Console.WriteLine($"{name}: {answer.Kind}: {answer.Why}");
        foreach (var reason in answers.Where(one => one.Answer.Kind == "refused")
            .GroupBy(one => ReasonOf(one.Answer.Why)).OrderByDescending(group => group.Count()))
            Console.WriteLine($"{reason.Count()} refused: {reason.Key}");
        foreach (string kind in (string[])["holds", "refused", "wrong"])
        {
            int count = answers.Count(one => one.Answer.Kind == kind);
            double share = 100.0 * count / answers.Count;
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{count} of {answers.Count} {kind} ({share:0.0} %)"));
        }
        return answers.Any(one => one.Answer.Kind == "wrong") ? 1 : 0;
    }

    static (string Kind, string Why) Answer(string model)
    {
        string folder = Path.GetDirectoryName(model)!;
        using var place = new TemporaryFolder();
        string output = Path.Combine(place.Path, "y.npz");
        var words = new List<string> { "run", model, "--precision", "float64", "--output", output };
        for (int i = 0; File.Exists(Path.Combine(folder, $"input.{i}.npy")); i++)
            words.AddRange("--input", Path.Combine(folder, $"input.{i}.npy"));
        var line = CommandLine.Run([.. words]);
        if (line.ExitCode != 0) return (line.ExitCode == 2 ? "refused" : "wrong", line.Error.Trim());
        Tensor[] found = [.. NpzFile.Read(output).Values];
        int expected = Directory.EnumerateFiles(folder, "output.*_f64.npy").Count();
        if (found.Length != expected) return ("wrong", $"{found.Length} outputs, PyTorch gives {expected}");
        for (int i = 0; i < found.Length; i++)
            if (Misfit(found[i], NpyFile.Read(Path.Combine(folder, $"output.{i}_f64.npy"))) is { } why)
                return ("wrong", $"output {i}: {why}");
        return ("holds", "");
    }

    static string? Misfit(Tensor found, Tensor expected)
    {
        if (found.Shape != expected.Shape) return $"{found.Shape}, PyTorch gives {expected.Shape}";
        double[] actual = found.ToDoubles(), truth = expected.ToDoubles();
        double scale = truth.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        double limit = expected.Type.IsFloating() ? Limit * scale : 0;
        for (int i = 0; i < truth.Length; i++)
        {
            bool same = actual[i].Equals(truth[i]) || actual[i] == truth[i];
            if (same || Math.Abs(actual[i] - truth[i]) <= limit) continue;
            return $"{actual[i]} at {i}, PyTorch gives {truth[i]}";
        }
        return null;
    }

    // Without what belongs to one model: paths, names and numbers.
    static string ReasonOf(string why) =>
        Own().Replace(why[(why.IndexOf("error ", StringComparison.Ordinal) + 6)..], "…");

    [GeneratedRegex(@"'[^']*'|\S+\.py:\d+|%\d+|(?<![\w])-?\d+")]
    private static partial Regex Own();
}
