using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>One leaf of a Flax variable tree.</summary>
/// <param name="Collection"><c>params</c>, <c>batch_stats</c> or <c>constants</c>.</param>
/// <param name="Path">Module path and leaf name: <c>layer1, 0, conv1, kernel</c>.</param>
/// <param name="TorchKey">The state-dict key it came from.</param>
/// <param name="Rearrangement">How the torch tensor becomes this one; invertible.</param>
/// <param name="Source">The torch tensor.</param>
/// <remarks>A leaf holds no elements of its own: they are moved into Flax's layout when somebody asks for them, so that a
/// model's weights are held once, by its file.</remarks>
public sealed record Leaf(
    string Collection,
    ImmutableArray<string> Path,
    string TorchKey,
    Rearrangement Rearrangement,
    Tensor Source)
{
    /// <summary><c>params/layer1/0/conv1/kernel</c>.</summary>
    public string FullPath => $"{Collection}/{string.Join('/', Path)}";

    /// <summary>The element type: the source's.</summary>
    public ElementType Type => Source.Type;

    /// <summary>The shape in Flax's layout.</summary>
    public Shape Shape => Rearrangement.Apply(Source.Shape);

    /// <summary>The elements in Flax's layout: a copy made now, or the source itself where nothing moves. Nobody keeps it
    /// but the caller.</summary>
    public Tensor Materialize() => Rearrangement.Apply(Source);

    /// <summary>The same leaf with other elements, which lie in Flax's layout.</summary>
    /// <exception cref="ArgumentException">Their shape does not have this leaf's axes.</exception>
    public Leaf WithElements(Tensor elements) => this with { Source = Rearrangement.Inverse.Apply(elements) };
}

/// <summary>Flax's variables: every leaf once, in the order the graph uses them.</summary>
/// <param name="Leaves">The leaves.</param>
/// <param name="Dropped">State-dict keys that inference does not need (<c>num_batches_tracked</c>).</param>
public sealed record Variables(ImmutableArray<Leaf> Leaves, ImmutableArray<string> Dropped);
