namespace Harness.Aot.Tests;

/// <summary>A theory that needs the platform's linker, which NativeAOT calls; skipped, saying so, where there is
/// none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute()
    {
        if (!HasLinker) Skip = "NativeAOT needs clang or gcc, or Visual Studio's C++ tools on Windows; none was found";
    }

    static bool HasLinker => OperatingSystem.IsWindows()
        ? File.Exists(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFilesX86),
            "Microsoft Visual Studio", "Installer", "vswhere.exe"))
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder =>
            File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));
}
