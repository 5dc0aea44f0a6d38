using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A stated shape, one extent of which may be -1: whatever is left. Source: torch.reshape,
/// torch.Tensor.view.</summary>
public sealed record Reshape : Reshaping
{
    /// <summary>The logical extents, at most one of them -1.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Reshape { Sizes = IntList.Create(call.Ints(call.Has("shape") ? "shape" : "size").AsSpan()) },
        "_reshape_alias", "_unsafe_view", "reshape", "view", "view_copy");

    /// <inheritdoc/>
    public override Shape Target(Shape input) => Resolve(Sizes.AsSpan(), input.Elements, input);

    /// <summary>The extents with -1 replaced by what is left of the elements.</summary>
    internal static Shape Resolve(ReadOnlySpan<int> sizes, long elements, Shape input)
    {
        int open = -1;
        long known = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] >= 0) known = checked(known * sizes[axis]);
            else if (sizes[axis] < -1) throw Misfit(sizes, input);
            else if (open >= 0) throw new ShapeException($"only one extent of {IntList.Create(sizes)} may be -1");
            else open = axis;
        }
        int[] extents = sizes.ToArray();
        if (open >= 0)
        {
            if (known == 0 || elements % known != 0) throw Misfit(sizes, input);
            extents[open] = checked((int)(elements / known));
        }
        else if (known != elements) throw Misfit(sizes, input);
        return Shape.Create(extents);
    }

    static ShapeException Misfit(ReadOnlySpan<int> sizes, Shape input) =>
        new($"input {input} has {input.Elements} elements, which do not fit {IntList.Create(sizes)}");
}
