using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Checks 1 and 2 for the other tree that <c>convert</c> writes: a flatten's transpose folded into the linear
/// kernel. What ships is what is held to the golden, so both forms are.</summary>
static class FoldCheck
{
    /// <summary>PAR4001 or PAR2001 where the folded form is wrong; null where it is right or nothing folds.</summary>
    public static Finding? Judge(
        GoldenCase golden, TorchModel torch, OpenModel open, Tolerance tolerance, VerifyOptions options,
        CancellationToken cancellation)
    {
        var model = NhwcPass.Apply(torch, CaseModel.Inputs(golden), FlattenMode.Fold);
        if (!model.Nodes.Any(node => node.Op is FoldedFlatten)) return null;
        if (open.Ship(ref model, FlattenMode.Fold).Faults(torch, model) is [var fault, ..])
        {
            return new Finding(Codes.WeightsRoundTrip, golden.PlaceOf("weights"),
                $"weights do not survive --flatten fold: {fault}");
        }
        var outputs = Float64Run.Outputs(golden, model, options.RunsOn, RunMode.Plain, cancellation);
        var worst = Float64Check.Measure(golden, outputs, tolerance).Where(drift => !drift.Holds)
            .MaxBy(drift => drift.ShareOfLimit);
        return worst is null ? null : new Finding(
            Codes.OutputDrift, golden.PlaceOf(GoldenStore.OutputName(worst.Output)),
            $"with --flatten fold {Float64Check.Sentence(worst)}; with --flatten transpose it holds");
    }

    /// <summary>True where a flatten of a plane, sequence or volume is there to fold; converting all weights again only
    /// to find none is dear.</summary>
    /// <param name="model">The model with its flattens transposed.</param>
    public static bool Concerns(NhwcProgram model) => model.Nodes.Any(node => node.Op is Reshaping
        && model.Values[node.Inputs[0]].Shape is { Rank: >= 3 and <= 5 } from
        && model.Values[node.Outputs[0]].Shape.Rank == 2
        && from[1] > 1 && from.Elements > (long)from[0] * from[1] && (from.Rank > 3 || IsMoved(model, node.Inputs[0])));

    // A sequence that lies channels last is brought into PyTorch's order first; rows of features lie so.
    static bool IsMoved(NhwcProgram model, int value) =>
        model.Nodes.Any(node => node.Op is Relayout { Moves: true } && node.Outputs[0] == value);
}
