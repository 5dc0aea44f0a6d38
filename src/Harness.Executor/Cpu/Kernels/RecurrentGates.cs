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

/// <summary>The gates of recurrent layers.</summary>
static unsafe class RecurrentGates
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

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
