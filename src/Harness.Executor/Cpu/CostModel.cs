using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>What a step should take on a nominal processor, and the choices that follow from it. All constants of the
/// model are here; how a convolution's work is cut, which changes no bit, has constants of its own in
/// <see cref="Convolution{E}"/>.</summary>
/// <remarks>
/// <para>seconds = max(Σ operations / (peak · efficiency), bytes / bandwidth) / sharing + pieces · overhead. The
/// constants were fitted to steps of whole models by one thread of a Xeon of the Sapphire Rapids generation, November
/// 2026: <c>harness inspect arch:resnet18 --plan --profile</c> with and without <c>--exact-order</c>.</para>
/// <para>A choice may change bits, so that it sees one image's geometry and the element type alone: never the batch,
/// the threads, the lanes or the machine. It counts with registers of 512 bits everywhere.</para>
/// </remarks>
static class CostModel
{
    /// <summary>The share of the peak of full, deep 14 × 32 tiles.</summary>
    public const double Gemm = 0.9;

    /// <summary>The share of the peak of additions between loads and stores of the second cache: Winograd's
    /// transforms.</summary>
    public const double Transform = 0.08;

    /// <summary>Nine products a load of input from the first cache and a store to the second.</summary>
    public const double Depthwise = 0.25;

    /// <summary>Tiles whose panels are packed first, for few rows.</summary>
    public const double RuntimeGemm = 0.75;

    /// <summary>One or two plain operations an element: bytes decide.</summary>
    public const double Plain = 0.1;

    /// <summary>Exponentials, error functions and divisions: dozens of instructions for what counts as one
    /// operation.</summary>
    public const double Transcendental = 0.015;

    // A server core under AVX-512: 3 GHz and two units of fused multiply-adds.
    const double Hertz = 3e9;
    const int FmaUnits = 2;

    // Bytes a second: activations come from the second cache, where the step before left them, weights from beyond it,
    // since a run of a whole model has passed over everything else since.
    const double NearBytes = 30e9, FarBytes = 10e9;

    // Rows of a tile below which loading weights from the second cache takes longer than multiplying by them.
    const int ShallowRows = 6;

    // Products of a tile's chain that take as long as entering it and storing its sums.
    const double TileOverhead = 8;

    /// <summary>A step that one thread should do in less is not shared.</summary>
    public const double AloneSeconds = 3e-6;

    const double PieceSeconds = 5e-9, WakeSeconds = 1e-6;

    const int TileRows = 14, Columns = 16;

    /// <summary>FLOP/s of one nominal core.</summary>
    public static double Peak(LaneWidth lanes, int elementSize) => Hertz * FmaUnits * 2 * Lanes(lanes, elementSize);

    /// <summary>Seconds that a step should take.</summary>
    /// <param name="arithmetic">Seconds of one thread, were all data near.</param>
    /// <param name="activationBytes">Read and written.</param>
    /// <param name="weightBytes">Read.</param>
    /// <param name="pieces">Pieces of work.</param>
    /// <param name="threads">Threads of the plan.</param>
    public static double Seconds(double arithmetic, double activationBytes, double weightBytes, long pieces,
        int threads)
    {
        long most = (pieces + threads - 1) / threads;
        double sharing = most == 0 ? 1 : (double)pieces / most;
        double work = Math.Max(arithmetic, (activationBytes / NearBytes) + (weightBytes / FarBytes));
        return (work / sharing) + (most * PieceSeconds) + (threads > 1 && pieces > 1 ? WakeSeconds : 0);
    }

    /// <summary>The fastest algorithm for a convolution: decided by one image, so that a batch of five has the bits of
    /// five batches of one.</summary>
    public static ConvolutionAlgorithm Fastest(in ConvGeometry geometry, int elementSize)
    {
        if (!Winograd<float>.Applies(geometry)) return ConvolutionAlgorithm.Direct;
        var one = geometry with { Input = geometry.Input with { N = 1 }, Output = geometry.Output with { N = 1 } };
        double products = (double)one.Input.C * one.Output.C;
        return OfOne(WinogradEfficiency(one), WinogradFlops(one), 16 * products, elementSize, one)
            < OfOne(DirectEfficiency(one), one.Flops, 9 * products, elementSize, one)
            ? ConvolutionAlgorithm.Winograd
            : ConvolutionAlgorithm.Direct;
    }

    /// <summary>Operations of Winograd's F(2,3): sixteen products a patch, 32 additions a patch of a channel in, 24
    /// out.</summary>
    public static long WinogradFlops(in ConvGeometry g) =>
        (WinogradProducts(g) * 2) + (Patches(g) * ((32L * g.Input.C) + (24L * g.Output.C)));

    /// <summary>The share of the peak at which those come.</summary>
    public static double WinogradEfficiency(in ConvGeometry g)
    {
        double products = 2.0 * WinogradProducts(g), all = WinogradFlops(g);
        return all / ((products / OfTiles(Patches(g), g.Input.C, g.Output.C)) + ((all - products) / Transform));
    }

    /// <summary>The share of the peak of a direct convolution's tiles.</summary>
    public static double DirectEfficiency(in ConvGeometry g) =>
        OfTiles(
            (long)g.Output.N * g.Output.D * g.Output.H * g.Output.W,
            (long)g.KernelD * g.KernelH * g.KernelW * g.GroupInput, g.GroupOutput);

    static double OfOne(double efficiency, double flops, double weights, int elementSize, in ConvGeometry g)
    {
        double activations =
            ((double)g.Input.H * g.Input.W * g.Input.C) + ((double)g.Output.H * g.Output.W * g.Output.C);
        return Seconds(
            flops / (Peak(LaneWidth.Sixteen, elementSize) * efficiency), activations * elementSize,
            weights * elementSize,
            pieces: 1, threads: 1);
    }

    // Rows that fill no tile share their weights among too few, short chains pay for their ends, and missing columns
    // are multiplied too. Never 0, so that empty work divides to nothing.
    static double OfTiles(long rows, long depth, int columns)
    {
        double average = (double)rows / Math.Max(1, (rows + TileRows - 1) / TileRows);
        double padded = (columns + Columns - 1) / Columns * Columns;
        double share = Gemm * Math.Clamp(average / ShallowRows, 1.0 / ShallowRows, 1) * depth / (depth + TileOverhead)
            * columns / Math.Max(1, padded);
        return share > 0 ? share : Gemm;
    }

    static long Patches(in ConvGeometry g) => (long)g.Output.N * ((g.Output.H + 1) / 2) * ((g.Output.W + 1) / 2);

    static long WinogradProducts(in ConvGeometry g) => 16 * Patches(g) * g.Input.C * g.Output.C;

    static int Lanes(LaneWidth lanes, int elementSize) =>
        lanes == LaneWidth.One ? 1 : (int)lanes * sizeof(float) / elementSize;
}
