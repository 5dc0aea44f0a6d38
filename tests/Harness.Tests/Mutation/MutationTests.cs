namespace Harness.Tests.Mutation;

/// <summary>A sample of what <see cref="MutateCommand"/> tries in full.</summary>
public sealed class MutationTests
{
    [Fact]
    public void No_fault_of_a_model_is_missed_and_the_node_is_named()
    {
        // Architectures are for the night.
        Mutant[] mutants = [.. Mutations.Cases.Where(name => !name.Contains("x3x", StringComparison.Ordinal))
            .SelectMany(name => Mutations.Of(name, most: 1))];

        mutants.Where(mutant => mutant.State == MutantState.Missed).Should().BeEmpty();
        Mutant[] caught = [.. mutants.Where(mutant => mutant.State == MutantState.Caught)];
        caught.Should().HaveCountGreaterThan(300);
        caught.Where(mutant => !mutant.IsNamed).Should().HaveCountLessThan(caught.Length / 20);
        // Some hardly ever change a result that keeps its shape.
        caught.Select(mutant => mutant.Fault).Distinct().Should().HaveCountGreaterThan(15);
    }

    // What cannot be injected anywhere is tested nowhere.
    [Fact]
    public void Every_fault_can_be_had_by_a_node_of_a_golden()
    {
        var open = Harness.Parity.Faults.Names.ToHashSet(StringComparer.Ordinal);
        foreach (string name in Mutations.Cases.Where(name => name.StartsWith("ops/", StringComparison.Ordinal)))
        {
            foreach (var (_, fault) in Mutations.FaultsOf(Mutations.ProgramOf(name))) open.Remove(fault);
            if (open.Count == 0) return;
        }
        open.Should().BeEmpty();
    }
}
