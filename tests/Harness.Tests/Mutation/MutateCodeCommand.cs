using System.Diagnostics;
using System.Globalization;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>Makes the mistakes of <see cref="CodeFaults"/> and writes who saw them: <c>mutate code</c> all of them,
/// <c>mutate code edge tail/NAME</c> those of an area or name, <c>mutate code 1/4</c> a part, <c>mutate code 2</c> a
/// sample, others with every commit, which writes nothing.</summary>
static class MutateCodeCommand
{
    /// <summary>The word that asks for it.</summary>
    public const string Verb = "code";

    /// <summary>Runs it; 1 where a mistake was missed, or seen by others than the list says.</summary>
    public static int Run(string[] words)
    {
        bool samples = words is [var word] && word.All(char.IsAsciiDigit);
        CodeFault[] faults = samples ? Sample(int.Parse(words[0], CultureInfo.InvariantCulture))
            : words.Length == 0 ? CodeFaults.All
            : words is [var part] && Shard.Parse(part) is { } shard
                ? [.. CodeFaults.All.Where((_, i) => i % shard.Count == shard.Index - 1)]
            : [.. CodeFaults.All.Where(fault => words.Contains(fault.Area) || words.Contains(fault.FullName))];
        if (faults.Length == 0)
        {
            Console.Error.WriteLine(
                $"no mistake is called '{string.Join(' ', words)}', expected an area, AREA/NAME, i/n or a number");
            return 2;
        }
        using var mutations = new CodeMutations();
        int wrong = 0;
        var rows = new List<CodeRow>();
        foreach (var fault in faults)
        {
            long started = Stopwatch.GetTimestamp();
            var mutant = mutations.Try(fault);
            rows.Add(CodeRow.Of(mutant));
            string verdict = mutant.IsAsStated ? "" : fault.Equivalent is not null ? "NOT EQUIVALENT: "
                : mutant.SeenBy is null ? "MISSED: " : "MISSED BY THE GATE: ";
            if (!mutant.IsAsStated) wrong++;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{verdict}{fault.FullName}: {rows[^1].SeenBy}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s")
                + (mutant.Said.Length > 0 ? $" ({mutant.Said.Trim()})" : ""));
            // Whatever ends the run, what was seen is seen.
            if (!samples) MutationPage.Read().With(rows).Write();
        }
        Console.Out.WriteLine(MutationPage.Sums(rows));
        return wrong > 0 ? 1 : 0;
    }

    // Of those that the page says the gate sees: they are told in seconds, and the page is held to its word.
    static CodeFault[] Sample(int most)
    {
        var told = MutationPage.Read().Code.Where(row => row.SeenBy == CodeRow.Gate).Select(row => row.FullName)
            .ToHashSet(StringComparer.Ordinal);
        CodeFault[] seen = [.. CodeFaults.All.Where(fault => told.Contains(fault.FullName))];
        var (exit, commit) = ChildProcess.Run("git", ["rev-parse", "HEAD"], NaiveWalkTests.Repository);
        ulong first = GoldenProbe.Seed(exit == 0 ? commit.Trim() : "");
        int count = Math.Min(most, seen.Length);
        return [.. Enumerable.Range(0, count).Select(i =>
            seen[(int)((first + ((ulong)i * (ulong)seen.Length / (ulong)count)) % (ulong)seen.Length)])];
    }
}
