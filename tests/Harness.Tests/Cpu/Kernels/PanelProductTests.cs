using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class PanelProductTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 5, 17)]
    [InlineData(3, 7, 16)]
    [InlineData(4, 1, 33)]
    [InlineData(6, 37, 5)]
    [InlineData(13, 40, 129)]
    [InlineData(9, 300, 3)]
    [InlineData(2, 19, 150)]
    public void Products_are_near_and_equal_in_every_width(int rows, int inputs, int outputs)
    {
        Product<float>(rows, inputs, outputs, 1e-5);
        Product<double>(rows, inputs, outputs, 1e-13);
    }

    static void Product<E>(int rows, int inputs, int outputs, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // Rows of x lie apart.
        int stride = inputs + 3;
        E[] x = Bits.Random<E>(rows * stride, 1), w = Bits.Random<E>(inputs * outputs, 2);
        int padded = (int)PanelProduct.Padded(outputs);
        E[] bias = new E[padded], panels = new E[PanelProduct.Elements(inputs, outputs)];
        Bits.Random<E>(outputs, 3).CopyTo(bias, 0);
        fixed (E* from = w, to = panels) PanelProduct.Pack(from, inputs, outputs, outputs, 1, to);
        foreach (bool biased in new[] { false, true })
        {
            E[]? first = null;
            foreach (var lanes in LaneWidths.All)
            {
                var y = new E[rows * padded];
                fixed (E* px = x, pw = panels, pb = bias, py = y)
                    PanelProduct.Run(lanes, px, stride, rows, inputs, pw, padded, biased ? pb : null, py);
                first ??= y;
                Bits.ShouldEqual<E>(y, first, $"{rows} rows of {inputs} at {lanes}");
            }
            for (int r = 0; r < rows; r++)
            {
                for (int o = outputs; o < padded; o++) first![(r * padded) + o].Should().Be(E.Zero);
                for (int o = 0; o < outputs; o++)
                {
                    double sum = biased ? double.CreateTruncating(bias[o]) : 0;
                    for (int i = 0; i < inputs; i++)
                        sum += double.CreateTruncating(x[(r * stride) + i])
                            * double.CreateTruncating(w[(i * outputs) + o]);
                    double.CreateTruncating(first![(r * padded) + o]).Should().BeApproximately(sum, tolerance);
                }
            }
        }
    }
}
