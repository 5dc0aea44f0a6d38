using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>What it costs to verify a case, and what the case is.</summary>
/// <param name="Nanoseconds">The cost, of a machine that nobody has.</param>
/// <param name="OfModel">What of it a case of the same model that follows does not cost again.</param>
/// <param name="Bytes">The memory that it takes, about.</param>
/// <param name="Model">Which model with which weights.</param>
/// <param name="Content">The name of its folder and the hash of what its golden.json says, wherever it lies and however
/// its lines end.</param>
/// <remarks>Every shard must deal the cases alike, whatever machine it runs on, so that nothing is measured: the cost
/// follows from files that are the same everywhere. Weights are read or made, hashed, written as a tree, read back,
/// compared and packed for two precisions, and activations computed twice and compared, which is why both count, and
/// why multiply-adds, which a plan does at the processor's peak, do not.</remarks>
public readonly record struct CaseCost(long Nanoseconds, long OfModel, long Bytes, string Model, string Content)
{
    const double PerCase = 5e6, PerElement = 10, PerByte = 15, Most = 1e15;

    // The file, the tree of it, and both once more in double; what a node gives, in both precisions, and its golden.
    const double BytesPerByte = 4, BytesPerElement = 16;

    /// <summary>The cost of a case.</summary>
    public static CaseCost Of(VerifyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A golden.json may state any shape: a sum beyond all numbers is a large one.
        double elements = 0, bytes = 0;
        string golden = Path.GetFullPath(request.Golden);
        string content = Path.GetFileName(Path.TrimEndingDirectorySeparator(golden));
        string? model = request.Model, weights = request.Weights;
        try
        {
            string file = Path.Combine(golden, GoldenStore.JsonName);
            var (document, _, probes, _) = GoldenReader.Read(file, WholeFile.Read(file));
            content += " " + Sha256Hash.Of(GoldenJson.Write(document, probes));
            elements = document.Probes.Sum(probe => (double)probe.Shape.Elements)
                + document.Inputs.Concat(document.Outputs).Sum(port => (double)port.Shape.Elements);
            model ??= document.Model.Architecture is { } known ? ModelName.OfArchitecture(known).Text
                : Path.Combine(golden, document.Model.Path!);
            weights ??= document.Weights.Path is { } path ? Path.Combine(golden, path) : null;
            // Weights in a file of their own are those that a graph states.
            string? held = weights is null ? null : new WeightsName(weights).File ?? weights;
            bytes = LengthOf(model) + Math.Max(LengthOf(held), ModelFile.StatedBytes(model));
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            // Told by whoever verifies it, which takes no time.
        }
        return new CaseCost(
            Bounded(PerCase + PerElement * elements + PerByte * bytes), Bounded(PerByte * bytes),
            Bounded(BytesPerElement * elements + BytesPerByte * bytes), $"{model}\n{weights}", content);

        static long Bounded(double number) => (long)Math.Min(number, Most);
    }

    static double LengthOf(string? named)
    {
        if (named is null) return 0;
        if (new ModelName(named).Architecture is { } known)
            return ArchitectureSet.All.FirstOrDefault(one => one.Name == known)?.WeightBytes ?? 0;
        // No path at all is no file, and no reason to end here.
        if (!File.Exists(named)) return 0;
        var file = new FileInfo(named);
        // The length of a link is that of its text.
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target
            ? target.Length : file.Length;
    }
}
