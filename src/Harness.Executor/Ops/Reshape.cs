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
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Misfit(Sizes, inputs[0]);

    /// <inheritdoc/>
    public override Shape Target(Shape input) => Resolve(Sizes, input.Elements);

    /// <summary>Why an input's elements do not take these extents, one of which may be -1; null where they
    /// do.</summary>
    internal static string? Misfit(IntList sizes, Shape input)
    {
        int open = 0;
        bool fits = true;
        Int128 known = 1;
        foreach (int size in sizes)
        {
            if (size == -1) open++;
            else if (size < 0) fits = false;
            // No input has as many elements as a long holds.
            else known = Int128.Min(known * size, long.MaxValue);
        }
        if (fits && open > 1) return $"only one extent of {sizes} may be -1";
        if (fits) fits = open == 0 ? known == input.Elements : known != 0 && input.Elements % known == 0;
        if (!fits) return $"input {input} has {input.Elements} elements, which do not fit {sizes}";
        return open == 0 ? null : Axis.MisfitOfExtent(input.Elements / (long)known);
    }

    /// <summary>The extents with -1 replaced by what is left of the elements.</summary>
    internal static Shape Resolve(IntList sizes, long elements)
    {
        int[] extents = [.. sizes];
        int open = Array.IndexOf(extents, -1);
        if (open >= 0)
        {
            extents[open] = 1;
            extents[open] = (int)(elements / Window.Elements(extents));
        }
        return Shape.Create(extents);
    }
}
