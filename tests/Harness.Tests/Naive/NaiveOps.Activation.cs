namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    public static double Relu(double x) => x < 0 ? 0 : x;

    public static double Relu6(double x) => x < 0 ? 0 : x > 6 ? 6 : x;

    public static double Hardtanh(double x, double least, double most) => x < least ? least : x > most ? most : x;

    public static double LeakyRelu(double x, double slope = 0.01) => x > 0 ? x : x * slope;

    /// <summary>scale · (x above zero, else alpha · (e^(inner · x) − 1)).</summary>
    public static double Elu(double x, double alpha = 1, double scale = 1, double inner = 1) =>
        scale * (x > 0 ? x : alpha * (Math.Exp(inner * x) - 1));

    /// <summary>(x + 3) / 6, held between 0 and 1.</summary>
    public static double Hardsigmoid(double x) => Relu6(x + 3) / 6;

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>x · Φ(x). The tail is taken from erfc, so that it keeps its digits far to the left.</summary>
    public static double Gelu(double x) => 0.5 * x * Erfc(-x / Math.Sqrt(2));

    public static double GeluTanh(double x) =>
        0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    /// <summary>The error function, by its series near zero and by <see cref="Erfc"/> beyond.</summary>
    public static double Erf(double x) =>
        double.IsNaN(x) ? x : Math.Abs(x) < 1 ? ErfSeries(x) : x > 0 ? 1 - Erfc(x) : Erfc(-x) - 1;

    /// <summary>1 − erf(x) without cancellation.</summary>
    public static double Erfc(double x) =>
        double.IsNaN(x) ? x : x < 0 ? 2 - Erfc(-x) : x < 1 ? 1 - ErfSeries(x) : ErfcFraction(x);

    /// <summary>erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3···(2n+1)), of one sign throughout (DLMF
    /// 7.6.2).</summary>
    static double ErfSeries(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), from the inside out (DLMF 7.9.1).
    /// At x = 1, where it converges slowest, 400 levels leave less than the rounding.</summary>
    static double ErfcFraction(double x)
    {
        if (x > 40) return 0; // below the smallest double
        var tail = x;
        for (var n = 400; n >= 1; n--) tail = x + n / 2.0 / tail;
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / tail;
    }
}
