namespace Harness.Parity;

/// <summary>How strictly outputs are compared; docs/golden.md names the limits.</summary>
public enum TolerancePolicy
{
    /// <summary><c>|a-e| ≤ value</c>, inclusive.</summary>
    Default,

    /// <summary><c>|a-e| &lt; 1.5e-6</c>: numpy's <c>assert_almost_equal(decimal=6)</c>, as in the Flax
    /// guide.</summary>
    NumPyDecimal6,

    /// <summary><c>|a-e| ≤ 1e-5 + 1.3e-6 · |e|</c>: <c>torch.testing.assert_close</c> for float32.</summary>
    TorchClose,
}

/// <summary>The limit on drift from a float64 golden.</summary>
/// <param name="Policy">How the limit is applied.</param>
/// <param name="Value">The absolute limit; for a named policy the limit at e = 0.</param>
/// <param name="Reason">Why it is not the default; empty for the default.</param>
public sealed record Tolerance(TolerancePolicy Policy, double Value, string Reason = "")
{
    /// <summary>The limit that holds where none is stated.</summary>
    public const double DefaultValue = 1e-6;

    /// <summary><c>|a-e| ≤ 1e-6</c>.</summary>
    public static readonly Tolerance Default = new(TolerancePolicy.Default, DefaultValue);

    /// <summary>numpy's <c>assert_almost_equal(decimal=6)</c>.</summary>
    public static Tolerance NumPyDecimal6(string reason) => new(TolerancePolicy.NumPyDecimal6, 1.5e-6, reason);

    /// <summary>torch's <c>assert_close</c>.</summary>
    public static Tolerance TorchClose(string reason) => new(TolerancePolicy.TorchClose, 1e-5, reason);

    // A correct model lies a thousand times below the first in float64, and a little below the second.
    const double Scaled = 1e-9, Rounded = 1e-12;

    // How many times what an ulp at every node moves a right program may be off: sums of thousands of terms, added in
    // another order, lie some dozens of ulps apart.
    const double RoundingFactor = 256;

    /// <summary>What <see cref="RoundingFactor"/> ulps at every node come to.</summary>
    public static double OfRounding(double rounding) => RoundingFactor * rounding;

    /// <summary>The default for an output of this magnitude: at most 1e-6, and at most 1e-9 of the magnitude, since an
    /// absolute limit hides faults of small outputs; but never below what rounding in float64 explains.</summary>
    /// <param name="magnitude">The largest |e|.</param>
    /// <param name="rounding">How far an ulp at every node moves it.</param>
    internal static Tolerance OfScale(double magnitude, double rounding) => new(
        TolerancePolicy.Default,
        Math.Max(Math.Min(DefaultValue, Scaled * magnitude), Explained(magnitude, rounding)));

    /// <summary>What rounding in float64 explains in an output of this magnitude.</summary>
    /// <param name="magnitude">The largest |e|.</param>
    /// <param name="rounding">How far an ulp at every node moves it.</param>
    /// <remarks>Where rounding would explain a thousandth of the output it moves what jumps: ties, comparisons, waves
    /// of huge numbers. A program computes those as the reference did or is another one, and no limit beyond the output
    /// itself could ever be crossed. Outputs that are rounding themselves, of a difference that should be 0, have no
    /// such bound.</remarks>
    internal static double Explained(double magnitude, double rounding) => Math.Max(
        Rounded * magnitude,
        magnitude >= Noise ? Math.Min(OfRounding(rounding), Jump * magnitude) : OfRounding(rounding));

    // Below the first an output may be what rounding left of nothing; the second is far more than sums come to.
    const double Noise = 1e-9, Jump = 1e-3;

    /// <summary>True for the limit that needs no reason. The same number with a reason is that number, whatever the
    /// outputs' magnitude.</summary>
    public bool IsDefault => Policy == TolerancePolicy.Default && Value == DefaultValue && Reason.Length == 0;

    /// <summary>True where an output's magnitude tightens it further, and inner nodes are held too: unless a looser
    /// limit was stated, or 1e-6 with a reason.</summary>
    public bool GoesByScale => IsDefault || (Policy == TolerancePolicy.Default && Value < DefaultValue);

    /// <summary>True where it permits an absolute error above the default's somewhere.</summary>
    public bool IsLooserThanDefault => Policy != TolerancePolicy.Default || Value > DefaultValue;

    /// <summary>The largest |a-e| permitted where the golden is <paramref name="expected"/>.</summary>
    public double LimitAt(double expected) =>
        Policy == TolerancePolicy.TorchClose ? Value + 1.3e-6 * Math.Abs(expected) : Value;

    /// <summary>True when a finite element that lies <paramref name="error"/> from <paramref name="expected"/>
    /// holds.</summary>
    public bool Permits(double error, double expected) => Policy == TolerancePolicy.NumPyDecimal6
        ? error < LimitAt(expected)
        : error <= LimitAt(expected);

    /// <summary>The policy's name in golden.json.</summary>
    public string PolicyName => Policy switch
    {
        TolerancePolicy.NumPyDecimal6 => "numpy-decimal6",
        TolerancePolicy.TorchClose => "torch-close",
        _ => "default",
    };

    /// <summary>A tolerance from golden.json; null when no policy has this name.</summary>
    public static Tolerance? Named(string policy, double value, string reason) => policy switch
    {
        "default" => new Tolerance(TolerancePolicy.Default, value, reason),
        "numpy-decimal6" => NumPyDecimal6(reason),
        "torch-close" => TorchClose(reason),
        _ => null,
    };

    /// <summary><c>|a-e| ≤ 1E-06</c>.</summary>
    public override string ToString() => Policy switch
    {
        TolerancePolicy.NumPyDecimal6 => "|a-e| < 1.5e-6 (numpy-decimal6)",
        TolerancePolicy.TorchClose => "|a-e| <= 1e-5 + 1.3e-6*|e| (torch-close)",
        _ => $"|a-e| <= {Value:R}",
    };
}
