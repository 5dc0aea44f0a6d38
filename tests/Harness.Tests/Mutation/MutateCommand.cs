using System.Globalization;
using System.Text;

namespace Harness.Tests.Mutation;

/// <summary>Counts what the gate catches, fault by fault, and writes the table that is checked in:
/// <c>dotnet run --project tests/Harness.Tests -c Release -- mutate [MOST]</c>, MOST being how many faults of a case
/// are tried; with <c>code</c>, <see cref="MutateCodeCommand"/>.</summary>
static class MutateCommand
{
    /// <summary>The word that asks for it.</summary>
    public const string Verb = "mutate";

    /// <summary>Runs it; 1 where a fault was missed.</summary>
    public static int Run(string[] words)
    {
        if (words is [MutateCodeCommand.Verb, .. var rest]) return MutateCodeCommand.Run(rest);
        int most = words is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : int.MaxValue;
        var mutants = new List<Mutant>();
        foreach (string name in Mutations.Cases)
        {
            foreach (var mutant in Mutations.Of(name, most))
            {
                mutants.Add(mutant);
                if (mutant.State == MutantState.Missed || (mutant.State == MutantState.Caught && !mutant.IsNamed))
                {
                    Console.Out.WriteLine(
                        $"{mutant.State}: {mutant.Case} {mutant.Node}:{mutant.Fault} ({mutant.Said})");
                }
            }
        }
        string table = Table(mutants, most);
        (MutationPage.Read() with { Models = table }).Write();
        Console.Out.WriteLine(table);
        return mutants.Any(mutant => mutant.State == MutantState.Missed) ? 1 : 0;
    }

    static string Table(List<Mutant> mutants, int most)
    {
        var text = new StringBuilder("""
            ## Faults of models

            Faults of models, one at a time, at every node that can have them, in the goldens of this repository; each
            held to its golden in float64, as a build holds it. Equivalent: the damaged model gives what the whole one
            gives, on other inputs too. Named: the first bad node of the finding is the damaged one.


            """.ReplaceLineEndings("\n"));
        text.Append("Written by `dotnet run --project tests/Harness.Tests -c Release -- mutate")
            .Append(most == int.MaxValue ? "`.\n\n" : string.Create(CultureInfo.InvariantCulture,
                $" {most}`: at most {most} faults of a case, spread evenly.\n\n"));
        text.Append("| fault | tried | caught | named | equivalent | missed |\n|---|---|---|---|---|---|\n");
        foreach (var kind in mutants.GroupBy(mutant => mutant.Fault).OrderBy(kind => kind.Key, StringComparer.Ordinal))
            Row(text, kind.Key, [.. kind]);
        Row(text, "all", mutants);
        return text.ToString();
    }

    static void Row(StringBuilder text, string name, List<Mutant> mutants)
    {
        int Count(MutantState state) => mutants.Count(mutant => mutant.State == state);
        text.Append(CultureInfo.InvariantCulture,
            $"| {name} | {mutants.Count} | {Count(MutantState.Caught)} | {mutants.Count(mutant => mutant.IsNamed)} | ");
        text.Append(CultureInfo.InvariantCulture,
            $"{Count(MutantState.Equivalent)} | {Count(MutantState.Missed)} |\n");
    }
}
