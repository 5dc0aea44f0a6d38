using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels.Gemm;

public sealed unsafe class PackedWeightsTests
{
    /// <summary>Channels in and out, window, groups.</summary>
    public static TheoryData<int, int, int, int, int> Rows => new()
    {
        { 3, 64, 7, 7, 1 },
        { 16, 32, 1, 1, 1 },
        { 17, 33, 3, 1, 1 },
        { 40, 130, 3, 3, 1 },
        { 1, 1, 1, 1, 1 },
        { 5, 1, 2, 3, 1 },
        { 12, 18, 3, 3, 3 },
        { 24, 24, 3, 3, 24 },
        { 1, 47, 5, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_kernel_packs_alike_wherever_its_channels_lie(int ci, int co, int kh, int kw, int groups)
    {
        foreach (var lanes in LaneWidths.All)
        {
            Pack<float, float>(lanes, ci, co, kh, kw, groups);
            Pack<double, float>(lanes, ci, co, kh, kw, groups);
            Pack<float, double>(lanes, ci, co, kh, kw, groups);
        }
    }

    // Enough that several threads pack: Flax's order by input channels, PyTorch's by panels.
    [Theory]
    [InlineData(1000, 1100, true)]
    [InlineData(1000, 1100, false)]
    [InlineData(3, 400_000, true)]
    [InlineData(1_100_000, 1, true)]
    public void Any_number_of_threads_packs_the_same(int ci, int co, bool flax)
    {
        var geometry = new ConvGeometry(new BufferLayout(1, 8, 8, ci), new BufferLayout(1, 8, 8, co), 1, 1);
        var weights = Bits.Random<float>(ci * co, 1);
        var strides = flax ? WeightStrides.Hwio(geometry) : new WeightStrides(0, 1, 1, 1, ci, 0);
        var one = PackedWeights<double>.Of<float>(LaneWidth.Eight, geometry, weights, strides);
        var three = PackedWeights<double>.Of<float>(LaneWidth.Eight, geometry, weights, strides, threads: 3);
        for (int panel = 0; panel < one.Panels; panel++)
        {
            int elements = (int)one.PanelElements(0, panel);
            new Span<double>(three.Panel(0, 0, panel), elements)
                .SequenceEqual(new Span<double>(one.Panel(0, 0, panel), elements)).Should().BeTrue();
        }
        GC.KeepAlive((one, three));
    }

    static void Pack<E, T>(LaneWidth lanes, int ci, int co, int kh, int kw, int groups)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var geometry = new ConvGeometry(new BufferLayout(1, 8, 8, ci), new BufferLayout(1, 8, 8, co), kh, kw)
            { Groups = groups };
        int inputs = ci / groups;
        // The value tells the place: kh, kw, i, o in decimal digits would not fit, a running number does.
        var oihw = new T[co * inputs * kh * kw];
        for (int i = 0; i < oihw.Length; i++) oihw[i] = T.CreateTruncating((i * 0.37) + 1);
        nint filter = (nint)inputs * kh * kw;
        var strides = new WeightStrides(0, kw, 1, kh * kw, filter, co / groups * filter);

        var packed = PackedWeights<E>.Of<T>(lanes, geometry, oihw, strides);

        // What a tile reads, stated again: panels of two registers, [k][columns], k over the window and then channels.
        int width = packed.Width, padded = (packed.GroupOutput + width - 1) / width * width;
        packed.PaddedColumns.Should().Be(padded);
        if (geometry.IsDepthwise)
        {
            E* at = packed.Panel(0, 0, 0);
            for (int tap = 0; tap < kh * kw; tap++)
                for (int c = 0; c < padded; c++)
                    if (*at++ != (c < co ? E.CreateTruncating(oihw[(c * kh * kw) + tap]) : E.Zero))
                        Assert.Fail($"{lanes}: tap {tap}, channel {c}");
            return;
        }
        for (int group = 0; group < groups; group++)
        {
            for (int panel = 0; panel < packed.Panels; panel++)
            {
                E* at = packed.Panel(0, group, panel);
                int column = panel * 2 * width, columns = Math.Min(2 * width, padded - column);
                for (int tap = 0; tap < kh * kw; tap++)
                {
                    for (int i = 0; i < inputs; i++)
                    {
                        for (int c = column; c < column + columns; c++)
                        {
                            int o = (group * packed.GroupOutput) + c;
                            E expected = c < packed.GroupOutput
                                ? E.CreateTruncating(oihw[(((o * inputs) + i) * kh * kw) + tap]) : E.Zero;
                            if (*at++ != expected)
                                Assert.Fail($"{lanes}: group {group}, panel {panel}, tap {tap}, i {i}, column {c}");
                        }
                    }
                }
            }
        }
        GC.KeepAlive(packed);
    }
}
