using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Where a golden comes from, for readers of a report who do not have it at hand.</summary>
/// <param name="Id">The beginning of a hash over its inputs and outputs: another recording has another.</param>
/// <param name="Model">The model: a file as golden.json names it, or an architecture and its seed.</param>
/// <param name="RecordedBy">Who recorded it.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
/// <param name="GuessesShapes">True where nothing stated the inputs' shapes.</param>
/// <param name="CastsLifted">How many casts between floating-point types the recording lifted.</param>
/// <param name="NoiseSamples">On how many inputs torch's own float32 noise was measured.</param>
public sealed record GoldenOrigin(
    string Id, string Model, GoldenRecorder RecordedBy, ImmutableArray<OriginPort> Inputs,
    ImmutableArray<OriginPort> Outputs, bool GuessesShapes, int CastsLifted, int NoiseSamples)
{
    /// <summary>The origin of a golden.</summary>
    public static GoldenOrigin Of(GoldenDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var (path, _, architecture, seed) = document.Model;
        var hashes = document.Inputs.Concat(document.Outputs).Select(port => port.Sha256);
        return new GoldenOrigin(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', hashes)))
                .AsSpan(0, 8)),
            architecture is null ? path ?? "" : $"{architecture}{(seed is null ? "" : $", weights of seed {seed}")}",
            document.RecordedBy,
            [.. document.Inputs.Select(port => new OriginPort(port.Name, port.Shape, port.Type)
            {
                Seed = port.Generator?.Seed,
            })],
            [.. document.Outputs.Select((port, i) => new OriginPort(port.Name, port.Shape, port.Type)
            {
                Magnitude = Math.Max(Math.Abs(port.Statistics.Min), Math.Abs(port.Statistics.Max)),
                Noise = document.Float32Noise.Outputs[i],
                Rounding = document.Sensitivity.Rounding[i],
            })],
            document.GuessesShapes, document.CastsLifted, document.Float32Noise.Samples);
    }
}

/// <summary>An input or output of a golden.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape in PyTorch's axis order.</param>
/// <param name="Type">Its element type.</param>
public sealed record OriginPort(string Name, Shape Shape, ElementType Type)
{
    /// <summary>What an input is made from again, where it is not stored.</summary>
    public long? Seed { get; init; }

    /// <summary>An output's largest finite magnitude.</summary>
    public double Magnitude { get; init; }

    /// <summary>How far torch's own float32 run lies from its float64 run.</summary>
    public double Noise { get; init; }

    /// <summary>How far an ulp at every node moves it.</summary>
    public double Rounding { get; init; }
}
