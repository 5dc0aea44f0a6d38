using System.Collections.Immutable;

namespace Harness.Parity.Golden;

/// <summary>What moves what in a golden, measured by PyTorch when it was recorded: a golden that nothing moves proves
/// nothing.</summary>
/// <param name="Inputs">For each input, how far the outputs move when it alone is another, scaled by their largest
/// value; NaN for one that the graph does not read.</param>
/// <param name="Outputs">For each output, how far it moves when all inputs are others, scaled alike.</param>
/// <param name="Blind">Weights of which some elements move neither an output nor a probe.</param>
public sealed record GoldenSensitivity(
    ImmutableArray<double> Inputs, ImmutableArray<double> Outputs, ImmutableArray<BlindWeight> Blind)
{
    /// <summary>For each output, how far an ulp at every node moves an element.</summary>
    public required ImmutableArray<double> Rounding { get; init; }

    /// <summary>True where planes are square and the model takes others: who exchanges height and width gets the same
    /// shapes.</summary>
    public bool IsSquare { get; init; }

    /// <summary>Why it was recorded although it cannot tell everything; null where nobody said so.</summary>
    public string? Reason { get; init; }

    /// <summary>What <see cref="Reason"/> was given for, by <see cref="VacuityFault.Key"/>; null in a golden of before
    /// this was written down, where it covers whatever there is.</summary>
    public ImmutableArray<string>? Covers { get; init; }

    /// <summary>The folder, as seen from this one's, of the case that tells what this one cannot: of two that were
    /// recorded together since no input that was tried tells all; null for one that stands alone.</summary>
    public string? Other { get; init; }
}

/// <summary>A weight that the recorded inputs do not reach everywhere: behind a dead ReLU, or a tap that only ever
/// meets padding.</summary>
/// <param name="Key">PyTorch's key.</param>
/// <param name="Elements">How many of its elements move nothing.</param>
/// <param name="Of">How many it has.</param>
public sealed record BlindWeight(string Key, long Elements, long Of)
{
    /// <summary>How many places of its window move nothing in any channel; 0 for a weight without one.</summary>
    public long Taps { get; init; }
}
