using System.Collections.Immutable;
using Harness.Executor.Program;

namespace Harness.Parity.Golden;

/// <summary>What <c>golden.json</c> says: the recording of one case, without the tensors themselves.</summary>
/// <param name="Model">The model it was recorded from.</param>
/// <param name="Weights">The weights it was recorded with.</param>
/// <param name="Inputs">Inputs in the order of <c>forward</c>.</param>
/// <param name="Outputs">Outputs, tuples and dictionaries flattened.</param>
/// <param name="RecordedBy">Who computed the outputs.</param>
/// <param name="Float32Noise">How far torch's own float32 run lies from its float64 run.</param>
/// <param name="Tolerance">The limit on drift.</param>
/// <param name="Probes">Sampled inner activations, in the graph's order.</param>
public sealed record GoldenDocument(
    GoldenModel Model,
    GoldenWeights Weights,
    ImmutableArray<GoldenPort> Inputs,
    ImmutableArray<GoldenPort> Outputs,
    GoldenRecorder RecordedBy,
    GoldenNoise Float32Noise,
    Tolerance Tolerance,
    ImmutableArray<GoldenProbe> Probes)
{
    /// <summary>The version of the file's shape that this program reads and writes.</summary>
    public const int Schema = 2;

    /// <summary>How many casts between floating-point types the recording lifted to its own precision.</summary>
    public int CastsLifted { get; init; }

    /// <summary>True where NaN and infinity were permitted when it was recorded.</summary>
    public bool DeclaresNonFinite { get; init; }

    /// <summary>True where nothing stated the inputs' shapes: neither the file nor whoever recorded.</summary>
    public bool GuessesShapes { get; init; }

    /// <summary>What moves what.</summary>
    public required GoldenSensitivity Sensitivity { get; init; }

    /// <summary>Why outputs other than torch's were accepted; null while the outputs are the recorded ones.</summary>
    public string? AcceptedReason { get; init; }

    /// <summary>What somebody decided about it, and what was guessed, in words.</summary>
    public IEnumerable<string> Notes()
    {
        if (AcceptedReason is { } outputs) yield return $"outputs accepted by hand: {outputs}";
        if (!Tolerance.IsDefault)
        {
            string why = Tolerance.Reason.Length > 0 ? Tolerance.Reason : "stricter";
            yield return $"limit {Tolerance} accepted by hand: {why}";
        }
        if (Float32Noise.Reason.Length > 0) yield return $"float32 noise set by hand: {Float32Noise.Reason}";
        if (Sensitivity.Reason is { } vacuous) yield return $"recorded although it cannot tell everything: {vacuous}";
        if (DeclaresNonFinite) yield return "NaN and infinity permitted";
        if (RecordedBy.Device != "cpu")
            yield return $"recorded on {RecordedBy.Device}: outputs are held to {Tolerance} alone";
        if (GuessesShapes) yield return InputShapes.GuessOf(Inputs.Select(port => (port.Name, port.Shape)));
    }
}

/// <summary>The model of a golden: a file with its hash, or a known architecture with the seed of its
/// weights.</summary>
/// <param name="Path">The file, relative to the folder of golden.json, with forward slashes; null for an
/// architecture.</param>
/// <param name="Sha256">The file's hash; null for an architecture.</param>
/// <param name="Architecture">A known architecture: <c>resnet50</c>; null for a file.</param>
/// <param name="Seed">The seed of an architecture's weights, where they have one.</param>
public sealed record GoldenModel(string? Path, string? Sha256, string? Architecture = null, long? Seed = null)
{
    /// <summary>What arguments of a script's <c>forward</c> were given that are no tensors: <c>sr=16000</c>.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(GoldenModel? other) => other is not null
        && (Path, Sha256, Architecture, Seed) == (other.Path, other.Sha256, other.Architecture, other.Seed)
        && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Sha256, Architecture, Seed, Arguments.Length);

    /// <summary>A model file as a golden in <paramref name="directory"/> names it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GoldenModel OfFile(string directory, string file) =>
        new(GoldenStore.RelativePath(directory, file), Sha256Hash.OfFile(file));
}

/// <summary>The weights of a golden.</summary>
/// <param name="Path">Their file, relative to the folder of golden.json, where they are not in the model file.</param>
/// <param name="Seed">Their seed, where they are seeded.</param>
/// <param name="Sha256"><see cref="Sha256Hash.Of(Executor.Model.StateDict)"/> of the state dict.</param>
public sealed record GoldenWeights(string? Path, long? Seed, string Sha256);

/// <summary>Who recorded a golden.</summary>
/// <param name="Torch">The version of libtorch: <c>2.10.0</c>.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="DType">The arithmetic of the outputs: <c>float64</c>.</param>
/// <param name="Tf32">True if TF32 was allowed, which no recording should do.</param>
public sealed record GoldenRecorder(string Torch, string Device, string DType = "float64", bool Tf32 = false);

/// <summary>Torch's own float32 noise: the largest absolute difference of its float32 run from its float64 run, on the
/// recorded inputs and on others like them, since one sample may be small by luck.</summary>
/// <param name="Overall">Over all outputs.</param>
/// <param name="Outputs">Per output, in the order of <see cref="GoldenDocument.Outputs"/>.</param>
public sealed record GoldenNoise(double Overall, ImmutableArray<double> Outputs)
{
    /// <summary>On how many inputs it was measured.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Why the numbers are not those that were measured; empty where they are.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The noise of these outputs.</summary>
    public static GoldenNoise Of(ImmutableArray<double> outputs) =>
        new(outputs.IsEmpty ? 0 : outputs.Max(), outputs);
}
