using Harness.Executor.Model;

namespace Harness.Parity.Verification;

/// <summary>Arrays of one element type that are all given up at once, in memory that serves again: the system clears
/// what it has not given before, which takes longer than writing it.</summary>
sealed class Slab<E> where E : unmanaged
{
    E[] _block = [];
    long _taken;

    /// <summary>Room for some elements, whatever they are; valid until <see cref="Clear"/>.</summary>
    public Memory<E> Take(long elements)
    {
        long first = _taken;
        _taken += elements;
        return _taken <= _block.LongLength
            ? _block.AsMemory((int)first, (int)elements)
            : LargeArray.Of<E>(checked((int)elements));
    }

    /// <summary>Gives all of them up; next time there is room for as many.</summary>
    public void Clear()
    {
        // Beyond what one array holds each is an array of its own again.
        if (_taken > _block.LongLength && _taken <= Array.MaxLength)
            _block = LargeArray.Of<E>((int)_taken);
        _taken = 0;
    }
}
