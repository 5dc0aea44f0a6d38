using Harness.Executor.Ops;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>One axis of an interpolation: for each output the input elements it is a sum of, and their
/// weights.</summary>
/// <param name="First">Where the elements of output o begin in the two other lists; one more than outputs.</param>
/// <param name="Index">Indices of input elements; one that the border repeats may stand there twice.</param>
/// <param name="Weight">Their weights.</param>
sealed record ResampleAxis(int[] First, int[] Index, double[] Weight)
{
    /// <summary>Outputs.</summary>
    public int Length => First.Length - 1;

    /// <summary>An axis that does not exist: one output of one element.</summary>
    public static readonly ResampleAxis Single = new([0, 1], [0], [1]);

    /// <summary>What PyTorch's interpolations see, in float64.</summary>
    /// <param name="op">How it interpolates: linear or cubic.</param>
    /// <param name="axis">Which of the op's axes.</param>
    /// <param name="n">Input extent.</param>
    /// <param name="o">Output extent.</param>
    public static ResampleAxis Of(Upsample op, int axis, int n, int o)
    {
        double scale = !op.AlignCorners ? op.ScaleOf(axis) is { } stated ? 1 / stated : (double)n / o
            : o > 1 ? (n - 1.0) / (o - 1) : 0;
        return op.Antialias ? Wide(op.Mode == Interpolation.Cubic, scale, n, o)
            : op.Mode == Interpolation.Cubic ? Cubic(scale, op.AlignCorners, n, o)
            : Linear(scale, op.AlignCorners, n, o);
    }

    static ResampleAxis Linear(double scale, bool alignCorners, int n, int o)
    {
        var axis = Fixed(2, o);
        for (int i = 0; i < o; i++)
        {
            // Whatever scale a call states.
            double place = n == o ? i : alignCorners ? scale * i : Math.Max((scale * (i + 0.5)) - 0.5, 0);
            var (index, lambda) = Split(place, n);
            (axis.Index[2 * i], axis.Index[(2 * i) + 1]) = (index, n == o ? index : Math.Min(index + 1, n - 1));
            (axis.Weight[2 * i], axis.Weight[(2 * i) + 1]) = (1 - lambda, lambda);
        }
        return axis;
    }

    static ResampleAxis Cubic(double scale, bool alignCorners, int n, int o)
    {
        var axis = Fixed(4, o);
        for (int i = 0; i < o; i++)
        {
            // Unlike a linear one's a place may lie before the first element.
            var (index, lambda) = Split(alignCorners ? scale * i : (scale * (i + 0.5)) - 0.5, n);
            for (int tap = 0; tap < 4; tap++)
            {
                axis.Index[(4 * i) + tap] = Math.Clamp(index - 1 + tap, 0, n - 1);
                axis.Weight[(4 * i) + tap] = CubicWeight(tap - 1 - lambda, -0.75);
            }
        }
        return axis;
    }

    // As far as an output reaches in the input, where that is more than an element.
    static ResampleAxis Wide(bool cubic, double scale, int n, int o)
    {
        double support = (cubic ? 2 : 1) * Math.Max(scale, 1), inverse = scale >= 1 ? 1 / scale : 1;
        var first = new int[o + 1];
        var (indices, weights) = (new List<int>(), new List<double>());
        for (int i = 0; i < o; i++)
        {
            double center = scale * (i + 0.5), total = 0;
            int low = Math.Max((int)(center - support + 0.5), 0), high = Math.Min((int)(center + support + 0.5), n);
            for (int j = low; j < high; j++)
            {
                double distance = (j - center + 0.5) * inverse;
                double weight = cubic ? CubicWeight(distance, -0.5) : Math.Max(1 - Math.Abs(distance), 0);
                indices.Add(j);
                weights.Add(weight);
                total += weight;
            }
            for (int at = first[i]; at < weights.Count; at++) if (total != 0) weights[at] /= total;
            first[i + 1] = weights.Count;
        }
        return new ResampleAxis(first, [.. indices], [.. weights]);
    }

    // Keys' convolution kernel; a is -3/4 without antialiasing and -1/2 with it.
    internal static double CubicWeight(double distance, double a)
    {
        double x = Math.Abs(distance);
        return x <= 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
            : x < 2 ? ((((((x - 5) * x) + 8) * x) - 4) * a) : 0;
    }

    // Rounded to float32 before it is cut off, as PyTorch does in both precisions.
    static (int Index, double Lambda) Split(double place, int n)
    {
        int index = (int)Math.Min(MathF.Floor((float)place), n - 1);
        return (index, Math.Clamp(place - index, 0, 1));
    }

    static ResampleAxis Fixed(int taps, int outputs)
    {
        var first = new int[outputs + 1];
        for (int i = 0; i <= outputs; i++) first[i] = i * taps;
        return new ResampleAxis(first, new int[outputs * taps], new double[outputs * taps]);
    }
}
