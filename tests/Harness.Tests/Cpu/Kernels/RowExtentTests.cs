using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Pools, reductions, softmax, norms, products with computed matrices, copies and maps at every extent from
/// 1 to 130, at every width and in both precisions, against plain loops in double; buffers at guard pages on either
/// side.</summary>
/// <remarks>Bounds count roundings: half an ulp each, of the magnitudes that were added.</remarks>
public sealed unsafe class RowExtentTests
{
    [Fact]
    public void Pools()
    {
        foreach (var (w, c) in Extents.SweepPairs(2))
        {
            Pool<float>(w, c);
            Pool<double>(w, c);
        }
    }

    [Fact]
    public void Reductions_along_a_row()
    {
        foreach (int length in Extents.All)
        {
            Reduction<float>(ReduceShape.LastAxis(2, length), 2 * length);
            Reduction<double>(ReduceShape.LastAxis(2, length), 2 * length);
        }
    }

    [Fact]
    public void Reductions_of_neighbours()
    {
        foreach (var (length, inner) in Extents.SweepPairs(3))
        {
            Reduction<float>(ReduceShape.MiddleAxis(5, length, inner), 5 * length * inner);
            Reduction<double>(ReduceShape.MiddleAxis(5, length, inner), 5 * length * inner);
        }
    }

    [Fact]
    public void Softmax_and_its_logarithm()
    {
        foreach (int length in Extents.All)
        {
            Soft<float>(2, length, 1);
            Soft<double>(2, length, 1);
        }
        foreach (var (length, inner) in Extents.SweepPairs(4).Where(pair => pair.Item1 * pair.Item2 < 2000))
        {
            Soft<float>(1, length, inner);
            Soft<double>(1, length, inner);
        }
    }

    [Fact]
    public void Layer_norms_of_one_run_and_of_three()
    {
        foreach (int length in Extents.All)
        {
            Norm<float>(1, length);
            Norm<double>(1, length);
            Norm<float>(3, length);
            Norm<double>(3, length);
        }
    }

    [Fact]
    public void Products_of_computed_matrices()
    {
        foreach (var (m, k, n) in Extents.Sweep(9).Concat([(3, 513, 70), (9, 257, 9)]))
        {
            Product<float>(m, k, n, transposed: false);
            Product<double>(m, k, n, transposed: false);
            Product<float>(m, k, n, transposed: true);
            Product<double>(m, k, n, transposed: true);
        }
    }

    [Fact]
    public void Batch_norms_that_stand_alone()
    {
        foreach (int c in Extents.All)
        {
            Channels<float>(c);
            Channels<double>(c);
        }
    }

    [Fact]
    public void Maps_of_one_and_two_operands()
    {
        for (int length = 1; length <= 300; length++)
        {
            Elements<float>(length);
            Elements<double>(length);
        }
    }

    // Half an ulp of 1, and what the loops in double lose themselves.
    static double Unit<E>() =>
        typeof(E) == typeof(float) ? Math.ScaleB(1, -24) + Math.ScaleB(1, -53) : Math.ScaleB(1, -52);

    static double Wide<E>(E value)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => double.CreateTruncating(value);

