using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>What a recurrent layer makes of its gates.</summary>
enum RecurrentKind
{
    /// <summary>Input, forget, cell and output gate.</summary>
    Lstm,
    /// <summary>Reset, update and new gate.</summary>
    Gru,
    /// <summary>tanh.</summary>
    Tanh,
    /// <summary>relu.</summary>
    Relu,
}

/// <summary>Rows times a matrix from a bias on, and the gates of recurrent layers.</summary>
/// <remarks>Each result is a chain of fused multiply-adds from the bias on, in the order of features: no bit depends on
/// lanes or on how many rows come together.</remarks>
static unsafe class RecurrentGates
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary><c>y[r, o] = bias[o] + Σ x[r, i] · w[i, o]</c>.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="x">Row 0, its features side by side.</param>
    /// <param name="xStride">From one row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="inputs">Features of a row.</param>
    /// <param name="w">(inputs, outputs), without gaps.</param>
    /// <param name="outputs">Results of a row.</param>
    /// <param name="bias">One a result; null for 0.</param>
    /// <param name="y">Result row 0, without gaps.</param>
    [MethodImpl(Hot)]
    public static void Product<E>(
        LaneWidth lanes, E* x, nint xStride, int rows, int inputs, E* w, int outputs, E* bias, E* y)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Product<Lanes512<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            case LaneWidth.Eight: Product<Lanes256<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            case LaneWidth.Four: Product<Lanes128<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
            default: Product<Lanes1<E>, E>(x, xStride, rows, inputs, w, outputs, bias, y); break;
        }
    }

    /// <summary>One step of a state of so many features.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="a">The gates' products with the input, gate after gate.</param>
    /// <param name="b">Those with the state.</param>
    /// <param name="h">The state, which becomes the new one.</param>
    /// <param name="c">The other state of an LSTM, which does too.</param>
    /// <param name="features">Features of the state.</param>
    [MethodImpl(Hot)]
    public static void Step<E>(LaneWidth lanes, RecurrentKind kind, E* a, E* b, E* h, E* c, int features)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        switch (lanes)
        {
            case LaneWidth.Sixteen: Step<Lanes512<E>, E>(kind, a, b, h, c, features); break;
            case LaneWidth.Eight: Step<Lanes256<E>, E>(kind, a, b, h, c, features); break;
            case LaneWidth.Four: Step<Lanes128<E>, E>(kind, a, b, h, c, features); break;
            default: Step<Lanes1<E>, E>(kind, a, b, h, c, features); break;
        }
    }

    [MethodImpl(Hot)]
    static void Product<L, E>(E* x, nint xStride, int rows, int inputs, E* w, int outputs, E* bias, E* y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int fours = rows - (rows % 4);
        for (int o = 0; o < outputs && fours > 0; o += L.Width)
        {
            int count = Math.Min(L.Width, outputs - o);
            var start = bias == null ? L.Zero : L.LoadPartial(bias + o, count);
            for (int row = 0; row < fours; row += 4)
            {
                E* from = x + (row * xStride);
                L y0 = start, y1 = start, y2 = start, y3 = start;
                E* column = w + o;
                for (int i = 0; i < inputs; i++, column += outputs)
                {
                    var weight = L.LoadPartial(column, count);
                    y0 = L.Fma(L.Splat(from[i]), weight, y0);
                    y1 = L.Fma(L.Splat(from[xStride + i]), weight, y1);
                    y2 = L.Fma(L.Splat(from[(2 * xStride) + i]), weight, y2);
                    y3 = L.Fma(L.Splat(from[(3 * xStride) + i]), weight, y3);
                }
                E* to = y + ((nint)row * outputs) + o;
                L.StorePartial(y0, to, count);
                L.StorePartial(y1, to + outputs, count);
                L.StorePartial(y2, to + (2 * (nint)outputs), count);
                L.StorePartial(y3, to + (3 * (nint)outputs), count);
            }
        }
        for (int row = fours; row < rows; row++)
            Row<L, E>(x + (row * xStride), inputs, w, outputs, bias, y + ((nint)row * outputs));
    }

    // Four registers of results at a time: one alone waits for each of its products.
    [MethodImpl(Hot)]
    static void Row<L, E>(E* x, int inputs, E* w, int outputs, E* bias, E* y)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int o = 0;
        for (; o <= outputs - (4 * L.Width); o += 4 * L.Width)
        {
            L y0 = L.Zero, y1 = L.Zero, y2 = L.Zero, y3 = L.Zero;
            if (bias != null)
            {
                E* from = bias + o;
                (y0, y1) = (L.Load(from), L.Load(from + L.Width));
                (y2, y3) = (L.Load(from + (2 * L.Width)), L.Load(from + (3 * L.Width)));
            }
            E* column = w + o;
            for (int i = 0; i < inputs; i++, column += outputs)
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
        for (; o < outputs; o += L.Width)
        {
            int count = Math.Min(L.Width, outputs - o);
            var sum = bias == null ? L.Zero : L.LoadPartial(bias + o, count);
            E* column = w + o;
            for (int i = 0; i < inputs; i++, column += outputs)
                sum = L.Fma(L.Splat(x[i]), L.LoadPartial(column, count), sum);
            L.StorePartial(sum, y + o, count);
        }
    }

    [MethodImpl(Hot)]
    static void Step<L, E>(RecurrentKind kind, E* a, E* b, E* h, E* c, int features)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int i = 0; i < features; i += L.Width)
        {
            int count = Math.Min(L.Width, features - i);
            switch (kind)
            {
                case RecurrentKind.Lstm:
                    var input = LaneMath.Sigmoid<L, E>(Gate<L, E>(a, b, 0, features, i, count));
                    var forget = LaneMath.Sigmoid<L, E>(Gate<L, E>(a, b, 1, features, i, count));
                    var cell = LaneMath.Tanh<L, E>(Gate<L, E>(a, b, 2, features, i, count));
                    var output = LaneMath.Sigmoid<L, E>(Gate<L, E>(a, b, 3, features, i, count));
                    var memory = L.Fma(forget, L.LoadPartial(c + i, count), input * cell);
                    L.StorePartial(memory, c + i, count);
                    L.StorePartial(output * LaneMath.Tanh<L, E>(memory), h + i, count);
                    break;
                case RecurrentKind.Gru:
                    var reset = LaneMath.Sigmoid<L, E>(Gate<L, E>(a, b, 0, features, i, count));
                    var update = LaneMath.Sigmoid<L, E>(Gate<L, E>(a, b, 1, features, i, count));
                    var fresh = LaneMath.Tanh<L, E>(L.Fma(
                        reset, L.LoadPartial(b + (2 * features) + i, count),
                        L.LoadPartial(a + (2 * features) + i, count)));
                    var before = L.LoadPartial(h + i, count);
                    L.StorePartial(L.Fma(before - fresh, update, fresh), h + i, count);
                    break;
                case RecurrentKind.Tanh:
                    L.StorePartial(LaneMath.Tanh<L, E>(Gate<L, E>(a, b, 0, features, i, count)), h + i, count);
                    break;
                default:
                    L.StorePartial(L.AtLeast(Gate<L, E>(a, b, 0, features, i, count), L.Zero), h + i, count);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static L Gate<L, E>(E* a, E* b, int gate, int features, int i, int count)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        nint at = ((nint)gate * features) + i;
        return L.LoadPartial(a + at, count) + L.LoadPartial(b + at, count);
    }
}
