using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A tensor that no element of an operand decides: the call says it, or the shape of an operand does. Where it
/// lies in PyTorch's memory, and on which device, changes no element.</summary>
public abstract record Creation : Op
{
    /// <summary>The type of the elements.</summary>
    public ElementType Type { get; init; }

    /// <summary>The type that a call says; null for none.</summary>
    internal static ElementType? ReadType(Bound call) => call.Has("dtype") && call.TypeOrNull("dtype") is { } type
        ? Fact.Of(type, []).Type
        : null;

    /// <summary>The shape, from those of the operands, if there are any.</summary>
    protected abstract Shape ShapeFor(ReadOnlySpan<Shape> inputs);

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [ShapeFor(inputs)];

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Type;

    /// <summary>As the operand that decides the shape lies, else in PyTorch's order.</summary>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var shapes = new Shape[inputs.Length];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = inputs[i].Shape;
        var shape = ShapeFor(shapes);
        return new Arrangement(
            [.. Arrangements.Current(inputs)],
            [inputs.Length > 0 && shapes[0] == shape ? inputs[0].Layout : Permutation.Identity(shape.Rank)]);
    }
}
