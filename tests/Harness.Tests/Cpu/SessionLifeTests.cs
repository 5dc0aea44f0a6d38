using System.Diagnostics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;

namespace Harness.Tests.Cpu;

/// <summary>Sessions beside each other, cancelled, and idle. Alone, because time is measured.</summary>
[Collection(Alone.Name)]
public sealed class SessionLifeTests
{
    const int Callers = 8;

    [Theory]
    [InlineData("arch:squeezenet1_1", 1)]
    [InlineData("arch:squeezenet1_1", 2)]
    [InlineData("arch:mobilenet_v3_large", 2)]
    [InlineData("arch:resnet18", 3)]
    public void Many_sessions_of_one_plan_on_many_threads_give_the_same_bits(string name, int threads)
    {
        using var model = ModelFile.Open(name, "seed:1");
        var images = new Images(model, [[1, 3, 43, 35]], Callers);
        using var plan = Plan.Compile<float>(images.Convert(1), new PlanOptions { Threads = threads });
        double[][][] expected;
        using (var session = plan.CreateSession())
            expected = [.. Enumerable.Range(0, Callers).Select(image => images.Run(session, image))];
        var found = new double[Callers][][];
        using var start = new Barrier(Callers);
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            start.SignalAndWait();
            // Sessions come and go beside those that run; the last image of each is the caller's own.
            for (int round = 0; round < 2; round++)
            {
                using var session = plan.CreateSession();
                int other = (caller + round + 1) % Callers;
                found[caller] = null!;
                if (!Same(images.Run(session, other), expected[other])) return;
                found[caller] = images.Run(session, caller);
            }
        }))];
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        for (int caller = 0; caller < Callers; caller++)
        {
            found[caller].Should().NotBeNull($"caller {caller} saw what one session alone gives");
            Same(found[caller], expected[caller]).Should().BeTrue($"caller {caller}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_is_cancelled_between_steps_and_the_session_runs_again(int threads)
    {
        var model = Chain(steps: 60);
        using var session = Session.Open<float>(model, new PlanOptions { Threads = threads, KeepAll = true });
        double[] input = OpCases.Values(1, model.Inputs[0].Shape!.Value.Elements), zeros = new double[input.Length];
        session.Write(model.Inputs[0].Value, input);
        session.Run();
        double[] whole = Read(session, model.Outputs[0].Value);
        bool cancelled = false;
        for (int attempt = 0; attempt < 50 && !cancelled; attempt++)
        {
            // What every step has computed is forgotten, so that what it computes now shows.
            foreach (var node in model.Nodes) session.Write(node.Outputs[0], zeros);
            using var source = new CancellationTokenSource();
            using var running = new ManualResetEventSlim();
            var canceller = new Thread(() =>
            {
                running.Wait();
                Thread.SpinWait(100 << (attempt % 10));
                source.Cancel();
            });
            canceller.Start();
            running.Set();
            try
            {
                session.Run(source.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled = Computed(model.Nodes[0]) && !Computed(model.Nodes[^1]);
            }
            canceller.Join();
        }
        cancelled.Should().BeTrue("a run ended after its first step and before its last");

        session.Run();
        Read(session, model.Outputs[0].Value).Should().Equal(whole);

        bool Computed(NhwcNode node) => Read(session, node.Outputs[0]).Any(x => x != 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void No_thread_spins_once_a_run_is_over(int threads)
    {
        var model = Chain(steps: 20);
        using var session = Session.Open<float>(model, new PlanOptions { Threads = threads });
        session.Write(model.Inputs[0].Value, OpCases.Values(1, model.Inputs[0].Shape!.Value.Elements));
        using var process = Process.GetCurrentProcess();
        double share = 1;
        // The compiler and the runner have work of their own at times; a thread that spins would do so every time.
        for (int attempt = 0; attempt < 10 && share >= 0.5; attempt++)
        {
            session.Run();
            var idle = Stopwatch.StartNew();
            var before = process.TotalProcessorTime;
            Thread.Sleep(300);
            process.Refresh();
            share = (process.TotalProcessorTime - before) / idle.Elapsed;
        }
        share.Should().BeLessThan(0.5, "of one processor");
    }

    [Theory]
    [InlineData("conv2d", 45_000, 45_000, 1)]
    [InlineData("conv_transpose2d", 2, 1, 30_000)]
    public void A_window_whose_tables_do_not_fit_is_refused_before_they_are_made(
        string target, int image, int window, int stride)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [1, 1, image, image]), kernel = builder.Input("kernel", [1, 1, window, window]);
        Argument Both(long number) => Argument.Of([Argument.Of(number), Argument.Of(number)]);
        Argument[] geometry = target == "conv2d"
            ? [Both(stride), Both(0), Both(1), Argument.Of(1)]
            : [Both(stride), Both(0), Both(stride - 1), Argument.Of(1), Both(1)];
        builder.Output("y", builder.Call(
            $"aten::{target}", [Argument.Value(x), Argument.Value(kernel), Argument.None, .. geometry], [], 1,
            SourcePlace.Unknown)[0]);
        using var torch = new TorchModel(builder.Build(), new StateDict(), "test");
        var model = NhwcPass.Apply(torch, [[1, 1, image, image], [1, 1, window, window]]);
        model.Outputs[0].Shape!.Value[3].Should().Be(target == "conv2d" ? 1 : image * stride);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        var refusal = FluentActions.Invoking(() => Plan.Compile<float>(model, new PlanOptions { Threads = 1 }))
            .Should().Throw<ModelException>().Which.Finding;

        refusal.Code.Should().Be(Codes.OutOfMemory);
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(16 << 20);
    }

    [Fact]
    public void What_does_not_fit_says_what_it_needs_and_takes_nothing()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var model = NhwcPass.Apply(torch, [[1, 3, 1_000_000, 1_000_000]]);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        var refusal = FluentActions.Invoking(() => Plan.Compile<float>(model, new PlanOptions { Threads = 3 }))
            .Should().Throw<ModelException>().Which.Finding;

        refusal.Code.Should().Be(Codes.OutOfMemory);
        refusal.Message.Should().Contain("a run needs").And.Contain("3 threads").And.Contain("there are");
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should()
            .BeLessThan(16 << 20, "no table of tiles is made for it either");
    }

    [Fact]
    public void Scratch_memory_counts_a_thread()
    {
        var refused = () => MemoryLimit.Require(activations: 1 << 20, threads: 1024, scratch: 1L << 50);

        refused.Should().Throw<ModelException>().Which.Finding.Message.Should()
            .Contain("a run needs 1099511627777 MiB of memory (1 MiB of activations, 1024 threads)");
        FluentActions.Invoking(() => MemoryLimit.Require(1 << 20, threads: 2, scratch: 1 << 20)).Should().NotThrow();
    }

    [Fact]
    public void Threads_beyond_the_most_are_refused() => FluentActions.Invoking(() =>
        Plan.Compile<float>(Chain(steps: 1), new PlanOptions { Threads = PlanOptions.MostThreads + 1 }))
        .Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void More_threads_than_processors_have_the_processors_peak()
    {
        int processors = Environment.ProcessorCount;
        double peak = FmaPeak.Measure<float>(LaneWidth.One, processors);

        // Threads who took turns would claim eight times as much.
        FmaPeak.Measure<float>(LaneWidth.One, 8 * processors).Should().BeLessThan(4 * peak);
    }

    // Convolutions in a row, no two of which may be fused.
    static NhwcProgram Chain(int steps)
    {
        Shape shape = [1, 24, 40, 40];
        var builder = new GraphBuilder();
        int x = builder.Input("x", shape);
        int weight = builder.Parameter("conv.weight", [24, 24, 3, 3]);
        var one = Argument.Of([Argument.Of(1), Argument.Of(1)]);
        for (int step = 0; step < steps; step++)
        {
            x = builder.Call("aten::conv2d",
                [Argument.Value(x), Argument.Value(weight), Argument.None, one, one, one, Argument.Of(1)],
                [], 1, new SourcePlace("conv", "", 0))[0];
        }
        builder.Output("0", x);
        var graph = builder.Build();
        return NhwcPass.Apply(new TorchModel(graph, WeightsFile.Open("seed:1", graph), "graph"), [shape]);
    }

    static double[] Read(Session session, int value)
    {
        var elements = new double[session.Plan.Model.Values[value].Shape.Elements];
        session.Read(value, elements);
        return elements;
    }

    static bool Same(double[][] left, double[][] right) =>
        left.Zip(right).All(pair => pair.First.SequenceEqual(pair.Second));
}
