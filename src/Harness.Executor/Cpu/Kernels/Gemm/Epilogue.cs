using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What happens to a sum before it is stored: bias, batch norm, residual, activation, each where given, in
/// this
/// order: <c>y = f(fma(sum + bias[c], scale[c], shift[c]) + residual)</c>.</summary>
/// <remarks>The same operations, each rounded, as separate steps would do: fusing changes no bit. The values' owner
/// keeps
/// them in place (pinned or native memory) while kernels run.</remarks>
readonly unsafe struct Epilogue<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    Epilogue(
        delegate*<EpilogueTile<E>*, void> finish, delegate*<DepthwiseBand<E>*, void> depthwise, Scalars<E> scalars, Bounds<E>? bounds)
    {
        Finish = finish;
        Depthwise = depthwise;
        Scalars = scalars;
        Bounds = bounds;
    }

    /// <summary>One element a channel, added to the sum; or null.</summary>
    public E* Bias { get; init; }

    /// <summary>One element a channel, multiplied; or null. Goes with <see cref="Shift"/>.</summary>
    public E* Scale { get; init; }

    /// <summary>One element a channel, added in the same rounding as the product with <see cref="Scale"/>.</summary>
    public E* Shift { get; init; }

    /// <summary>The whole buffer of a value of the output's shape, added; or null. May be the output itself.</summary>
    public E* Residual { get; init; }

    /// <summary>The layout of <see cref="Residual"/>.</summary>
    public BufferLayout ResidualLayout { get; init; }

    /// <summary>The whole buffer of the means of the output's rows, (n, h, 1, c), which a depthwise convolution fills besides; or
    /// null.</summary>
    public E* RowMeans { get; init; }

    /// <summary>The layout of <see cref="RowMeans"/>.</summary>
    public BufferLayout RowMeansLayout { get; init; }

    /// <summary>What the activation is told.</summary>
    public Scalars<E> Scalars { get; }

    /// <summary>What the activation is, where it is bounds and nothing else.</summary>
    public Bounds<E>? Bounds { get; }

    internal delegate*<EpilogueTile<E>*, void> Finish { get; }

    internal delegate*<DepthwiseBand<E>*, void> Depthwise { get; }

    /// <summary>No activation; add bias and the rest with <c>with</c>.</summary>
    public static Epilogue<E> None(LaneWidth lanes) => Of<Map.Identity>(lanes, default);

    /// <summary>The activation <typeparamref name="TOp"/>; add bias and the rest with <c>with</c>.</summary>
    public static Epilogue<E> Of<TOp>(LaneWidth lanes, Scalars<E> scalars) where TOp : struct, IUnary => lanes switch
    {
        LaneWidth.Sixteen => Of<TOp, Lanes512<E>>(scalars),
        LaneWidth.Eight => Of<TOp, Lanes256<E>>(scalars),
        LaneWidth.Four => Of<TOp, Lanes128<E>>(scalars),
        _ => Of<TOp, Lanes1<E>>(scalars),
    };

    static Epilogue<E> Of<TOp, L>(Scalars<E> scalars)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E> =>
        new(&EpilogueTile<E>.Finish<TOp, L>, &DepthwiseBand<E>.Run<TOp, L>, scalars, TOp.BoundsOf(scalars));
}

/// <summary>Rows of sums still hot in the first cache, and where they go.</summary>
unsafe struct EpilogueTile<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>Sums, row by row.</summary>
    public E* Sums;
    /// <summary>Elements from one row of sums to the next.</summary>
    public nint SumStride;
    /// <summary>Rows: output pixels.</summary>
    public int Rows;
    /// <summary>Columns: output channels.</summary>
    public int Columns;
    /// <summary>First output element.</summary>
    public E* Output;
    /// <summary>Elements from one output pixel to the next.</summary>
    public nint OutputStride;
    /// <summary>First residual element, or null.</summary>
    public E* Residual;
    /// <summary>Elements from one residual pixel to the next.</summary>
    public nint ResidualStride;
    /// <summary>Bias of the first column, or null.</summary>
    public E* Bias;
    /// <summary>Scale of the first column, or null.</summary>
    public E* Scale;
    /// <summary>Shift of the first column.</summary>
    public E* Shift;
    /// <summary>What the activation is told.</summary>
    public Scalars<E> Scalars;
    /// <summary>What the activation does, where a tile of a product ends itself.</summary>
    public Bounds<E> Bounds;

    /// <summary>Finishes and stores the tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish<TOp, L>(EpilogueTile<E>* tile)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        var t = *tile;
        for (int column = 0; column < t.Columns; column += L.Width)
        {
            int count = Math.Min(L.Width, t.Columns - column);
            var bias = t.Bias == null ? L.Zero : L.LoadPartial(t.Bias + column, count);
            var scale = t.Scale == null ? L.Zero : L.LoadPartial(t.Scale + column, count);
            var shift = t.Scale == null ? L.Zero : L.LoadPartial(t.Shift + column, count);
            E* sums = t.Sums + column;
            E* output = t.Output + column;
            E* residual = t.Residual + column;
            if (count == L.Width)
            {
                for (int row = 0; row < t.Rows; row++)
                {
                    var x = L.Load(sums);
                    if (t.Bias != null) x += bias;
                    if (t.Scale != null) x = L.Fma(x, scale, shift);
                    if (t.Residual != null) x += L.Load(residual);
                    L.Store(TOp.Apply<L, E>(x, t.Scalars), output);
                    sums += t.SumStride;
                    output += t.OutputStride;
                    residual += t.ResidualStride;
                }
                continue;
            }
            for (int row = 0; row < t.Rows; row++)
            {
                // Not always scratch of whole registers: a batch norm that stands alone finds its sums in a value.
                var x = L.LoadPartial(sums, count);
                if (t.Bias != null) x += bias;
                if (t.Scale != null) x = L.Fma(x, scale, shift);
                if (t.Residual != null) x += L.LoadPartial(residual, count);
                L.StorePartial(Map.Apart<TOp, L, E>(x, t.Scalars), output, count);
                sums += t.SumStride;
                output += t.OutputStride;
                residual += t.ResidualStride;
            }
        }
    }
}
