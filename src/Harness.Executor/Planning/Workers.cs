using System.Numerics;

namespace Harness.Executor.Planning;

/// <summary>The threads of one session: the caller and its helpers. A helper spins briefly for the next step, then parks, so
/// that an idle session costs no processor.</summary>
/// <remarks>Worker i of n does pieces [i·p/n, (i+1)·p/n). Which worker does a piece never changes a bit.</remarks>
sealed unsafe class Workers<E> : IDisposable where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // About 200 µs of spinning: longer than the gap between two steps, shorter than anybody notices.
    const int Spins = 4000;

    readonly Partner[] _partners;
    readonly E** _values;
    readonly E** _scratch;
    Step<E>? _step;
    volatile int _generation;
    volatile bool _stopping;
    Exception? _failure;

    /// <summary>Starts <paramref name="threads"/> - 1 partners over a table of buffers and one scratch a worker.</summary>
    public Workers(int threads, E** values, E** scratch)
    {
        _values = values;
        _scratch = scratch;
        _partners = new Partner[threads - 1];
        for (int i = 0; i < _partners.Length; i++) _partners[i] = new Partner(this, i + 1);
    }

    int Count => _partners.Length + 1;

    /// <summary>Runs all pieces of a step and returns when they are done.</summary>
    public void Run(Step<E> step)
    {
        long pieces = step.Pieces;
        if (_partners.Length == 0 || pieces < 2)
        {
            step.Run(new Frame<E>(_values, _scratch[0]), 0, pieces);
            return;
        }
        _step = step;
        int generation = ++_generation;
        foreach (var partner in _partners) partner.Wake();
        try
        {
            Part(step, 0);
        }
        finally
        {
            // Whatever happens here, the partners still write into the session's memory until they are done.
            foreach (var partner in _partners) partner.Await(generation);
        }
        if (Interlocked.Exchange(ref _failure, null) is { } failure) throw new InvalidOperationException(failure.Message, failure);
    }

    void Part(Step<E> step, int worker)
    {
        long pieces = step.Pieces;
        long first = pieces * worker / Count, last = pieces * (worker + 1) / Count;
        if (first < last) step.Run(new Frame<E>(_values, _scratch[worker]), first, last);
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
        readonly Workers<E> _owner;
        readonly int _worker;
        readonly Thread _thread;
        readonly SemaphoreSlim _wake = new(0);
        int _parked;
        volatile int _done;

        public Partner(Workers<E> owner, int worker)
        {
            _owner = owner;
            _worker = worker;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"Harness worker {worker}" };
            _thread.Start();
        }

        public void Wake()
        {
            // An exchange is a full fence: the new generation is visible before the flag is read, so nobody sleeps through it.
            if (Interlocked.Exchange(ref _parked, 0) == 1) _wake.Release();
        }

        public void Await(int generation)
        {
            var spinner = default(SpinWait);
            while (_done != generation) spinner.SpinOnce(sleep1Threshold: -1);
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
                while (_owner._generation == seen && !_owner._stopping)
                {
                    if (++spins < Spins)
                    {
                        Thread.SpinWait(2);
                        continue;
                    }
                    spins = 0;
                    Interlocked.Exchange(ref _parked, 1);
                    bool idle = _owner._generation == seen && !_owner._stopping;
                    // Whoever clears the flag decides: when a waker did, its release is on the way and must be taken.
                    if (idle || Interlocked.Exchange(ref _parked, 0) == 0) _wake.Wait();
                }
                if (_owner._stopping) return;
                seen = _owner._generation;
                try
                {
                    _owner.Part(_owner._step!, _worker);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    Interlocked.CompareExchange(ref _owner._failure, e, null);
                }
                _done = seen;
            }
        }
    }
}
