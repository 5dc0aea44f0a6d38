using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Reference.Recording;

/// <summary>What to record.</summary>
/// <param name="Model">The model file.</param>
/// <param name="Weights">The weights' file, or <c>seed:N</c>; null where the model file holds them.</param>
/// <param name="Golden">The folder of the case.</param>
/// <param name="Inputs">Input files, in the order of the graph's inputs; empty for those of an earlier golden, else
/// seeded values.</param>
/// <param name="InputShapes">Shapes for seeded values, in the same order; empty to take the file's or infer
/// them.</param>
/// <param name="Seed">The seed of the values; null for those of an earlier golden, else 0.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="AllowNaN">Records although a weight is NaN.</param>
/// <param name="Reason">Why a golden that cannot tell everything is recorded all the same; null where it may not
/// be.</param>
sealed record RecordOptions(
    string Model,
    string? Weights,
    string Golden,
    ImmutableArray<string> Inputs,
    ImmutableArray<Shape> InputShapes,
    long? Seed,
    string Device,
    bool AllowNaN,
    string? Reason)
{
    /// <summary>What arguments of a script's <c>forward</c> are given that are no tensors; empty for those of an
    /// earlier golden.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];
}
