using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Parity.Fuzz;

/// <summary>Holds the plan that users run to a golden of a few numbers. The gate's float64 run has every node by
/// itself, and its float32 limit is torch's own noise, which on few numbers is luck: neither sees what becomes of fused
/// steps, tails, bands and Winograd's transform.</summary>
static class FusedCheck
{
    // What rounding moves is one sample, which may be small by luck where the output is one number. So many ulps of
    // float32 are beside no fault: what fused steps get wrong is whole elements, and seen in float64 by a millionth of
    // that.
    const double Float32Share = 1e-4;

    // An ulp of float32 is so many of float64, and moves an output so many times as far.
    const double Float32Ulps = 1L << 29;

    /// <summary>PAR2001 or PAR2002 where an output lies further from the golden than rounding explains; null where none
    /// does.</summary>
    /// <param name="golden">What the outputs should be; its nodes hold by themselves.</param>
    /// <param name="model">The converted graph.</param>
    /// <param name="float32">What the fused plan gave in float32; empty where it was not run.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static Finding? Judge(
        GoldenCase golden, NhwcProgram model, ImmutableArray<Drift> float32, VerifyOptions options,
        CancellationToken cancellation)
    {
        var outputs = Float64Run.Outputs(golden, model, options.RunsOn, RunMode.Fast, cancellation);
        var drifts = Float64Check.Measure(golden, outputs, port => LimitOf(golden, port, Drift.RoundingLimit, 1));
        if (Worst(golden, model, drifts) is { } exact)
            return Said(golden, Codes.OutputDrift, "fused, in float64", exact);
        var ports = golden.Document.Outputs;
        ImmutableArray<Drift> far = [.. float32.Where((drift, i) => !drift.Holds
            && (drift.IsExact || drift.NonFinite > 0 || drift.MaxAbs > LimitOf(
                golden, ports[i], Float32Share, Float32Ulps).Value))];
        return Worst(golden, model, far) is { } rough
            ? Said(golden, Codes.Float32Drift, "fused, in float32", rough) : null;
    }

    // What rounding explains: a share of the magnitude, or what ulps at every node come to.
    static Tolerance LimitOf(GoldenCase golden, GoldenPort port, double share, double ulps)
    {
        if (!port.Type.IsFloating()) return Tolerance.Default;
        double rounding = golden.Document.Sensitivity.Rounding[golden.Document.Outputs.IndexOf(port)];
        return new Tolerance(TolerancePolicy.Default, Math.Max(
            share * Float64Check.MagnitudeOf(golden, port), Tolerance.OfRounding(ulps * rounding)));
    }

    // Integers that were cut off from rounded numbers may be others.
    static Drift? Worst(GoldenCase golden, NhwcProgram model, ImmutableArray<Drift> drifts)
    {
        var sources = CutOff.Sources(model);
        return drifts.Where(drift => !drift.Holds && !(drift.IsExact && sources[OutputOf(drift)] is not null))
            .MaxBy(drift => drift.ShareOfLimit);

        int OutputOf(Drift drift)
        {
            for (int i = 0; i < golden.Document.Outputs.Length; i++)
                if (golden.Document.Outputs[i].Name == drift.Output) return i;
            return -1;
        }
    }

    static Finding Said(GoldenCase golden, string code, string how, Drift drift) => new(
        code, golden.PlaceOf(GoldenStore.OutputName(drift.Output)),
        $"{how}, {Float64Check.Sentence(drift)}; every node by itself holds");
}
