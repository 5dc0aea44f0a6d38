namespace Harness.MSBuild.Tests.Packages;

/// <summary>A fact about the packages; skipped, saying so, where none were packed for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PackageFactAttribute : FactAttribute
{
    public PackageFactAttribute() => Skip = Feed.Missing;
}

/// <summary>A theory about the packages; skipped, saying so, where none were packed for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PackageTheoryAttribute : TheoryAttribute
{
    public PackageTheoryAttribute() => Skip = Feed.Missing;
}
