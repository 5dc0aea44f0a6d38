using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Harness.Executor.Kernels;

namespace Harness.Benchmarks;

/// <summary>Single layers on one thread, warm, as a share of the FMA peak measured beside them.</summary>
static unsafe class KernelBench
{
    sealed record Layer(string Name, int Size, int Ci, int Co, int Kernel, int Stride = 1, bool Depthwise = false);

    static readonly Layer[] s_layers =
    [
        new("3x3 64-64 @56", 56, 64, 64, 3),
        new("3x3 128-128 @28", 28, 128, 128, 3),
        new("3x3 256-256 @14", 14, 256, 256, 3),
        new("3x3 512-512 @7", 7, 512, 512, 3),
        new("3x3 s2 64-128 @56", 56, 64, 128, 3, 2),
        new("7x7 s2 3-64 @224", 224, 3, 64, 7, 2),
        new("1x1 64-256 @56", 56, 64, 256, 1),
        new("1x1 256-64 @56", 56, 256, 64, 1),
        new("1x1 1024-256 @14", 14, 1024, 256, 1),
        new("1x1 32-16 @112", 112, 32, 16, 1),
        new("3x3 64-64 @57", 57, 64, 64, 3),
        new("3x3 256-256 @5", 5, 256, 256, 3),
        new("1x1 2048-1000 @1", 1, 2048, 1000, 1),
        new("dw3x3 96 @112", 112, 96, 96, 3, 1, true),
        new("dw3x3 s2 144 @56", 56, 144, 144, 3, 2, true),
        new("dw3x3 960 @7", 7, 960, 960, 3, 1, true),
        new("dw3x3 64 @7", 7, 64, 64, 3, 1, true),
        new("dw3x3 64 @28", 28, 64, 64, 3, 1, true),
        new("dw5x5 120 @28", 28, 120, 120, 5, 1, true),
    ];

    /// <summary>Prints one line a layer, element type and width.</summary>
    public static void Run(string? filter)
    {
        var lanes = LaneWidths.Choose();
        foreach (var layer in s_layers)
        {
            if (filter is not null && !layer.Name.Contains(filter, StringComparison.Ordinal)) continue;
            Measure<float>(layer, lanes);
            Measure<double>(layer, lanes);
        }
    }

    static void Measure<E>(Layer layer, LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int pad = layer.Kernel / 2;
        int output = ((layer.Size + (2 * pad) - layer.Kernel) / layer.Stride) + 1;
        var geometry = new ConvGeometry(
            new BufferLayout(1, layer.Size, layer.Size, layer.Ci, pad, pad, pad, pad),
            new BufferLayout(1, output, output, layer.Co), layer.Kernel, layer.Kernel)
        {
            StrideH = layer.Stride, StrideW = layer.Stride, PadTop = pad, PadLeft = pad, Groups = layer.Depthwise ? layer.Ci : 1,
        };
        var random = new Random(1);
        var weights = new double[layer.Kernel * layer.Kernel * geometry.GroupInput * layer.Co];
        foreach (ref double w in weights.AsSpan()) w = random.NextDouble() - 0.5;
        var convolution = new Convolution<E>(lanes, geometry,
            PackedWeights<E>.Of<double>(lanes, geometry, weights, WeightStrides.Hwio(geometry)));
        E* x = Allocate<E>(geometry.Input.Elements), y = Allocate<E>(geometry.Output.Elements);
        E* scratch = Allocate<E>(convolution.ScratchElements), bias = Allocate<E>(layer.Co);
        for (nint i = 0; i < geometry.Input.Elements; i++) x[i] = E.CreateTruncating(random.NextDouble() - 0.5);
        var epilogue = Epilogue<E>.None(lanes) with { Bias = bias };
        double best = double.MaxValue, peak = 0;
        long begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < 3 || (run < 200 && Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.3); run++)
        {
            long start = Stopwatch.GetTimestamp();
            convolution.Run(x, y, 0, convolution.Tiles, scratch, epilogue);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (run % 50 == 0) peak = Math.Max(peak, FmaPeak.Measure<E>(lanes));
        }
        double speed = geometry.Flops / best / 1e9;
        Console.WriteLine(
            $"{layer.Name,-20} {typeof(E).Name,-7} {best * 1e6,9:F1} us {speed,7:F1} GF/s  {speed / peak,6:P1} of {peak:F1}");
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(y);
        NativeMemory.AlignedFree(scratch);
        NativeMemory.AlignedFree(bias);
    }

    static E* Allocate<E>(long elements) where E : unmanaged
    {
        nuint bytes = (nuint)(Math.Max(1, elements) * sizeof(E));
        void* memory = NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(memory, bytes);
        return (E*)memory;
    }
}
