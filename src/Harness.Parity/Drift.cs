using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Parity;

/// <summary>The measured difference between an output and its golden. Elements are compared place by place: no
/// permutation is ever tried, since a comparer that tries some passes wrong layouts.</summary>
/// <param name="Output">The output's name.</param>
/// <param name="Shape">Its shape in PyTorch's axis order.</param>
/// <param name="MaxAbs">The largest |a-e|; infinite where only one of both is NaN or infinite.</param>
/// <param name="Worst">The place of the largest difference, or of the worst excess over the limit.</param>
/// <param name="Scaled"><see cref="MaxAbs"/> / max|e|; infinite for a difference from a golden that is zero
/// everywhere.</param>
/// <param name="Rms">The root of the mean squared difference of the finite elements.</param>
/// <param name="Beyond">How many elements lie beyond the limit.</param>
/// <param name="NonFinite">How many elements are NaN or infinite on one side alone, or infinite with the other
/// sign.</param>
/// <param name="AboveRounding">True when <see cref="Scaled"/> exceeds 1e-10: far more than rounding explains.</param>
public sealed record Drift(
    string Output,
    Shape Shape,
    double MaxAbs,
    DriftPlace Worst,
    double Scaled,
    double Rms,
    long Beyond,
    long NonFinite,
    bool AboveRounding)
{
    /// <summary>Scaled differences above this are no rounding in double: right models stay below
    /// 1e-12, and every wrong one that was tried lay above 1e-10.</summary>
    public const double RoundingLimit = 1e-10;

    /// <summary>The limit that was applied.</summary>
    public Tolerance Limit { get; init; } = Tolerance.Default;

    /// <summary>True of integers and Booleans, of which no difference is permitted.</summary>
    public bool IsExact { get; init; }

    /// <summary>Why differences are permitted here all the same; null where they are not.</summary>
    public string? Exempt { get; init; }

    /// <summary><see cref="MaxAbs"/> as a multiple of the limit where the golden is zero: above 1 it drifts, but for
    /// limits that grow with the golden.</summary>
    public double ShareOfLimit => MaxAbs == 0 ? 0 : MaxAbs / Limit.Value;

    /// <summary>True when every element holds, or need not.</summary>
    public bool Holds => Beyond == 0 || Exempt is not null;

    /// <summary>The share of elements beyond the limit, 0 to 1.</summary>
    public double Share => Shape.Elements == 0 ? 0 : (double)Beyond / Shape.Elements;

    /// <summary>Measures an output against its golden.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="shape">The shape of both, in PyTorch's axis order.</param>
    /// <param name="actual">The elements computed, in that order.</param>
    /// <param name="expected">The golden's elements, in that order.</param>
    /// <param name="tolerance">The limit.</param>
    /// <exception cref="ArgumentException">The elements do not fill the shape.</exception>
    public static Drift Measure(
        string output, Shape shape, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, Tolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(tolerance);
        if (actual.Length != shape.Elements || expected.Length != shape.Elements)
            throw new ArgumentException(
                $"{actual.Length} and {expected.Length} elements do not fill {shape}", nameof(actual));
        double maxAbs = 0, maxExpected = 0, squares = 0, worstExcess = double.NegativeInfinity;
        long beyond = 0, nonFinite = 0, finite = 0;
        int worst = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double a = actual[i], e = expected[i], error;
            if (double.IsFinite(a) && double.IsFinite(e))
            {
                error = Math.Abs(a - e);
                maxExpected = Math.Max(maxExpected, Math.Abs(e));
                squares += error * error;
                finite++;
            }
            // Equals: NaN is NaN, whatever its bits; infinities must agree in sign.
            else if (a.Equals(e)) continue;
            else
            {
                error = double.PositiveInfinity;
                nonFinite++;
            }
            // A difference of finite numbers may overflow: that is beyond every limit as well.
            if (double.IsPositiveInfinity(error) || !tolerance.Permits(error, e)) beyond++;
            maxAbs = Math.Max(maxAbs, error);
            double excess = double.IsPositiveInfinity(error) ? error : error - tolerance.LimitAt(e);
            if (excess > worstExcess) (worstExcess, worst) = (excess, i);
        }
        double scaled = maxAbs == 0 ? 0 : maxAbs / maxExpected;
        return new Drift(
            output, shape, maxAbs,
            actual.IsEmpty ? DriftPlace.Nowhere : DriftPlace.Of(shape, worst, actual[worst], expected[worst]), scaled,
            finite == 0 ? 0 : Math.Sqrt(squares / finite), beyond, nonFinite, maxAbs > RoundingLimit * maxExpected)
        {
            Limit = tolerance,
        };
    }

    /// <summary>The difference of integers or Booleans, of which none is permitted.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="actual">What was computed, in PyTorch's axis order.</param>
    /// <param name="expected">What the golden holds.</param>
    /// <exception cref="ArgumentException">They are not of one type and shape.</exception>
    internal static Drift OfIntegers(string output, Tensor actual, Tensor expected)
    {
        if (actual.Type != expected.Type || actual.Shape != expected.Shape)
            throw new ArgumentException($"found {actual}, expected {expected}", nameof(actual));
        long[] found = Integers(actual), wanted = Integers(expected);
        Int128 largest = 0, magnitude = 0;
        double squares = 0;
        long beyond = 0;
        int worst = 0;
        for (int i = 0; i < found.Length; i++)
        {
            // The difference of two int64 may need 65 bits.
            var off = Int128.Abs((Int128)found[i] - wanted[i]);
            magnitude = Int128.Max(magnitude, Int128.Abs(wanted[i]));
            if (off == 0) continue;
            beyond++;
            squares += (double)off * (double)off;
            if (off > largest) (largest, worst) = (off, i);
        }
        return new Drift(
            output, expected.Shape, (double)largest,
            found.Length == 0 ? DriftPlace.Nowhere
                : DriftPlace.Of(expected.Shape, worst, found[worst], wanted[worst]) with
                {
                    Integers = (found[worst], wanted[worst]),
                },
            largest == 0 ? 0 : (double)largest / (double)magnitude,
            found.Length == 0 ? 0 : Math.Sqrt(squares / found.Length), beyond, 0, largest != 0)
        {
            IsExact = true,
        };
    }

    // Doubles hold every other type exactly.
    static long[] Integers(Tensor tensor) => tensor.Type == ElementType.Int64
        ? tensor.As<long>().ToArray()
        : Array.ConvertAll(tensor.ToDoubles(), number => (long)number);
}

