using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>Whether a golden on disk already says what a new recording says, up to rounding. Then it stays as it is:
/// another machine, or another number of threads, adds in another order, and a reviewer should not see that.</summary>
static class Unchanged
{
    // A thousandth of what the gate itself calls rounding (1e-10 scaled), a hundred times what float64 needs here.
    const double Limit = 1e-13;

    /// <summary>True when both were recorded from the same model, weights and inputs by the same torch on the same kind
    /// of device, and every output and probe agrees to rounding.</summary>
    public static bool Holds(string directory, GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        GoldenCase old;
        try
        {
            old = GoldenStore.Read(directory);
        }
        catch (ModelException)
        {
            // Missing or corrupt: recording is the cure.
            return false;
        }
        var before = old.Document;
        return before.AcceptedReason is null
            && before.Model == document.Model
            && before.Weights == document.Weights
            && before.RecordedBy == document.RecordedBy
            && before.CastsLifted == document.CastsLifted
            && SameDecisions(before, document)
            && before.Inputs.SequenceEqual(document.Inputs)
            && Names(before).SequenceEqual(Names(document))
            && document.Outputs.All(port => SameOutput(GoldenStore.OutputName(port.Name)))
            && before.Probes.Zip(document.Probes).All(pair => SameProbe(pair.First, pair.Second));

        bool SameOutput(string name)
        {
            var (now, was) = (tensors[name], old.Tensors[name]);
            return SameIntegers(now, was)
                ?? Agreement.Scaled(now.As<double>(), was.As<double>()) <= Limit;
        }

        // Rounding may move the place of the largest value, which is one of the positions.
        bool SameProbe(GoldenProbe was, GoldenProbe now)
        {
            var (recorded, kept) = (tensors[GoldenStore.ProbeName(now.Node)], old.Probe(was));
            return was.Positions.SequenceEqual(now.Positions)
                && Math.Abs(was.L2 - now.L2) <= Limit * was.L2
                && (SameIntegers(recorded, kept)
                    ?? Agreement.Difference(recorded.As<double>(), kept.As<double>()) <= Limit * was.AbsMax);
        }
    }

    // What somebody decided, or nobody stated: no number shows it, and every report does.
    static bool SameDecisions(GoldenDocument before, GoldenDocument document) =>
        before.DeclaresNonFinite == document.DeclaresNonFinite
        && before.GuessesShapes == document.GuessesShapes
        && before.Float32Noise.Reason == document.Float32Noise.Reason
        && before.Sensitivity.Reason == document.Sensitivity.Reason
        && before.Sensitivity.Other == document.Sensitivity.Other
        // One that does not say what it covers stays as it is.
        && (before.Sensitivity.Covers is not { } covers
            || covers.SequenceEqual(document.Sensitivity.Covers ?? [], StringComparer.Ordinal));

    // Null where both are float64.
    static bool? SameIntegers(Tensor now, Tensor was) =>
        now.Type != was.Type ? false
        : now.Type.IsFloating() ? null
        : now.Bytes.Span.SequenceEqual(was.Bytes.Span);

    static IEnumerable<(string Name, Shape Shape)> Names(GoldenDocument document) =>
        document.Outputs.Select(port => (port.Name, port.Shape))
            .Concat(document.Probes.Select(probe => (probe.Node, probe.Shape)));
}
