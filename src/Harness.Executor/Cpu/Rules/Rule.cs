using System.Collections.Immutable;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A fusion: which two neighbours become one step, or help each other, and what they are then. Rules know ops;
/// <see cref="Fusion"/> knows who is whose neighbour. <see cref="Rules"/> lists them.</summary>
abstract class Rule
{
    /// <summary>True where the value between the two is gone afterwards: it is offered only if nobody else reads
    /// it.</summary>
    public virtual bool TakesValue => true;

    /// <summary>True where views of the value that keep its shape in memory may stand between the two.</summary>
    public virtual bool SeesThroughViews => false;

    /// <summary>What two neighbours become; null where the rule does not hold for them.</summary>
    public abstract Joined? Join(in Neighbours pair, FusionScope scope);
}

/// <summary>A node and one that reads its result.</summary>
/// <param name="First">The node, with what is fused to it already.</param>
/// <param name="Value">What the second reads: the first's result, or a view of it.</param>
/// <param name="Views">The views between, in order.</param>
/// <param name="Second">The reader.</param>
readonly record struct Neighbours(
    FusedNode First, int Value, ImmutableArray<NhwcNode> Views, FusedNode Second);

/// <summary>What became of two neighbours.</summary>
/// <param name="First">What stands where the first stood; null where the second has taken it.</param>
/// <param name="Second">What stands where the second stood.</param>
readonly record struct Joined(FusedNode? First, FusedNode Second);
