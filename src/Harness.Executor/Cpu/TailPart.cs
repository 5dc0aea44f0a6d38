using System.Collections.Immutable;

namespace Harness.Executor.Cpu;

/// <summary>How an op does its part where it stands in the tail of another's step.</summary>
abstract record TailPart
{
    /// <summary>True for a few plain instructions.</summary>
    public virtual bool IsShort => true;
}

/// <summary>A scale and shift by channel.</summary>
/// <param name="Constants">Its constants, from what gives the elements of a parameter and the node's operands.</param>
sealed record NormPart(Func<Func<int, double[]>, ImmutableArray<int>, ChannelNorm> Constants) : TailPart;

/// <summary>A function of each element.</summary>
/// <param name="Kernel">The function.</param>
sealed record FunctionPart(UnaryKernel Kernel) : TailPart
{
    /// <inheritdoc/>
    public override bool IsShort => Kernel.IsShort;
}

/// <summary>A function of each element and another value's.</summary>
/// <param name="Kernel">The function.</param>
sealed record PairPart(BinaryKernel Kernel) : TailPart;

/// <summary>A function of each element and a stored parameter's: one a channel, or one for all.</summary>
/// <param name="Kernel">The function; the parameter's element is its second operand.</param>
sealed record ChannelPart(BinaryKernel Kernel) : TailPart;
