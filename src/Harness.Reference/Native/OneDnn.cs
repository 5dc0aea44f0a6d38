using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Harness.Reference.Native;

/// <summary>Keeps oneDNN, which convolves for libtorch in float32, from what is wrong where a virtual machine hides its
/// caches.</summary>
/// <remarks>oneDNN asks an AMD processor for its caches with CPUID leaf 0x8000001D, and where that is zeros, its
/// convolutions of blocked channels are wrong (on Arm it loses blocks in reordering kernels then:
/// uxlfoundation/oneDNN issue 5313). Held to SSE4.1 it takes plain matrix products.</remarks>
public static partial class OneDnn
{
    // Both are its own; the older one counts where the newer is not set.
    const string Variable = "ONEDNN_MAX_CPU_ISA", OlderVariable = "DNNL_MAX_CPU_ISA", Slowest = "SSE41";

    const uint CacheLeaf = 0x8000001D, LargestLeaf = 0x80000000;

    // "AuthenticAMD" and "HygonGenuine", as CPUID spells them: EBX, EDX, ECX.
    static readonly (int, int, int)[] s_asking =
        [(0x68747541, 0x69746E65, 0x444D4163), (0x6F677948, 0x6E65476E, 0x656E6975)];

    /// <summary>True where it is held to SSE4.1: right, and slow.</summary>
    public static bool IsLimited { get; private set; }

    /// <summary>One CPUID leaf.</summary>
    /// <param name="leaf">The function, in EAX.</param>
    /// <param name="subleaf">What ECX holds.</param>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuId(int leaf, int subleaf);

    /// <summary>Limits it where that is needed and the user's environment does not say what it may use; before its
    /// first primitive, later it reads no variable.</summary>
    public static void Limit()
    {
        if (IsLimited || !X86Base.IsSupported || !HidesCaches(X86Base.CpuId)
            || Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }
            || Environment.GetEnvironmentVariable(OlderVariable) is { Length: > 0 }) return;
        // On Unix .NET keeps a copy of the environment, which no native code reads.
        if (OperatingSystem.IsWindows()) Environment.SetEnvironmentVariable(Variable, Slowest);
        else if (SetEnvironment(Variable, Slowest, 1) != 0) return;
        IsLimited = true;
    }

    /// <summary>True for a processor that oneDNN asks for its caches and that names none.</summary>
    /// <param name="cpuId">Answers for the processor.</param>
    public static bool HidesCaches(CpuId cpuId)
    {
        var (_, ebx, ecx, edx) = cpuId(0, 0);
        if (!s_asking.Contains((ebx, edx, ecx))) return false;
        return (uint)cpuId(unchecked((int)LargestLeaf), 0).Eax < CacheLeaf
            || cpuId(unchecked((int)CacheLeaf), 0) is { Eax: 0, Ebx: 0, Ecx: 0 };
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
