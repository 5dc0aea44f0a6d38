using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Which axes of a kernel are what.</summary>
/// <param name="Input">Input channels of one group, or of all groups, which then follow each other.</param>
/// <param name="Output">Output channels of one group, or of all groups.</param>
/// <param name="Window">The first of the window's axes, of which there are as many as remain.</param>
readonly record struct KernelAxes(Index Input, Index Output, int Window)
{
    /// <summary>True where the input's axis counts through all groups, false where the output's does.</summary>
    public bool GroupsByInput { get; init; }

    /// <summary>True where the window is stored backwards.</summary>
    public bool Reversed { get; init; }

    /// <summary>Flax's kernel: (kd, kh, kw, ci / groups, co).</summary>
    public static readonly KernelAxes Hwio = new(^2, ^1, 0);

    /// <summary>Flax's transposed kernel with <c>transpose_kernel=True</c>: (kd, kh, kw, co, ci), one group.</summary>
    public static readonly KernelAxes Hwoi = new(^1, ^2, 0);

    /// <summary>PyTorch's kernel: (co, ci / groups, kd, kh, kw).</summary>
    public static readonly KernelAxes Oihw = new(1, 0, 2);

    /// <summary>PyTorch's transposed kernel: (ci, co / groups, kd, kh, kw).</summary>
    public static readonly KernelAxes Iohw = new(0, 1, 2) { GroupsByInput = true };

    /// <summary>Where each weight of a kernel lies.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="strides">Strides of the kernel's axes.</param>
    /// <param name="origin">Its first element.</param>
    public WeightStrides In(in ConvGeometry geometry, ReadOnlySpan<nint> strides, nint origin = 0)
    {
        nint input = strides[Input], output = strides[Output];
        var window = strides.Slice(Window, strides.Length - 2);
        var weights = new WeightStrides(
            origin, Along(window, 2), Along(window, 1), input, output,
            GroupsByInput ? geometry.GroupInput * input : geometry.GroupOutput * output)
        {
            KernelD = Along(window, 3),
        };
        return Reversed ? weights.Flipped(geometry) : weights;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Concat(Input.ToString(), Output.ToString(), Reversed ? " reversed" : "");

    static nint Along(ReadOnlySpan<nint> window, int fromLast) => window.Length >= fromLast ? window[^fromLast] : 0;
}

/// <summary>A node that is a convolution to the kernels: its extents, which of its operands are what, and how its
/// kernel lies.</summary>
/// <param name="Geometry">The extents. A product is a 1 × 1 convolution over rows of "pixels".</param>
/// <param name="Input">The operand that is the input.</param>
/// <param name="Kernel">The operand that is the kernel.</param>
/// <param name="Bias">The operand that is the bias, if there is one.</param>
sealed record Contraction(ConvGeometry Geometry, int Input, int Kernel, int? Bias)
{
    /// <summary>The axes of a stored kernel: Flax's.</summary>
    public KernelAxes Stored { get; init; } = KernelAxes.Hwio;

    /// <summary>The logical axes of a computed one: PyTorch's.</summary>
    public KernelAxes Computed { get; init; } = KernelAxes.Oihw;
}
