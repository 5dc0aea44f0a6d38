using System.Collections.Immutable;

namespace Harness.Executor.Cpu;

/// <summary>The fusions of this column. To add one: a file beside this, and one line here.</summary>
static class Rules
{
    /// <summary>Every rule, in the order in which they are tried on the whole program: tails first, since what goes by
    /// bands takes its tail along; gates before windows, since one saves more where both could have a node.</summary>
    public static readonly ImmutableArray<Rule> All =
    [
        new TailRule(),
        new GateRule(),
        new WindowRule(),
        new RowMeansRule(),
    ];
}
