namespace Harness.Executor.Cpu;

/// <summary>The memory one worker sees while a step runs.</summary>
readonly unsafe struct Frame
{
    readonly byte** _values;
    readonly byte* _scratch;

    /// <summary>A frame over the table of buffers and one worker's scratch.</summary>
    public Frame(byte** values, byte* scratch)
    {
        _values = values;
        _scratch = scratch;
    }

    /// <summary>This worker's own memory, as many bytes as the plan's hungriest step asks for.</summary>
    public E* Scratch<E>() where E : unmanaged => (E*)_scratch;

    /// <summary>The first element of a value, past its halo.</summary>
    public E* At<E>(ValueBuffer buffer) where E : unmanaged => (E*)_values[buffer.Value] + buffer.Origin;

    /// <summary>The start of a value's buffer, halo included.</summary>
    public E* Start<E>(ValueBuffer buffer) where E : unmanaged => (E*)_values[buffer.Value];
}

/// <summary>One entry of a plan: a kernel with everything decided but the memory. Immutable; many sessions share
/// it.</summary>
/// <remarks>Its work is cut into <see cref="Pieces"/> that may be dealt to workers in any way without changing a
/// bit.</remarks>
abstract class Step
{
    /// <summary>How many pieces of work there are.</summary>
    public abstract long Pieces { get; }

    /// <summary>Bytes of scratch that one worker needs.</summary>
    public virtual nint ScratchBytes => 0;

    /// <summary>What only the step knows about its price.</summary>
    public virtual StepCost Cost => new(GetType().Name.Split('`')[0], CostModel.Plain);

    /// <summary>How many neighbouring pieces should at least stay together when <paramref name="workers"/> share them,
    /// because they share work.</summary>
    public virtual long Grain(int workers) => 1;

    /// <summary>Does the pieces [first, last).</summary>
    public abstract void Run(in Frame frame, long first, long last);
}
