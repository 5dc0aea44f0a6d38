namespace Harness.Executor.Cpu.Kernels;

/// <summary>A convolution or transposed convolution of one to three axes between two buffers; those that are missing
/// have the extent 1. A matrix product is the 1 × 1 case.</summary>
/// <param name="Input">Input buffer (n, id, ih, iw, ci). Its halo must be at least <see cref="RequiredHalo"/>.</param>
/// <param name="Output">Output buffer (n, od, oh, ow, co).</param>
/// <param name="KernelH">Window rows.</param>
/// <param name="KernelW">Window columns.</param>
/// <remarks>
/// Convolution: y[od, oh, ow, co] = Σ x[…, oh·StrideH − PadTop + kh·DilationH, …, g·ci/G + i] · w[kd, kh, kw, i, co].
/// Transposed: y[od, oh, ow, co] = Σ x[td / StrideD, th / StrideH, tw / StrideW, g·ci/G + i] · w[kd, kh, kw, i, co]
/// over the taps where td, th = oh + PadTop − kh·DilationH and tw are multiples of the strides (PyTorch's definition,
/// unflipped w). Sums run in the order (kd, kh, kw, i), as <see cref="Convolution{E}"/> states. Output extents are
/// taken as given: floor, output_padding and asymmetric padding are the caller's arithmetic.</remarks>
readonly record struct ConvGeometry(BufferLayout Input, BufferLayout Output, int KernelH, int KernelW)
{
    /// <summary>Window planes.</summary>
    public int KernelD { get; init; } = 1;

    /// <summary>Planes from one output to the next.</summary>
    public int StrideD { get; init; } = 1;

    /// <summary>Planes from one tap to the next.</summary>
    public int DilationD { get; init; } = 1;

    /// <summary>Zero planes before the input; PyTorch's padding when transposed. May be negative.</summary>
    public int PadFront { get; init; }

    /// <summary>Rows from one output to the next (input rows; output rows when transposed).</summary>
    public int StrideH { get; init; } = 1;

    /// <summary>Columns from one output to the next.</summary>
    public int StrideW { get; init; } = 1;

    /// <summary>Rows from one tap to the next.</summary>
    public int DilationH { get; init; } = 1;

    /// <summary>Columns from one tap to the next.</summary>
    public int DilationW { get; init; } = 1;

    /// <summary>Zero rows above the input; PyTorch's padding when transposed. May be negative.</summary>
    public int PadTop { get; init; }

    /// <summary>Zero columns left of the input; PyTorch's padding when transposed. May be negative.</summary>
    public int PadLeft { get; init; }

    /// <summary>Independent groups of channels, in order.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>True for a transposed convolution.</summary>
    public bool Transposed { get; init; }

    /// <summary>Input channels of one group.</summary>
    public int GroupInput => Input.C / Groups;

    /// <summary>Output channels of one group.</summary>
    public int GroupOutput => Output.C / Groups;

    /// <summary>True when one plane is read and written: what Winograd's transform is confined to.</summary>
    public bool IsPlane => Input.D == 1 && Output.D == 1 && KernelD == 1 && PadFront == 0;

    /// <summary>True when each output channel reads one input channel of the same index.</summary>
    public bool IsDepthwise => Groups > 1 && Groups == Input.C && Groups == Output.C && !Transposed;

    /// <summary>Multiplications and additions of one run, a fused one counting two.</summary>
    public long Flops
    {
        get
        {
            long taps = 0;
            foreach (var phase in ConvPhase.All(this))
                taps += (long)phase.Planes * phase.Rows * phase.Columns * phase.Taps.Length;
            return 2 * taps * Input.N * Output.C * GroupInput;
        }
    }

    /// <summary>The halo of the input that the taps reach into: axis by axis, since there may be more taps than
    /// memory.</summary>
    public Margin RequiredHalo
    {
        get
        {
            var planes = Reach(KernelD, StrideD, DilationD, PadFront, Input.D, Output.D);
            var rows = Reach(KernelH, StrideH, DilationH, PadTop, Input.H, Output.H);
            var columns = Reach(KernelW, StrideW, DilationW, PadLeft, Input.W, Output.W);
            return planes is var (front, back) && rows is var (top, bottom) && columns is var (left, right)
                ? new Margin(top, left, bottom, right) { Front = front, Back = back }
                : default;
        }
    }

    // How far the taps of one axis reach before the input and beyond it; null where no output has a tap.
    (int Before, int Beyond)? Reach(int kernel, int stride, int dilation, int pad, int input, int output)
    {
        (int Before, int Beyond)? reach = null;
        for (int k = 0; k < kernel; k++)
        {
            int at = (k * dilation) - pad, last = at + ((output - 1) * stride);
            if (Transposed)
            {
                // The first output that this tap has a share in, of which there is one in as many as the stride says.
                int first = ((at % stride) + stride) % stride;
                if (first >= output) continue;
                at = (first - at) / stride;
                last = at + ((output - first - 1) / stride);
            }
            var (before, beyond) = reach ?? (0, 0);
            reach = (Math.Max(before, -at), Math.Max(beyond, last - (input - 1)));
        }
        return reach;
    }

    /// <summary>Bytes of the tables that a plan makes for the convolution, which grow with the taps, and with the
    /// strides of a transposed one.</summary>
    public Int128 TableBytes
    {
        get
        {
            // Measured, with what is in use only while they are made.
            const int OfTap = 192, OfPhase = 768;
            Int128 taps = (Int128)KernelD * KernelH * KernelW, phases = !Transposed ? 1
                : (Int128)Math.Min(StrideD, Output.D) * Math.Min(StrideH, Output.H) * Math.Min(StrideW, Output.W);
            return (taps * OfTap) + (phases * OfPhase);
        }
    }

    /// <summary>Refuses what the kernels must not be asked.</summary>
    /// <exception cref="ArgumentException">Extents, groups or the halo do not fit.</exception>
    public void Check()
    {
        if (Input.N != Output.N) throw new ArgumentException($"batch {Input.N} in, {Output.N} out");
        if (KernelD < 1 || KernelH < 1 || KernelW < 1 || StrideD < 1 || StrideH < 1 || StrideW < 1
            || DilationD < 1 || DilationH < 1 || DilationW < 1)
            throw new ArgumentException($"window, strides and dilation must be positive: {this}");
        if (Groups < 1 || Input.C % Groups != 0 || Output.C % Groups != 0)
            throw new ArgumentException(
                $"{Groups} groups do not divide {Input.C} input and {Output.C} output channels");
        var halo = RequiredHalo;
        if (Input.WithHalo(halo) != Input)
        {
            var found = new Margin(Input.Top, Input.Left, Input.Bottom, Input.Right)
            {
                Front = Input.Front, Back = Input.Back,
            };
            throw new ArgumentException($"input halo {found} is smaller than the {halo} that the window reaches");
        }
    }
}
