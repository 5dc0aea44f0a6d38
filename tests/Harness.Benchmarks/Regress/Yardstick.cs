namespace Harness.Benchmarks.Regress;

/// <summary>What one inference is measured in. No yardstick is a time: a slower hour of the machine stretches both
/// sides.</summary>
static class Yardstick
{
    /// <summary>Instructions of one inference, by <c>perf</c>; where it counts, no neighbour changes it.</summary>
    public const string Instructions = "instructions";

    /// <summary>Our time over that of as many operations in a fixed loop of fused multiply-adds between the same
    /// runs.</summary>
    public const string Fma = "fma";

    /// <summary>Our time over ONNX Runtime's in the same rounds.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>Our time over libtorch's in the same rounds.</summary>
    public const string LibTorch = "libtorch";

    /// <summary>The ratios of times.</summary>
    public static readonly string[] Ratios = [Fma, OnnxRuntime, LibTorch];

    /// <summary>All.</summary>
    public static readonly string[] All = [Instructions, .. Ratios];

    /// <summary>The package whose version must be the baseline's for the ratio to mean the same; null: ours
    /// alone.</summary>
    public static string? Package(string yardstick) => yardstick switch
    {
        OnnxRuntime => "Microsoft.ML.OnnxRuntime",
        LibTorch => "libtorch",
        _ => null,
    };
}
