using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Kernels;

/// <summary>A convolution of each channel by itself: registers hold neighbouring channels.</summary>
/// <remarks>The same order of additions as <see cref="Convolution{E}"/>: (kh, kw), chains of 256.</remarks>
sealed unsafe class DepthwiseConvolution<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ConvGeometry _g;
    readonly PackedWeights<E> _weights;
    readonly nint[] _taps;

    /// <summary>Compiles a depthwise convolution whose geometry has been checked.</summary>
    public DepthwiseConvolution(in ConvGeometry geometry, PackedWeights<E> weights)
    {
        _g = geometry;
        _weights = weights;
        var phase = ConvPhase.All(geometry)[0];
        _taps = GC.AllocateUninitializedArray<nint>(phase.Taps.Length, pinned: true);
        for (int t = 0; t < _taps.Length; t++)
        {
            _taps[t] = ((phase.Taps[t].H * _g.Input.RowStride) + (phase.Taps[t].W * _g.Input.PixelStride)) * sizeof(E);
        }
    }

    /// <summary>Output rows of all images.</summary>
    public int Tiles => _g.Output.N * _g.Output.H;

    /// <summary>Computes the output rows [first, last).</summary>
    public void Run(E* input, E* output, int first, int last, in Epilogue<E> epilogue)
    {
        DepthwiseRow<E> row;
        row.Taps = (nint*)Unsafe.AsPointer(ref _taps[0]);
        row.TapCount = _taps.Length;
        row.Step = _g.StrideW * _g.Input.PixelStride * sizeof(E);
        row.Weights = _weights.Panel(0, 0, 0);
        row.WeightStride = _weights.PaddedColumns;
        row.Pixels = _g.Output.W;
        row.Channels = _g.Output.C;
        row.OutputStride = _g.Output.PixelStride;
        row.ResidualStride = epilogue.ResidualLayout.PixelStride;
        row.Bias = epilogue.Bias;
        row.Scale = epilogue.Scale;
        row.Shift = epilogue.Shift;
        row.Scalars = epilogue.Scalars;
        for (int at = first; at < last; at++)
        {
            int n = Math.DivRem(at, _g.Output.H, out int oh);
            row.Input = (byte*)(input + _g.Input.Index(n, oh * _g.StrideH, 0));
            row.Output = output + _g.Output.Index(n, oh, 0);
            row.Residual = epilogue.Residual == null ? null : epilogue.Residual + epilogue.ResidualLayout.Index(n, oh, 0);
            epilogue.Depthwise(&row);
        }
    }
}

