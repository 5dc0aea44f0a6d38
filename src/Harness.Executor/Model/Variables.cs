using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>One leaf of a Flax variable tree.</summary>
/// <param name="Collection"><c>params</c>, <c>batch_stats</c> or <c>constants</c>.</param>
/// <param name="Path">Module path and leaf name: <c>layer1, 0, conv1, kernel</c>.</param>
/// <param name="TorchKey">The state-dict key it came from.</param>
/// <param name="Rearrangement">How the torch tensor became this one; invertible.</param>
/// <param name="Tensor">The elements in Flax's layout; the source's element type.</param>
public sealed record Leaf(
    string Collection,
    ImmutableArray<string> Path,
    string TorchKey,
    Layout.Rearrangement Rearrangement,
    Tensor Tensor)
{
    /// <summary><c>params/layer1/0/conv1/kernel</c>.</summary>
    public string FullPath => $"{Collection}/{string.Join('/', Path)}";
}

/// <summary>Flax's variables: every leaf once, in the order the graph uses them.</summary>
/// <param name="Leaves">The leaves.</param>
/// <param name="Dropped">State-dict keys that inference does not need (<c>num_batches_tracked</c>).</param>
public sealed record Variables(ImmutableArray<Leaf> Leaves, ImmutableArray<string> Dropped);
