namespace Harness.Tests.Formats;

/// <summary>Files that real PyTorch wrote; see fixtures/make_fixtures.py.</summary>
static class Fixtures
{
    public static string Path(string name) =>
        System.IO.Path.Combine(AppContext.BaseDirectory, "Formats", "fixtures", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));
}
