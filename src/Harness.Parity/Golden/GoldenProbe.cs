using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>What a golden keeps of an inner activation: enough to tell whether every element of it is right.</summary>
/// <remarks>Positions say by how much it is wrong, the norm and the projection whether it is at all: elements that no
/// position holds, and elements that were exchanged.</remarks>
/// <param name="Node">The call's name.</param>
/// <param name="Shape">The result's shape in PyTorch's axis order.</param>
/// <param name="AbsMax">The largest finite magnitude, in all elements.</param>
/// <param name="L2">The Euclidean norm of all finite elements.</param>
/// <param name="Positions">Sampled flat indices in PyTorch's C order, ascending.</param>
public sealed record GoldenProbe(string Node, Shape Shape, double AbsMax, double L2, ImmutableArray<long> Positions)
{
    /// <summary>The most positions that a probe samples.</summary>
    public const int MaxPositions = 32;

    /// <summary>The fewest of a larger result: its ends, its largest element, and one that is not finite.</summary>
    public const int FewestPositions = 4;

    /// <summary>Σ wᵢxᵢ over all finite elements in C order, wᵢ being a number of [-1, 1) that the node's name and i
    /// give.</summary>
    public double Projection { get; init; }

    /// <summary>How many elements are NaN or infinite.</summary>
    public long NonFinite { get; init; }

    /// <summary>How far float64 rounding alone moves an element, where that is more than usual: the largest difference
    /// of two walks, one of which was moved by an ulp at every node.</summary>
    public double Rounding { get; init; }

    /// <summary>The type of the values: float64, or an integer type that is held to the last bit.</summary>
    public ElementType Type { get; init; } = ElementType.Float64;

    /// <summary>The probe of a node's result, and the values at its positions, one axis: float64, or integers and
    /// Booleans in their own type.</summary>
    /// <param name="node">The call's name, which also seeds the sample.</param>
    /// <param name="result">All elements in PyTorch's axis order.</param>
    /// <param name="most">The most positions.</param>
    public static (GoldenProbe Probe, Tensor Values) Sample(string node, Tensor result, int most = MaxPositions)
    {
        var elements = result.Type == ElementType.Float64 ? result.As<double>() : result.ToDoubles();
        var (probe, values) = Sample(node, result.Shape, elements, most);
        return result.Type.IsFloating()
            ? (probe, values)
            : (probe with { Type = result.Type }, Pick(result, probe.Positions));
    }

    /// <summary>The elements at these flat indices, one axis.</summary>
    internal static Tensor Pick(Tensor tensor, ImmutableArray<long> positions)
    {
        int size = tensor.Type.Size();
        var picked = new byte[positions.Length * size];
        for (int i = 0; i < positions.Length; i++)
            tensor.Bytes.Slice((int)positions[i] * size, size).CopyTo(picked.AsMemory(i * size));
        return new Tensor(tensor.Type, [positions.Length], picked);
    }

    /// <summary>The probe of a node's result, and the values at its positions (float64, one axis).</summary>
    /// <param name="node">The call's name; it also seeds the sample, so that a probe does not depend on its
    /// neighbours.</param>
    /// <param name="shape">The result's shape in PyTorch's axis order.</param>
    /// <param name="values">All elements in that order.</param>
    /// <param name="most">The most positions.</param>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static (GoldenProbe Probe, Tensor Values) Sample(string node, Shape shape, ReadOnlySpan<double> values,
        int most = MaxPositions)
    {
        if (shape.Elements != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill {shape}", nameof(values));
        var sums = ProbeSums.Of(node, values);
        var positions = Choose(node, values.Length, sums.ArgMax, sums.FirstNonFinite, most);
        var sampled = new double[positions.Length];
        for (int i = 0; i < sampled.Length; i++) sampled[i] = values[(int)positions[i]];
        var probe = new GoldenProbe(node, shape, sums.AbsMax, sums.L2, positions)
        {
            Projection = sums.Projection,
            NonFinite = sums.NonFinite,
        };
        return (probe, Tensor.Of([sampled.Length], sampled));
    }

    static ImmutableArray<long> Choose(string node, int count, long argMax, long firstNonFinite, int most)
    {
        if (count <= most) return [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var chosen = new SortedSet<long> { 0, count - 1, argMax };
        if (firstNonFinite >= 0) chosen.Add(firstNonFinite);
        ulong state = Seed(node);
        while (chosen.Count < most) chosen.Add((long)(Next(ref state) % (ulong)count));
        return [.. chosen];
    }

    /// <summary>FNV-1a of a node's name: string.GetHashCode differs from run to run. Source:
    /// http://www.isthe.com/chongo/tech/comp/fnv/</summary>
    internal static ulong Seed(string node)
    {
        ulong hash = 14695981039346656037;
        foreach (byte letter in Encoding.UTF8.GetBytes(node)) hash = (hash ^ letter) * 1099511628211;
        return hash;
    }

    // SplitMix64, fixed for ever: System.Random may change its sequence. https://prng.di.unimi.it/splitmix64.c
    static ulong Next(ref ulong state)
    {
        state += ProbeSums.Step;
        return ProbeSums.Mix(state);
    }
}
