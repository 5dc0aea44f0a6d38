using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;

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
        Numbers.Arms,
        Picks.Arms,
        Pooling.Arms,
        Recurrence.Arms,
        Reductions.Arms,
        Regions.Arms,
        Resampling.Arms,
        Scalars.Arms,
        Shapes.Arms,
        Suite.Arms,
        Unary.Arms,
    ];

    static readonly FrozenDictionary<string, Arm> s_byTarget =
        Families.SelectMany(family => family).ToFrozenDictionary(arm => arm.Target, StringComparer.Ordinal);

    /// <summary>The arm of an operator; null when there is none. In place it gives what it gives otherwise: the walk
    /// writes it.</summary>
    public static Arm? Find(string target) => s_byTarget.GetValueOrDefault(target)
        ?? (target.EndsWith('_') ? s_byTarget.GetValueOrDefault(target[..^1]) : null);

    /// <summary>Executes one call.</summary>
    /// <param name="path">The model's file, for messages.</param>
    /// <param name="call">The call.</param>
    /// <param name="reading">Its arguments.</param>
    /// <exception cref="ModelException">PAR1002: no arm knows it, or this use of it; PAR1004: libtorch refuses its
    /// operands.</exception>
    public static Value Execute(string path, Call call, Reading reading)
    {
        var arm = Find(call.Target) ?? throw WalkErrors.Unsupported(path, call, "it has no arm for this operator");
        Value result;
        try
        {
            result = arm.Run(reading);
        }
        // TorchSharp reports libtorch's errors as ExternalException, and refuses some arguments itself.
        catch (Exception exception) when (exception is ExternalException or ArgumentException
            or InvalidOperationException or IndexOutOfRangeException
            or NotSupportedException or NotImplementedException)
        {
            throw WalkErrors.Failed(path, call, exception);
        }
        reading.RefuseUnread();
        return result;
    }
}
