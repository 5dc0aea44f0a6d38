using System.Runtime.InteropServices;
using Harness.Executor.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace Harness.Reference.Recording;

/// <summary>The device to compute on, set up so that float32 means float32.</summary>
static class TorchDevice
{
    /// <summary>What users call libtorch on the CPU where another backend is <c>cpu</c>.</summary>
    public const string CpuTorch = "cpu-torch";

    /// <summary>Opens <c>cpu</c> or <c>cuda</c>.</summary>
    /// <param name="name">The device as the user names it.</param>
    /// <param name="place">What the finding is about: the model.</param>
    /// <exception cref="ModelException">PAR9002: CUDA is not there; PAR9003: another device.</exception>
    /// <remarks>TF32 is off for cuBLAS and cuDNN, and cuDNN is deterministic where <see cref="CudnnMode"/> can reach
    /// its switch; elsewhere transposed convolutions may differ, by rounding, from run to run, and recording again
    /// keeps a golden that differs by rounding alone.</remarks>
    public static Device Open(string name, string place)
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        CudnnMode.MakeDeterministic();
        return name switch
        {
            "cpu" or CpuTorch => CPU,
            "cuda" when cuda.is_available() => CUDA,
            "cuda" => throw Refusal(Codes.CudaMissing, place, $"CUDA asked for and not there: {Found()}; "
                + "build with -p:ParityTorch=cuda on a machine with an NVIDIA driver, or take --device cpu"),
            _ => throw Refusal(Codes.BadUsage, place, $"device '{name}' is unknown; expected cpu or cuda"),
        };
    }

    static ModelException Refusal(string code, string place, string message) => new(new Finding(code, place, message));

    static string Found()
    {
        string build = Loadable("libtorch_cuda.so", "torch_cuda.dll") ? "CUDA build" : "CPU build";
        string driver = Loadable("libcuda.so.1", "nvcuda.dll") ? "found" : "not found";
        string kernel = File.Exists("/proc/driver/nvidia/version") ? $", kernel module {KernelModule()}" : "";
        var sharp = typeof(torch).Assembly.GetName().Version;
        return $"libtorch {Torch.Version} is a {build}, TorchSharp {sharp?.ToString(3)}, "
            + $"NVIDIA driver library {driver}{kernel}";
    }

    static bool Loadable(string unix, string windows)
    {
        string name = OperatingSystem.IsWindows() ? windows : unix;
        if (!NativeLibrary.TryLoad(name, typeof(torch).Assembly, null, out nint library)) return false;
        NativeLibrary.Free(library);
        return true;
    }

    // NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  …
    static string KernelModule() => File.ReadLines("/proc/driver/nvidia/version").First()
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => char.IsAsciiDigit(word[0]) && word.Contains('.')) ?? "unknown";
}
