using System.Globalization;
using Harness.Benchmarks.Peers;

namespace Harness.Benchmarks.Regress;

/// <summary>Measures subjects in processes of their own.</summary>
/// <param name="threads">Of every contestant.</param>
/// <param name="seconds">About how long one race takes.</param>
/// <param name="counts">Whether <see cref="InstructionCount"/> works here.</param>
sealed class RegressRepeat(int threads, double seconds, bool counts)
{
    // Start-up and compilation cancel out between N and 2N inferences; what does not must be small beside them.
    const double GflopCounted = 40;
    const int LeastCounted = 5, MostCounted = 2000;

    /// <summary>One independent repeat; null when the results are wrong, of which the process itself told the
    /// details.</summary>
    /// <exception cref="InvalidOperationException">The process ended in another way.</exception>
    public IReadOnlyDictionary<string, Measured>? Run(string subject)
    {
        using var process = Child.Start(Child.CommandLine(
            RegressChild.RatiosVerb, subject, Text(threads), seconds.ToString(CultureInfo.InvariantCulture)));
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode == RegressChild.ResultsDiffer) return null;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"the process of '{subject}' ended with {process.ExitCode}");
        var numbers = lines.Select(line => line.Split(' ')).ToDictionary(words => words[0], words => new Measured(
            double.Parse(words[1], CultureInfo.InvariantCulture),
            double.Parse(words[2], CultureInfo.InvariantCulture)));
        if (counts) numbers[Yardstick.Instructions] = new Measured(Instructions(subject), 0);
        return numbers;
    }

    double Instructions(string subject)
    {
        double gflop;
        using (var opened = RegressChild.Open(subject)) gflop = Match.Flops(opened) / 1e9;
        int count = (int)Math.Clamp(GflopCounted / gflop, LeastCounted, MostCounted);
        long Of(int inferences) => InstructionCount.Of(
            Child.CommandLine(RegressChild.InferencesVerb, subject, Text(threads), Text(inferences)));
        long once = Of(count);
        return (double)(Of(2 * count) - once) / count;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
