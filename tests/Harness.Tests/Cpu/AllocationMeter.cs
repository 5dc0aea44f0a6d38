using System.Reflection;
using Harness.Executor.Cpu;

namespace Harness.Tests.Cpu;

/// <summary>Reads how much the threads of a session have allocated, exactly: what the process allocates says nothing,
/// since the test runner's own threads never rest.</summary>
sealed class AllocationMeter
{
    readonly Workers _workers;
    readonly Reading _reading;

    public AllocationMeter(Session session)
    {
        _workers = (Workers)typeof(Session)
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Single(field => field.FieldType == typeof(Workers))
            .GetValue(session)!;
        _reading = new Reading(session.Plan.Threads);
        for (int i = 0; i < 3; i++)
        {
            Read();
            // Long enough for the partners to park: the first wait of a process allocates once.
            Thread.Sleep(5);
        }
        // A thread takes its memory 8 KiB at a time. A collection in the background that is over later counts what is
        // left of them as allocated; after a full one no thread has any.
        GC.Collect();
    }

    /// <summary>Bytes allocated so far by the caller and its partners. Reading allocates nothing.</summary>
    public long Read()
    {
        _reading.Started = 0;
        _workers.Run(_reading);
        return _reading.Bytes.Sum();
    }

    // A piece a thread: none ends before all have begun.
    sealed class Reading(int threads) : Step
    {
        public int Started;

        public long[] Bytes { get; } = new long[threads];

        public override long Pieces => threads;

        public override void Run(in Frame frame, long first, long last)
        {
            for (long piece = first; piece < last; piece++)
            {
                Interlocked.Increment(ref Started);
                while (Volatile.Read(ref Started) < threads) Thread.Yield();
                Bytes[piece] = GC.GetAllocatedBytesForCurrentThread();
            }
        }
    }
}
