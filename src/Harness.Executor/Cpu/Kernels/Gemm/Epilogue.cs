using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What happens to a sum before it is stored: bias, batch norm, residual, activation, each where given, in
/// this order: <c>y = f(fma(sum + bias[c], scale[c], shift[c]) + residual)</c>; then the <see cref="Stages"/>, over
/// what has been stored.</summary>
/// <remarks>The same operations, each rounded, as separate steps would do: fusing changes no bit. The values' owner
/// keeps them in place (pinned or native memory) while kernels run.</remarks>
readonly unsafe struct Epilogue<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    Epilogue(
        delegate*<EpilogueTile<E>*, void> finish, delegate*<DepthwiseBand<E>*, void> depthwise, Scalars<E> scalars,
        Bounds<E>? bounds)
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

    /// <summary>The whole buffer of the means of the output's rows, (n, h, 1, c), which a depthwise convolution fills
    /// besides; or null.</summary>
    public E* RowMeans { get; init; }

    /// <summary>The layout of <see cref="RowMeans"/>.</summary>
    public BufferLayout RowMeansLayout { get; init; }

    /// <summary>What the activation is told.</summary>
    public Scalars<E> Scalars { get; }

    /// <summary>What the activation is, where it is bounds and nothing else.</summary>
    public Bounds<E>? Bounds { get; }

    /// <summary>More passes over each tile, in order; see <see cref="Followed"/>.</summary>
    public EpilogueStage<E>* Stages { get; private init; }

    /// <summary>How many of them there are.</summary>
    public int StageCount { get; private init; }

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

    /// <summary>The same with more passes over what it stores.</summary>
    public Epilogue<E> Followed(EpilogueStage<E>* stages, int count) =>
        count == 0 ? this : this with { Stages = stages, StageCount = count };

    /// <summary>The same for an output that starts at a row of an image.</summary>
    /// <param name="n">The image.</param>
    /// <param name="row">The row.</param>
    /// <param name="stages">Room for as many stages as there are.</param>
    public Epilogue<E> From(int n, int row, EpilogueStage<E>* stages)
    {
        for (int i = 0; i < StageCount; i++) stages[i] = Stages[i].From(n, row);
        return this with
        {
            Residual = At(Residual, ResidualLayout, n, row),
            RowMeans = At(RowMeans, RowMeansLayout, n, row),
            Stages = stages,
        };
    }

    /// <summary>True where a tile of an output may cross its rows and images as if all pixels were one row: for the
    /// residual and the stages too.</summary>
    public bool IsGapless(in BufferLayout output)
    {
        bool gapless = Residual == null || IsOneRow(ResidualLayout);
        for (int i = 0; i < StageCount; i++) gapless &= Stages[i].IsOneRow(output);
        return gapless && IsOneRow(output);
    }

    /// <summary>Does the stages to a tile that is stored.</summary>
    /// <param name="tile">The tile: its output, rows and columns.</param>
    /// <param name="n">The image of its first pixel.</param>
    /// <param name="plane">The plane of its first pixel.</param>
    /// <param name="row">The row of its first pixel.</param>
    /// <param name="column">The column of its first pixel.</param>
    /// <param name="step">Columns from one of its pixels to the next.</param>
    /// <param name="channel">Its first channel.</param>
    public void Continue(EpilogueTile<E>* tile, int n, int plane, int row, int column, int step, int channel) =>
        EpilogueStage<E>.Run(Stages, StageCount, tile, n, plane, row, column, step, channel);

    static E* At(E* value, in BufferLayout layout, int n, int row) =>
        value == null ? null : value + (n * layout.ImageStride) + (row * layout.RowStride);

    static bool IsOneRow(in BufferLayout layout) =>
        layout.RowStride == layout.W * layout.PixelStride
            && layout.ImageStride == layout.D * layout.H * layout.RowStride;

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
    /// <summary>Elements from one residual pixel to the next; 0 where all have the same.</summary>
    public nint ResidualStride;
    /// <summary>True where all columns have the same residual: of <see cref="Combine"/> only.</summary>
    public bool OneColumn;
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

    /// <summary>A function of what is stored, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOp, L>(EpilogueTile<E>* tile)
        where TOp : struct, IUnary
        where L : struct, ILanes<L, E>
    {
        int rows = tile->Rows, columns = tile->Columns;
        nint stride = tile->OutputStride;
        if (stride == columns) (rows, columns) = (1, rows * columns);
        var scalars = tile->Scalars;
        E* y = tile->Output;
        // Tiles of products, whose rows are too short for a loop.
        if (TOp.Short && columns == 2 * L.Width)
        {
            for (; rows > 0; rows--, y += stride)
            {
                L first = L.Load(y), second = L.Load(y + L.Width);
                L.Store(TOp.Apply<L, E>(first, scalars), y);
                L.Store(TOp.Apply<L, E>(second, scalars), y + L.Width);
            }
            return;
        }
        nint full = columns / L.Width * L.Width;
        for (; rows > 0; rows--, y += stride)
        {
            for (nint c = 0; c < full; c += L.Width) L.Store(TOp.Apply<L, E>(L.Load(y + c), scalars), y + c);
            if (full == columns) continue;
            var last = L.LoadPartial(y + full, columns - (int)full);
            L.StorePartial(Map.Apart<TOp, L, E>(last, scalars), y + full, columns - (int)full);
        }
    }

    /// <summary>A function of what is stored and of what stands for the residual, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine<TOp, L>(EpilogueTile<E>* tile)
        where TOp : struct, IBinary
        where L : struct, ILanes<L, E>
    {
        int rows = tile->Rows, columns = tile->Columns;
        nint stride = tile->OutputStride, otherStride = tile->ResidualStride;
        bool one = tile->OneColumn;
        var scalars = tile->Scalars;
        E* y = tile->Output, other = tile->Residual;
        // Tiles of products, whose rows are too short for a loop.
        if (columns == 2 * L.Width && !one)
        {
            for (; rows > 0; rows--, y += stride, other += otherStride)
            {
                L first = L.Load(y), second = L.Load(y + L.Width);
                L.Store(TOp.Apply<L, E>(first, L.Load(other), scalars), y);
                L.Store(TOp.Apply<L, E>(second, L.Load(other + L.Width), scalars), y + L.Width);
            }
            return;
        }
        nint full = one ? 0 : columns / L.Width * L.Width;
        for (; rows > 0; rows--, y += stride, other += otherStride)
        {
            for (nint c = 0; c < full; c += L.Width)
                L.Store(TOp.Apply<L, E>(L.Load(y + c), L.Load(other + c), scalars), y + c);
            for (nint c = full; c < columns; c += L.Width)
            {
                int count = Math.Min(L.Width, columns - (int)c);
                var z = one ? L.Splat(*other) : L.LoadPartial(other + c, count);
                L.StorePartial(Map.Apart<TOp, L, E>(L.LoadPartial(y + c, count), z, scalars), y + c, count);
            }
        }
    }
}
