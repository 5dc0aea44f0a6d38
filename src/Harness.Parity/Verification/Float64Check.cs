using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Check 2: the converted weights in double, every node by itself, against the float64 golden.</summary>
static class Float64Check
{
    /// <summary>The drift of every output.</summary>
    /// <param name="golden">What they should be.</param>
    /// <param name="outputs">What they are, in PyTorch's axis order.</param>
    /// <param name="tolerance">The limit.</param>
    public static ImmutableArray<Drift> Measure(
        GoldenCase golden, ImmutableArray<Tensor> outputs, Tolerance tolerance) =>
        Measure(golden, outputs, port => LimitOf(golden, port, tolerance));

    /// <summary>The same with a limit for each output.</summary>
    public static ImmutableArray<Drift> Measure(
        GoldenCase golden, ImmutableArray<Tensor> outputs, Func<GoldenPort, Tolerance> limit) =>
        [.. golden.Document.Outputs.Select((port, i) => port.Type.IsFloating()
            ? Drift.Measure(
                port.Name, port.Shape, outputs[i].ToDoubles(), golden.Output(port).As<double>(), limit(port))
            : Drift.OfIntegers(port.Name, outputs[i], golden.Output(port)))];

    /// <summary>The limit of one output: the default goes by its magnitude, unless it was recorded on a device whose
    /// float64 adds in an order of its own.</summary>
    public static Tolerance LimitOf(GoldenCase golden, GoldenPort port, Tolerance tolerance)
    {
        if (!GoesByScale(golden, tolerance) || !port.Type.IsFloating()) return tolerance;
        var scaled = Tolerance.OfScale(MagnitudeOf(golden, port), UlpsOf(golden, port));
        return scaled.Value < tolerance.Value || tolerance.IsDefault ? scaled : tolerance;
    }

    /// <summary>The largest finite |e| of an output of floats.</summary>
    public static double MagnitudeOf(GoldenCase golden, GoldenPort port)
    {
        double magnitude = 0;
        foreach (double element in golden.Output(port).As<double>())
            if (double.IsFinite(element)) magnitude = Math.Max(magnitude, Math.Abs(element));
        return magnitude;
    }

    /// <summary>What rounding explains in an output of floats.</summary>
    public static double RoundingOf(GoldenCase golden, GoldenPort port) =>
        Tolerance.Explained(MagnitudeOf(golden, port), UlpsOf(golden, port));

    static double UlpsOf(GoldenCase golden, GoldenPort port) =>
        golden.Document.Sensitivity.Rounding[golden.Document.Outputs.IndexOf(port)];

    /// <summary>True where outputs are held by their magnitude, and inner nodes to their probes.</summary>
    public static bool GoesByScale(GoldenCase golden, Tolerance tolerance) =>
        tolerance.GoesByScale && golden.Document.RecordedBy.Device == "cpu";

    /// <summary>PAR2001 for drift, PAR2003 for what passes far above rounding; null when all is well.</summary>
    public static Finding? Judge(GoldenCase golden, ImmutableArray<Drift> drifts, Tolerance tolerance, BadNode? bad)
    {
        var drifting = drifts.Where(drift => !drift.Holds).ToArray();
        if (drifting.Length > 0)
        {
            if (LimitCheck.Judge(golden, drifting, tolerance) is { } strict) return strict;
            var worst = drifting.MaxBy(drift => drift.MaxAbs)!;
            string others = drifting.Length > 1 ? $"; {drifting.Length - 1} more outputs drift" : "";
            string place = golden.PlaceOf(bad is null
                ? GoldenStore.OutputName(worst.Output) : GoldenStore.ProbeName(bad.Node));
            return new Finding(
                Codes.OutputDrift, place, $"{Sentence(worst)}{others}; {Locate(bad, golden)}");
        }
        if (bad is not null && GoesByScale(golden, tolerance))
        {
            return new Finding(
                Codes.OutputDrift, golden.PlaceOf(GoldenStore.ProbeName(bad.Node)),
                $"node '{bad.Node}' ({bad.Op}{(bad.Place.File.Length > 0 ? $", {bad.Place}" : "")}) drifts: " +
                $"{bad.Why}, scaled {Figures.Short(bad.Isolated)}, where rounding explains " +
                $"{Figures.Short(bad.Limit)}; the outputs forgive it ({Figures.Short(bad.Cumulative)})");
        }
        var suspicious = drifts.Where(drift => drift.AboveRounding).MaxBy(drift => drift.Scaled);
        return suspicious is null ? null : new Finding(
            Codes.AboveRounding, golden.PlaceOf(GoldenStore.OutputName(suspicious.Output)),
            $"output '{suspicious.Output}' holds ({suspicious.Limit}), but its drift " +
            $"{Figures.Short(suspicious.MaxAbs)} is {Figures.Short(suspicious.Scaled)} of its largest value, where " +
            "rounding explains 1e-13; " +
            $"{Locate(bad, golden)}");
    }

    /// <summary>One output's drift in words.</summary>
    public static string Sentence(Drift drift) =>
        $"output '{drift.Output}' drifts: max |a-e| {Figures.Short(drift.MaxAbs)} at {drift.Worst}, " +
        $"{drift.Worst.Values("golden")}; scaled {Figures.Short(drift.Scaled)}, " +
        $"rms {Figures.Short(drift.Rms)}; {Figures.Percent(drift.Beyond, drift.Shape.Elements)} of " +
        $"{drift.Shape.Elements} elements " + (drift.IsExact ? "differ" : $"beyond {drift.Limit}") +
        (drift.NonFinite > 0 ? $"; {drift.NonFinite} NaN or infinite on one side only" : "");

    static string Locate(BadNode? bad, GoldenCase golden) => bad switch
    {
        null when golden.Document.Probes.IsEmpty => "the golden has no probes to localise it with",
        null when golden.Document.AcceptedReason is not null =>
            "every probe holds: the accepted output differs from what torch recorded",
        null => "every probe holds: the difference lies between the last probed node and the output",
        _ => $"first bad node '{bad.Node}' ({bad.Op}{(bad.Place.File.Length > 0 ? $", {bad.Place}" : "")}): " +
            $"{bad.Why}, " +
            $"{Figures.Short(bad.Isolated)} from its probe, at the output {Figures.Short(bad.Cumulative)}",
    };
}
