namespace Harness.Tests.Naive;

/// <summary>A dense tensor in double precision for the oracle, in whatever axis order its user means, row-major.
/// It shares no code with the executor: an oracle that calls our code agrees with our mistakes.</summary>
sealed class NaiveTensor
{
    public NaiveTensor(int[] shape, double[] data)
    {
        if (shape.Any(extent => extent < 0) || shape.Aggregate(1, (a, b) => a * b) != data.Length)
            throw new ArgumentException($"{data.Length} elements do not fill ({string.Join(", ", shape)})");
        Shape = shape;
        Data = data;
    }

    public int[] Shape { get; }

    public double[] Data { get; }

    public int Rank => Shape.Length;

    /// <summary>The element at that index, which must lie inside.</summary>
    public double this[params ReadOnlySpan<int> index]
    {
        get => Data[Offset(index)];
        set => Data[Offset(index)] = value;
    }

    public static NaiveTensor Of(int[] shape, params double[] data) => new(shape, data);

    public static NaiveTensor Zeros(params int[] shape) => From(shape, _ => 0);

    /// <summary>1, 2, 3, … in row-major order.</summary>
    public static NaiveTensor Counting(params int[] shape)
    {
        var next = 0;
        return From(shape, _ => ++next);
    }

    /// <summary>Seeded numbers in [-1, 1), each exact in float32: both precisions start from the same values.</summary>
    public static NaiveTensor Random(int seed, params int[] shape)
    {
        // SplitMix64: the sequence belongs to the seed on every version of .NET, unlike System.Random's.
        var state = (ulong)seed;
        return From(shape, _ =>
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 40) * (2.0 / (1 << 24)) - 1;
        });
    }

    /// <summary>The tensor whose element at each index is what the rule says, asked in row-major order.</summary>
    public static NaiveTensor From(int[] shape, Func<int[], double> rule) =>
        new(shape, [.. Indices(shape).Select(rule)]);

    /// <summary>Every index of a shape, in row-major order.</summary>
    public static IEnumerable<int[]> Indices(int[] shape)
    {
        var count = shape.Aggregate(1, (a, b) => a * b);
        for (var flat = 0; flat < count; flat++)
        {
            var index = new int[shape.Length];
            for (int axis = shape.Length - 1, rest = flat; axis >= 0; axis--)
            {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            yield return index;
        }
    }

    public NaiveTensor Map(Func<double, double> function) => new(Shape, [.. Data.Select(function)]);

    /// <summary>The largest |a − b|; infinite where the shapes differ or one side is not a number.</summary>
    public double Distance(NaiveTensor other)
    {
        if (!Shape.SequenceEqual(other.Shape)) return double.PositiveInfinity;
        var largest = 0.0;
        for (var i = 0; i < Data.Length; i++)
        {
            if (Data[i].Equals(other.Data[i])) continue;
            var difference = Math.Abs(Data[i] - other.Data[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }
        return largest;
    }

    int Offset(ReadOnlySpan<int> index)
    {
        if (index.Length != Rank) throw new ArgumentException($"{index.Length} indices for rank {Rank}");
        var offset = 0;
        for (var axis = 0; axis < Rank; axis++)
        {
            if (index[axis] < 0 || index[axis] >= Shape[axis])
                throw new ArgumentOutOfRangeException(nameof(index), $"{index[axis]} on axis {axis} of {Shape[axis]}");
            offset = offset * Shape[axis] + index[axis];
        }
        return offset;
    }
}
