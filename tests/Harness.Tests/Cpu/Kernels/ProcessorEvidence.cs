using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>What a process computes, as lines of a name and a digest of the bits. The first line says what the
/// process has.</summary>
static class ProcessorEvidence
{
    /// <summary>The first line where fused multiply-adds are software and registers one lane.</summary>
    public const string Software = "software FMA, One";

    public static string[] Collect() =>
    [
        $"{(LaneWidths.SoftwareFma ? "software" : "hardware")} FMA, {LaneWidths.Widest}",
        .. Fused<float>(), .. Fused<double>(),
        .. Model<float>("se_silu_small", [1, 3, 18, 15]), .. Model<double>("se_silu_small", [1, 3, 18, 15]),
        .. Model<float>("dense_small", [1, 3, 35, 33]), .. Transform(),
    ];

    static IEnumerable<string> Fused<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        foreach (var lanes in LaneWidths.All)
        {
            // A NaN's own bits differ between processors and mean nothing.
            yield return Line<long>(
                $"{typeof(E).Name} Fma {lanes}", [.. FmaCases<E>.All.Run(lanes, fromMemory: false).Select(Bits.Of)]);
            yield return Line<long>(
                $"{typeof(E).Name} FmaAt {lanes}", [.. FmaCases<E>.All.Run(lanes, fromMemory: true).Select(Bits.Of)]);
        }
    }

    static IEnumerable<string> Model<E>(string name, Shape shape) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var model = ModelFile.Open(Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt"));
        var images = new Images(model, [shape], 1);
        foreach (var lanes in (LaneWidth[])[LaneWidth.One, LaneWidth.Four])
            yield return Line<double>(
                $"{typeof(E).Name} {name} {lanes}", images.Run<E>(OpCases.Options(lanes, 1), 1)[0]);
    }

    // A layer that Winograd's transform takes.
    static IEnumerable<string> Transform()
    {
        var layer = new ConvGeometry(
            new BufferLayout(1, 8, 8, 32, 1, 1, 1, 1), new BufferLayout(1, 8, 8, 32), 3, 3) { PadTop = 1, PadLeft = 1 };
        var problem = ConvolutionCheck.Problem.Of(layer);
        foreach (var lanes in (LaneWidth[])[LaneWidth.One, LaneWidth.Four])
            yield return Line<float>($"transform {lanes}", Run(problem, lanes));
    }

    static unsafe float[] Run(ConvolutionCheck.Problem problem, LaneWidth lanes)
    {
        using var x = problem.Input<float>(Guard.Behind);
        using var weights = problem.Kernel<float>(Guard.Behind);
        return ConvolutionCheck.Run(
            problem.Geometry, ConvolutionCheck.By.Transform, lanes, Guard.Behind, x.Pointer, weights.Span,
            Epilogue<float>.None(lanes));
    }

    static string Line<T>(string name, ReadOnlySpan<T> values) where T : unmanaged =>
        $"{name}: {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))}";
}
