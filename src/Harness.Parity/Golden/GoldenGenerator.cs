using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>An input that is made again from a seed instead of being stored: an image of an architecture would be a
/// hundred times the rest of its golden. Its hash stands in golden.json as any other's, so another sequence would be
/// noticed.</summary>
/// <param name="Seed">The seed of <see cref="SeededValues"/>, whose first tensor it is.</param>
public sealed record GoldenGenerator(long Seed)
{
    // 1 GiB of float32: far beyond any image, far below what a damaged file could ask for.
    const long MostElements = 1 << 28;

    /// <summary>The tensor; null where no golden should state such a one: other than float32, or without
    /// measure.</summary>
    public Tensor? Make(ElementType type, Shape shape) =>
        type == ElementType.Float32 && shape.Elements <= MostElements
            ? new SeededValues(Seed).Next(type, shape, limit: 1)
            : null;
}
