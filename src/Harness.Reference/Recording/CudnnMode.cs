using System.Runtime.InteropServices;
using TorchSharp;

namespace Harness.Reference.Recording;

/// <summary>cuDNN's deterministic mode. TorchSharp 0.107 has no switch for it, but libtorch exports the one that
/// Python's
/// <c>torch.backends.cudnn.deterministic</c> sets: <c>at::globalContext().setDeterministicCuDNN(bool)</c>.</summary>
static unsafe class CudnnMode
{
    // Names as the Itanium ABI writes them, which Linux and macOS follow.
    const string Context = "_ZN2at13globalContextEv";
    const string Setter = "_ZN2at7Context21setDeterministicCuDNNEb";
    const string Getter = "_ZNK2at7Context18deterministicCuDNNEv";

    /// <summary>Makes cuDNN deterministic; does nothing where the switch cannot be reached, as on Windows.</summary>
    public static void MakeDeterministic()
    {
        if (Export(Context) is not 0 and var context && Export(Setter) is not 0 and var setter)
            ((delegate* unmanaged<nint, byte, void>)setter)(((delegate* unmanaged<nint>)context)(), 1);
    }

    /// <summary>What the mode is; null where it cannot be reached.</summary>
    public static bool? IsDeterministic =>
        Export(Context) is not 0 and var context && Export(Getter) is not 0 and var getter
            ? ((delegate* unmanaged<nint, byte>)getter)(((delegate* unmanaged<nint>)context)()) != 0
            : null;

    static nint Export(string symbol)
    {
        string library = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        return !OperatingSystem.IsWindows()
            && NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out nint handle)
            && NativeLibrary.TryGetExport(handle, symbol, out nint address)
            ? address
            : 0;
    }
}
