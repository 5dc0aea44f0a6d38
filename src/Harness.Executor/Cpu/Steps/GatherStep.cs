using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Integers that say where along one axis of a value an element lies.</summary>
/// <param name="Values">The operand that holds them.</param>
/// <param name="Strides">Its strides along the physical axes of what is walked, 0 where it repeats.</param>
/// <param name="Axis">The logical axis of the value.</param>
/// <param name="Extent">How long that is.</param>
/// <param name="Stride">Elements from one index to the next.</param>
/// <param name="Wraps">True where negative integers count from the end.</param>
sealed record PlaceIndex(
    ValueBuffer Values, nint[] Strides, int Axis, int Extent, nint Stride, bool Wraps)
{
    /// <summary>Elements to the index that an integer names.</summary>
    /// <exception cref="ModelException">PAR1004: there is none.</exception>
    public nint OffsetOf(long index, string node)
    {
        long at = Wraps && index < 0 ? index + Extent : index;
        return (ulong)at < (ulong)Extent ? (nint)at * Stride : throw OutOfRange(index, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ModelException OutOfRange(long index, string node) => new(new Finding(Codes.ShapeMismatch, "",
        $"'{node}': index {index} is out of range on axis {Axis}, expected {(Wraps ? -Extent : 0)} to {Extent - 1}"));
}

/// <summary>Which elements of a value, row by row along the last physical axis of a result: each lies at a place of its
/// own, and from there as far along some axes as integers say.</summary>
sealed unsafe class Places
{
    readonly string _node;
    readonly int[] _outer;
    readonly nint[] _own;
    readonly ImmutableArray<PlaceIndex> _indices;

    /// <param name="node">The node's name, for messages.</param>
    /// <param name="walked">What is walked, in the order of its memory.</param>
    /// <param name="own">The value's strides along the logical axes of what is walked, 0 where indices alone decide.
    /// </param>
    /// <param name="indices">The integers.</param>
    public Places(string node, Placed walked, nint[] own, ImmutableArray<PlaceIndex> indices)
    {
        (_node, _indices) = (node, indices);
        var physical = walked.Layout.Physical(walked.Shape);
        int rank = physical.Rank;
        _outer = rank == 0 ? [] : physical.AsSpan()[..^1].ToArray();
        Length = rank == 0 ? 1 : physical[-1];
        _own = new nint[rank];
        for (int j = 0; j < rank; j++) _own[j] = own[walked.Layout[j]];
        Rows = 1;
        foreach (int extent in _outer) Rows *= extent;
        VariesInRow = Length > 1 && indices.Any(index => index.Strides[rank - 1] != 0);
    }

    /// <summary>How many rows there are.</summary>
    public long Rows { get; }

    /// <summary>Elements of a row.</summary>
    public int Length { get; }

    /// <summary>True where the integers are not the same for a whole row.</summary>
    public bool VariesInRow { get; }

    /// <summary>Elements of the value from one of a row to the next, the integers left out.</summary>
    public nint Stride => _own.Length == 0 ? 0 : _own[^1];

    /// <summary>The axes of a row, by their indices: outermost first.</summary>
    public void Split(long row, Span<long> at)
    {
        for (int axis = _outer.Length - 1; axis >= 0; axis--) row = Math.DivRem(row, _outer[axis], out at[axis]);
    }

    /// <summary>The first element of a row that indices name, all of their own; integers that vary are left out.
    /// </summary>
    public nint Start(in Frame frame, ReadOnlySpan<long> at)
    {
        nint offset = 0;
        for (int axis = 0; axis < _outer.Length; axis++) offset += (nint)at[axis] * _own[axis];
        if (VariesInRow) return offset;
        foreach (var index in _indices)
            offset += index.OffsetOf(frame.At<long>(index.Values)[RowOf(index, at)], _node);
        return offset;
    }

    /// <summary>As far as integers that vary move an element of a row.</summary>
    public nint Moved(in Frame frame, ReadOnlySpan<long> at, int i)
    {
        nint offset = 0;
        foreach (var index in _indices)
        {
            offset += index.OffsetOf(
                frame.At<long>(index.Values)[RowOf(index, at) + (i * index.Strides[^1])], _node);
        }
        return offset;
    }

    nint RowOf(PlaceIndex index, ReadOnlySpan<long> at)
    {
        nint offset = 0;
        for (int axis = 0; axis < _outer.Length; axis++) offset += (nint)at[axis] * index.Strides[axis];
        return offset;
    }
}

/// <summary>Elements of a value at places that integers say. Bits move, whatever they mean.</summary>
sealed unsafe class GatherStep(ValueBuffer output, ValueBuffer x, Places places) : Step
{
    /// <inheritdoc/>
    public override long Pieces => places.Rows;

    /// <inheritdoc/>
    public override StepCost Cost => new("pick", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        switch (output.Type.Size())
        {
            case 8: Run<long>(frame, first, last); break;
            case 4: Run<int>(frame, first, last); break;
            case 2: Run<short>(frame, first, last); break;
            default: Run<byte>(frame, first, last); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Run<T>(in Frame frame, long first, long last) where T : unmanaged
    {
        T* to = frame.At<T>(output), from = frame.At<T>(x);
        int outer = Math.Max(0, output.Physical.Rank - 1), length = places.Length;
        nint step = output.Physical.Rank == 0 ? 1 : output.Strides[^1], stride = places.Stride;
        Span<long> at = stackalloc long[outer];
        for (long row = first; row < last; row++)
        {
            places.Split(row, at);
            T* target = to;
            for (int axis = 0; axis < outer; axis++) target += (nint)at[axis] * output.Strides[axis];
            T* source = from + places.Start(frame, at);
            if (places.VariesInRow)
            {
                for (int i = 0; i < length; i++)
                    target[i * step] = source[(i * stride) + places.Moved(frame, at, i)];
            }
            else if (step == 1 && stride == 1)
            {
                new ReadOnlySpan<T>(source, length).CopyTo(new Span<T>(target, length));
            }
            else
            {
                for (int i = 0; i < length; i++) target[i * step] = source[i * stride];
            }
        }
    }
}
