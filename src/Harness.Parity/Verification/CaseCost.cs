using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>What it costs to verify a case, in nanoseconds of a machine that nobody has.</summary>
/// <remarks>Every shard must deal the cases alike, whatever machine it runs on, so that nothing is measured: the cost
/// follows from files that are the same everywhere. Weights are read or made, hashed, written as a tree, read back,
/// compared and packed for two precisions, and activations computed twice and compared, which is why both count, and
/// why multiply-adds, which a plan does at the processor's peak, do not. The factors are those of golden/ on two cores:
/// its four shards take 14.4, 16.7, 10.6 and 13.4 s of processor, where one case takes 11 of them, and every fourth
/// case took 6.7, 17.6, 13.4 and 1.8 s.</remarks>
public static class CaseCost
{
    const double PerCase = 5e6, PerElement = 10, PerByte = 15, Most = 1e15;

    /// <summary>The cost of a case.</summary>
    public static long Of(VerifyRequest request)
    {
        // A golden.json may state any shape: a sum beyond all numbers is a large one.
        double cost = PerCase;
        string? model = request.Model, weights = request.Weights;
        try
        {
            string file = Path.Combine(Path.GetFullPath(request.Golden), GoldenStore.JsonName);
            var (document, _, _, _) = GoldenReader.Read(file, WholeFile.Read(file));
            cost += PerElement * document.Probes.Sum(probe => (double)probe.Shape.Elements);
            model ??= document.Model.Architecture is { } known ? ModelName.OfArchitecture(known).Text
                : Path.Combine(request.Golden, document.Model.Path!);
            weights ??= document.Weights.Path is { } path ? Path.Combine(request.Golden, path) : null;
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            // Told by whoever verifies it, which takes no time.
        }
        cost += PerByte * ((double)Bytes(model) + Bytes(weights));
        return (long)Math.Min(cost, Most);
    }

    static long Bytes(string? named)
    {
        if (named is null) return 0;
        if (new ModelName(named).Architecture is { } known)
            return ArchitectureSet.All.FirstOrDefault(one => one.Name == known)?.WeightBytes ?? 0;
        return File.Exists(named) ? new FileInfo(named).Length : 0;
    }
}
