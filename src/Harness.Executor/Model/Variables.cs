using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>Rows of a state-dict entry, counted along its first axis: where one PyTorch key becomes several
/// leaves.</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">How many.</param>
public readonly record struct RowRange(int First, int Count);

/// <summary>One leaf of a Flax variable tree, and all that its receiver must know: whatever is written, a tree,
/// <c>conversion.json</c> or source, is written from this record.</summary>
/// <param name="Collection"><c>params</c>, <c>batch_stats</c> or <c>constants</c>.</param>
/// <param name="Path">Module path and leaf name: <c>layer1, 0, conv1, kernel</c>.</param>
/// <param name="TorchKey">The state-dict key it came from.</param>
/// <param name="Rearrangement">How the torch tensor becomes this one; invertible.</param>
/// <param name="Source">The torch tensor.</param>
/// <remarks>A leaf that nobody bound holds no elements of its own: they are moved into Flax's layout when somebody asks
/// for them, so that a model's weights are held once, by its file.</remarks>
public sealed record Leaf(
    string Collection,
    ImmutableArray<string> Path,
    string TorchKey,
    Rearrangement Rearrangement,
    Tensor Source)
{
    /// <summary>What Flax does with it.</summary>
    public LeafForm Form { get; init; } = LeafForm.Array;

    /// <summary>The rows of the torch tensor that it holds; null for all.</summary>
    public RowRange? Rows { get; init; }

    /// <summary>Other state-dict keys of the same tensor: a tied weight is one leaf.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Reads elements in Flax's layout from somewhere, such as the bytes that ship; null where the source's
    /// are the truth.</summary>
    public Func<BorrowedTensor>? Elements { get; init; }

    /// <summary><c>params/layer1/0/conv1/kernel</c>.</summary>
    public string FullPath => $"{Collection}/{string.Join('/', Path)}";

    /// <summary>The element type: the source's.</summary>
    public ElementType Type => Source.Type;

    /// <summary>The shape in Flax's layout.</summary>
    public Shape Shape => Rearrangement.Apply(Part.Shape);

    /// <summary>Bytes of its elements.</summary>
    public long Bytes => Part.Bytes.Length;

    /// <summary>One letter an axis, merged axes in parentheses: <c>hwio</c>, <c>(hwc)o</c>.</summary>
    public string Axes => Rearrangement.To.Length > 0 ? Rearrangement.To
        : Form == LeafForm.Features && Source.Shape.Rank == 1 ? "c"
        : "abcdefgh"[..Source.Shape.Rank];

    /// <summary>The part of the torch tensor that it holds.</summary>
    public Tensor Part
    {
        get
        {
            if (Rows is not { } rows) return Source;
            int row = Source.Bytes.Length / Math.Max(1, Source.Shape[0]);
            return new Tensor(
                Source.Type, [rows.Count, .. Source.Shape.AsSpan()[1..]], Source.Bytes
                    .Slice(rows.First * row, rows.Count * row));
        }
    }

    /// <summary>The elements in Flax's layout: those it is bound to, else the source's, moved now.</summary>
    public BorrowedTensor Borrow() => Elements?.Invoke() ?? Rearrangement.Borrow(Part);

    /// <summary>The same elements where they lie: in what the leaf is bound to, else in the source, whose elements
    /// stay where they are and are seen in Flax's order of axes; null where strides can't say that.</summary>
    internal StridedTensor? View()
    {
        if (Elements is not null) return new StridedTensor(Borrow());
        var part = Part;
        return Rearrangement.StridesIn(part.Shape) is var (origin, strides)
            ? new StridedTensor(BorrowedTensor.Of(part), origin, strides)
            : null;
    }

    /// <summary>The same to keep.</summary>
    public Tensor Materialize()
    {
        using var elements = Borrow();
        return elements.Keep();
    }

    /// <summary>The same leaf bound to other elements, which lie in Flax's layout.</summary>
    public Leaf WithElements(Tensor elements) => this with { Elements = () => BorrowedTensor.Of(elements) };
}

/// <summary>Flax's variables: every leaf once, in the order the graph uses them.</summary>
/// <param name="Leaves">The leaves.</param>
/// <param name="Dropped">State-dict keys that inference does not need (<c>num_batches_tracked</c>).</param>
public sealed record Variables(ImmutableArray<Leaf> Leaves, ImmutableArray<string> Dropped);
