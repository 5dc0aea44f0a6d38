namespace Harness.Tests.Kernels;

public sealed class GemmTileTextTests
{
    [Fact]
    public void Generated_tiles_are_current()
    {
        string path = Path.Combine(KernelSources.Folder, "Gemm", "GemmTiles.g.cs");
        string expected = GemmTileText.Write();
        if (Environment.GetEnvironmentVariable("HARNESS_REGENERATE") == "1") File.WriteAllText(path, expected);
        File.ReadAllText(path).Should().Be(expected, "HARNESS_REGENERATE=1 writes it anew");
    }
}
