using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Where a value lies while a plan runs: element counts and strides; the memory itself belongs to a
/// session.</summary>
/// <param name="Value">The value's id: what <see cref="Frame"/> knows it by.</param>
/// <param name="Type">What its elements are stored as.</param>
/// <param name="Shape">Its logical shape.</param>
/// <param name="Layout">Its permutation.</param>
/// <param name="Physical">Its shape in memory.</param>
/// <param name="Strides">Element strides of the physical axes.</param>
/// <param name="Pixels">The same as rows of pixels, for physical ranks 3 to 5; other ranks are one long pixel.</param>
sealed record ValueBuffer(
    int Value, ElementType Type, Shape Shape, Permutation Layout, Shape Physical, nint[] Strides, BufferLayout Pixels)
{
    /// <summary>The value whose memory it lies in: its own, or that of another of which it is a part.</summary>
    public required int Home { get; init; }

    /// <summary>Elements of that memory before it begins; its halo, if it has one, begins there.</summary>
    public nint Offset { get; private init; }

    /// <summary>Its shape and layout.</summary>
    public Placed Placed => new(Shape, Layout);

    /// <summary>Index of the first element: past the halo.</summary>
    public nint Origin => Pixels.Origin;

    /// <summary>Elements of the buffer, halo included.</summary>
    public nint Elements => Pixels.Elements;

    /// <summary>True when the elements are one run in memory order, without gaps or repeats.</summary>
    public bool IsDense => IsDenseFrom(0);

    /// <summary>The same of its innermost axes, from one physical axis on.</summary>
    public bool IsDenseFrom(int first)
    {
        nint stride = 1;
        for (int axis = Strides.Length - 1; axis >= first; axis--)
        {
            if (Physical[axis] != 1 && Strides[axis] != stride) return false;
            stride *= Physical[axis];
        }
        return true;
    }

    /// <summary>True when it is rows of pixels, the channels of each side by side.</summary>
    public bool HasPixels => BufferLayout.Holds(Physical.Rank)
        && (Physical[-1] == 1 || Strides[^1] == 1)
        && (Physical[-2] == 1 || (Strides[^2] >= Physical[-1] && Strides[^2] <= int.MaxValue));

    /// <summary>True when neighbours along the last axis lie apart: nothing but copying them one by one makes registers
    /// full.</summary>
    public bool IsApart => Physical.Rank > 0 && Physical[-1] > 1 && Strides[^1] is not (0 or 1);

    /// <summary>True when <see cref="Rows"/> can say where it lies: elements of the last physical axis side by side,
    /// and as much between any two neighbouring runs of them.</summary>
    public bool HasRows => HasPixels || (!BufferLayout.Holds(Physical.Rank) && RowPitch is not null);

    /// <summary>The value as rows of its last physical axis: its pixels, or one row of them where there are
    /// none.</summary>
    public BufferLayout Rows => Physical.Rank switch
    {
        >= 3 and <= 5 => Pixels,
        0 => new BufferLayout(1, 1, 1, 1),
        _ => new BufferLayout(1, 1, checked((int)RowCount), Physical[-1])
        {
            Pitch = checked((int)(RowPitch ?? throw new InvalidOperationException($"value {Value} has no even rows"))),
        },
    };

    // Runs of the last physical axis, which may be empty themselves.
    long RowCount
    {
        get
        {
            long count = 1;
            foreach (int extent in Physical.AsSpan()[..^1]) count *= extent;
            return count;
        }
    }

    // Elements from one run of the last physical axis to the next; null where there is no one such number.
    nint? RowPitch
    {
        get
        {
            int rank = Physical.Rank;
            if (rank == 0) return 1;
            int length = Physical[rank - 1];
            if (length > 1 && Strides[rank - 1] != 1) return null;
            var outer = Physical.AsSpan()[..^1];
            if (RowCount <= 1) return length;
            return Restride(outer, Strides.AsSpan(0, rank - 1), [checked((int)RowCount)]) is [var pitch]
                && pitch >= length
                && pitch <= int.MaxValue
                ? pitch
                : null;
        }
    }

    /// <summary>The stride of a logical axis; negative axes count from the last.</summary>
    public nint StrideOf(int logicalAxis) => Strides[Layout.PhysicalOf(logicalAxis)];

    /// <summary>Strides in the order of the logical axes.</summary>
    public nint[] LogicalStrides()
    {
        var strides = new nint[Shape.Rank];
        for (int j = 0; j < strides.Length; j++) strides[Layout[j]] = Strides[j];
        return strides;
    }

    /// <summary>The same value as some channels of its home.</summary>
    /// <param name="channel">The first of its channels there.</param>
    /// <param name="pitch">How many there are.</param>
    public ValueBuffer SliceOf(int channel, int pitch)
    {
        var pixels = Pixels with { Pitch = pitch };
        return this with { Offset = channel, Pixels = pixels, Strides = pixels.Strides(Physical.Rank) };
    }

    /// <summary>A value that is a part of this one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="part">Where it lies here.</param>
    public ValueBuffer Part(NhwcValue value, StridedPart part)
    {
        var strides = new nint[part.Strides.Length];
        for (int j = 0; j < strides.Length; j++) strides[j] = part.Strides[value.Layout[j]];
        return At(value, Offset + Origin + part.Offset, strides);
    }

    /// <summary>A value that is the same elements in the same memory order under another shape; null where no strides
    /// say that.</summary>
    public ValueBuffer? As(NhwcValue value) =>
        Restride(Physical.AsSpan(), Strides, value.Physical.AsSpan()) is { } strides
        ? At(value, Offset + Origin, strides)
        : null;

    ValueBuffer At(NhwcValue value, nint offset, nint[] strides)
    {
        var physical = value.Physical;
        int rank = physical.Rank;
        var pixels = BufferLayout.Holds(rank)
            ? BufferLayout.Of(physical) with
            {
                Pitch = physical[-2] == 1 || strides[^2] > int.MaxValue ? 0 : (int)strides[^2],
                RowPitch = rank > 3 ? Along(rank - 3) : null,
                PlanePitch = rank > 4 ? Along(rank - 4) : null,
                ImagePitch = Along(0),
            }
            : new BufferLayout(1, 1, 1, checked((int)physical.Elements));
        return new ValueBuffer(value.Id, Type, value.Shape, value.Layout, physical, strides, pixels)
        {
            Home = Home,
            Offset = offset,
        };

        nint? Along(int axis) => physical[axis] == 1 ? null : strides[axis];
    }

    /// <summary>The strides with which elements that lie in one order are read under other extents; null where there
    /// are none, since a new axis would run across a gap.</summary>
    internal static nint[]? Restride(ReadOnlySpan<int> extents, ReadOnlySpan<nint> strides, ReadOnlySpan<int> target)
    {
        if (extents.Contains(0)) return StridedCopy.ContiguousStrides(target);
        var result = new nint[target.Length];
        int axis = extents.Length - 1, at = target.Length - 1;
        while (axis >= 0 || at >= 0)
        {
            // The axes, from the last on, that make up as many elements on both sides.
            while (axis >= 0 && extents[axis] == 1) axis--;
            while (at >= 0 && target[at] == 1) result[at--] = 1;
            if (axis < 0 || at < 0) break;
            long elements = extents[axis], wanted = 1;
            nint stride = strides[axis], reach = stride * extents[axis];
            axis--;
            while (at >= 0 && wanted < elements)
            {
                result[at] = stride * (nint)wanted;
                wanted *= target[at--];
                while (wanted > elements)
                {
                    while (axis >= 0 && extents[axis] == 1) axis--;
                    if (axis < 0 || strides[axis] != reach) return null;
                    elements *= extents[axis];
                    reach *= extents[axis];
                    axis--;
                }
            }
            if (wanted != elements) return null;
        }
        return result;
    }

    /// <summary>A buffer for a value, with a halo where it has rows of pixels.</summary>
    /// <param name="value">The value.</param>
    /// <param name="home">Whose memory it is.</param>
    /// <param name="precision">What floating-point values are stored in.</param>
    /// <param name="halo">The zeros around it.</param>
    public static ValueBuffer Of(NhwcValue value, int home, ElementType precision, Margin halo = default)
    {
        var physical = value.Physical;
        var type = value.Type.IsFloating() ? precision : value.Type;
        if (BufferLayout.Holds(physical.Rank))
        {
            var pixels = BufferLayout.Of(physical).WithHalo(halo);
            return new ValueBuffer(
                value.Id, type, value.Shape, value.Layout, physical, pixels.Strides(physical.Rank), pixels)
            {
                Home = home,
            };
        }
        var flat = new BufferLayout(1, 1, 1, checked((int)physical.Elements));
        nint[] strides = StridedCopy.ContiguousStrides(physical.AsSpan());
        return new ValueBuffer(value.Id, type, value.Shape, value.Layout, physical, strides, flat) { Home = home };
    }
}

/// <summary>Where a value lies in another of which it is a part.</summary>
/// <param name="Offset">Elements from the other's first element to its own.</param>
/// <param name="Strides">Element strides of its logical axes; 0 along those that repeat.</param>
readonly record struct StridedPart(nint Offset, nint[] Strides);
