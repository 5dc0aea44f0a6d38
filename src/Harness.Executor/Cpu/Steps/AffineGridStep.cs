using System.Numerics;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Places under an affine map; a piece is one row of them.</summary>
sealed unsafe class AffineGridStep<E>(ValueBuffer output, ValueBuffer theta, AffineGrid op) : Step
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly nint[] _from = theta.LogicalStrides();

    // (n, d, h, w); an image is one plane.
    readonly int _axes = op.Sizes.Count - 2, _depth = op.Sizes.Count > 4 ? op.Sizes[^3] : 1;

    /// <inheritdoc/>
    public override long Pieces => (long)op.Sizes[0] * _depth * op.Sizes[^2];

    /// <inheritdoc/>
    public override StepCost Cost => new("affine grid", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        int height = op.Sizes[^2], width = op.Sizes[^1];
        for (long piece = first; piece < last; piece++)
        {
            long plane = Math.DivRem(piece, height, out long h), n = Math.DivRem(plane, _depth, out long d);
            E* map = frame.At<E>(theta) + ((nint)n * _from[0]);
            E* y = frame.At<E>(output) + ((nint)n * output.Strides[0]) + ((nint)h * output.Strides[^3])
                + (_axes > 2 ? (nint)d * output.Strides[1] : 0);
            double row = Coordinate((int)h, height), depth = _axes > 2 ? Coordinate((int)d, _depth) : 0;
            for (int w = 0; w < width; w++, y += output.Strides[^2])
            {
                double column = Coordinate(w, width);
                for (int axis = 0; axis < _axes; axis++)
                {
                    E* line = map + (axis * _from[1]);
                    double sum = Term(line, _axes) + (_axes > 2 ? depth * Term(line, 2) : 0);
                    sum += row * Term(line, 1);
                    y[axis * output.Strides[^1]] = E.CreateTruncating(sum + (column * Term(line, 0)));
                }
            }
        }
    }

    double Term(E* line, int at) => double.CreateTruncating(line[at * _from[2]]);

    // Of one element the middle, whatever the corners.
    double Coordinate(int at, int extent) => !op.AlignCorners ? (((2.0 * at) + 1) / extent) - 1
        : extent == 1 ? 0 : (2.0 * at / (extent - 1)) - 1;
}
