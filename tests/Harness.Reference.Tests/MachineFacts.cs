using Harness.Executor.Model;
using Harness.Reference.Native;

namespace Harness.Reference.Tests;

/// <summary>A fact about a machine without CUDA; skipped, saying so, on one that has it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WithoutCudaFactAttribute : FactAttribute
{
    static readonly Lazy<bool> s_cuda = new(() =>
    {
        try
        {
            TorchLibrary.Load();
            return TorchSharp.torch.cuda.is_available();
        }
        catch (ModelException)
        {
            // The test says what is wrong with libtorch.
            return false;
        }
    });

    public WithoutCudaFactAttribute() => Skip = s_cuda.Value ? "this machine has CUDA" : null;
}

/// <summary>A fact about processes as Linux shows them in /proc; skipped, saying so, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "only Linux has /proc";
}
