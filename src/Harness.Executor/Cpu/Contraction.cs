using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A node that is a convolution to the kernels: its extents, which of its operands are what, and how its
/// kernel lies.</summary>
/// <param name="Geometry">The extents. A product is a 1 × 1 convolution over rows of "pixels".</param>
/// <param name="Stored">How a stored kernel lies, as Flax has it.</param>
/// <param name="Input">The operand that is the input.</param>
/// <param name="Kernel">The operand that is the kernel.</param>
/// <param name="Bias">The operand that is the bias, if there is one.</param>
sealed record Contraction(ConvGeometry Geometry, WeightStrides Stored, int Input, int Kernel, int? Bias)
{
    /// <summary>The logical axis of the kernel that counts output channels; of a transposed convolution those of one
    /// group.</summary>
    public int OutputAxis { get; init; }

    /// <summary>The logical axis of the kernel that counts input channels; those of one group unless the convolution is
    /// transposed. The axes after the first two are the window's.</summary>
    public int InputAxis { get; init; } = 1;

    /// <summary>How a computed kernel lies: as whoever computed it left it.</summary>
    public WeightStrides StridesOf(ValueBuffer kernel)
    {
        nint[] strides = kernel.LogicalStrides();
        nint input = strides[InputAxis], output = strides[OutputAxis];
        nint Window(int fromLast) => strides.Length - 2 >= fromLast ? strides[^fromLast] : 0;
        return new WeightStrides(0, Window(2), Window(1), input, output,
            Geometry.Transposed ? Geometry.GroupInput * input : Geometry.GroupOutput * output)
        {
            KernelD = Window(3),
        };
    }
}
