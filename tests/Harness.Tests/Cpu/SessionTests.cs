using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>Sessions over the traced models of <c>golden/models</c>.</summary>
public sealed class SessionTests
{
    public static TheoryData<string> Models => [.. Directory
        .EnumerateDirectories(Path.Combine(NaiveWalkTests.Repository, "golden", "models"))
        .Where(folder => File.Exists(Path.Combine(folder, "model.pt")))
        .Select(folder => Path.GetFileName(folder))
        .Order(StringComparer.Ordinal)];

    // Parameters that do not move are views of the file, so the models stay open as long as the tests.
    static readonly List<TorchModel> s_open = [];

    static NhwcProgram Convert(string name, FlattenMode flatten = FlattenMode.Transpose)
    {
        var model = ModelFile.Open(Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt"));
        lock (s_open) s_open.Add(model);
        return NhwcPass.Apply(model, InputShapes.Infer(model, square: false), flatten);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_width_and_thread_count_gives_the_same_bits(string name)
    {
        var model = Convert(name);
        var first = OpCases.Run<float>(model, OpCases.Options(LaneWidth.One, 1));
        foreach (var lanes in LaneWidths.All)
        {
            foreach (int threads in new[] { 1, 2, 7 })
            {
                var other = OpCases.Run<float>(model, OpCases.Options(lanes, threads));
                for (int i = 0; i < first.Length; i++)
                    other[i].Should().Equal(first[i], $"{lanes} lanes, {threads} threads");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Fusion_kept_values_and_folded_flattens_change_nothing_but_rounding(string name)
    {
        var plain = OpCases.Run<double>(Convert(name),
            new PlanOptions { Fuse = false, ExactOrder = true, Threads = 1 });
        var all = OpCases.Run<double>(Convert(name), new PlanOptions { KeepAll = true, Threads = 1 });
        var fused = OpCases.Run<double>(Convert(name), new PlanOptions { Threads = 1 });
        var folded = OpCases.Run<double>(Convert(name, FlattenMode.Fold), new PlanOptions { Threads = 1 });
        for (int i = 0; i < plain.Length; i++)
        {
            all[i].Should().Equal(plain[i]);
            double scale = plain[i].Select(Math.Abs).Max();
            foreach (double[] other in new[] { fused[i], folded[i] })
                other.Zip(plain[i], (a, e) => Math.Abs(a - e)).Max().Should().BeLessThanOrEqualTo(1e-13 * scale);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_allocates_nothing_after_the_first(string name)
    {
        var model = Convert(name);
        using var session = Session.Open<float>(model, new PlanOptions { Threads = 1 });
        for (int i = 0; i < 2; i++) session.Run();
        var meter = new AllocationMeter(session);
        long before = meter.Read();
        session.Run();
        (meter.Read() - before).Should().Be(0);
    }

    [Fact]
    public void Run_with_partners_allocates_nothing_on_any_thread()
    {
        using var session = Session.Open<float>(Convert("resnet_small"), new PlanOptions { Threads = 3 });
        for (int i = 0; i < 3; i++) session.Run();
        var meter = new AllocationMeter(session);
        long before = meter.Read();
        session.Run();
        (meter.Read() - before).Should().Be(0);
    }

    [Fact]
    public void A_session_runs_again_from_what_was_written()
    {
        var model = Convert("unet_small");
        using var session = Session.Open<float>(model);
        foreach (var port in model.Inputs) session.Write(port.Value, OpCases.Values(5, port.Shape!.Value.Elements));
        var results = new List<double[]>();
        for (int run = 0; run < 2; run++)
        {
            session.Run();
            var output = new double[model.Outputs[0].Shape!.Value.Elements];
            session.Read(model.Outputs[0].Value, output);
            results.Add(output);
        }
        results[1].Should().Equal(results[0]);
    }

    [Fact]
    public void Spans_in_memory_order_agree_with_the_logical_order()
    {
        var model = Convert("guide_cnn");
        using var session = Session.Open<double>(model);
        var shape = model.Inputs[0].Shape!.Value;
        double[] logical = OpCases.Values(1, shape.Elements);
        session.Write(model.Inputs[0].Value, logical);
        session.Run();
        var expected = new double[model.Outputs[0].Shape!.Value.Elements];
        session.ReadOutput(0, expected);

        var nhwc = new double[logical.Length];
        int at = 0;
        for (int n = 0; n < shape[0]; n++)
            for (int h = 0; h < shape[2]; h++)
                for (int w = 0; w < shape[3]; w++)
                    for (int c = 0; c < shape[1]; c++)
                        nhwc[at++] = logical[((n * shape[1] + c) * shape[2] + h) * shape[3] + w];
        var output = new double[expected.Length];
        session.Run(nhwc, output);
        output.Should().Equal(expected);
    }

    [Fact]
    public void Sessions_of_one_plan_are_independent()
    {
        var model = Convert("resnet_small");
        using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 2 });
        var expected = OpCases.Run<float>(model, new PlanOptions { Threads = 1 })[0];
        var results = new double[4][];
        Parallel.For(0, results.Length, i =>
        {
            using var session = plan.CreateSession();
            for (int run = 0; run < 5; run++)
            {
                session.Write(model.Inputs[0].Value, OpCases.Values(1, model.Inputs[0].Shape!.Value.Elements));
                session.Run();
            }
            results[i] = new double[expected.Length];
            session.Read(model.Outputs[0].Value, results[i]);
        });
        foreach (double[] result in results) result.Should().Equal(expected);
    }

    [Fact]
    public void A_cancelled_run_says_so()
    {
        using var session = Session.Open<float>(Convert("guide_cnn"));
        session.Invoking(s => s.Run(new CancellationToken(canceled: true))).Should()
            .Throw<OperationCanceledException>();
    }

    [Fact]
    public void A_wrong_length_is_refused_with_both_numbers()
    {
        var model = Convert("guide_cnn");
        using var session = Session.Open<float>(model);
        session.Invoking(s => s.WriteInput(0, new float[3])).Should().Throw<ArgumentException>()
            .WithMessage($"*found 3 elements, expected {model.Inputs[0].Shape!.Value.Elements}*");
    }

    [Fact]
    public void A_disposed_session_is_refused()
    {
        var session = Session.Open<float>(Convert("guide_cnn"));
        session.Dispose();
        session.Dispose();
        session.Invoking(s => s.Run()).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Rows_filled_and_read_in_place_are_the_values_written_and_read_by_copy(string name)
    {
        var model = Convert(name);
        using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1 });
        using var copied = plan.CreateSession();
        using var inPlace = plan.CreateSession();
        var random = new Random(5);
        for (int port = 0; port < model.Inputs.Length; port++)
        {
            var elements = new float[model.Values[model.Inputs[port].Value].Shape.Elements];
            foreach (ref float x in elements.AsSpan()) x = (float)random.NextDouble();
            copied.WriteInput(port, elements);
            int at = 0;
            for (int row = 0; row < inPlace.InputRows(port); row++)
            {
                var span = inPlace.InputRow<float>(port, row);
                elements.AsSpan(at, span.Length).CopyTo(span);
                at += span.Length;
            }
            at.Should().Be(elements.Length);
            FluentActions.Invoking(() => inPlace.InputRow<float>(port, inPlace.InputRows(port)).Length)
                .Should().Throw<ArgumentOutOfRangeException>();
        }
        // Twice: a run leaves its inputs, and the zeros around them, as they are.
        inPlace.Run();
        inPlace.Run();
        copied.Run();
        for (int port = 0; port < model.Outputs.Length; port++)
        {
            var expected = new float[model.Values[model.Outputs[port].Value].Shape.Elements];
            copied.ReadOutput(port, expected);
            var actual = new List<float>();
            for (int row = 0; row < inPlace.OutputRows(port); row++)
                actual.AddRange(inPlace.OutputRow<float>(port, row));
            actual.Should().Equal(expected);
        }
    }
}
