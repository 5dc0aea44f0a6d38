using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Runs the first and the last piece of each step of a plan on memory of its own, on another thread, while the
/// plan packs the weights of those that follow: so that the first run finds its kernels compiled. Once a process,
/// element type and register width; never where code was compiled ahead, nor beside a single processor.</summary>
sealed unsafe class Rehearsal : IDisposable
{
    // Bytes of activations that need not be touched to compile kernels.
    const long MostBytes = 256L << 20;

    // Widths go to sixteen lanes: as many bits for each precision.
    const int PrecisionBits = 17;

    static long s_begun;

    readonly Plan _plan;
    readonly Queue<Step> _ready = new();
    bool _complete;

    /// <summary>A rehearsal of a plan whose places are decided.</summary>
    public Rehearsal(Plan plan) => _plan = plan;

    /// <summary>A rehearsal, on its thread, of a plan whose steps are being made; null where none is wanted.</summary>
    public static Rehearsal? Begin(Plan plan)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || Environment.ProcessorCount == 1 || plan.ArenaBytes > MostBytes)
            return null;
        long width = 1L << ((int)plan.Lanes + (plan.Precision == ElementType.Float64 ? PrecisionBits : 0));
        if ((Interlocked.Or(ref s_begun, width) & width) != 0) return null;
        var rehearsal = new Rehearsal(plan);
        // The plan may be disposed while its steps are still rehearsed.
        plan.Memory.Retain();
        new Thread(rehearsal.Try) { IsBackground = true, Name = "Harness rehearsal" }.Start();
        return rehearsal;
    }

    /// <summary>A step that is ready and reads activations alone.</summary>
    public void Add(Step step)
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

    bool TryTake([NotNullWhen(true)] out Step? step)
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
        finally
        {
            _plan.Memory.Release();
        }
    }

    /// <summary>Runs steps as they come, until no more do.</summary>
    public void Run()
    {
        int count = _plan.Program.Values.Length;
        void* memory = NativeMemory.AllocZeroed((nuint)_plan.ArenaBytes + Arena.Alignment);
        byte** values = (byte**)NativeMemory.AllocZeroed((nuint)count * (nuint)sizeof(byte*));
        try
        {
            nint arena = ((nint)memory + Arena.Alignment - 1) & -Arena.Alignment;
            for (int value = 0; value < count; value++)
                if (_plan.OffsetOf(value) is >= 0 and var offset) values[value] = (byte*)(arena + offset);
            while (TryTake(out var step)) Run(step, values);
        }
        finally
        {
            NativeMemory.Free(values);
            NativeMemory.Free(memory);
        }
    }

    static void Run(Step step, byte** values)
    {
        void* scratch = NativeMemory.AlignedAlloc((nuint)Math.Max(1, step.ScratchBytes), Arena.Alignment);
        try
        {
            var frame = new Frame(values, (byte*)scratch);
            long pieces = step.Pieces;
            if (pieces > 0) step.Run(frame, 0, 1);
            if (pieces > 1) step.Run(frame, pieces - 1, pieces);
        }
        catch (ModelException)
        {
            // What lies in that memory need be no index.
        }
        finally
        {
            NativeMemory.AlignedFree(scratch);
        }
    }
}
