using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>One convolution against plain loops in double: within the bound that its order of additions allows, the
/// same bits at every width, buffers at guard pages on either side, and nothing written but the output's
/// interior.</summary>
static unsafe class ConvolutionCheck
{
    static readonly float s_canary = 77;

    /// <summary>How it is computed.</summary>
    public enum By
    {
        /// <summary>By <see cref="Convolution{E}"/>.</summary>
        Windows,
        /// <summary>By <see cref="Winograd{E}"/>.</summary>
        Transform,
        /// <summary>By <see cref="StoredProduct{E}"/>.</summary>
        Stored,
    }

    /// <summary>A product (m × k) · (k × n) of contiguous matrices.</summary>
    public static ConvGeometry Product(int m, int k, int n) =>
        new(new BufferLayout(1, 1, m, k), new BufferLayout(1, 1, m, n), 1, 1);

    /// <summary>Checks both precisions.</summary>
    public static void Near(ConvGeometry geometry, By by = By.Windows)
    {
        geometry = geometry with { Input = geometry.Input.WithHalo(geometry.RequiredHalo) };
        var problem = Problem.Of(geometry);
        var (sums, bounds) = by == By.Transform ? problem.Transformed() : problem.Direct();
        Near<float>(problem, by, sums, bounds);
        Near<double>(problem, by, sums, bounds);
    }

