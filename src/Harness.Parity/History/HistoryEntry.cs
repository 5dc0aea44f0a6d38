using Harness.Parity.Verification;

namespace Harness.Parity.History;

/// <summary>What one run measured of one case: a line of a history.</summary>
/// <param name="Time">When it ran, in UTC.</param>
/// <param name="Case">The case's name.</param>
/// <param name="Device">What ran the converted model.</param>
public sealed record HistoryEntry(DateTimeOffset Time, string Case, string Device)
{
    /// <summary>The commit that was built; null where nothing said so.</summary>
    public string? Commit { get; init; }

    /// <summary>The kind of processor that it ran on.</summary>
    public string Processor { get; init; } = "";

    /// <summary><see cref="GoldenOrigin.Id"/>: drift from another recording is another quantity.</summary>
    public string Golden { get; init; } = "";

    /// <summary>True where the case held.</summary>
    public bool Holds { get; init; }

    /// <summary>The largest float64 drift of an output, scaled by its largest value; null where it was not
    /// measured.</summary>
    public double? Float64 { get; init; }

    /// <summary>The largest float32 drift of an output end to end, scaled alike.</summary>
    public double? Float32 { get; init; }
}
