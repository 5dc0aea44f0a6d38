using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One function of two elements, with broadcasting; the second is a tensor's or a number.</summary>
public abstract record Binary : Op
{
    /// <summary>The second term when it is a number; null when it is the second operand.</summary>
    public double? Other { get; init; }

    /// <summary>The number that stands for the second term, if one does.</summary>
    internal static double? Number(Bound call) => call.Operands.Length == 2 ? null : call.Float("other");

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);
}
