using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Harness.Reference.Tests;

/// <summary>
/// Finds libtorch in Harness.Reference's own output folder: it is 500 MB, and no other folder holds it.
/// </summary>
static class NativeReference
{
    /// <summary>The folder Harness.Reference was built into, beside this project's own.</summary>
    public static string Directory { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Harness.Reference",
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))));

    [ModuleInitializer]
    internal static void Register()
    {
        var resolver = new AssemblyDependencyResolver(Path.Combine(Directory, "Harness.Reference.dll"));
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            resolver.ResolveUnmanagedDllToPath(name) is { } path ? NativeLibrary.Load(path) : 0;
    }
}
