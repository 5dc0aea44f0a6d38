using System.Numerics;
using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Tests.Program;

namespace Harness.Tests.Cpu;

/// <summary>Values that are parts of others: the bits of copies, and no copy where a reader walks strides.</summary>
/// <remarks>A plan that keeps all values copies every part, and the goldens of slices, splits, selections and
/// expansions hold it to PyTorch: it is what others are compared with.</remarks>
public sealed class PartsTests
{
    static Argument Of(int value) => Argument.Value(value);

    static Argument Of(long number) => Argument.Of(number);

    static Argument Ints(params long[] numbers) => Sketch.Ints(numbers);

    static readonly Argument s_none = Argument.None;

    // A part of an image (2, 12, 7, 9), its channels last in memory.
    static readonly (string Name, Func<Sketch, int, int> Of)[] s_images =
    [
        ("channels", (s, x) => s.Calls(2, "chunk", Of(x), Of(2L), Of(1L))[1]),
        ("some channels", (s, x) => s.Calls(3, "split_with_sizes", Of(x), Ints(3, 5, 4), Of(1L))[1]),
        ("rows", (s, x) => s.Call("slice", Of(x), Of(2L), Of(1L), Of(6L), Of(1L))),
        ("every second row", (s, x) => s.Call("slice", Of(x), Of(2L), Of(0L), Of(99L), Of(2L))),
        ("every second column", (s, x) => s.Call("slice", Of(x), Of(3L), Of(1L), Of(99L), Of(2L))),
        ("every third channel", (s, x) => s.Call("slice", Of(x), Of(1L), Of(0L), Of(99L), Of(3L))),
        ("columns", (s, x) => s.Call("narrow", Of(x), Of(3L), Of(-6L), Of(4L))),
        ("one of many", (s, x) => s.Calls(2, "unbind", Of(s.Call("view", Of(x), Ints(2, 2, 6, 7, 9))), Of(1L))[1]),
        ("one image", (s, x) => s.Call("slice", Of(x), Of(0L), Of(1L), Of(2L), Of(1L))),
        ("a part of a part", (s, x) => s.Call(
            "slice", Of(s.Calls(2, "chunk", Of(x), Of(2L), Of(1L))[0]), Of(3L), Of(2L), Of(-2L), Of(1L))),
        ("repeated", (s, x) => s.Call(
            "expand", Of(s.Call("slice", Of(x), Of(2L), Of(3L), Of(4L), Of(1L))), Ints(-1, -1, 5, -1))),
    ];

