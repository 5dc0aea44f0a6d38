using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Cpu;

/// <summary>Singular values by one-sided Jacobi rotations; a piece is one matrix.</summary>
sealed unsafe class SvdValsStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // Rotations converge quadratically: matrices of any size are done in about ten sweeps.
    const int MostSweeps = 60;

    readonly ValueBuffer _output, _x;
    readonly nint[] _from, _to;
    readonly int _columns, _rows;
    readonly nint _column, _row;

    /// <summary>A step; everything lies anyhow.</summary>
    public SvdValsStep(ValueBuffer output, ValueBuffer x)
    {
        (_output, _x) = (output, x);
        (_from, _to) = (x.LogicalStrides(), output.LogicalStrides());
        // As many columns as there are values: a wide matrix is turned.
        bool wide = x.Shape[-1] > x.Shape[-2];
        (_columns, _rows) = wide ? (x.Shape[-2], x.Shape[-1]) : (x.Shape[-1], x.Shape[-2]);
        (_column, _row) = wide ? (_from[^2], _from[^1]) : (_from[^1], _from[^2]);
    }

    /// <inheritdoc/>
    public override long Pieces
    {
        get
        {
            long matrices = 1;
            foreach (int extent in _x.Shape.AsSpan()[..^2]) matrices *= extent;
            return matrices;
        }
    }

    /// <summary>One matrix, column by column, and the squares of its columns' lengths.</summary>
    public override nint ScratchBytes => (((nint)_columns * _rows) + _columns) * sizeof(double);

    /// <inheritdoc/>
    public override StepCost Cost => new("singular values", CostModel.Transcendental);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        double* matrix = frame.Scratch<double>(), squares = matrix + ((nint)_columns * _rows);
        for (long piece = first; piece < last; piece++)
        {
            long rest = piece;
            nint from = 0, to = 0;
            for (int axis = _from.Length - 3; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, _x.Shape[axis], out long at);
                from += (nint)at * _from[axis];
                to += (nint)at * _to[axis];
            }
            E* x = frame.At<E>(_x) + from, y = frame.At<E>(_output) + to;
            for (int j = 0; j < _columns; j++)
                for (int i = 0; i < _rows; i++)
                    matrix[((nint)j * _rows) + i] = double.CreateTruncating(x[(j * _column) + (i * _row)]);
            for (int sweep = 0; sweep < MostSweeps && Swept(matrix); sweep++)
            {
            }
            for (int j = 0; j < _columns; j++)
                squares[j] = Product(matrix + ((nint)j * _rows), matrix + ((nint)j * _rows));
            new Span<double>(squares, _columns).Sort();
            for (int j = 0; j < _columns; j++)
                y[j * _to[^1]] = E.CreateTruncating(Math.Sqrt(squares[_columns - 1 - j]));
        }
    }

    // Every pair of columns turned until it is orthogonal; false where all were.
    bool Swept(double* matrix)
    {
        bool turned = false;
        for (int p = 0; p + 1 < _columns; p++)
        {
            for (int q = p + 1; q < _columns; q++)
            {
                double* left = matrix + ((nint)p * _rows), right = matrix + ((nint)q * _rows);
                double a = Product(left, left), b = Product(right, right), c = Product(left, right);
                if (!(Math.Abs(c) > 1e-16 * Math.Sqrt(a * b))) continue;
                turned = true;
                double zeta = (b - a) / (2 * c);
                double tangent = (zeta < 0 ? -1 : 1) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                double cosine = 1 / Math.Sqrt(1 + (tangent * tangent)), sine = cosine * tangent;
                for (int i = 0; i < _rows; i++)
                {
                    (left[i], right[i]) =
                        ((cosine * left[i]) - (sine * right[i]), (sine * left[i]) + (cosine * right[i]));
                }
            }
        }
        return turned;
    }

    double Product(double* left, double* right)
    {
        double sum = 0;
        for (int i = 0; i < _rows; i++) sum = Math.FusedMultiplyAdd(left[i], right[i], sum);
        return sum;
    }
}
