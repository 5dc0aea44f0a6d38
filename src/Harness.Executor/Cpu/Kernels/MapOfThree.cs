using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>An element-wise function of three values.</summary>
interface ITernary
{
    /// <summary>f(x, y, z), each lane by itself.</summary>
    static abstract L Apply<L, E>(L x, L y, L z, in Scalars<E> a)
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary><see cref="Map"/> of three operands.</summary>
static unsafe class MapOfThree
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary><c>destination = f(x, y, z)</c> over the pieces [first, last) of a traversal with four
    /// operands.</summary>
    [MethodImpl(Hot)]
    public static void Run<TOp, E>(
        LaneWidth lanes, Traversal over, long first, long last, E* destination, E* x, E* y, E* z,
        in Scalars<E> scalars)
        where TOp : struct, ITernary
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        while (first < last)
        {
            var rows = over.Group(first, last);
            switch (lanes)
            {
                case LaneWidth.Sixteen: Rows<TOp, Lanes512<E>, E>(rows, destination, x, y, z, scalars); break;
                case LaneWidth.Eight: Rows<TOp, Lanes256<E>, E>(rows, destination, x, y, z, scalars); break;
                case LaneWidth.Four: Rows<TOp, Lanes128<E>, E>(rows, destination, x, y, z, scalars); break;
                default: Rows<TOp, Lanes1<E>, E>(rows, destination, x, y, z, scalars); break;
            }
            first += rows.Pieces;
        }
    }

    [MethodImpl(Hot)]
    static void Rows<TOp, L, E>(
        in Traversal.RowGroup rows, E* destination, E* x, E* y, E* z, in Scalars<E> scalars)
        where TOp : struct, ITernary
        where L : struct, ILanes<L, E>
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E* scratch = stackalloc E[16];
        var a = scalars;
        int length = rows.Length;
        nint ds = rows.Stride[0], xs = rows.Stride[1], ys = rows.Stride[2], zs = rows.Stride[3];
        destination += rows.Offset[0];
        x += rows.Offset[1];
        y += rows.Offset[2];
        z += rows.Offset[3];
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int i = 0; i < length; i += L.Width)
            {
                int count = Math.Min(L.Width, length - i);
                var fx = Map.Fetch<L, E>(x + (i * xs), xs, count, scratch);
                var fy = Map.Fetch<L, E>(y + (i * ys), ys, count, scratch);
                var fz = Map.Fetch<L, E>(z + (i * zs), zs, count, scratch);
                Map.Put(TOp.Apply<L, E>(fx, fy, fz, a), destination + (i * ds), ds, count, scratch);
            }
            destination += rows.RowStride[0];
            x += rows.RowStride[1];
            y += rows.RowStride[2];
            z += rows.RowStride[3];
        }
    }
}