    static void Each<E>(string what, Func<LaneWidth, Guard, E[]> run, Action<E[]> check)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E[]? first = null;
        foreach (var guard in Enum.GetValues<Guard>())
        {
            foreach (var lanes in LaneWidths.All)
            {
                E[] actual = run(lanes, guard);
                if (first is null) check(first = actual);
                else Bits.ShouldEqual<E>(actual, first, $"{what} at {lanes}, {guard}");
            }
        }
    }

    // The message is written only when it is needed: that would be most of the time.
    static void Within<E>(E actual, double expected, double bound, string what, int index, object of)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        if (!(Math.Abs(Wide(actual) - expected) <= bound))
            Assert.Fail($"{what} {index} of {of}: {actual}, expected {expected} ± {bound}");
    }

    static void Pool<E>(int w, int c) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // The last window hangs over by ceil_mode.
        var input = new BufferLayout(1, 2, (2 * w) - 1, c, 0, 1, 1, 0, c + 1);
        var output = new BufferLayout(1, 2, w, c, 1, 0, 0, 1, c + 2);
        WindowAxis rows = WindowAxis.Pool(2, 2, 2, 1, 1), columns = WindowAxis.Pool(input.W, w, 3, 2, 1);
        E[] values = Bits.Random<E>((int)input.Elements, w + c);
        object place = output;
        foreach (bool max in (bool[])[false, true])
        {
            Each($"pool of {w} × {c}", (lanes, guard) =>
            {
                using var x = new GuardedMemory<E>(values, guard);
                using var y = new GuardedMemory<E>(output.Elements, guard);
                var window = new Window<E>(lanes, input, output, rows, columns);
                if (max) window.Max(x.Pointer, y.Pointer, 0, window.Tiles);
                else window.Average(x.Pointer, y.Pointer, 0, window.Tiles);
                return y.Span.ToArray();
            }, actual =>
            {
                for (int at = 0; at < output.Elements; at++)
                {
                    int pixel = at / (c + 2), k = at % (c + 2), row = (pixel / (w + 1)) - 1, column = pixel % (w + 1);
                    if (row < 0 || column == w || k >= c)
                    {
                        if (actual[at] != E.Zero) Assert.Fail($"element {at} beside the interior of {output}");
                        continue;
                    }
                    double sum = 0, magnitude = 0, most = double.NegativeInfinity;
                    int count = 0;
                    for (int h = row - 1; h <= row; h++)
                        for (int i = (2 * column) - 1; i <= (2 * column) + 1; i++)
                        {
                            if (h < 0 || i < 0 || h >= 2 || i >= input.W) continue;
                            double value = Wide(values[(int)input.Index(0, h, i) + k]);
                            (sum, magnitude, most, count) =
                                (sum + value, magnitude + Math.Abs(value), Math.Max(most, value), count + 1);
                        }
                    if (max) Within(actual[at], most, 0, "largest", at, place);
                    else Within(actual[at], sum / count, 7 * Unit<E>() * magnitude / count, "mean", at, place);
                }
            });
        }
    }

    static void Reduction<E>(ReduceShape shape, int sources) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E[] values = Bits.Random<E>(sources, sources);
        object place = shape;
        int length = (int)shape.Count, results = shape.Outer * shape.Inner;
        E[] Run<TOp>(LaneWidth lanes, Guard guard) where TOp : struct, IReduction
        {
            using var x = new GuardedMemory<E>(values, guard);
            using var y = new GuardedMemory<E>(results, guard);
            Reduce.Run<TOp, E>(lanes, shape, 0, shape.Outer, x.Pointer, y.Pointer, E.One);
            return y.Span.ToArray();
        }
        double X(int result, int i) =>
            Wide(values[(((result / shape.Inner * length) + i) * shape.Inner) + (result % shape.Inner)]);
        Each($"sum of {shape}", Run<SumReduction>, actual =>
        {
            for (int result = 0; result < results; result++)
            {
                double sum = 0, magnitude = 0;
                for (int i = 0; i < length; i++)
                    (sum, magnitude) = (sum + X(result, i), magnitude + Math.Abs(X(result, i)));
                Within(actual[result], sum, length * Unit<E>() * magnitude, "sum", result, place);
            }
        });
        Each($"largest of {shape}", Run<MaxReduction>, actual =>
        {
            for (int result = 0; result < results; result++)
            {
                double most = X(result, 0);
                for (int i = 1; i < length; i++) most = Math.Max(most, X(result, i));
                Within(actual[result], most, 0, "largest", result, place);
            }
        });
    }

    static void Soft<E>(int outer, int length, int inner) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E[] values = Bits.Random<E>(outer * length * inner, length);
        for (int i = 0; i < values.Length; i++) values[i] *= E.CreateTruncating(9);
        var shape = SoftmaxShape.Contiguous(outer, length, inner);
        object place = shape;
        foreach (bool logarithm in (bool[])[false, true])
        {
            Each($"softmax of {shape}", (lanes, guard) =>
            {
                using var x = new GuardedMemory<E>(values, guard);
                using var y = new GuardedMemory<E>(values.Length, guard);
                Softmax.Run(lanes, shape, 0, outer, x.Pointer, y.Pointer, logarithm);
                return y.Span.ToArray();
            }, actual =>
            {
                for (int row = 0; row < outer * inner; row++)
                {
                    int At(int i) => (((row / inner * length) + i) * inner) + (row % inner);
                    double most = double.NegativeInfinity, sum = 0;
                    for (int i = 0; i < length; i++) most = Math.Max(most, Wide(values[At(i)]));
                    for (int i = 0; i < length; i++) sum += Math.Exp(Wide(values[At(i)]) - most);
                    for (int i = 0; i < length; i++)
                    {
                        // x − max rounds, and e^ makes an absolute error a relative one; e^ and ln are good to 4 ulp.
                        double below = Wide(values[At(i)]) - most, spread = 18 + 8 + length;
                        double expected = logarithm ? below - Math.Log(sum) : Math.Exp(below) / sum;
                        double bound = logarithm
                            ? Unit<E>() * (
                                spread + (9 * Math.Abs(Math.Log(sum))) + Math.Abs(below) + Math.Abs(expected))
                            : Unit<E>() * (spread + Math.Abs(below) + 9) * expected;
                        Within(actual[At(i)], expected, bound, logarithm ? "logarithm" : "softmax", At(i), place);
                    }
                }
            });
        }
    }

    static void Norm<E>(int runs, int length) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        const double Eps = 1e-3;
        int elements = runs * length, gap = length + 3;
        object place = (runs, length);
        E[] values = Bits.Random<E>(elements, length);
        E[] scales = Bits.Random<E>(elements, 2), shifts = Bits.Random<E>(elements, 3);
        nint[] from = [.. Enumerable.Range(0, runs).Select(run => (nint)run * gap)];
        nint[] to = [.. Enumerable.Range(0, runs).Select(run => (nint)run * length)];
        Each($"norm of {runs} × {length}", (lanes, guard) =>
        {
            using var x = new GuardedMemory<E>(((runs - 1) * gap) + length, guard);
            x.Span.Fill(E.NaN);
            for (int run = 0; run < runs; run++) values.AsSpan(run * length, length).CopyTo(x.Span[(run * gap)..]);
            using var y = new GuardedMemory<E>(elements, guard);
            using var scale = new GuardedMemory<E>(scales, guard);
            using var shift = new GuardedMemory<E>(shifts, guard);
            fixed (nint* f = from, t = to)
            {
                BlockNorm.Run(
                    lanes, new BlockRuns(runs, length, f, t), x.Pointer, y.Pointer, scale.Pointer, shift.Pointer,
                    E.CreateTruncating(Eps));
            }
            return y.Span.ToArray();
        }, actual =>
        {
            double mean = values.Sum(Wide) / elements;
            double variance = values.Sum(x => Math.Pow(Wide(x) - mean, 2)) / elements;
            double deviation = Math.Sqrt(variance + Wide(E.CreateTruncating(Eps)));
            for (int i = 0; i < elements; i++)
            {
                double z = (Wide(values[i]) - mean) / deviation, s = Wide(scales[i]);
                // The mean's error is one of elements of at most 1, the variance's of their squares.
                double relative = (1 / deviation) + (Math.Abs(z) / (deviation * deviation));
                double bound = (elements + 8) * relative;
                Within(
                    actual[i], (z * s) + Wide(shifts[i]), Unit<E>() * ((bound * Math.Abs(s)) + 2), "element", i, place);
            }
        });
    }

    static void Product<E>(int m, int k, int n, bool transposed) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        object place = (m, k, n, transposed);
        // Rows of b, or its columns, lie apart.
        int aRow = k + 1, yRow = n + 3, bRow = transposed ? 1 : n + 2, bColumn = transposed ? k + 2 : 1;
        E[] xs = Bits.Random<E>(((m - 1) * aRow) + k, k);
        E[] bs = Bits.Random<E>(((k - 1) * bRow) + ((n - 1) * bColumn) + 1, n);
        Each($"product of {m} × {k} × {n}", (lanes, guard) =>
        {
            using var a = new GuardedMemory<E>(xs, guard);
            using var b = new GuardedMemory<E>(bs, guard);
            using var y = new GuardedMemory<E>(((m - 1) * yRow) + n, guard);
            var product = new MatrixProduct<E>(lanes, m, k, n);
            using var scratch = new GuardedMemory<E>(product.ScratchElements, guard);
            scratch.Span.Fill(E.NaN);
            var operands = new MatrixOperands<E>(
                (nint)a.Pointer, aRow, (nint)b.Pointer, bRow, bColumn, (nint)y.Pointer, yRow);
            var epilogue = Epilogue<E>.None(lanes);
            for (int panel = product.Panels - 1; panel >= 0; panel--)
                product.Run(operands, panel, scratch.Pointer, epilogue, default);
            return y.Span.ToArray();
        }, actual =>
        {
            for (int i = 0; i < actual.Length; i++)
            {
                int row = i / yRow, column = i % yRow;
                double sum = 0, magnitude = 0;
                for (int at = 0; at < k && column < n; at++)
                {
                    double product = Wide(xs[(row * aRow) + at]) * Wide(bs[(at * bRow) + (column * bColumn)]);
                    (sum, magnitude) = (sum + product, magnitude + Math.Abs(product));
                }
                double roundings = Math.Min(k, 256) + ((k + 255) / 256);
                Within(actual[i], sum, roundings * Unit<E>() * magnitude, "element", i, place);
            }
        });
    }

    static void Channels<E>(int c) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        BufferLayout from = new(2, 2, 3, c, 0, 1, 1, 0, c + 1), to = new(2, 2, 3, c, 1, 0, 0, 1, c + 2);
        E[] values = Bits.Random<E>((int)from.Elements, c);
        E[] centers = Bits.Random<E>(c, 1), scales = Bits.Random<E>(c, 2), shifts = Bits.Random<E>(c, 3);
        Each($"batch norm of {c}", (lanes, guard) =>
        {
            using var x = new GuardedMemory<E>(values, guard);
            using var y = new GuardedMemory<E>(to.Elements, guard);
            using var center = new GuardedMemory<E>(centers, guard);
            using var scale = new GuardedMemory<E>(scales, guard);
            using var shift = new GuardedMemory<E>(shifts, guard);
            var epilogue = Epilogue<E>.None(lanes);
            EpilogueTile<E> tile = default;
            (tile.Rows, tile.Columns, tile.SumStride, tile.OutputStride) = (3, c, from.PixelStride, to.PixelStride);
            tile.Bias = center.Pointer;
            tile.Scale = scale.Pointer;
            tile.Shift = shift.Pointer;
            for (int row = 0; row < 4; row++)
            {
                tile.Sums = x.Pointer + from.Index(row / 2, row % 2, 0);
                tile.Output = y.Pointer + to.Index(row / 2, row % 2, 0);
                epilogue.Finish(&tile);
            }
            return y.Span.ToArray();
        }, actual =>
        {
            var expected = new E[to.Elements];
            for (int at = 0; at < 2 * 2 * 3 * c; at++)
            {
                int k = at % c, w = at / c % 3, h = at / c / 3 % 2, n = at / c / 6;
                expected[(int)to.Index(n, h, w) + k] =
                    E.FusedMultiplyAdd(values[(int)from.Index(n, h, w) + k] + centers[k], scales[k], shifts[k]);
            }
            Bits.ShouldEqual<E>(actual, expected, $"batch norm of {c}");
        });
    }

    static void Elements<E>(int length) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E[] xs = Bits.Random<E>(length, 1), ys = Bits.Random<E>(length, 2);
        E[] expected = new E[length];
        for (int operands = 1; operands <= 2; operands++)
        {
            for (int i = 0; i < length; i++)
                expected[i] = operands == 1 ? -xs[i] : xs[i] - ys[i];
            Each($"map of {length}", (lanes, guard) =>
            {
                using var d = new GuardedMemory<E>(length, guard);
                using var x = new GuardedMemory<E>(xs, guard);
                using var y = new GuardedMemory<E>(ys, guard);
                var over = Traversal.Contiguous(length, operands + 1);
                if (operands == 1) Map.Unary<Operators, E>(lanes, over, 0, over.Pieces, d.Pointer, x.Pointer, default);
                else Map.Binary<Operators, E>(lanes, over, 0, over.Pieces, d.Pointer, x.Pointer, y.Pointer, default);
                return d.Span.ToArray();
            }, actual => Bits.ShouldEqual<E>(actual, expected, $"map of {length}"));
        }
    }

    readonly struct Operators : IUnary, IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => -x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x - y;
    }
}
