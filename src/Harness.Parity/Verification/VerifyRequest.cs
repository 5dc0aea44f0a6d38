namespace Harness.Parity.Verification;

/// <summary>One case to verify.</summary>
/// <param name="Golden">The folder of golden.json.</param>
/// <param name="Model">The model, where the caller names it; otherwise the one that golden.json names.</param>
/// <param name="Weights">Its weights, where the caller names them.</param>
/// <param name="Tolerance">The limit, where the caller states one for this case.</param>
public sealed record VerifyRequest(string Golden, string? Model = null, string? Weights = null, double? Tolerance = null)
{
    /// <summary>The case's name in lines and reports: its folder as seen from the current one, with forward slashes.</summary>
    public string Name
    {
        get
        {
            string relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.GetFullPath(Golden));
            return relative.Replace(Path.DirectorySeparatorChar, '/');
        }
    }
}
