using System.Collections.Immutable;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One op's entry in <see cref="OpSet"/>: the operators it takes and how it reads their arguments.</summary>
/// <param name="Signatures">PyTorch's signatures, tried in order.</param>
/// <param name="Parse">Reads a bound call; refuses by <see cref="Bound.Refuse"/> what it does not support.</param>
public sealed record OpDefinition(ImmutableArray<Signature> Signatures, Func<Bound, Op> Parse)
{
    /// <summary>A definition from signatures as text.</summary>
    public static OpDefinition Of(Func<Bound, Op> parse, params ReadOnlySpan<string> signatures)
    {
        var parsed = ImmutableArray.CreateBuilder<Signature>(signatures.Length);
        foreach (string signature in signatures) parsed.Add(Signature.Parse(signature));
        return new OpDefinition(parsed.MoveToImmutable(), parse);
    }
}
