namespace Harness.Reference.Tests;

/// <summary>Where this repository's own goldens lie.</summary>
static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>A model of golden/models.</summary>
    public static string Model(string name) => Path.Combine(Root, "golden", "models", name, "model.pt");

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Harness.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
