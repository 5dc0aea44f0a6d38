namespace Harness.Tests.Cpu.Kernels;

public sealed class GemmTileTextTests
{
    [Theory]
    [InlineData("GemmTiles.g.cs")]
    [InlineData("DepthwiseTiles.g.cs")]
    public void Generated_tiles_are_current(string file)
    {
        string path = Path.Combine(KernelSources.Folder, "Gemm", file);
        string expected = file.StartsWith("Gemm", StringComparison.Ordinal) ? GemmTileText.Write()
            : DepthwiseTileText.Write();
        if (Environment.GetEnvironmentVariable("HARNESS_REGENERATE") == "1") File.WriteAllText(path, expected);
        File.ReadAllText(path).Should().Be(expected, "HARNESS_REGENERATE=1 writes it anew");
    }
}
