using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A view of memory by sizes and strides, where it is the operand as it is: exporters state so how a pooled
/// value lies. Source: torch.as_strided.</summary>
public sealed record AsStrided : Composite
{
    /// <summary>The extents.</summary>
    public required IntList Sizes { get; init; }

    /// <summary>Elements between neighbours, by axis.</summary>
    public required IntList Strides { get; init; }

    /// <summary>The first element, counted from the memory's.</summary>
    public int Offset { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new AsStrided
        {
            Sizes = IntList.Create(call.Ints("size").AsSpan()),
            Strides = IntList.Create(call.Ints("stride").AsSpan()),
            Offset = call.IntOrNull("storage_offset") ?? 0,
        },
        "as_strided");

    // What else a view of memory shows hangs on how PyTorch laid the operand out, which no file says.
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        var x = inputs[0].Shape;
        bool same = Offset == 0 && Strides.Count == x.Rank && Sizes.AsSpan().SequenceEqual(x.AsSpan());
        long stride = 1;
        for (int axis = x.Rank - 1; same && axis >= 0; axis--)
        {
            same = x[axis] == 1 || Strides[axis] == stride;
            stride *= x[axis];
        }
        return same ? null : $"sizes {Sizes}, strides {Strides} and offset {Offset} of memory that holds {x}: only the "
            + "operand itself, in PyTorch's order, is supported; write the module with slices or unfold";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Shape.Create(Sizes.AsSpan())];

    internal override void Write(CallWriter calls) => calls.Give("aten::alias", calls.Operands[0]);
}
