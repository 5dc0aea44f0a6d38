namespace Harness.Tests.Cpu.Kernels;

/// <summary>The kernels' source files, for tests that keep generated text current.</summary>
static class KernelSources
{
    /// <summary><c>src/Harness.Executor/Cpu/Kernels</c>.</summary>
    public static string Folder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Harness.sln")))
                folder = folder.Parent;
            folder.Should().NotBeNull("tests run below the repository's root");
            return Path.Combine(folder!.FullName, "src", "Harness.Executor", "Cpu", "Kernels");
        }
    }
}
