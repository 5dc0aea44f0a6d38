using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Harness.Reference.Walk;

/// <summary>Every operator that the oracle knows, each written by hand over libtorch's own ops.</summary>
public static class ArmTable
{
    /// <summary>All arms; each family is sorted by target.</summary>
    public static ImmutableArray<ImmutableArray<Arm>> Families { get; } =
    [
        Activations.Arms,
        Arithmetic.Arms,
        Attention.Arms,
        Comparisons.Arms,
        Convolutions.Arms,
        Creation.Arms,
        Joins.Arms,
        Matrices.Arms,
        Norms.Arms,
        Picks.Arms,
        Pooling.Arms,
        Reductions.Arms,
        Resampling.Arms,
        Scalars.Arms,
        Shapes.Arms,
        Unary.Arms,
    ];

    static readonly FrozenDictionary<string, Arm> s_byTarget =
        Families.SelectMany(family => family).ToFrozenDictionary(arm => arm.Target, StringComparer.Ordinal);

    /// <summary>The arm of an operator; null when there is none.</summary>
    public static Arm? Find(string target) => s_byTarget.GetValueOrDefault(target);
}
