using System.Collections.Concurrent;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Which elements a packing was made of. Two are equal where the elements cannot differ: the same memory, or
/// the same reader, moved in the same way.</summary>
/// <param name="Bytes">The leaf's source.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Rows">Which rows of it.</param>
/// <param name="Elements">Who reads the leaf, where that is not its source.</param>
/// <param name="Moves">How the elements move, letter by letter.</param>
sealed record PackingSource(
    ReadOnlyMemory<byte> Bytes, ElementType Type, Shape Shape, RowRange? Rows, Func<BorrowedTensor>? Elements,
    string Moves)
{
    /// <summary>The elements of a parameter.</summary>
    public static PackingSource Of(NhwcValue parameter)
    {
        var leaf = parameter.Leaf!;
        return new PackingSource(leaf.Source.Bytes, leaf.Source.Type, leaf.Source.Shape, leaf.Rows, leaf.Elements,
            string.Join('|', parameter.Moves.Prepend(leaf.Rearrangement).Select(Text)));
    }

    // Equal texts, equal moves: records compare their sizes by reference.
    static string Text(Rearrangement move) => move.IsIdentity ? ""
        : $"{move.From}>{move.To}>{move.Flip}>{string.Join(',', move.Sizes.Select(size => $"{size.Key}{size.Value}"))}";
}

/// <summary>What a packing is, within plans of one precision and register width.</summary>
/// <param name="Source">Of which elements.</param>
/// <param name="Form">In which order they lie, as text: whatever decides that stands in it.</param>
sealed record Packing(PackingSource Source, string Form);

/// <summary>All that a plan has packed, each once: steps that read a weight alike share it, and so does a plan for
/// another shape that borrows from this one.</summary>
/// <param name="memory">The plan's own memory.</param>
/// <param name="lender">What another plan has packed; only read until <see cref="Settle"/>.</param>
sealed class Packings(WeightMemory memory, Packings? lender)
{
    sealed record Held(object Packed, WeightMemory Memory, long Bytes);

    readonly ConcurrentDictionary<Packing, Lazy<Held>> _held = new();
    readonly ConcurrentDictionary<PackingSource, PackingSource> _sources = new();
    Packings? _lender = lender;
    long _sharedBytes;

    /// <summary>Bytes that more than one step of this plan counts as its own.</summary>
    public long SharedBytes => Interlocked.Read(ref _sharedBytes);

    /// <summary>True for a parameter of which something is packed.</summary>
    public bool Holds(NhwcValue parameter) => _sources.ContainsKey(PackingSource.Of(parameter));

    /// <summary>What was packed, is borrowed, or else is made now.</summary>
    /// <param name="packing">What it is.</param>
    /// <param name="make">Makes it in the plan's memory, and says how many bytes of that it takes.</param>
    public T Of<T>(Packing packing, Func<(T Packed, long Bytes)> make) where T : class
    {
        var mine = new Lazy<Held>(() => Borrowed(packing) ?? Made(make()));
        _sources.TryAdd(packing.Source, packing.Source);
        bool first = _held.TryAdd(packing, mine);
        var held = (first ? mine : _held[packing]).Value;
        if (!first) Interlocked.Add(ref _sharedBytes, held.Bytes);
        return (T)held.Packed;
    }

    /// <summary>All steps are made: nothing is borrowed any more.</summary>
    public void Settle() => _lender = null;

    Held Made<T>((T Packed, long Bytes) made) where T : class => new(made.Packed, memory, made.Bytes);

    // Whoever borrows keeps the memory, whatever becomes of the lender.
    Held? Borrowed(Packing packing)
    {
        if (_lender is not { } lender || !lender._held.TryGetValue(packing, out var lent)) return null;
        memory.Keep(lent.Value.Memory);
        return lent.Value;
    }
}
