using System.Numerics;

namespace Harness.Tests.Naive;

/// <summary>a·b + c in whole numbers, rounded once to nearest, ties to even: IEEE 754's fusedMultiplyAdd.</summary>
static class NaiveFma
{
    /// <summary>In binary64.</summary>
    public static double Double(double a, double b, double c) => Round(a, b, c, 53, -1074, 1024);

    /// <summary>In binary32.</summary>
    public static float Single(float a, float b, float c) => (float)Round(a, b, c, 24, -149, 128);

    // Precision in bits, exponent of the smallest subnormal, and the power of two that is infinite.
    static double Round(double a, double b, double c, int precision, int smallest, int largest)
    {
        if (double.IsNaN(a) || double.IsNaN(b) || double.IsNaN(c)) return double.NaN;
        bool negative = double.IsNegative(a) != double.IsNegative(b);
        if (double.IsInfinity(a) || double.IsInfinity(b))
        {
            if (a == 0 || b == 0 || (double.IsInfinity(c) && double.IsNegative(c) != negative)) return double.NaN;
            return negative ? double.NegativeInfinity : double.PositiveInfinity;
        }
        if (double.IsInfinity(c)) return c;
        if ((a == 0 || b == 0) && c == 0) return negative && double.IsNegative(c) ? -0.0 : 0.0;
        var (ma, ea) = Whole(a);
        var (mb, eb) = Whole(b);
        var (mc, ec) = Whole(c);
        int exponent = Math.Min(ea + eb, ec);
        var sum = (ma * mb << (ea + eb - exponent)) + (mc << (ec - exponent));
        if (sum.IsZero) return 0;
        var magnitude = BigInteger.Abs(sum);
        int drop = Math.Max((int)magnitude.GetBitLength() - precision, smallest - exponent);
        if (drop > 0)
        {
            var half = BigInteger.One << (drop - 1);
            var rest = magnitude & ((BigInteger.One << drop) - 1);
            magnitude >>= drop;
            if (rest > half || (rest == half && !magnitude.IsEven)) magnitude += 1;
            exponent += drop;
        }
        double result = (int)magnitude.GetBitLength() + exponent > largest
            ? double.PositiveInfinity
            : magnitude.IsZero ? 0 : Math.ScaleB((double)magnitude, exponent);
        return sum.Sign < 0 ? -result : result;
    }

    // The number as a whole one times a power of two.
    static (BigInteger Mantissa, int Exponent) Whole(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        if (exponent > 0) fraction |= 1L << 52;
        return (bits < 0 ? -fraction : fraction, Math.Max(exponent, 1) - 1075);
    }
}
