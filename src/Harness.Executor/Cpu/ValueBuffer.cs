using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Where a value lies while a plan runs: element counts and strides; the memory itself belongs to a session.</summary>
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
    /// <summary>The value whose buffer it is: its own, or that of a concatenation's result of which it is some channels.</summary>
    public int Home { get; private init; } = Value;

    /// <summary>Its first channel there.</summary>
    public int Channel { get; private init; }

    /// <summary>Index of the first element: past the halo.</summary>
    public nint Origin => Pixels.Origin;

    /// <summary>Elements of the buffer, halo included.</summary>
    public nint Elements => Pixels.Elements;

    /// <summary>The value as rows of its last physical axis: its pixels, or one row of them where there are none.</summary>
    public BufferLayout Rows => BufferLayout.Holds(Physical.Rank)
        ? Pixels
        : new BufferLayout(1, 1, Physical.Rank == 0 ? 1 : checked((int)(Shape.Elements / Math.Max(1, Physical[-1]))), Physical.Rank == 0 ? 1 : Physical[-1]);

    /// <summary>The stride of a logical axis; negative axes count from the last.</summary>
    public nint StrideOf(int logicalAxis) => Strides[Layout.PhysicalOf(logicalAxis)];

    /// <summary>Strides in the order of the logical axes.</summary>
    public nint[] LogicalStrides()
    {
        var strides = new nint[Shape.Rank];
        for (int j = 0; j < strides.Length; j++) strides[Layout[j]] = Strides[j];
        return strides;
    }

    /// <summary>The same value as some channels of another's buffer.</summary>
    /// <param name="home">The other.</param>
    /// <param name="channel">The first of its channels.</param>
    /// <param name="pitch">How many it has.</param>
    public ValueBuffer SliceOf(int home, int channel, int pitch)
    {
        var pixels = Pixels with { Pitch = pitch };
        return this with { Home = home, Channel = channel, Pixels = pixels, Strides = pixels.Strides(Physical.Rank) };
    }

    /// <summary>A buffer for a value, with a halo where it has rows of pixels.</summary>
    public static ValueBuffer Of(NhwcValue value, ElementType precision, Margin halo = default)
    {
        var physical = value.Physical;
        var type = value.Type.IsFloating() ? precision : value.Type;
        if (BufferLayout.Holds(physical.Rank))
        {
            var pixels = BufferLayout.Of(physical).WithHalo(halo);
            return new ValueBuffer(
                value.Id, type, value.Shape, value.Layout, physical, pixels.Strides(physical.Rank), pixels);
        }
        var flat = new BufferLayout(1, 1, 1, checked((int)physical.Elements));
        return new ValueBuffer(value.Id, type, value.Shape, value.Layout, physical, Traversal.ContiguousStrides(physical.AsSpan()), flat);
    }
}
