using Harness.Executor.Model;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Reads values of sessions in PyTorch's axis order, each once for all that look at it, into memory that
/// serves again: the values of a model are gigabytes, and the system clears what it has not given before.</summary>
sealed class ValueReader
{
    // What a layer reads and what it gives, and a neighbour's.
    const int Most = 3;

    // The last used first.
    readonly List<Held> _held = [];

    sealed class Held
    {
        public RunnerSession? Session { get; set; }
        public int Value { get; set; }
        public double[] Elements { get; set; } = [];
    }

    /// <summary>Reads nothing of a session any more, which else holds its program, and that the weights.</summary>
    public void Forget()
    {
        foreach (var held in _held) held.Session = null;
    }

    /// <summary>The elements of a value, valid until <see cref="Most"/> others were read.</summary>
    /// <param name="session">Has run; whatever it computes afterwards is not seen.</param>
    /// <param name="value">One of its values.</param>
    public ReadOnlySpan<double> Read(RunnerSession session, int value)
    {
        int length = checked((int)session.Program.Values[value].Shape.Elements);
        var held = _held.Find(held => held.Session == session && held.Value == value);
        if (held is not null)
        {
            _held.Remove(held);
            _held.Insert(0, held);
            return held.Elements.AsSpan(0, length);
        }
        if (_held.Count < Most) held = new Held();
        else
        {
            held = _held[^1];
            _held.RemoveAt(Most - 1);
        }
        if (held.Elements.Length < length) held.Elements = LargeArray.Of<double>(length);
        session.Read(value, held.Elements.AsSpan(0, length));
        (held.Session, held.Value) = (session, value);
        _held.Insert(0, held);
        return held.Elements.AsSpan(0, length);
    }
}