/// <summary>One element and both its values.</summary>
/// <param name="Nchw">Its index in PyTorch's axis order.</param>
/// <param name="Nhwc">Its index with the channels last.</param>
/// <param name="Actual">What was computed.</param>
/// <param name="Expected">What the golden holds.</param>
public sealed record DriftPlace(ImmutableArray<int> Nchw, ImmutableArray<int> Nhwc, double Actual, double Expected)
{
    /// <summary>The worst place of no elements.</summary>
    internal static readonly DriftPlace Nowhere = new([], [], 0, 0);

    /// <summary>Both values where they are integers or Booleans, of which doubles do not tell all apart.</summary>
    public (long Actual, long Expected)? Integers { get; init; }

    /// <summary><c>got 0.5, golden 0.25</c>, with a word for what the second is.</summary>
    internal string Values(string expected) => Integers is { } exact
        ? string.Create(CultureInfo.InvariantCulture, $"got {exact.Actual}, {expected} {exact.Expected}")
        : string.Create(CultureInfo.InvariantCulture, $"got {Actual:R}, {expected} {Expected:R}");

    /// <summary>The element at a flat index in PyTorch's axis order.</summary>
    internal static DriftPlace Of(Shape shape, long flat, double actual, double expected)
    {
        var index = new int[shape.Rank];
        long rest = flat;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            index[axis] = (int)(rest % shape[axis]);
            rest /= shape[axis];
        }
        var channelsLast = Permutation.ChannelsLast(shape.Rank).AsSpan();
        var nhwc = new int[shape.Rank];
        for (int axis = 0; axis < nhwc.Length; axis++) nhwc[axis] = index[channelsLast[axis]];
        return new DriftPlace([.. index], [.. nhwc], actual, expected);
    }

    /// <inheritdoc/>
    public bool Equals(DriftPlace? other) => other is not null
        && Nchw.AsSpan().SequenceEqual(other.Nchw.AsSpan())
        && Nhwc.AsSpan().SequenceEqual(other.Nhwc.AsSpan())
        && Actual.Equals(other.Actual) && Expected.Equals(other.Expected) && Integers == other.Integers;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Nchw.Length, Actual, Expected);

    /// <summary><c>nhwc (0, 2, 3, 1) = nchw (0, 1, 2, 3)</c>.</summary>
    public override string ToString() => Nchw.Length < 3
        ? $"({string.Join(", ", Nchw)})"
        : $"nhwc ({string.Join(", ", Nhwc)}) = nchw ({string.Join(", ", Nchw)})";
}
