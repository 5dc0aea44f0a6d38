using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harness.Executor.Cpu;

/// <summary>Runs the first and the last piece of each step of a plan on memory of its own, on another thread, while the plan packs
/// the weights of those that follow: so that the first run finds its kernels compiled. Once a process, element type and register
/// width; never where code was compiled ahead, nor beside a single processor.</summary>
sealed unsafe class Rehearsal<E> : IDisposable where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Bytes of activations that need not be touched to compile kernels.
    const long MostBytes = 256L << 20;

    static int s_begun;

    readonly Plan<E> _plan;
    readonly Queue<Step<E>> _ready = new();
    bool _complete;

    /// <summary>A rehearsal of a plan whose places are decided.</summary>
    public Rehearsal(Plan<E> plan) => _plan = plan;

    /// <summary>A rehearsal, on its thread, of a plan whose steps are being made; null where none is wanted.</summary>
    public static Rehearsal<E>? Begin(Plan<E> plan)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || Environment.ProcessorCount == 1 || plan.ArenaBytes > MostBytes) return null;
        int width = 1 << (int)plan.Lanes;
        if ((Interlocked.Or(ref s_begun, width) & width) != 0) return null;
        var rehearsal = new Rehearsal<E>(plan);
        new Thread(rehearsal.Try) { IsBackground = true, Name = "Harness rehearsal" }.Start();
        return rehearsal;
    }

    /// <summary>A step that is ready and reads activations alone.</summary>
    public void Add(Step<E> step)
    {
        lock (_ready)
        {
            _ready.Enqueue(step);
            Monitor.Pulse(_ready);
        }
    }

    /// <summary>No more steps come.</summary>
    public void Dispose()
    {
        lock (_ready)
        {
            _complete = true;
            Monitor.Pulse(_ready);
        }
    }

    bool TryTake([NotNullWhen(true)] out Step<E>? step)
    {
        lock (_ready)
        {
            while (_ready.Count == 0 && !_complete) Monitor.Wait(_ready);
            return _ready.TryDequeue(out step);
        }
    }

    void Try()
    {
        try
        {
            Run();
        }
        catch (OutOfMemoryException)
        {
            // The plan does without.
        }
    }

    /// <summary>Runs steps as they come, until no more do.</summary>
    public void Run()
    {
        int count = _plan.Program.Values.Length;
        void* memory = NativeMemory.AllocZeroed((nuint)_plan.ArenaBytes + Arena.Alignment);
        E** values = (E**)NativeMemory.AllocZeroed((nuint)count * (nuint)sizeof(E*));
        try
        {
            nint arena = ((nint)memory + Arena.Alignment - 1) & -Arena.Alignment;
            for (int value = 0; value < count; value++)
                if (_plan.OffsetOf(_plan.RootOf(value)) is >= 0 and var offset) values[value] = (E*)(arena + offset);
            while (TryTake(out var step)) Run(step, values);
        }
        finally
        {
            NativeMemory.Free(values);
            NativeMemory.Free(memory);
        }
    }

    static void Run(Step<E> step, E** values)
    {
        void* scratch = NativeMemory.AlignedAlloc((nuint)Math.Max(1, step.ScratchElements) * (nuint)sizeof(E), Arena.Alignment);
        try
        {
            var frame = new Frame<E>(values, (E*)scratch);
            long pieces = step.Pieces;
            if (pieces > 0) step.Run(frame, 0, 1);
            if (pieces > 1) step.Run(frame, pieces - 1, pieces);
        }
        finally
        {
            NativeMemory.AlignedFree(scratch);
        }
    }
}
