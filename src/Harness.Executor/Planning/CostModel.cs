using Harness.Executor.Kernels;

namespace Harness.Executor.Planning;

/// <summary>What a step should take on a nominal processor, and the choices that follow from it. All constants of the model
/// are here.</summary>
/// <remarks>
/// <para>seconds = max(operations / (peak · efficiency), bytes / bandwidth) / sharing + pieces · overhead.</para>
/// <para>A choice may change bits, so that it sees one image's geometry and the element type alone: never the batch, the
/// threads, the lanes or the machine. It counts with registers of 512 bits everywhere.</para>
/// </remarks>
static class CostModel
{
    /// <summary>The share of the peak of 14 × 32 tiles with their input near; measured 0.95 to 0.98.</summary>
    public const double Gemm = 0.95;

    /// <summary>The share of the peak of additions between loads and stores of the second cache: Winograd's transforms.</summary>
    public const double Transform = 0.15;

    /// <summary>Nine products a load of input from the first cache and a store to the second.</summary>
    public const double Depthwise = 0.25;

    /// <summary>Tiles whose panels are packed first, for few rows.</summary>
    public const double RuntimeGemm = 0.75;

    /// <summary>One or two plain operations an element: bytes decide.</summary>
    public const double Plain = 0.1;

    /// <summary>Exponentials, error functions and divisions: some twenty instructions for what counts as one operation.</summary>
    public const double Transcendental = 0.02;

    // A server core under AVX-512: 3 GHz and two units of fused multiply-adds.
    const double Hertz = 3e9;
    const int FmaUnits = 2;

    // Bytes a second: activations come from the second cache, where the step before left them, weights from beyond it,
    // since a run of a whole model has passed over everything else since.
    const double NearBytes = 40e9, FarBytes = 10e9;

    // Rows of a tile below which loading weights from the second cache takes longer than multiplying by them.
    const int ShallowRows = 6;

    const double PieceSeconds = 0.1e-6, WakeSeconds = 1e-6;

    const int TileRows = 14;

    /// <summary>FLOP/s of one nominal core.</summary>
    public static double Peak(LaneWidth lanes, int elementSize) => Hertz * FmaUnits * 2 * Lanes(lanes, elementSize);

    /// <summary>Seconds that a step should take.</summary>
    /// <param name="peak">FLOP/s of one thread.</param>
    /// <param name="flops">Operations as computed.</param>
    /// <param name="efficiency">The kernel's share of the peak.</param>
    /// <param name="activationBytes">Read and written.</param>
    /// <param name="weightBytes">Read.</param>
    /// <param name="pieces">Pieces of work.</param>
    /// <param name="threads">Threads of the plan.</param>
    public static double Seconds(
        double peak, double flops, double efficiency, double activationBytes, double weightBytes, long pieces, int threads)
    {
        long most = (pieces + threads - 1) / Math.Max(1, threads);
        double sharing = most == 0 ? 1 : (double)pieces / most;
        double work = Math.Max(flops / (peak * efficiency), (activationBytes / NearBytes) + (weightBytes / FarBytes));
        return (work / sharing) + (most * PieceSeconds) + (threads > 1 && pieces > 1 ? WakeSeconds : 0);
    }

    /// <summary>The fastest algorithm for a convolution: decided by one image, so that a batch of five has the bits of five
    /// batches of one.</summary>
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

    /// <summary>Operations of Winograd's F(2,3): sixteen products a patch, 32 additions a patch of a channel in, 24 out.</summary>
    public static long WinogradFlops(in ConvGeometry g) =>
        (WinogradProducts(g) * 2) + (Patches(g) * ((32L * g.Input.C) + (24L * g.Output.C)));

    /// <summary>The share of the peak at which those come.</summary>
    public static double WinogradEfficiency(in ConvGeometry g)
    {
        double products = 2.0 * WinogradProducts(g), all = WinogradFlops(g);
        return all / ((products / OfRows(Patches(g))) + ((all - products) / Transform));
    }

    /// <summary>The share of the peak of a direct convolution's tiles.</summary>
    public static double DirectEfficiency(in ConvGeometry g) => OfRows((long)g.Output.N * g.Output.H * g.Output.W);

    static double OfOne(double efficiency, double flops, double weights, int elementSize, in ConvGeometry g)
    {
        double activations = ((double)g.Input.H * g.Input.W * g.Input.C) + ((double)g.Output.H * g.Output.W * g.Output.C);
        return Seconds(
            Peak(LaneWidth.Sixteen, elementSize), flops, efficiency, activations * elementSize, weights * elementSize,
            pieces: 1, threads: 1);
    }

    // Rows that fill no tile share their weights among too few.
    static double OfRows(long rows)
    {
        double average = (double)rows / Math.Max(1, (rows + TileRows - 1) / TileRows);
        return Gemm * Math.Clamp(average / ShallowRows, 1.0 / ShallowRows, 1);
    }

    static long Patches(in ConvGeometry g) => (long)g.Output.N * ((g.Output.H + 1) / 2) * ((g.Output.W + 1) / 2);

    static long WinogradProducts(in ConvGeometry g) => 16 * Patches(g) * g.Input.C * g.Output.C;

    static int Lanes(LaneWidth lanes, int elementSize) =>
        lanes == LaneWidth.One ? 1 : (int)lanes * sizeof(float) / elementSize;
}
