using System.Reflection;

namespace Harness.MSBuild.Tests.Packages;

/// <summary>The packages under test: the folder that <c>HARNESS_PACKAGES</c> names.</summary>
static class Feed
{
    const string Gate = "Harness.MSBuild.";

    /// <summary>Every package that a stranger may install.</summary>
    public static readonly string[] Names =
    [
        "Harness.Cli", "Harness.Executor", "Harness.Formats", "Harness.MSBuild", "Harness.Parity", "Harness.Reference",
    ];

    /// <summary>The folder, or null where there is none.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("HARNESS_PACKAGES");

    /// <summary>Why tests of the packages are skipped, or null.</summary>
    public static string? Missing { get; } = string.IsNullOrEmpty(Folder)
        ? "needs packages: dotnet run --project build -- --target=TestPackages"
        : null;

    /// <summary>The version of them all.</summary>
    public static string Version => field ??= Path.GetFileNameWithoutExtension(
        Directory.GetFiles(Folder!, Gate + "*.nupkg").Single())[Gate.Length..];

    /// <summary>Where this machine keeps packages: libtorch is there, since the repository was restored.</summary>
    static string Machine => typeof(Feed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(fact => fact.Key == "NuGetPackageRoot").Value!;

    /// <summary>Ours where this machine keeps packages, as whoever tried them has.</summary>
    public static string Kept => Path.Combine(Machine, "harness.*");

    /// <summary>A package's file.</summary>
    public static string File(string name) => Path.Combine(Folder!, $"{name}.{Version}.nupkg");

    /// <summary>No source but the folder: what others publish under our names never answers. What is not ours, such as
    /// libtorch, is taken from where this machine has it already.</summary>
    public static string Configuration => $"""
        <configuration>
          <packageSources><clear /><add key="packed" value="{Folder}" /></packageSources>
          <fallbackPackageFolders><clear /><add key="machine" value="{Machine}" /></fallbackPackageFolders>
        </configuration>
        """;
}
