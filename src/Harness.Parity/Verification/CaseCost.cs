using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>What it costs to verify a case, and what the case is.</summary>
/// <param name="Nanoseconds">The cost, of a machine that nobody has.</param>
/// <param name="Content">The name of its folder and the hash of what its golden.json says, wherever it lies and however
/// its lines end.</param>
/// <remarks>Every shard must deal the cases alike, whatever machine it runs on, so that nothing is measured: the cost
/// follows from files that are the same everywhere. Weights are read or made, hashed, written as a tree, read back,
/// compared and packed for two precisions, and activations computed twice and compared, which is why both count, and
/// why multiply-adds, which a plan does at the processor's peak, do not.</remarks>
public readonly record struct CaseCost(long Nanoseconds, string Content)
{
    const double PerCase = 5e6, PerElement = 10, PerByte = 15, Most = 1e15;

    /// <summary>The cost of a case.</summary>
    public static CaseCost Of(VerifyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A golden.json may state any shape: a sum beyond all numbers is a large one.
        double cost = PerCase;
        string content = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Golden)));
        string? model = request.Model, weights = request.Weights;
        try
        {
            string file = Path.Combine(Path.GetFullPath(request.Golden), GoldenStore.JsonName);
            var (document, _, probes, _) = GoldenReader.Read(file, WholeFile.Read(file));
            content += " " + Sha256Hash.Of(GoldenJson.Write(document, probes));
            cost += PerElement * (document.Probes.Sum(probe => (double)probe.Shape.Elements)
                + document.Inputs.Concat(document.Outputs).Sum(port => (double)port.Shape.Elements));
            model ??= document.Model.Architecture is { } known ? ModelName.OfArchitecture(known).Text
                : Path.Combine(request.Golden, document.Model.Path!);
            weights ??= document.Weights.Path is { } path ? Path.Combine(request.Golden, path) : null;
            cost += PerByte * ((double)Bytes(model) + Bytes(weights) + ModelFile.StatedBytes(model));
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            // Told by whoever verifies it, which takes no time.
        }
        return new CaseCost((long)Math.Min(cost, Most), content);
    }

    static long Bytes(string? named)
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
