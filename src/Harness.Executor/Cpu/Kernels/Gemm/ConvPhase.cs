namespace Harness.Executor.Cpu.Kernels;

/// <summary>One weight position of a phase and the input pixel it reads, relative to the output's own.</summary>
/// <param name="KernelH">Window row.</param>
/// <param name="KernelW">Window column.</param>
/// <param name="H">Input row of output row 0.</param>
/// <param name="W">Input column of output column 0.</param>
readonly record struct Tap(int KernelH, int KernelW, int H, int W);

/// <summary>Outputs that use the same taps: all of a convolution's, and those of one remainder modulo the strides of a
/// transposed one.</summary>
/// <param name="FirstH">Output row of the phase's row 0.</param>
/// <param name="FirstW">Output column of the phase's column 0.</param>
/// <param name="StepH">Output rows from one phase row to the next.</param>
/// <param name="StepW">Output columns from one phase column to the next.</param>
/// <param name="Rows">Rows of the phase.</param>
/// <param name="Columns">Columns of the phase.</param>
/// <param name="InputStepH">Input rows from one phase row to the next.</param>
/// <param name="InputStepW">Input columns from one phase column to the next.</param>
/// <param name="Taps">In the order of addition: (kh, kw).</param>
sealed record ConvPhase(
    int FirstH, int FirstW, int StepH, int StepW, int Rows, int Columns, int InputStepH, int InputStepW, Tap[] Taps)
{
    /// <summary>The phases that together are all outputs, none twice. A phase may have no taps: its outputs are
    /// 0.</summary>
    public static IReadOnlyList<ConvPhase> All(ConvGeometry g) => g.Transposed ? OfTransposed(g) : [OfConvolution(g)];

    static ConvPhase OfConvolution(in ConvGeometry g)
    {
        var taps = new List<Tap>();
        for (int kh = 0; kh < g.KernelH; kh++)
            for (int kw = 0; kw < g.KernelW; kw++)
                taps.Add(new Tap(kh, kw, (kh * g.DilationH) - g.PadTop, (kw * g.DilationW) - g.PadLeft));
        return new ConvPhase(0, 0, 1, 1, g.Output.H, g.Output.W, g.StrideH, g.StrideW, [.. taps]);
    }

    // Output row oh = remainder + StrideH·j reads input row (oh + PadTop − kh·DilationH) / StrideH where that divides:
    // the remainder decides which kh do, and j adds one input row.
    static List<ConvPhase> OfTransposed(in ConvGeometry g)
    {
        var phases = new List<ConvPhase>();
        for (int firstH = 0; firstH < Math.Min(g.StrideH, g.Output.H); firstH++)
        {
            for (int firstW = 0; firstW < Math.Min(g.StrideW, g.Output.W); firstW++)
            {
                var taps = new List<Tap>();
                for (int kh = 0; kh < g.KernelH; kh++)
                {
                    int th = firstH + g.PadTop - (kh * g.DilationH);
                    if (th % g.StrideH != 0) continue;
                    for (int kw = 0; kw < g.KernelW; kw++)
                    {
                        int tw = firstW + g.PadLeft - (kw * g.DilationW);
                        if (tw % g.StrideW == 0) taps.Add(new Tap(kh, kw, th / g.StrideH, tw / g.StrideW));
                    }
                }
                int rows = (g.Output.H - firstH + g.StrideH - 1) / g.StrideH;
                int columns = (g.Output.W - firstW + g.StrideW - 1) / g.StrideW;
                phases.Add(new ConvPhase(firstH, firstW, g.StrideH, g.StrideW, rows, columns, 1, 1, [.. taps]));
            }
        }
        return phases;
    }
}
