namespace Harness.Parity.Verification;

/// <summary>One case to verify.</summary>
/// <param name="Golden">The folder of golden.json.</param>
/// <param name="Model">The model, where the caller names it; otherwise the one that golden.json names.</param>
/// <param name="Weights">Its weights, where the caller names them.</param>
/// <param name="Tolerance">The limit, where the caller states one for this case.</param>
public sealed record VerifyRequest(
    string Golden, string? Model = null, string? Weights = null, double? Tolerance = null)
{
    /// <summary>What somebody else's program computed, which is held to the golden beside the model; null for
    /// none.</summary>
    public ActualFiles? Actual { get; init; }

    /// <summary>What arguments of a script's <c>forward</c> are given that are no tensors, separated by semicolons:
    /// <c>sr=16000;mode=sum</c>; null for those that the golden was recorded with.</summary>
    public string? Arguments { get; init; }

    /// <summary>Where Flax source of the model is written once every case holds; null for nowhere.</summary>
    public Export.ExportRequest? Export { get; init; }

    /// <summary>What was read of a module in an assembly, where <see cref="Model"/> names one: its graph's file, and
    /// that of its weights; null where those of the golden are meant.</summary>
    public (string Graph, string? Weights)? Read { get; init; }

    /// <summary>The case's name in lines and reports: its folder as seen from the current one where it lies below, with
    /// forward slashes.</summary>
    public string Name
    {
        get
        {
            string full = Path.GetFullPath(Golden), relative = Path.GetRelativePath(Environment.CurrentDirectory, full);
            bool below = !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative);
            return (below ? relative : full).Replace(Path.DirectorySeparatorChar, '/');
        }
    }
}
