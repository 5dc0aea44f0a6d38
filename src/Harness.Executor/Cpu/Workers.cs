using System.Runtime.ExceptionServices;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>The threads of one session: the caller and its helpers. A helper spins briefly for the next step, then
/// parks, so that an idle session costs no processor.</summary>
/// <remarks>
/// <para>A step's pieces are cut into slots, some for each worker, who does its own in order and then takes what others
/// have not begun: a helper that sleeps or lost its processor delays nobody. Which worker does a piece never changes a
/// bit.</para>
/// <para>A slot is taken by raising its number to the step's generation. A helper that wakes late, with an older step,
/// finds none of that step's slots below its generation and does nothing. Generations are even; an odd one says that
/// the next step is being laid out, so that nobody sees half of it.</para>
/// </remarks>
sealed unsafe class Workers : IDisposable
{
    // About 200 µs of spinning: longer than the gap between two steps, shorter than anybody notices.
    const int Spins = 4000;

    const int SlotsPerWorker = 4;

    // Numbers of slots stand a cache line apart.
    const int Apart = 16;

    readonly Partner[] _partners;
    readonly byte** _values;
    readonly byte** _scratch;
    readonly int[] _slots;
    volatile Step? _step;
    volatile int _count;
    int _generation;
    volatile bool _stopping;
    int _left;
    Exception? _failure;

    /// <summary>Starts <paramref name="threads"/> - 1 partners over a table of buffers and one scratch a
    /// worker.</summary>
    public Workers(int threads, byte** values, byte** scratch)
    {
        _values = values;
        _scratch = scratch;
        _slots = new int[threads * SlotsPerWorker * Apart];
        _partners = new Partner[threads - 1];
        for (int i = 0; i < _partners.Length; i++) _partners[i] = new Partner(this, i + 1);
    }

    int Count => _partners.Length + 1;

    /// <summary>Runs all pieces of a step and returns when they are done.</summary>
    /// <param name="step">The step.</param>
    /// <param name="alone">True where it is over before a helper would have begun.</param>
    public void Run(Step step, bool alone = false)
    {
        long pieces = step.Pieces;
        if (_partners.Length == 0 || pieces < 2 || alone)
        {
            step.Run(new Frame(_values, _scratch[0]), 0, pieces);
            return;
        }
        long grain = Math.Max(1, step.Grain(Count));
        int slots = (int)Math.Clamp((pieces + grain - 1) / grain, 1, Count * SlotsPerWorker);
        // As many for every worker: they are alike, so that one more would be waited for.
        if (slots > Count) slots -= slots % Count;
        // Full fences on both sides: what follows the first is not seen before it, what precedes the second not after
        // it.
        Interlocked.Increment(ref _generation);
        _step = step;
        _count = slots;
        Volatile.Write(ref _left, slots);
        int generation = Interlocked.Increment(ref _generation);
        foreach (var partner in _partners) partner.Wake();
        Part(step, generation, slots, 0);
        // The partners write into the session's memory until the last slot is done.
        var spinner = default(SpinWait);
        for (int spins = 0; Volatile.Read(ref _left) > 0; spins++)
        {
            if (spins < Spins) Thread.SpinWait(1);
            else spinner.SpinOnce(sleep1Threshold: -1);
        }
        if (Interlocked.Exchange(ref _failure, null) is not { } failure) return;
        if (failure is ModelException) ExceptionDispatchInfo.Throw(failure);
        throw new InvalidOperationException(failure.Message, failure);
    }

    // The step that is laid out for a helper who knows that of an older generation; false while there is none.
    bool TrySee(int known, out int generation, out Step? step, out int slots)
    {
        generation = Volatile.Read(ref _generation);
        step = _step;
        slots = _count;
        return generation != known && generation % 2 == 0 && Volatile.Read(ref _generation) == generation;
    }

    // One's own slots in order, then those of the others from their ends, which they come to last.
    void Part(Step step, int generation, int slots, int worker)
    {
        int first = Home(worker, slots), end = Home(worker + 1, slots);
        for (int slot = first; slot < end; slot++) TryDo(step, generation, slots, slot, worker);
        for (int other = 1; other < Count; other++)
        {
            int owner = (worker + other) % Count;
            int begin = Home(owner, slots);
            for (int slot = Home(owner + 1, slots) - 1; slot >= begin; slot--)
                TryDo(step, generation, slots, slot, worker);
        }
    }

    int Home(int worker, int slots) => (int)((long)slots * worker / Count);

    void TryDo(Step step, int generation, int slots, int slot, int worker)
    {
        ref int taken = ref _slots[slot * Apart];
        int seen = Volatile.Read(ref taken);
        // Generations wrap round after two thousand million steps.
        if (seen - generation >= 0 || Interlocked.CompareExchange(ref taken, generation, seen) != seen) return;
        try
        {
            long pieces = step.Pieces;
            step.Run(new Frame(_values, _scratch[worker]), pieces * slot / slots, pieces * (slot + 1) / slots);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
        finally
        {
            Interlocked.Decrement(ref _left);
        }
    }

    /// <summary>Ends the partners and waits for them.</summary>
    public void Dispose()
    {
        _stopping = true;
        foreach (var partner in _partners) partner.Wake();
        foreach (var partner in _partners) partner.Dispose();
    }

    sealed class Partner : IDisposable
    {
        readonly Workers _owner;
        readonly int _worker;
        readonly Thread _thread;
        readonly SemaphoreSlim _wake = new(0);
        int _parked;

        public Partner(Workers owner, int worker)
        {
            _owner = owner;
            _worker = worker;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"Harness worker {worker}" };
            _thread.Start();
        }

        public void Wake()
        {
            // An exchange is a full fence: the new generation is visible before the flag is read, so nobody sleeps
            // through it.
            if (Interlocked.Exchange(ref _parked, 0) == 1) _wake.Release();
        }

        public void Dispose()
        {
            _thread.Join();
            _wake.Dispose();
        }

        void Loop()
        {
            int seen = 0;
            while (true)
            {
                int spins = 0;
                int generation, slots;
                Step? step;
                while (!_owner.TrySee(seen, out generation, out step, out slots) && !_owner._stopping)
                {
                    if (++spins < Spins)
                    {
                        Thread.SpinWait(2);
                        continue;
                    }
                    spins = 0;
                    Interlocked.Exchange(ref _parked, 1);
                    bool idle = Volatile.Read(ref _owner._generation) == seen && !_owner._stopping;
                    // Whoever clears the flag decides: when a waker did, its release is on the way and must be taken.
                    if (idle || Interlocked.Exchange(ref _parked, 0) == 0) _wake.Wait();
                }
                if (_owner._stopping) return;
                seen = generation;
                _owner.Part(step!, generation, slots, _worker);
            }
        }
    }
}
