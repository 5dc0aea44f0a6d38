using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>One recorded input or output.</summary>
/// <param name="Name">The port's name in the graph, or its position as text.</param>
/// <param name="Shape">Extents in PyTorch's axis order.</param>
/// <param name="Layout">PyTorch's letters for these axes: <c>nchw</c>.</param>
/// <param name="Type">The element type: inputs keep their own; outputs are float64, or an integer type that is
/// held to the last bit.</param>
/// <param name="Sha256"><see cref="Sha256Hash.Of(Tensor)"/> of the tensor.</param>
/// <param name="Statistics">What its values look like, for a reviewer.</param>
public sealed record GoldenPort(
    string Name,
    Shape Shape,
    string Layout,
    ElementType Type,
    string Sha256,
    Statistics Statistics)
{
    /// <summary>How the tensor is made, where it is not stored; null where it is.</summary>
    public GoldenGenerator? Generator { get; init; }

    /// <summary>The description of a tensor.</summary>
    public static GoldenPort Of(string name, Tensor tensor) => new(
        name, tensor.Shape, LayoutOf(tensor.Shape.Rank), tensor.Type, Sha256Hash.Of(tensor),
        Statistics.Of(tensor.ToDoubles()));

    /// <summary>PyTorch's letters for the axes of this rank: <c>n</c>, <c>nc</c>, <c>ncl</c>, <c>nchw</c>,
    /// <c>ncdhw</c>.</summary>
    public static string LayoutOf(int rank) => rank switch
    {
        0 => "",
        1 => "n",
        2 => "nc",
        3 => "ncl",
        4 => "nchw",
        5 => "ncdhw",
        // PyTorch has no letters for more; axes are then only counted.
        _ => string.Concat(Enumerable.Range(0, rank).Select(axis => (char)('a' + axis % 26))),
    };
}
