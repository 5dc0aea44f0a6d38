using System.Numerics;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>One more pass of an <see cref="Epilogue{E}"/> over a tile that it has stored, in place, while the tile is
/// in the first cache: bias, norm, residual and activation once more, or one function of it, or of it and another
/// value.</summary>
unsafe struct EpilogueStage<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    delegate*<EpilogueTile<E>*, void> _apply;
    Scalars<E> _scalars;

    /// <summary>One element a channel, added; or null.</summary>
    public E* Bias;
    /// <summary>One element a channel, multiplied; or null. Goes with <see cref="Shift"/>.</summary>
    public E* Scale;
    /// <summary>One element a channel, added in the same rounding as the product with <see cref="Scale"/>.</summary>
    public E* Shift;
    /// <summary>Element (0, 0, 0, 0) of the other value; or null.</summary>
    public E* Other;
    /// <summary>From one image of it to the next; 0 where all have the same.</summary>
    public nint ImageStride;
    /// <summary>From one plane of it to the next; 0 where all have the same.</summary>
    public nint PlaneStride;
    /// <summary>From one row of it to the next; 0 where all have the same.</summary>
    public nint RowStride;
    /// <summary>From one pixel of it to the next; 0 where all have the same.</summary>
    public nint PixelStride;
    /// <summary>True where all its channels are one element.</summary>
    public bool OneChannel;

    /// <summary>Bias, norm, residual and activation; the first three to be given.</summary>
    public static EpilogueStage<E> Of(in Epilogue<E> epilogue)
    {
        EpilogueStage<E> stage = default;
        stage._apply = epilogue.Finish;
        stage._scalars = epilogue.Scalars;
        return stage;
    }

    /// <summary>A function of the tile.</summary>
    public static EpilogueStage<E> OfOne<TOp>(LaneWidth lanes, Scalars<E> scalars) where TOp : struct, IUnary
    {
        EpilogueStage<E> stage = default;
        stage._apply = lanes switch
        {
            LaneWidth.Sixteen => &EpilogueTile<E>.Apply<TOp, Lanes512<E>>,
            LaneWidth.Eight => &EpilogueTile<E>.Apply<TOp, Lanes256<E>>,
            LaneWidth.Four => &EpilogueTile<E>.Apply<TOp, Lanes128<E>>,
            _ => &EpilogueTile<E>.Apply<TOp, Lanes1<E>>,
        };
        stage._scalars = scalars;
        return stage;
    }

    /// <summary>A function of the tile and the other value, which is to be given.</summary>
    public static EpilogueStage<E> OfTwo<TOp>(LaneWidth lanes, Scalars<E> scalars) where TOp : struct, IBinary
    {
        EpilogueStage<E> stage = default;
        stage._apply = lanes switch
        {
            LaneWidth.Sixteen => &EpilogueTile<E>.Combine<TOp, Lanes512<E>>,
            LaneWidth.Eight => &EpilogueTile<E>.Combine<TOp, Lanes256<E>>,
            LaneWidth.Four => &EpilogueTile<E>.Combine<TOp, Lanes128<E>>,
            _ => &EpilogueTile<E>.Combine<TOp, Lanes1<E>>,
        };
        stage._scalars = scalars;
        return stage;
    }

    /// <summary>The same for an output that starts at a row of an image.</summary>
    public readonly EpilogueStage<E> From(int n, int row)
    {
        var stage = this;
        if (Other != null) stage.Other = Other + (n * ImageStride) + (row * RowStride);
        return stage;
    }

    /// <summary>True where the other value's pixels follow each other as if they were one row.</summary>
    public readonly bool IsOneRow(in BufferLayout output) => Other == null
        || ((output.H == 1 || RowStride == output.W * PixelStride)
            && (output.D == 1 || PlaneStride == output.H * output.W * PixelStride)
            && (output.N == 1 || ImageStride == output.D * output.H * output.W * PixelStride));

    /// <summary>Does some stages to a tile; see <see cref="Epilogue{E}.Continue"/>.</summary>
    public static void Run(
        EpilogueStage<E>* stages, int count, EpilogueTile<E>* tile, int n, int plane, int row, int column, int step,
        int channel)
    {
        EpilogueTile<E> t = default;
        t.Sums = t.Output = tile->Output;
        t.SumStride = t.OutputStride = tile->OutputStride;
        t.Rows = tile->Rows;
        t.Columns = tile->Columns;
        for (var stage = stages; stage < stages + count; stage++)
        {
            t.Bias = stage->Bias == null ? null : stage->Bias + channel;
            t.Scale = stage->Scale == null ? null : stage->Scale + channel;
            t.Shift = stage->Shift == null ? null : stage->Shift + channel;
            t.Scalars = stage->_scalars;
            t.Residual = null;
            if (stage->Other != null)
            {
                t.Residual = stage->Other + (n * stage->ImageStride) + (plane * stage->PlaneStride)
                    + (row * stage->RowStride) + (column * stage->PixelStride) + (stage->OneChannel ? 0 : channel);
                t.ResidualStride = step * stage->PixelStride;
                t.OneColumn = stage->OneChannel;
            }
            stage->_apply(&t);
        }
    }
}
