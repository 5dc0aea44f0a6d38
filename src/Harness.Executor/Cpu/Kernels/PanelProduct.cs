using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Rows times a matrix, from a bias on: <c>y[r, o] = bias[o] + Σ x[r, i] · w[i, o]</c>.</summary>
/// <remarks>
/// <para>The matrix lies in panels of <see cref="Columns"/> results, (panels, inputs, columns), so that one row, which
/// reads it all once, reads it as one run. What is missing in the last panel is zeros.</para>
/// <para>Each result is a chain of fused multiply-adds from the bias on, in the order of features: no bit depends on
/// lanes or on how many rows come together.</para>
/// </remarks>
static unsafe class PanelProduct
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>Results of a panel: four registers of the widest lanes, whose chains wait for each other no
    /// longer.</summary>
    public const int Columns = 64;

    // Six rows by two registers: as many chains as hide what one takes, in sixteen registers.
    const int Rows = 6;

    /// <summary>So many results in whole panels.</summary>
    public static nint Padded(nint outputs) => (outputs + Columns - 1) / Columns * Columns;

    /// <summary>Elements of a matrix in panels.</summary>
    public static nint Elements(nint inputs, nint outputs) => checked(inputs * Padded(outputs));

    /// <summary>Brings a matrix into panels.</summary>
    /// <param name="from">Its first element.</param>
    /// <param name="inputs">Features of a row.</param>
    /// <param name="inputStride">From one feature to the next.</param>
    /// <param name="outputs">Results of a row.</param>
    /// <param name="outputStride">From one result to the next.</param>
    /// <param name="to">Room for <see cref="Elements"/>.</param>
    [MethodImpl(Hot)]
    public static void Pack<E>(E* from, int inputs, nint inputStride, int outputs, nint outputStride, E* to)
        where E : unmanaged
    {
        for (int first = 0; first < outputs; first += Columns)
        {
            int count = Math.Min(Columns, outputs - first);
            for (int i = 0; i < inputs; i++, to += Columns)
            {
                E* row = from + (i * inputStride) + (first * outputStride);
                for (int o = 0; o < count; o++) to[o] = row[o * outputStride];
                new Span<E>(to + count, Columns - count).Clear();
            }
        }
    }

    /// <summary>The products of all rows.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="x">Row 0, its features side by side.</param>
    /// <param name="xStride">From one row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="inputs">Features of a row.</param>
    /// <param name="w">The matrix in panels.</param>
    /// <param name="outputs">Results of a row, whole panels.</param>
    /// <param name="bias">One a result; null for 0.</param>
    /// <param name="y">Result row 0, without gaps.</param>
    [MethodImpl(Hot)]
    public static void Run<E>(
        LaneWidth lanes, E* x, nint xStride, int rows, int inputs, E* w, int outputs, E* bias, E* y)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Run<Lanes512<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            case LaneWidth.Eight: Run<Lanes256<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            case LaneWidth.Four: Run<Lanes128<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            default: Run<Lanes1<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
        }
    }

    [MethodImpl(Hot)]
    static void Run<L, E>(E* x, nint xStride, int rows, int inputs, E* w, int outputs, E* bias, E* y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int tiled = rows - (rows % Rows);
        nint panel = (nint)inputs * Columns;
        for (int first = 0; first < outputs; first += Columns, w += panel)
        {
            E* start = bias == null ? null : bias + first;
            for (int row = 0; row < tiled; row += Rows)
                Tile<L, E>(x + (row * xStride), xStride, inputs, w, start, y + ((nint)row * outputs) + first, outputs);
            for (int row = tiled; row < rows; row++)
                Row<L, E>(x + (row * xStride), inputs, w, start, y + ((nint)row * outputs) + first);
        }
    }

    [MethodImpl(Hot)]
    static void Tile<L, E>(E* x, nint xStride, int inputs, E* w, E* bias, E* y, int yStride)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* x3 = x + (3 * xStride);
        for (int o = 0; o < Columns; o += 2 * L.Width)
        {
            L a = L.Zero, b = L.Zero;
            if (bias != null) (a, b) = (L.Load(bias + o), L.Load(bias + o + L.Width));
            L a0 = a, a1 = a, a2 = a, a3 = a, a4 = a, a5 = a, b0 = b, b1 = b, b2 = b, b3 = b, b4 = b, b5 = b;
            E* column = w + o;
            for (int i = 0; i < inputs; i++, column += Columns)
            {
                (a, b) = (L.Load(column), L.Load(column + L.Width));
                var feature = L.Splat(x[i]);
                (a0, b0) = (L.Fma(feature, a, a0), L.Fma(feature, b, b0));
                feature = L.Splat(x[xStride + i]);
                (a1, b1) = (L.Fma(feature, a, a1), L.Fma(feature, b, b1));
                feature = L.Splat(x[(2 * xStride) + i]);
                (a2, b2) = (L.Fma(feature, a, a2), L.Fma(feature, b, b2));
                feature = L.Splat(x3[i]);
                (a3, b3) = (L.Fma(feature, a, a3), L.Fma(feature, b, b3));
                feature = L.Splat(x3[xStride + i]);
                (a4, b4) = (L.Fma(feature, a, a4), L.Fma(feature, b, b4));
                feature = L.Splat(x3[(2 * xStride) + i]);
                (a5, b5) = (L.Fma(feature, a, a5), L.Fma(feature, b, b5));
            }
            E* to = y + o;
            Store(a0, b0, to);
            Store(a1, b1, to += yStride);
            Store(a2, b2, to += yStride);
            Store(a3, b3, to += yStride);
            Store(a4, b4, to += yStride);
            Store(a5, b5, to + yStride);
        }

        static void Store(L a, L b, E* to)
        {
            L.Store(a, to);
            L.Store(b, to + L.Width);
        }
    }

    // Four registers of results at a time: one alone waits for each of its products.
    [MethodImpl(Hot)]
    static void Row<L, E>(E* x, int inputs, E* w, E* bias, E* y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int o = 0; o < Columns; o += 4 * L.Width)
        {
            L y0 = L.Zero, y1 = L.Zero, y2 = L.Zero, y3 = L.Zero;
            if (bias != null)
            {
                E* from = bias + o;
                (y0, y1) = (L.Load(from), L.Load(from + L.Width));
                (y2, y3) = (L.Load(from + (2 * L.Width)), L.Load(from + (3 * L.Width)));
            }
            E* column = w + o;
            for (int i = 0; i < inputs; i++, column += Columns)
            {
                var feature = L.Splat(x[i]);
                y0 = L.Fma(feature, L.Load(column), y0);
                y1 = L.Fma(feature, L.Load(column + L.Width), y1);
                y2 = L.Fma(feature, L.Load(column + (2 * L.Width)), y2);
                y3 = L.Fma(feature, L.Load(column + (3 * L.Width)), y3);
            }
            E* to = y + o;
            L.Store(y0, to);
            L.Store(y1, to + L.Width);
            L.Store(y2, to + (2 * L.Width));
            L.Store(y3, to + (3 * L.Width));
        }
    }
}
