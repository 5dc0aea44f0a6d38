using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>A golden that is already there: recording it again keeps its weights and inputs, unless the user names
/// others.</summary>
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

    /// <summary>How its first input is made, where it is not stored.</summary>
    public GoldenGenerator? Generator => _golden.Document.Inputs is [var first, ..] ? first.Generator : null;

    /// <summary>True where nothing stated its shapes.</summary>
    public bool GuessesShapes => _golden.Document.GuessesShapes;

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
