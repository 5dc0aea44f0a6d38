using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>A convolution of a real model: a square window over a square plane, padded by half the window.</summary>
public sealed record ConvLayer(string Name, int Size, int Ci, int Co, int Kernel, int Stride = 1, int Groups = 1)
    : IWork
{
    /// <inheritdoc/>
    public double Flops => Geometry.Flops;

    /// <summary>Extents and layouts.</summary>
    internal ConvGeometry Geometry
    {
        get
        {
            int pad = Kernel / 2;
            int output = ((Size + (2 * pad) - Kernel) / Stride) + 1;
            return new ConvGeometry(
                new BufferLayout(1, Size, Size, Ci, pad, pad, pad, pad), new BufferLayout(1, output, output, Co),
                Kernel, Kernel)
            {
                StrideH = Stride, StrideW = Stride, PadTop = pad, PadLeft = pad, Groups = Groups,
            };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
