using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One function of each element: the shape stays, any layout goes.</summary>
public abstract record Elementwise : Op
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public sealed override bool IsElementwise => true;
}
