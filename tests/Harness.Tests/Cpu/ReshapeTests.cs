using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Formats.Architectures;

namespace Harness.Tests.Cpu;

/// <summary>A plan for another shape borrows what a plan has packed: the bits of a plan of its own, memory held once
/// and by whoever needs it.</summary>
[Collection(Alone.Name)]
public sealed class ReshapeTests
{
    const long Small = 2 << 20;

    // ViT's position embedding fits one size; VGG shows nothing that others do not, and takes the most memory.
    public static TheoryData<string> Names =>
        [.. Families.Names.Where(name => name is not ("vit_b_16" or "vgg16"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_size_gives_the_bits_of_a_plan_of_its_own(string name)
    {
        var graph = Shortened.Of(name);
        using var torch = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "architecture");
        var (small, large) = (Convert(torch, 2, 3, 48, 64), Convert(torch, 1, 3, 144, 112));

        Compare(small, large, ElementType.Float32, threads: 2);
        Compare(large, small, ElementType.Float64, threads: 1);
    }

    // Windows of every kind, transposed ones too: of these the phases count, which a small output has fewer of.
    [Fact]
    public void Every_window_case_gives_the_bits_of_a_plan_of_its_own()
    {
        int compared = 0;
        foreach (string name in OpCases.All)
        {
            string op = name.Split('/')[0];
            if (!op.StartsWith("conv", StringComparison.Ordinal) && op != "linear") continue;
            using var torch = OpCases.Open(name);
            var shapes = OpCases.Shapes(torch);
            if (shapes.Length != 1 || torch.Graph.Calls.Length != 1) continue;
            // conv2d: two axes follow the channels; of a product they are last.
            int channels = shapes[0].Rank - 1 - (op == "linear" ? 0 : op[^2] - '0');
            var grown = Shape.Create([.. shapes[0].Select((extent, axis) => axis == channels ? extent : extent + 3)]);
            var (one, other) = (NhwcPass.Apply(torch, [shapes[0]]), NhwcPass.Apply(torch, [grown]));
            Compare(one, other, ElementType.Float32, threads: 1);
            Compare(other, one, ElementType.Float64, threads: 1);
            compared++;
        }
        compared.Should().BeGreaterThan(40);
    }

    [Fact]
    public void A_transposed_window_is_packed_anew_where_an_output_has_fewer_phases()
    {
        using var torch = Transposed();
        var (pixel, image) = (Convert(torch, 1, 8, 1, 1), Convert(torch, 1, 8, 5, 4));
        pixel.Outputs[0].Shape!.Value[2].Should().BeLessThan(3, "phases are rows modulo the stride of 3");

        Compare(pixel, image, ElementType.Float32, threads: 1);
        Compare(image, pixel, ElementType.Float32, threads: 1);
        using var plan = Compile(image);
        using var again = plan.For(Convert(torch, 1, 8, 7, 6));
        using var fewer = plan.For(pixel);
        again.MemoryBytes.Should().Be(0);
        fewer.MemoryBytes.Should().BePositive();
    }

    [Fact]
    public void What_is_borrowed_is_counted_with_its_owner_alone()
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1");
        using var plan = Compile(Convert(torch, 1, 3, 224, 224));
        long held = plan.MemoryBytes;
        var model = Convert(torch, 1, 3, 256, 192);
        using var own = Compile(model);

        using var borrowing = plan.For(model);

        held.Should().BeGreaterThan(20 * Small);
        plan.MemoryBytes.Should().Be(held);
        borrowing.MemoryBytes.Should().BeInRange(1, Small, "constants by channel are its own");
        borrowing.WeightBytes.Should().Be(own.WeightBytes, "it reads what a plan of its own reads");
        borrowing.Describe().Select(step => (step.Name, step.Kernel, step.Tile, step.WeightBytes)).Should()
            .Equal(own.Describe().Select(step => (step.Name, step.Kernel, step.Tile, step.WeightBytes)));
    }

    [Fact]
    public void Parameters_that_steps_read_as_they_are_are_borrowed_too()
    {
        var sketch = new Program.Sketch();
        int x = sketch.Input("x", 2, 3, 5, 4);
        sketch.Output("y", sketch.Call(
            "add", Program.Sketch.Of(x), Program.Sketch.Of(sketch.Weight("shift", 3, 1, 1))));
        var torch = sketch.Model();
        using var plan = Compile(Convert(torch, 2, 3, 5, 4));
        plan.MemoryBytes.Should().BePositive();

        using var borrowing = plan.For(Convert(torch, 1, 3, 7, 9));

        borrowing.MemoryBytes.Should().Be(0);
        borrowing.WeightBytes.Should().Be(plan.WeightBytes);
        Compare(Convert(torch, 2, 3, 5, 4), Convert(torch, 1, 3, 7, 9), ElementType.Float64, threads: 1);
    }

    [Fact]
    public void Plans_are_disposed_in_any_order_and_the_last_one_frees()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var models = new[] { Convert(torch, 1, 3, 64, 64), Convert(torch, 1, 3, 80, 96), Convert(torch, 2, 3, 64, 48) };
        double[][] expected = [.. models.Select(model => Run(Compile(model), dispose: true))];
        foreach (int[] order in new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] })
        {
            var plans = new Plan[3];
            plans[0] = Compile(models[0]);
            plans[1] = plans[0].For(models[1]);
            plans[2] = plans[1].For(models[2]);
            long held = plans[0].MemoryBytes;
            held.Should().BeGreaterThan(Small);
            for (int gone = 0; gone < 3; gone++)
            {
                plans[order[gone]].Dispose();
                foreach (int left in order[(gone + 1)..])
                    Run(plans[left], dispose: false).Should().Equal(expected[left], $"{left} outlives {order[gone]}");
                plans[0].MemoryBytes.Should().Be(gone == 2 ? 0 : held, "all read what the first one packed");
            }
            plans.Sum(plan => plan.MemoryBytes).Should().Be(0);
        }
    }

    [Fact]
    public void A_chain_of_plans_holds_the_memory_that_it_reads_and_no_more()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var first = Compile(Convert(torch, 1, 3, 64, 64));
        var plan = first;
        var passed = new List<Plan>();
        for (int batch = 2; batch <= 8; batch++)
        {
            var next = plan.For(Convert(torch, batch, 3, 64, 64));
            plan.Dispose();
            passed.Add(plan);
            plan = next;
        }

        first.MemoryBytes.Should().BeGreaterThan(Small, "the last one reads it");
        passed[1..].Sum(gone => gone.MemoryBytes).Should().Be(0, "nobody borrowed from those in between");
        plan.Dispose();
        first.MemoryBytes.Should().Be(0);
    }

    [Fact]
    public void A_session_of_a_borrowing_plan_outlives_both()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var (one, other) = (Convert(torch, 1, 3, 64, 64), Convert(torch, 1, 3, 80, 96));
        double[] expected = Run(Compile(other), dispose: true);
        var plan = Compile(one);
        var borrowing = plan.For(other);
        var session = borrowing.CreateSession();

        plan.Dispose();
        borrowing.Dispose();

        Run(session).Should().Equal(expected);
        plan.MemoryBytes.Should().BePositive();
        session.Dispose();
        plan.MemoryBytes.Should().Be(0);
        FluentActions.Invoking(() => plan.For(other)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Another_models_weights_are_its_own()
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1");
        using var same = ModelFile.Open("arch:resnet18", "seed:2");
        using var plan = Compile(Convert(torch, 1, 3, 64, 64));
        var other = Convert(same, 1, 3, 96, 64);
        double[] expected = Run(Compile(other), dispose: true);

        using var stranger = plan.For(other);

        stranger.MemoryBytes.Should().BeGreaterThan(20 * Small);
        Run(stranger, dispose: false).Should().Equal(expected);
        using var own = Compile(Convert(torch, 1, 3, 96, 64));
        Run(own, dispose: false).Should().NotEqual(expected, "seeds differ");
    }

    [Fact]
    public void What_two_programs_are_bound_to_is_borrowed_and_nothing_else()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var (one, other) = (Convert(torch, 1, 3, 64, 64), Convert(torch, 1, 3, 80, 96));
        var tree = Doubled(one.Variables);
        using var plan = Compile(one.With(tree));

        using var bound = plan.For(other.With(tree));
        using var unbound = plan.For(other);
        using var another = plan.For(other.With(Doubled(one.Variables)));

        bound.MemoryBytes.Should().BeLessThan(Small);
        unbound.MemoryBytes.Should().BeGreaterThan(Small);
        another.MemoryBytes.Should().BeGreaterThan(Small, "equal elements somewhere else are not known to be equal");
        double[] expected = Run(Compile(other.With(tree)), dispose: true);
        Run(bound, dispose: false).Should().Equal(expected).And.Equal(Run(another, dispose: false));
        Run(unbound, dispose: false).Should().Equal(Run(Compile(other), dispose: true)).And.NotEqual(expected);
    }

    [Fact]
    public void Steps_that_read_a_weight_alike_share_it()
    {
        var twice = new Program.Sketch();
        int x = twice.Input("x", 1, 64, 8, 8), weight = twice.Weight("weight", 64, 64, 1, 1);
        twice.Output("y", twice.Conv(twice.Conv(x, weight), weight));
        var once = new Program.Sketch();
        x = once.Input("x", 1, 64, 8, 8);
        once.Output("y", once.Conv(x, once.Weight("weight", 64, 64, 1, 1)));

        using var shared = Compile(twice.Convert());
        using var single = Compile(once.Convert());

        shared.Describe().Should().HaveCount(2);
        shared.WeightBytes.Should().Be(single.WeightBytes).And.Be(64 * 64 * sizeof(float));
        shared.MemoryBytes.Should().Be(64 * 64 * sizeof(float));
    }

    [Fact]
    public void Many_threads_may_ask_at_once_and_the_plan_may_go_meanwhile()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var models = Enumerable.Range(0, 4).Select(i => Convert(torch, 1, 3, 64 + (16 * i), 64)).ToArray();
        double[][] expected = [.. models.Select(model => Run(Compile(model), dispose: true))];
        for (int round = 0; round < 5; round++)
        {
            var plan = Plan.Compile<float>(models[0], new PlanOptions { Threads = 2 });
            var plans = new Plan?[8];
            var threads = Enumerable.Range(0, plans.Length).Select(i => new Thread(() =>
            {
                try
                {
                    plans[i] = plan.For(models[i % 4]);
                }
                catch (ObjectDisposedException)
                {
                    // It came too late.
                }
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            if (round > 0) plan.Dispose();
            foreach (var thread in threads) thread.Join();
            if (round == 0) plans.Should().NotContainNulls();
            plan.Dispose();
            for (int i = 0; i < plans.Length; i++)
                if (plans[i] is { } made) Run(made, dispose: true).Should().Equal(expected[i % 4]);
            plan.MemoryBytes.Should().Be(0);
        }
    }

    static NhwcProgram Convert(TorchModel torch, params int[] shape) => NhwcPass.Apply(torch, [Shape.Create(shape)]);

    static Plan Compile(NhwcProgram model) => Plan.Compile<float>(model, new PlanOptions { Threads = 1 });

    static Variables Doubled(Variables variables) => variables with
    {
        Leaves = [.. variables.Leaves.Select(leaf =>
        {
            float[] elements = [.. leaf.Materialize().As<float>().ToArray().Select(x => 2 * x)];
            return leaf.WithElements(Tensor.Of(leaf.Shape, elements));
        })],
    };

    static TorchModel Transposed()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [1, 8, 1, 1]), weight = builder.Parameter("up.weight", [8, 24, 2, 2]);
        Argument Two(long number) => Argument.Of([Argument.Of(number), Argument.Of(number)]);
        builder.Output("y", builder.Call(
            "aten::conv_transpose2d",
            [Argument.Value(x), Argument.Value(weight), Argument.None, Two(3), Two(0)],
            [], 1, SourcePlace.Unknown, "up")[0]);
        var graph = builder.Build();
        return new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test");
    }

    // The second program by the first one's plan, and by one of its own.
    static void Compare(NhwcProgram first, NhwcProgram second, ElementType precision, int threads)
    {
        var options = new PlanOptions { Threads = threads };
        double[] expected = Run(Plan.Compile(second, precision, options), dispose: true);
        using var plan = Plan.Compile(first, precision, options);
        double[] before = Run(plan, dispose: false);
        using var borrowing = plan.For(second);
        borrowing.Threads.Should().Be(plan.Threads);
        borrowing.Precision.Should().Be(precision);
        Run(borrowing, dispose: false).Should().Equal(expected);
        Run(plan, dispose: false).Should().Equal(before);
        expected.Distinct().Should().HaveCountGreaterThan(1);
    }

    static double[] Run(Plan plan, bool dispose)
    {
        using var session = plan.CreateSession();
        if (dispose) plan.Dispose();
        return Run(session);
    }

    static double[] Run(Session session)
    {
        var model = session.Plan.Model;
        for (int i = 0; i < model.Inputs.Length; i++)
            session.Write(model.Inputs[i].Value, OpCases.Values(i + 1, model.Inputs[i].Shape!.Value.Elements));
        session.Run();
        return [.. model.Outputs.SelectMany(port =>
        {
            var output = new double[port.Shape!.Value.Elements];
            session.Read(port.Value, output);
            return output;
        })];
    }
}
