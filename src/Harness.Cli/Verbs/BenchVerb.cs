using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Parity.Runners;

namespace Harness.Cli.Verbs;

/// <summary><c>harness bench</c>: how fast a model runs here, beside what this processor could do at most.</summary>
static class BenchVerb
{
    // Enough runs for a median, few enough that a large model is done in a coffee's sip.
    const int WarmUps = 3, LeastRuns = 10, MostRuns = 1000;
    const double Seconds = 3;

    public static Command Create(Terminal terminal)
    {
        var (model, weights, key, shapes) =
            (Shared.Model(), Shared.Weights(), Shared.WeightsKey(), Shared.InputShape());
        var arguments = Shared.Arguments();
        var (threads, lanes, exactOrder) = (Shared.Threads(), Shared.Lanes(), Shared.ExactOrder());
        var precision = Shared.Choice("--precision", "The arithmetic.", "float32", "float64");
        var json = new Option<bool>("--json") { Description = "JSON on stdout." };
        var command = new Command("bench", "Measures latency, memory, and the share of the processor's peak.")
        {
            model, weights, key, arguments, shapes, precision, threads, lanes, exactOrder, json,
        };
        command.SetAction(result =>
        {
            long start = Stopwatch.GetTimestamp();
            string name = result.GetValue(model)!;
            using var torch = ModelSource.Open(
                terminal, name, Shared.Weights(result.GetValue(weights), result.GetValue(key)),
                result.GetValue(arguments));
            var opened = Stopwatch.GetElapsedTime(start);
            var options = new PlanOptions
            {
                Threads = result.GetValue(threads), Lanes = Shared.ToLanes(result.GetValue(lanes)!),
                ExactOrder = result.GetValue(exactOrder),
            };
            var converted = NhwcPass.Apply(torch, ModelSource.Shapes(torch, result.GetValue(shapes)));
            var type = Shared.ToPrecision(result.GetValue(precision)!);
            var measurement = Measure(converted, type, options, terminal.Cancellation);
            measurement = measurement with
            {
                Model = name, Precision = result.GetValue(precision)!, Open = opened,
                Guess = ModelSource.Guess(torch, result.GetValue(shapes), converted),
            };
            if (result.GetValue(json)) terminal.Out.Write(measurement.ToJson());
            else measurement.WriteText(terminal.Out);
            return 0;
        });
        return command;
    }

    static Measurement Measure(
        NhwcProgram model, ElementType precision, PlanOptions options, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        model = ConstantFold.Apply(model, options);
        using var plan = Plan.Compile(model, precision, options);
        using var session = plan.CreateSession();
        var planned = Stopwatch.GetElapsedTime(start);
        byte[][] inputs = [.. model.Inputs.Select((port, i) => Input(model.Values[port.Value].Fact, precision, i))];
        byte[][] outputs =
            [.. model.Outputs.Select(port => new byte[BytesOf(model.Values[port.Value].Fact, precision)])];
        start = Stopwatch.GetTimestamp();
        Run(session, inputs, outputs, cancellation);
        var firstRun = Stopwatch.GetElapsedTime(start);
        var sinceStart = DateTime.Now - Process.GetCurrentProcess().StartTime;
        for (int i = 0; i < WarmUps; i++) Run(session, inputs, outputs, cancellation);
        var times = new List<double>();
        double peak = 0;
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < LeastRuns
            || (times.Count < MostRuns && Stopwatch.GetElapsedTime(begin).TotalSeconds < Seconds))
        {
            // The clock wanders with load and heat: the peak is taken between the runs, and its best counts.
            if (times.Count % (MostRuns / LeastRuns) == 0) peak = Math.Max(peak, PeakOf(plan));
            start = Stopwatch.GetTimestamp();
            Run(session, inputs, outputs, cancellation);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        using var process = Process.GetCurrentProcess();
        return new Measurement
        {
            InputShapes = [.. model.Inputs.Select(port => model.Values[port.Value].Shape)],
            Threads = plan.Threads,
            Lanes = plan.Lanes,
            Order = AdditionOrder.Of(plan),
            Runs = times.Count,
            MedianMs = (times[times.Count / 2] + times[(times.Count - 1) / 2]) / 2,
            MinMs = times[0],
            Gflop = Inspection.Flops(model) / 1e9,
            FmaPeakGflops = peak,
            Plan = planned,
            FirstRun = firstRun,
            FirstInference = sinceStart,
            ArenaBytes = plan.ArenaBytes,
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
    }

    static void Run(Session session, byte[][] inputs, byte[][] outputs, CancellationToken cancellation)
    {
        for (int i = 0; i < inputs.Length; i++) session.WriteInputBytes(i, inputs[i]);
        session.Run(cancellation);
        for (int i = 0; i < outputs.Length; i++) session.ReadOutputBytes(i, outputs[i]);
    }

    /// <summary>The FMA peak of the threads and the precision of a plan.</summary>
    public static double PeakOf(Plan plan) => plan.Precision == ElementType.Float32
        ? FmaPeak.Measure<float>(plan.Lanes, plan.Threads)
        : FmaPeak.Measure<double>(plan.Lanes, plan.Threads);

    /// <summary>Elements of an input as they lie in memory: floating-point numbers neither zeros, which would be kind
    /// to some processors, nor denormals; integers 0 or 1, which any table holds.</summary>
    public static byte[] Input(Fact fact, ElementType precision, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[BytesOf(fact, precision)];
        if (!fact.Type.IsFloating())
        {
            for (int i = 0; i < bytes.Length; i += fact.Type.Size()) bytes[i] = (byte)random.Next(2);
        }
        else if (precision == ElementType.Float32)
            foreach (ref float x in MemoryMarshal.Cast<byte, float>(bytes.AsSpan()))
                x = (float)((random.NextDouble() * 4) - 2);
        else
            foreach (ref double x in MemoryMarshal.Cast<byte, double>(bytes.AsSpan()))
                x = (random.NextDouble() * 4) - 2;
        return bytes;
    }

    static int BytesOf(Fact fact, ElementType precision) =>
        checked((int)(fact.Shape.Elements * (fact.Type.IsFloating() ? precision : fact.Type).Size()));
}