/// <summary>One output row of a depthwise convolution.</summary>
unsafe struct DepthwiseRow<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int Block = 256;
    const int Run7 = 7;
    // Channels whose weights stay in the first cache while a row's pixels pass.
    const int ChannelBlock = 64;

    /// <summary>Base of output pixel 0, channel 0.</summary>
    public byte* Input;
    /// <summary>Byte offset of each tap from a pixel's base.</summary>
    public nint* Taps;
    /// <summary>Taps.</summary>
    public int TapCount;
    /// <summary>Bytes from one output pixel's base to the next.</summary>
    public nint Step;
    /// <summary>Weights [tap][channel].</summary>
    public E* Weights;
    /// <summary>Elements from one tap's weights to the next.</summary>
    public nint WeightStride;
    /// <summary>Output pixels.</summary>
    public int Pixels;
    /// <summary>Channels.</summary>
    public int Channels;
    /// <summary>Output pixel 0, channel 0.</summary>
    public E* Output;
    /// <summary>Elements from one output pixel to the next.</summary>
    public nint OutputStride;
    /// <summary>Residual pixel 0, channel 0, or null.</summary>
    public E* Residual;
    /// <summary>Elements from one residual pixel to the next.</summary>
    public nint ResidualStride;
    /// <summary>Bias or null.</summary>
    public E* Bias;
    /// <summary>Scale or null.</summary>
    public E* Scale;
    /// <summary>Shift beside the scale.</summary>
    public E* Shift;
    /// <summary>What the activation is told.</summary>
    public Scalars<E> Scalars;

    /// <summary>Computes the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TOp, L>(DepthwiseRow<E>* row)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        var r = *row;
        for (int from = 0; from < r.Channels; from += ChannelBlock)
        {
            int to = Math.Min(r.Channels, from + ChannelBlock);
            int pixel = 0;
            for (; pixel <= r.Pixels - Run7; pixel += Run7)
            {
                int c = from;
                for (; c <= to - L.Width; c += L.Width) Seven<TOp, L>(r, pixel, c);
                if (c < to) Single<TOp, L>(r, pixel, Run7, c, to - c);
            }
            for (int c = from; c < to; c += L.Width)
                Single<TOp, L>(r, pixel, r.Pixels - pixel, c, Math.Min(L.Width, to - c));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Seven<TOp, L>(in DepthwiseRow<E> r, int pixel, int c)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        byte* start = r.Input + (pixel * r.Step) + ((nint)c * sizeof(E));
        E* w = r.Weights + c;
        nint s = r.Step, s3 = s * 3, s5 = s * 5;
        L t0 = L.Zero, t1 = L.Zero, t2 = L.Zero, t3 = L.Zero, t4 = L.Zero, t5 = L.Zero, t6 = L.Zero;
        for (int block = 0; block < r.TapCount; block += Block)
        {
            L c0 = L.Zero, c1 = L.Zero, c2 = L.Zero, c3 = L.Zero, c4 = L.Zero, c5 = L.Zero, c6 = L.Zero;
            int end = Math.Min(r.TapCount, block + Block);
            for (int tap = block; tap < end; tap++)
            {
                var weight = L.Load(w);
                byte* p = start + r.Taps[tap];
                c0 = L.Fma(L.Load((E*)p), weight, c0);
                c1 = L.Fma(L.Load((E*)(p + s)), weight, c1);
                c2 = L.Fma(L.Load((E*)(p + (s * 2))), weight, c2);
                c3 = L.Fma(L.Load((E*)(p + s3)), weight, c3);
                c4 = L.Fma(L.Load((E*)(p + (s * 4))), weight, c4);
                c5 = L.Fma(L.Load((E*)(p + s5)), weight, c5);
                c6 = L.Fma(L.Load((E*)(p + (s3 * 2))), weight, c6);
                w += r.WeightStride;
            }
            // One block is the rule; adding it to +0 could only turn −0 into +0, so it is not added.
            if (block == 0)
            {
                (t0, t1, t2, t3) = (c0, c1, c2, c3);
                (t4, t5, t6) = (c4, c5, c6);
            }
            else
            {
                (t0, t1, t2, t3) = (t0 + c0, t1 + c1, t2 + c2, t3 + c3);
                (t4, t5, t6) = (t4 + c4, t5 + c5, t6 + c6);
            }
        }
        var bias = r.Bias == null ? L.Zero : L.Load(r.Bias + c);
        var scale = r.Scale == null ? L.Zero : L.Load(r.Scale + c);
        var shift = r.Scale == null ? L.Zero : L.Load(r.Shift + c);
        E* y = r.Output + (pixel * r.OutputStride) + c;
        E* z = r.Residual == null ? null : r.Residual + (pixel * r.ResidualStride) + c;
        nint ys = r.OutputStride, zs = r.ResidualStride;
        L.Store(Finish<TOp, L>(r, t0, bias, scale, shift, z), y);
        L.Store(Finish<TOp, L>(r, t1, bias, scale, shift, z + zs), y + ys);
        L.Store(Finish<TOp, L>(r, t2, bias, scale, shift, z + (2 * zs)), y + (2 * ys));
        L.Store(Finish<TOp, L>(r, t3, bias, scale, shift, z + (3 * zs)), y + (3 * ys));
        L.Store(Finish<TOp, L>(r, t4, bias, scale, shift, z + (4 * zs)), y + (4 * ys));
        L.Store(Finish<TOp, L>(r, t5, bias, scale, shift, z + (5 * zs)), y + (5 * ys));
        L.Store(Finish<TOp, L>(r, t6, bias, scale, shift, z + (6 * zs)), y + (6 * ys));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static L Finish<TOp, L>(in DepthwiseRow<E> r, L x, L bias, L scale, L shift, E* residual)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        if (r.Bias != null) x += bias;
        if (r.Scale != null) x = L.Fma(x, scale, shift);
        if (r.Residual != null) x += L.Load(residual);
        return TOp.Apply<L, E>(x, r.Scalars);
    }

    // Pixels one by one, and registers that are not full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Single<TOp, L>(in DepthwiseRow<E> r, int pixel, int pixels, int c, int count)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        var bias = r.Bias == null ? L.Zero : L.LoadPartial(r.Bias + c, count);
        var scale = r.Scale == null ? L.Zero : L.LoadPartial(r.Scale + c, count);
        var shift = r.Scale == null ? L.Zero : L.LoadPartial(r.Shift + c, count);
        for (int i = pixel; i < pixel + pixels; i++)
        {
            byte* start = r.Input + (i * r.Step) + ((nint)c * sizeof(E));
            E* w = r.Weights + c;
            var total = L.Zero;
            for (int block = 0; block < r.TapCount; block += Block)
            {
                var sum = L.Zero;
                int end = Math.Min(r.TapCount, block + Block);
                for (int tap = block; tap < end; tap++)
                {
                    E* p = (E*)(start + r.Taps[tap]);
                    sum = L.Fma(count == L.Width ? L.Load(p) : L.LoadPartial(p, count), L.Load(w), sum);
                    w += r.WeightStride;
                }
                total = block == 0 ? sum : total + sum;
            }
            if (r.Bias != null) total += bias;
            if (r.Scale != null) total = L.Fma(total, scale, shift);
            if (r.Residual != null) total += L.LoadPartial(r.Residual + (i * r.ResidualStride) + c, count);
            L.StorePartial(TOp.Apply<L, E>(total, r.Scalars), r.Output + (i * r.OutputStride) + c, count);
        }
    }
}
