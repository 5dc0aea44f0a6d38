using System.Runtime.InteropServices;
using Harness.Reference.Native;
using TorchSharp;

namespace Harness.Reference.Recording;

/// <summary>Loads libtorch with its warnings off: stderr belongs to our own one line, and MSBuild takes what libtorch
/// writes (<c>Convolution.cpp:1025] Warning: …</c>) for a warning of the build.</summary>
static class Torch
{
    // c10's levels: INFO 0, WARNING 1, ERROR 2.
    const int Errors = 2;

    /// <summary>libtorch's version: <c>2.10.0</c>.</summary>
    public static string Version => System.Version.TryParse(torch.__version__, out var version)
        ? version.ToString(3)
        : torch.__version__;

    /// <summary>Loads libtorch; costs nothing when it is loaded already.</summary>
    /// <exception cref="Executor.Model.ModelException">PAR9001.</exception>
    public static void Load()
    {
        TorchLibrary.Load();
        // TorchSharp has no switch, and only Python reads TORCH_CPP_LOG_LEVEL; the flag itself is exported on Unix.
        string library = OperatingSystem.IsMacOS() ? "libc10.dylib" : "libc10.so";
        if (!OperatingSystem.IsWindows()
            && NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out nint c10)
            && NativeLibrary.TryGetExport(c10, "FLAGS_caffe2_log_level", out nint level))
            Marshal.WriteInt32(level, Errors);
    }
}
