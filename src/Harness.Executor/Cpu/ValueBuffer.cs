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
/// <param name="Pixels">The same as rows of pixels, for physical rank 4; other ranks are one long pixel.</param>
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
    public BufferLayout Rows => Physical.Rank == 4
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
        return this with { Home = home, Channel = channel, Pixels = pixels, Strides = pixels.Strides() };
    }

    /// <summary>A buffer for a value, with a halo where it has rows of pixels.</summary>
    public static ValueBuffer Of(NhwcValue value, ElementType precision, Margin halo = default)
    {
        var physical = value.Physical;
        var type = value.Type.IsFloating() ? precision : value.Type;
        if (physical.Rank == 4)
        {
            var pixels = new BufferLayout(physical[0], physical[1], physical[2], physical[3], halo.Top, halo.Left, halo.Bottom, halo.Right);
            return new ValueBuffer(value.Id, type, value.Shape, value.Layout, physical, pixels.Strides(), pixels);
        }
        var flat = new BufferLayout(1, 1, 1, checked((int)physical.Elements));
        return new ValueBuffer(value.Id, type, value.Shape, value.Layout, physical, Traversal.ContiguousStrides(physical.AsSpan()), flat);
    }
}

/// <summary>Zeros around a plane that an op wants to find in its operand's buffer.</summary>
readonly record struct Margin(int Top, int Left, int Bottom, int Right)
{
    /// <summary>What a convolution reaches into.</summary>
    public static Margin From(in ConvGeometry geometry)
    {
        var (top, left, bottom, right) = geometry.RequiredHalo;
        return new Margin(top, left, bottom, right);
    }

    /// <summary>Enough for both.</summary>
    public Margin Or(Margin other) => new(
        Math.Max(Top, other.Top), Math.Max(Left, other.Left), Math.Max(Bottom, other.Bottom), Math.Max(Right, other.Right));
}