    // Readers of an image; each with how many copies it costs where pixels are side by side.
    static readonly (string Name, Func<Sketch, int, int[], int> Of, int Copies)[] s_readers =
    [
        ("conv 1x1", (s, x, d) => s.Conv(x, s.Weight("w", 5, d[1], 1, 1)), 0),
        ("conv 2x3", (s, x, d) => s.Conv(x, s.Weight("w", 5, d[1], 2, 3)), 0),
        ("conv 3x3 padded", (s, x, d) => s.Conv(x, s.Weight("w", 5, d[1], 3, 3), padding: 1), 1),
        ("depthwise", (s, x, d) => s.Call(
            "conv2d", Of(x), Of(s.Weight("w", d[1], 1, 2, 2)), s_none, Ints(1, 1), Ints(0, 0), Ints(1, 1),
            Of((long)d[1])), 0),
        ("max pool", (s, x, d) => s.Call(
            "max_pool2d", Of(x), Ints(2, 2), Ints(1, 1), Ints(0, 0), Ints(1, 1), Argument.Of(false)), 0),
        ("mean of planes", (s, x, d) => s.Call("adaptive_avg_pool2d", Of(x), Ints(1, 1)), 0),
        ("relu", (s, x, d) => s.Call("relu", Of(x)), 0),
        ("with itself", (s, x, d) => s.Call("mul", Of(x), Of(x)), 0),
        ("mean of channels", (s, x, d) => s.Call("mean", Of(x), Ints(1), Argument.Of(true)), 0),
        ("mean of rows", (s, x, d) => s.Call("mean", Of(x), Ints(2), Argument.Of(false)), 0),
        ("softmax", (s, x, d) => s.Call("softmax", Of(x), Of(1L), s_none), 0),
        ("softmax of columns", (s, x, d) => s.Call("softmax", Of(x), Of(3L), s_none), 0),
        ("joined", (s, x, d) => s.Call("cat", Argument.Of([Of(x), Of(x)]), Of(1L)), 1),
        ("padded", (s, x, d) => s.Call("constant_pad_nd", Of(x), Ints(1, 2, 0, 1), Argument.Of(0.5)), 0),
        ("flattened", (s, x, d) => s.Call("relu", Of(s.Call("flatten", Of(x), Of(1L), Of(-1L)))), 1),
        ("added to a convolution", (s, x, d) => s.Call(
            "add", Of(s.Conv(x, s.Weight("w", d[1], d[1], 1, 1))), Of(x)), 0),
    ];

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (image, _) in s_images)
                foreach (var (reader, _, _) in s_readers) rows.Add(image, reader);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_part_is_read_where_it_lies_with_the_bits_of_a_copy(string image, string reader)
    {
        var (_, of, _) = s_readers.Single(row => row.Name == reader);
        Compare(Read(image, of));
    }

    [Fact]
    public void A_reader_that_can_walk_strides_costs_no_copy()
    {
        var found = new List<string>();
        foreach (string image in (string[])["channels", "rows", "every second row", "every second column",
            "a part of a part"])
        {
            foreach (var (reader, of, copies) in s_readers)
            {
                using var plan = Plan.Compile<float>(Read(image, of), new PlanOptions { Threads = 1 });
                int moved = plan.Describe().Count(step => step.Kernel == "copy");
                if (moved != copies) found.Add($"{image}, {reader}: {moved} copies, expected {copies}");
            }
        }
        found.Should().BeEmpty();
    }

    [Fact]
    public void Queries_keys_and_values_of_an_attention_are_read_where_one_product_left_them()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5, 12);
        int all = sketch.Call("linear", Of(x), Of(sketch.Weight("w", 36, 12)), s_none);
        int heads = sketch.Call("reshape", Of(all), Ints(2, 5, 3, 2, 6));
        int turned = sketch.Call("permute", Of(heads), Ints(2, 0, 3, 1, 4));
        int[] parts = [.. new long[] { 0, 1, 2 }.Select(i => sketch.Call("select", Of(turned), Of(0L), Of(i)))];
        int keys = sketch.Call("transpose", Of(parts[1]), Of(-2L), Of(-1L));
        int scores = sketch.Call("softmax", Of(sketch.Call("matmul", Of(parts[0]), Of(keys))), Of(-1L), s_none);
        sketch.Output("y", sketch.Call("matmul", Of(scores), Of(parts[2])));
        var program = sketch.Convert();
        Compare(program);
        using var plan = Plan.Compile<float>(program, new PlanOptions { Threads = 1 });
        plan.Describe().Should().NotContain(step => step.Kernel == "copy");
    }

    [Fact]
    public void Parts_of_a_parameter_are_read_in_the_plans_own_memory()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 3, 4, 6);
        int table = sketch.Weight("table", 1, 9, 6);
        int rows = sketch.Call("slice", Of(table), Of(1L), Of(2L), Of(6L), Of(1L));
        int first = sketch.Call("expand", Of(sketch.Call("slice", Of(table), Of(1L), Of(0L), Of(1L), Of(1L))),
            Ints(3, -1, -1));
        int joined = sketch.Call("cat", Argument.Of([Of(first), Of(sketch.Call("add", Of(x), Of(rows)))]), Of(1L));
        sketch.Output("y", sketch.Call("relu", Of(joined)));
        var program = sketch.Convert();
        Compare(program);
        using var plan = Plan.Compile<float>(program, new PlanOptions { Threads = 1 });
        plan.Describe().Count(step => step.Kernel == "copy").Should().Be(1, "the concatenation is the only one");
    }

    [Fact]
    public void Rows_of_tokens_go_into_a_product_where_they_are_evenly_spaced()
    {
        var sketch = new Sketch();
        int x = sketch.Call("relu", Of(sketch.Input("x", 3, 5, 8)));
        int first = sketch.Call("select", Of(x), Of(1L), Of(0L));
        int rest = sketch.Call("slice", Of(x), Of(1L), Of(1L), Of(99L), Of(1L));
        sketch.Output("first", sketch.Call("linear", Of(first), Of(sketch.Weight("a", 4, 8)), s_none));
        sketch.Output("rest", sketch.Call("linear", Of(rest), Of(sketch.Weight("b", 4, 8)), s_none));
        var program = sketch.Convert();
        Compare(program);
        using var plan = Plan.Compile<float>(program, new PlanOptions { Threads = 1 });
        plan.Describe().Should().NotContain(step => step.Kernel == "copy");
    }

    [Fact]
    public void Winograds_transform_reads_a_part_where_it_lies()
    {
        // An output is copied, so that the second program's convolution reads a copy.
        var programs = new[] { false, true }.Select(copied =>
        {
            var sketch = new Sketch();
            int x = sketch.Call("abs", Of(sketch.Input("x", 2, 64, 31, 29)));
            int part = sketch.Call("slice", Of(x), Of(1L), Of(16L), Of(48L), Of(1L));
            part = sketch.Call("slice", Of(part), Of(3L), Of(1L), Of(28L), Of(1L));
            sketch.Output("y", sketch.Conv(part, sketch.Weight("w", 32, 32, 3, 3)));
            if (copied) sketch.Output("part", part);
            return sketch.Convert();
        }).ToArray();
        foreach (int threads in new[] { 1, 2 })
        {
            var options = new PlanOptions { Threads = threads };
            using var plan = Plan.Compile<float>(programs[0], options);
            plan.Describe().Select(step => step.Kernel).Should().Contain("winograd F(2,3)").And.NotContain("copy");
            OpCases.Run<float>(programs[0], options)[0].Should().Equal(OpCases.Run<float>(programs[1], options)[0]);
        }
    }

    [Fact]
    public void What_a_part_lies_in_outlives_it_and_is_not_overwritten()
    {
        // The sum could take x's memory, were the part of it not read later.
        var sketch = new Sketch();
        int x = sketch.Call("relu", Of(sketch.Input("x", 2, 8, 5, 6)));
        int part = sketch.Call("slice", Of(x), Of(1L), Of(2L), Of(5L), Of(1L));
        int sum = sketch.Call("exp", Of(x));
        int other = sketch.Call("tanh", Of(sum));
        sketch.Output("y", other);
        sketch.Output("z", sketch.Conv(part, sketch.Weight("w", 4, 3, 1, 1)));
        Compare(sketch.Convert());
    }

    [Fact]
    public void A_part_without_axes_is_read_by_one_node_after_another()
    {
        var sketch = new Sketch();
        int x = sketch.Call("abs", Of(sketch.Input("x", 4)));
        int one = sketch.Call("relu", Of(sketch.Call("select", Of(x), Of(0L), Of(1L))));
        sketch.Output("y", sketch.Call("add", Of(sketch.Call("mul", Of(one), Of(x))), Of(one)));
        sketch.Output("z", sketch.Call("neg", Of(sketch.Call("sum", Of(x), Ints(0), Argument.Of(false)))));
        Compare(sketch.Convert());
    }

    [Theory]
    [InlineData(0, 150)]
    [InlineData(150, 300)]
    [InlineData(300, 450)]
    public void Any_chain_of_moves_before_any_reader_has_the_bits_of_copies(int first, int last)
    {
        for (int seed = first; seed < Sweeps.Draws(day: first + ((last - first) / 3), night: last); seed++)
        {
            var program = Random(seed);
            try
            {
                Compare(program, thorough: seed % 10 == 0);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    static NhwcProgram Read(string image, Func<Sketch, int, int[], int> reader)
    {
        var sketch = new Sketch();
        // Something computed: what is a port has lives of its own.
        int x = sketch.Call("abs", Of(sketch.Input("x", 2, 12, 7, 9)));
        int part = s_images.Single(row => row.Name == image).Of(sketch, x);
        sketch.Output("y", reader(sketch, part, ShapeOf(sketch, part)));
        return sketch.Convert();
    }

    static int[] ShapeOf(Sketch sketch, int value) => [.. sketch.ShapeOf(value).AsSpan()];

    static NhwcProgram Random(int seed)
    {
        var random = new Random(seed);
        var sketch = new Sketch();
        int[] start = random.Next(3) switch { 0 => [2, 6, 5, 4], 1 => [3, 8, 6], _ => [1, 4, 6, 2, 3] };
        var values = new List<int> { sketch.Call("abs", Of(sketch.Input("x", start))) };
        int moves = random.Next(1, 6);
        for (int i = 0; i < moves; i++)
        {
            int x = values[random.Next(values.Count)];
            int[] shape = ShapeOf(sketch, x);
            long axis = random.Next(shape.Length);
            int extent = shape[axis];
            switch (random.Next(7))
            {
                case 0 when shape.Length > 1: values.Add(
                    sketch.Call("select", Of(x), Of(axis), Of((long)random.Next(extent)))); break;
                case 1 when extent > 1: values.AddRange(
                    sketch.Calls(2, "split_with_sizes", Of(x), Ints(1, extent - 1), Of(axis))); break;
                case 2:
                    long from = random.Next(extent);
                    values.Add(sketch.Call("slice", Of(x), Of(axis), Of(from),
                        Of((long)random.Next((int)from, extent) + 1), Of((long)random.Next(1, 3))));
                    break;
                case 3:
                    long[] order = [.. Enumerable.Range(0, shape.Length).Select(a => (long)a)];
                    random.Shuffle(order);
                    values.Add(sketch.Call("permute", Of(x), Ints(order)));
                    break;
                case 4: values.Add(sketch.Call("unsqueeze", Of(x), Of(axis))); break;
                case 5 when shape.Length > 1
                    && axis > 0: values.Add(sketch.Call("flatten", Of(x), Of(axis - 1), Of(axis))); break;
                case 6 when extent == 1:
                    values.Add(sketch.Call("expand", Of(x), Ints([.. shape.Select((_, a) => a == axis ? 3L : -1L)])));
                    break;
                default: break;
            }
        }
        int readers = random.Next(1, 4);
        for (int i = 0; i < readers; i++)
        {
            int x = values[^random.Next(1, Math.Min(4, values.Count) + 1)];
            int[] shape = ShapeOf(sketch, x);
            long axis = random.Next(shape.Length);
            int y = random.Next(9) switch
            {
                0 => sketch.Call("relu", Of(x)),
                1 => sketch.Call("mean", Of(x), Ints(axis), Argument.Of(random.Next(2) == 0)),
                2 => sketch.Call("softmax", Of(x), Of(axis), s_none),
                3 => sketch.Call("linear", Of(x), Of(sketch.Weight($"l{i}", 3, shape[^1])), s_none),
                4 => sketch.Call("layer_norm", Of(x), Ints([.. shape[(int)axis..].Select(e => (long)e)]), s_none,
                    s_none, Argument.Of(1e-5), Argument.Of(false)),
                5 when shape.Length is 3 or 5 => Window(sketch, x, $"c{i}", shape, random.Next(2)),
                5 when shape.Length == 4 => sketch.Conv(x, sketch.Weight($"c{i}", 3, shape[1], 1, 1), random.Next(2)),
                6 when shape.Length > 1 =>
                    sketch.Call("matmul", Of(x), Of(sketch.Call("transpose", Of(x), Of(-1L), Of(-2L)))),
                7 => sketch.Call("sum", Of(x),
                    Ints([.. shape.Select((_, a) => (long)a).Where(a => a != axis || shape.Length == 1)]),
                    Argument.Of(false)),
                _ => sketch.Call("add", Of(x), Of(x)),
            };
            sketch.Output($"y{i}", y);
        }
        return sketch.Convert();
    }

    // A window of one or three axes, 1 along each where it has no padding.
    static int Window(Sketch sketch, int x, string name, int[] shape, int padding)
    {
        int axes = shape.Length - 2, width = (2 * padding) + 1;
        long[] Each(long number) => [.. Enumerable.Repeat(number, axes)];
        int weight = sketch.Weight(name, [3, shape[1], .. Enumerable.Repeat(width, axes)]);
        return sketch.Call(
            $"conv{axes}d", Of(x), Of(weight), s_none, Ints(Each(1)), Ints(Each(padding)), Ints(Each(1)), Of(1L));
    }

    static void Compare(NhwcProgram program, bool thorough = true)
    {
        Compare<float>(program, thorough);
        if (thorough) Compare<double>(program, thorough);
    }

    static void Compare<E>(NhwcProgram program, bool thorough) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        double[][] expected = OpCases.Run<E>(program, new PlanOptions { Threads = 1, KeepAll = true });
        LaneWidth[] widths = thorough ? [LaneWidth.One, LaneWidth.Eight, LaneWidth.Sixteen] : [LaneWidth.Sixteen];
        foreach (var lanes in widths)
        {
            foreach (int threads in thorough ? new[] { 1, 2 } : [1])
            {
                double[][] found = OpCases.Run<E>(
                    program, new PlanOptions { Lanes = lanes, Threads = threads, ExactOrder = true });
                for (int i = 0; i < expected.Length; i++)
                    found[i].Should().Equal(expected[i], "output {0}, {1} lanes, {2} threads", i, lanes, threads);
            }
        }
    }
}
