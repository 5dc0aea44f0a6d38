namespace Harness.Executor.Cpu.Kernels;

/// <summary>One weight position of a phase and the input pixel it reads, relative to the output's own.</summary>
/// <param name="KernelD">Window plane.</param>
/// <param name="KernelH">Window row.</param>
/// <param name="KernelW">Window column.</param>
/// <param name="D">Input plane of output plane 0.</param>
/// <param name="H">Input row of output row 0.</param>
/// <param name="W">Input column of output column 0.</param>
readonly record struct Tap(int KernelD, int KernelH, int KernelW, int D, int H, int W);

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
/// <param name="Taps">In the order of addition: (kd, kh, kw).</param>
sealed record ConvPhase(
    int FirstH, int FirstW, int StepH, int StepW, int Rows, int Columns, int InputStepH, int InputStepW, Tap[] Taps)
{
    /// <summary>Output plane of the phase's plane 0.</summary>
    public int FirstD { get; private init; }

    /// <summary>Output planes from one phase plane to the next.</summary>
    public int StepD { get; private init; } = 1;

    /// <summary>Planes of the phase.</summary>
    public int Planes { get; private init; } = 1;

    /// <summary>Input planes from one phase plane to the next.</summary>
    public int InputStepD { get; private init; } = 1;

    /// <summary>The phases that together are all outputs, none twice. A phase may have no taps: its outputs are
    /// 0.</summary>
    public static IReadOnlyList<ConvPhase> All(ConvGeometry g) => g.Transposed ? OfTransposed(g) : [OfConvolution(g)];

    /// <summary>Index in the output, or in what lies like it, of one pixel of the phase.</summary>
    /// <param name="layout">How that lies.</param>
    /// <param name="plane">Plane of the phase, counted through all images.</param>
    /// <param name="row">Row of the phase.</param>
    /// <param name="column">Column of the phase.</param>
    public nint OutputIndex(in BufferLayout layout, int plane, int row, int column)
    {
        int oh = FirstH + (row * StepH), ow = FirstW + (column * StepW);
        if (layout.D == 1) return layout.Index(plane, oh, ow);
        var (n, d) = ImageOf(plane);
        return layout.Index(n, d, oh, ow);
    }

    /// <summary>The image, and the output plane in it, of a plane of the phase that is counted through all
    /// images.</summary>
    public (int N, int D) ImageOf(int plane)
    {
        int n = Math.DivRem(plane, Planes, out int d);
        return (n, FirstD + (d * StepD));
    }

    /// <summary>Index in the input of the base of one pixel of the phase; arguments as those of
    /// <see cref="OutputIndex"/>.</summary>
    public nint InputIndex(in BufferLayout layout, int plane, int row, int column)
    {
        if (Planes == 1) return layout.Index(plane, row * InputStepH, column * InputStepW);
        int n = Math.DivRem(plane, Planes, out int d);
        return layout.Index(n, d * InputStepD, row * InputStepH, column * InputStepW);
    }

    static ConvPhase OfConvolution(in ConvGeometry g)
    {
        var taps = new Tap[checked(g.KernelD * g.KernelH * g.KernelW)];
        int count = 0;
        for (int kd = 0; kd < g.KernelD; kd++)
        {
            for (int kh = 0; kh < g.KernelH; kh++)
            {
                for (int kw = 0; kw < g.KernelW; kw++)
                {
                    taps[count++] = new Tap(
                        kd, kh, kw, (kd * g.DilationD) - g.PadFront, (kh * g.DilationH) - g.PadTop,
                        (kw * g.DilationW) - g.PadLeft);
                }
            }
        }
        return new ConvPhase(0, 0, 1, 1, g.Output.H, g.Output.W, g.StrideH, g.StrideW, taps)
        {
            Planes = g.Output.D,
            InputStepD = g.StrideD,
        };
    }

    // Output row oh = remainder + StrideH·j reads input row (oh + PadTop − kh·DilationH) / StrideH where that divides:
    // the remainder decides which kh do, and j adds one input row.
    static List<ConvPhase> OfTransposed(in ConvGeometry g)
    {
        var phases = new List<ConvPhase>();
        for (int firstD = 0; firstD < Math.Min(g.StrideD, g.Output.D); firstD++)
        {
            var depths = Along(firstD + g.PadFront, g.KernelD, g.DilationD, g.StrideD);
            for (int firstH = 0; firstH < Math.Min(g.StrideH, g.Output.H); firstH++)
            {
                var rows = Along(firstH + g.PadTop, g.KernelH, g.DilationH, g.StrideH);
                for (int firstW = 0; firstW < Math.Min(g.StrideW, g.Output.W); firstW++)
                {
                    var columns = Along(firstW + g.PadLeft, g.KernelW, g.DilationW, g.StrideW);
                    Tap[] taps =
                    [
                        .. from d in depths
                           from h in rows
                           from w in columns
                           select new Tap(d.Kernel, h.Kernel, w.Kernel, d.Input, h.Input, w.Input),
                    ];
                    phases.Add(new ConvPhase(
                        firstH, firstW, g.StrideH, g.StrideW, Count(g.Output.H, firstH, g.StrideH),
                        Count(g.Output.W, firstW, g.StrideW), 1, 1, taps)
                    {
                        FirstD = firstD,
                        StepD = g.StrideD,
                        Planes = Count(g.Output.D, firstD, g.StrideD),
                    });
                }
            }
        }
        return phases;
    }

    // The taps of one axis that exist for outputs of one remainder.
    static List<(int Kernel, int Input)> Along(int first, int kernel, int dilation, int stride)
    {
        var taps = new List<(int Kernel, int Input)>();
        for (int k = 0; k < kernel; k++)
        {
            int t = first - (k * dilation);
            if (t % stride == 0) taps.Add((k, t / stride));
        }
        return taps;
    }

    static int Count(int extent, int first, int stride) => (extent - first + stride - 1) / stride;
}
