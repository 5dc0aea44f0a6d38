namespace Harness.Tests;

/// <summary>A fact about what Windows has not, as named pipes in folders; skipped there, saying so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no named pipes in folders" : null;
}