    static void Near<E>(Problem problem, By by, double[] sums, double[] bounds)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // Half an ulp of 1. The loops in double round as well, by no more than double itself.
        double unit = typeof(E) == typeof(float) ? Math.ScaleB(1, -24) + Math.ScaleB(1, -53) : Math.ScaleB(1, -52);
        E[]? first = null;
        // Addresses are computed in elements, so that one precision tells what lies before the buffers.
        foreach (var guard in typeof(E) == typeof(float) ? new[] { Guard.Behind, Guard.Before } : [Guard.Behind])
        {
            using var x = problem.Input<E>(guard);
            using var weights = problem.Kernel<E>(guard);
            foreach (var lanes in LaneWidths.All)
            {
                E[] actual = Run(problem.Geometry, by, lanes, guard, x.Pointer, weights.Span, Epilogue<E>.None(lanes));
                if (first is not null)
                {
                    if (actual.AsSpan().SequenceEqual(first)) continue;
                    Bits.ShouldEqual<E>(actual, first, $"{lanes}, {guard}, {problem.Geometry}");
                    continue;
                }
                first = actual;
                for (int i = 0; i < sums.Length; i++)
                {
                    double error = Math.Abs(double.CreateTruncating(actual[i]) - sums[i]);
                    if (!(error <= unit * bounds[i]))
                        Assert.Fail(
                            $"output {i} of {problem.Geometry}: {actual[i]}, expected {sums[i]} ± {unit * bounds[i]}");
                }
            }
        }
    }

    /// <summary>The output's interior in (n, d, h, w, c) order; <paramref name="inPlace"/> is what it holds before, in
    /// that order: a residual that is the output itself.</summary>
    public static E[] Run<E>(
        in ConvGeometry geometry, By by, LaneWidth lanes, Guard guard, E* x, ReadOnlySpan<E> weights,
        Epilogue<E> epilogue, E[]? inPlace = null)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var layout = geometry.Output;
        using var y = new GuardedMemory<E>(layout.Elements, guard);
        var canary = E.CreateTruncating(s_canary);
        y.Span.Fill(canary);
        if (inPlace is not null)
        {
            for (int i = 0, at = 0; i < inPlace.Length; i += layout.C, at++)
                inPlace.AsSpan(i, layout.C).CopyTo(y.Span[Pixel(layout, at)..]);
            epilogue = epilogue with { Residual = y.Pointer, ResidualLayout = layout };
        }
        if (by == By.Transform)
        {
            var winograd = new Winograd<E>(
                lanes, geometry, Winograd<E>.Pack(lanes, geometry, weights, WeightStrides.Hwio(geometry)));
            using var scratch = new GuardedMemory<E>(winograd.ScratchElements, guard);
            scratch.Span.Fill(E.NaN);
            int middle = winograd.Pieces / 2;
            winograd.Run(x, y.Pointer, middle, winograd.Pieces, scratch.Pointer, epilogue);
            winograd.Run(x, y.Pointer, 0, middle, scratch.Pointer, epilogue);
        }
        else if (by == By.Stored)
        {
            float[] singles = Array.ConvertAll(weights.ToArray(), float.CreateTruncating);
            var product = new StoredProduct<E>(lanes, geometry, new StoredMatrix(singles, new WeightMemory(0)));
            using var scratch = new GuardedMemory<E>(product.ScratchElements, guard);
            scratch.Span.Fill(E.NaN);
            int middle = product.Pieces / 2;
            product.Run(x, y.Pointer, middle, product.Pieces, scratch.Pointer, epilogue);
            product.Run(x, y.Pointer, 0, middle, scratch.Pointer, epilogue);
        }
        else
        {
            var packed = PackedWeights<E>.Of(lanes, geometry, weights, WeightStrides.Hwio(geometry));
            var convolution = new Convolution<E>(lanes, geometry, packed);
            using var scratch = new GuardedMemory<E>(convolution.ScratchElements, guard);
            scratch.Span.Fill(E.NaN);
            int middle = convolution.Tiles / 2;
            convolution.Run(x, y.Pointer, middle, convolution.Tiles, scratch.Pointer, epilogue);
            convolution.Run(x, y.Pointer, 0, middle, scratch.Pointer, epilogue);
        }
        var result = new E[layout.N * layout.D * layout.H * layout.W * layout.C];
        for (int i = 0, at = 0; i < result.Length; i += layout.C, at++)
        {
            var pixel = y.Span.Slice(Pixel(layout, at), layout.C);
            pixel.CopyTo(result.AsSpan(i));
            pixel.Fill(canary);
        }
        if (y.Span.IndexOfAnyExcept(canary) is >= 0 and var outside)
            Assert.Fail($"element {outside} beside the interior of {layout} was written");
        return result;
    }

    static int Pixel(in BufferLayout layout, int index)
    {
        int plane = index / (layout.W * layout.H);
        return (int)layout.Index(
            plane / layout.D, plane % layout.D, index / layout.W % layout.H, index % layout.W);
    }

    /// <summary>A geometry with numbers that float32 holds exactly.</summary>
    public sealed record Problem(ConvGeometry Geometry, double[] X, double[] Weights)
    {
        public static Problem Of(ConvGeometry g) => new(
            g,
            Exact(g.Input.N * g.Input.D * g.Input.H * g.Input.W * g.Input.C, 1),
            Exact(g.KernelD * g.KernelH * g.KernelW * g.GroupInput * g.Output.C, 2));

        static double[] Exact(int count, int seed) => Array.ConvertAll(Bits.Random<float>(count, seed), x => (double)x);

        /// <summary>The input in its buffer, NaN between the channels of a pitch.</summary>
        public GuardedMemory<E> Input<E>(Guard guard) where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            Filled<E>(Geometry.Input, X, guard);

        public GuardedMemory<E> Kernel<E>(Guard guard) where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            new(Array.ConvertAll(Weights, E.CreateTruncating), guard);

        /// <summary>Sums in double, and how many units of rounding each may be off by: a chain of at most 256 joins a
        /// sum of chains.</summary>
        public (double[] Sums, double[] Bounds) Direct()
        {
            var (sums, magnitudes) = Sum(Weights);
            int terms = Geometry.KernelD * Geometry.KernelH * Geometry.KernelW * Geometry.GroupInput;
            double roundings = Math.Min(terms, 256) + ((terms + 255) / 256);
            return (sums, Array.ConvertAll(magnitudes, m => (m * roundings) + double.Epsilon));
        }

        /// <summary>The same sums; their bounds follow the transform: each place's sum of products of magnitudes,
        /// added up over the places that an output reads.</summary>
        public (double[] Sums, double[] Bounds) Transformed()
        {
            var (sums, _) = Sum(Weights);
            var g = Geometry;
            double[,] transform = { { 1, 0, 1, 0 }, { 0, 1, 1, 0 }, { 0, 1, 1, 0 }, { 0, 1, 0, 1 } };
            double[,] windows = { { 1, 0, 0 }, { .5, .5, .5 }, { .5, .5, .5 }, { 0, 0, 1 } };
            double[,] outputs = { { 1, 1, 1, 0 }, { 0, 1, 1, 1 } };
            var u = new double[16 * g.Input.C * g.Output.C];
            for (int place = 0; place < 16; place++)
                for (int tap = 0; tap < 9; tap++)
                {
                    double factor = windows[place / 4, tap / 3] * windows[place % 4, tap % 3];
                    if (factor == 0) continue;
                    for (int i = 0; i < g.Input.C * g.Output.C; i++)
                    {
                        double weight = Weights[(tap * g.Input.C * g.Output.C) + i];
                        u[(place * g.Input.C * g.Output.C) + i] += factor * Math.Abs(weight);
                    }
                }
            // Two additions before, a rounded weight, the chain and its blocks, four additions after.
            double roundings = 2 + 1 + Math.Min(g.Input.C, 256) + ((g.Input.C + 255) / 256) + 4;
            var bounds = new double[sums.Length];
            var v = new double[16 * g.Input.C];
            for (int n = 0; n < g.Output.N; n++)
                for (int th = 0; th < (g.Output.H + 1) / 2; th++)
                    for (int tw = 0; tw < (g.Output.W + 1) / 2; tw++)
                    {
                        Array.Clear(v);
                        for (int place = 0; place < 16; place++)
                            for (int tap = 0; tap < 16; tap++)
                            {
                                double factor = transform[place / 4, tap / 4] * transform[place % 4, tap % 4];
                                int h = (2 * th) + (tap / 4) - g.PadTop, w = (2 * tw) + (tap % 4) - g.PadLeft;
                                if (factor == 0 || h < 0 || w < 0 || h >= g.Input.H || w >= g.Input.W) continue;
                                int from = ((((n * g.Input.H) + h) * g.Input.W) + w) * g.Input.C;
                                for (int ci = 0; ci < g.Input.C; ci++)
                                    v[(place * g.Input.C) + ci] += Math.Abs(X[from + ci]);
                            }
                        for (int output = 0; output < 4; output++)
                        {
                            int oh = (2 * th) + (output / 2), ow = (2 * tw) + (output % 2);
                            if (oh >= g.Output.H || ow >= g.Output.W) continue;
                            int to = ((((n * g.Output.H) + oh) * g.Output.W) + ow) * g.Output.C;
                            for (int place = 0; place < 16; place++)
                            {
                                if (outputs[output / 2, place / 4] * outputs[output % 2, place % 4] == 0) continue;
                                for (int ci = 0; ci < g.Input.C; ci++)
                                {
                                    double value = v[(place * g.Input.C) + ci] * roundings;
                                    int weight = ((place * g.Input.C) + ci) * g.Output.C;
                                    for (int co = 0; co < g.Output.C; co++) bounds[to + co] += value * u[weight + co];
                                }
                            }
                        }
                    }
            return (sums, bounds);
        }

        // The definition, output channels innermost.
        (double[] Sums, double[] Magnitudes) Sum(double[] weights)
        {
            var g = Geometry;
            var (input, output) = (g.Input, g.Output);
            var sums = new double[output.N * output.D * output.H * output.W * output.C];
            var magnitudes = new double[sums.Length];
            for (int n = 0; n < output.N; n++)
                for (int od = 0; od < output.D; od++)
                    for (int oh = 0; oh < output.H; oh++)
                        for (int ow = 0; ow < output.W; ow++)
                            for (int kd = 0; kd < g.KernelD; kd++)
                                for (int kh = 0; kh < g.KernelH; kh++)
                                    for (int kw = 0; kw < g.KernelW; kw++)
                                    {
                                        if (Seen(od, kd, input.D, g.StrideD, g.PadFront, g.DilationD) is not { } d
                                            || Seen(oh, kh, input.H, g.StrideH, g.PadTop, g.DilationH) is not { } h
                                            || Seen(ow, kw, input.W, g.StrideW, g.PadLeft, g.DilationW) is not { } w)
                                        {
                                            continue;
                                        }
                                        int from = ((((((n * input.D) + d) * input.H) + h) * input.W) + w) * input.C;
                                        int to = ((((((n * output.D) + od) * output.H) + oh) * output.W)
                                            + ow) * output.C;
                                        int tap = (((kd * g.KernelH) + kh) * g.KernelW) + kw;
                                        Add(from, to, tap);
                                    }
            return (sums, magnitudes);

            // Where a tap of an output reads along one axis; null beside the input.
            int? Seen(int o, int k, int extent, int stride, int padding, int dilation)
            {
                int at = (o * stride) - padding + (k * dilation);
                if (g.Transposed)
                {
                    at = o + padding - (k * dilation);
                    if (at % stride != 0) return null;
                    at /= stride;
                }
                return at < 0 || at >= extent ? null : at;
            }

            void Add(int from, int to, int tap)
            {
                for (int group = 0; group < g.Groups; group++)
                    for (int i = 0; i < g.GroupInput; i++)
                    {
                        double value = X[from + (group * g.GroupInput) + i];
                        int weight = ((tap * g.GroupInput) + i) * output.C;
                        for (int co = group * g.GroupOutput; co < (group + 1) * g.GroupOutput; co++)
                        {
                            double product = value * weights[weight + co];
                            sums[to + co] += product;
                            magnitudes[to + co] += Math.Abs(product);
                        }
                    }
            }
        }
    }

    /// <summary>Pixels in a buffer whose halo is zero; where a pitch leaves a gap, it holds NaN.</summary>
    public static GuardedMemory<E> Filled<E>(in BufferLayout layout, double[] values, Guard guard)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var memory = new GuardedMemory<E>(layout.Elements, guard);
        if (layout.PixelStride != layout.C)
        {
            memory.Span.Fill(E.NaN);
            for (int pixel = 0; pixel < layout.Elements / layout.PixelStride; pixel++)
                memory.Span.Slice(pixel * (int)layout.PixelStride, layout.C).Clear();
        }
        for (int i = 0, at = 0; i < values.Length; at++)
        {
            int to = Pixel(layout, at);
            for (int c = 0; c < layout.C; c++) memory.Span[to + c] = E.CreateTruncating(values[i++]);
        }
        return memory;
    }
}
