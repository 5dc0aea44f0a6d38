using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>A golden that is already there: recording it again keeps its weights and inputs, unless the user names
/// others, and what somebody decided about it, as far as that was decided.</summary>
sealed class Earlier
{
    readonly GoldenCase _golden;

    Earlier(GoldenCase golden) => _golden = golden;

    /// <summary>The golden in a folder; null where there is none to keep anything of: missing, or corrupt, which
    /// recording cures.</summary>
    public static Earlier? Of(string directory)
    {
        try
        {
            return new Earlier(GoldenStore.Read(directory));
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <summary>Its weights, as <c>--weights</c> takes them; null where the model file holds them.</summary>
    public string? Weights => _golden.WeightsPath
        ?? (_golden.Document.Weights.Seed is { } seed ? WeightsName.OfSeed(seed).Text : null);

    /// <summary>What else its model takes.</summary>
    public ImmutableArray<string> Arguments => _golden.Document.Model.Arguments;

    /// <summary>True for the second of two cases.</summary>
    public bool IsBesideAnother => _golden.Document.Sensitivity.Other == GoldenStore.FirstName;

    /// <summary>How its first input is made, where it is not stored.</summary>
    public GoldenGenerator? Generator => _golden.Document.Inputs is [var first, ..] ? first.Generator : null;

    /// <summary>True where nothing stated its shapes.</summary>
    public bool GuessesShapes => _golden.Document.GuessesShapes;

    /// <summary>True where it was recorded with NaN and infinity permitted, and with these weights.</summary>
    public bool Permits(GoldenWeights weights) =>
        _golden.Document.DeclaresNonFinite && _golden.Document.Weights.Sha256 == weights.Sha256;

    /// <summary>True where NaN and infinity were permitted, and no output has any now that had none.</summary>
    public bool Permits(GoldenDocument recorded)
    {
        var before = _golden.Document;
        return before.DeclaresNonFinite && recorded.Outputs.All(port => port.Statistics.NonFinite == 0
            || before.Outputs.Any(was => was.Name == port.Name && was.Statistics.NonFinite > 0));
    }

    /// <summary>Why it was recorded although it cannot tell everything; null where nobody said so.</summary>
    public string? Reason => _golden.Document.Sensitivity.Reason;

    /// <summary>A new recording's sensitivity with that reason, for what it was given for and for no more.</summary>
    public GoldenSensitivity WithReason(GoldenDocument recorded, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (Reason is null) return recorded.Sensitivity;
        // One that says nothing of it was given for what was wrong then.
        var given = _golden.Document.Sensitivity.Covers
            ?? [.. Vacuity.Faults(_golden.Document, _golden.Tensors).Select(fault => fault.Key)];
        ImmutableArray<string> covers = [.. Vacuity.Faults(recorded, tensors)
            .Where(fault => fault.CanBeRight && given.Contains(fault.Key)).Select(fault => fault.Key)];
        return covers.IsEmpty ? recorded.Sensitivity : recorded.Sensitivity with { Reason = Reason, Covers = covers };
    }

    /// <summary>Its inputs; null where the graph has others now.</summary>
    public ImmutableArray<Tensor>? InputsFor(TorchModel model)
    {
        var graph = model.Graph;
        var ports = _golden.Document.Inputs;
        bool fits = ports.Select(port => port.Name).SequenceEqual(graph.Inputs.Select(port => port.Name))
            // An architecture states the size it was published for, and takes others.
            && (model.IsArchitecture || graph.Inputs.Zip(ports).All(pair =>
                pair.First.Shape is null || pair.First.Shape == pair.Second.Shape));
        return fits ? [.. ports.Select(_golden.Input)] : null;
    }
}
