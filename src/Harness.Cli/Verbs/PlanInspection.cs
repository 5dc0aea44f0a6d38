using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Spectre.Console;

namespace Harness.Cli.Verbs;

/// <summary>What <c>harness inspect --plan</c> finds out: what was decided for each step, what that should cost, and,
/// profiled, what it does cost.</summary>
sealed record PlanInspection
{
    const int WarmUps = 2, LeastRuns = 10, MostRuns = 1000, RunsBetweenPeaks = 8;
    const double Seconds = 3;

    /// <summary><c>float32</c> or <c>float64</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>What is said of input shapes that nobody stated; null where they are stated.</summary>
    public string? Guess { get; init; }

    /// <summary>Threads of a run.</summary>
    public required int Threads { get; init; }

    /// <summary>Register width.</summary>
    public required LaneWidth Lanes { get; init; }

    /// <summary>True when no convolution uses Winograd's transform.</summary>
    public required bool ExactOrder { get; init; }

    /// <summary>The steps in order.</summary>
    public required ImmutableArray<StepPlan> Steps { get; init; }

    /// <summary>Bytes of activations that a session owns.</summary>
    public required long ArenaBytes { get; init; }

    /// <summary>Bytes alive at the busiest step.</summary>
    public required long ArenaLowerBound { get; init; }

    /// <summary>Bytes of packed weights.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>The middle of each step's times in ms; null when nothing was run.</summary>
    public double[]? MeasuredMs { get; init; }

    /// <summary>GFLOP/s of as many threads, measured between the runs.</summary>
    public double FmaPeakGflops { get; init; }

    /// <summary>Compiles a plan, and runs it where it is to be profiled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public static PlanInspection Of(
        NhwcProgram model, ElementType precision, PlanOptions options, bool profile, CancellationToken cancellation)
    {
        using var plan = Plan.Compile(ConstantFold.Apply(model, options), precision, options);
        var inspection = new PlanInspection
        {
            Precision = precision.NumPyName(),
            Threads = plan.Threads,
            Lanes = plan.Lanes,
            ExactOrder = plan.ExactOrder,
            Steps = plan.Describe(),
            ArenaBytes = plan.ArenaBytes,
            ArenaLowerBound = plan.ArenaLowerBound,
            WeightBytes = plan.WeightBytes,
        };
        if (!profile) return inspection;
        var (times, peak) = Profile(plan, cancellation);
        return inspection with { MeasuredMs = times, FmaPeakGflops = peak };
    }

    // Whole runs, step by step: every step finds the caches as the one before it leaves them.
    static (double[] Ms, double Peak) Profile(Plan plan, CancellationToken cancellation)
    {
        using var session = plan.CreateSession();
        for (int port = 0; port < plan.Model.Inputs.Length; port++)
        {
            session.WriteInputBytes(
                port, BenchVerb.Input(plan.Model.Values[plan.Model.Inputs[port].Value].Fact, plan.Precision, port));
        }
        for (int run = 0; run < WarmUps; run++) session.Run(cancellation);
        List<double>[] times = [.. plan.StepNames.Select(_ => new List<double>())];
        double peak = 0;
        long begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < LeastRuns
            || (run < MostRuns && Stopwatch.GetElapsedTime(begin).TotalSeconds < Seconds); run++)
        {
            if (run % RunsBetweenPeaks == 0) peak = Math.Max(peak, BenchVerb.PeakOf(plan));
            for (int step = 0; step < times.Length; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                session.RunStep(step);
                times[step].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        foreach (var list in times) list.Sort();
        return ([.. times.Select(list => list[list.Count / 2])], peak);
    }

    double? ShareOf(long flops, double? ms) =>
        ms is { } time && FmaPeakGflops > 0 ? flops / time / 1e6 / FmaPeakGflops : null;

    /// <summary>One JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("precision", Precision);
            if (Guess is not null) json.WriteBoolean("guessesShapes", true);
            json.WriteNumber("threads", Threads);
            json.WriteNumber("lanes", (int)Lanes);
            json.WriteBoolean("exactOrder", ExactOrder);
            json.WriteNumber("arenaBytes", ArenaBytes);
            json.WriteNumber("arenaLowerBound", ArenaLowerBound);
            json.WriteNumber("weightBytes", WeightBytes);
            if (MeasuredMs is not null) json.WriteNumber("fmaPeakGflops", Rounded(FmaPeakGflops));
            json.WriteStartArray("steps");
            for (int i = 0; i < Steps.Length; i++)
            {
                var step = Steps[i];
                json.WriteStartObject();
                json.WriteString("name", step.Name);
                json.WriteString("kernel", step.Kernel);
                json.WriteString("tile", step.Tile);
                json.WriteNumber("pieces", step.Pieces);
                WriteCost(json, step.Threads, step.ActivationBytes, step.WeightBytes, step.Flops, step.DirectFlops);
                WriteTimes(json, step.ExpectedMs, step.ExpectedShareOfPeak, step.DirectFlops, MeasuredMs?[i]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("total");
            var total = Total;
            WriteCost(json, total.Threads, total.ActivationBytes, total.WeightBytes, total.Flops, total.DirectFlops);
            WriteTimes(json, total.ExpectedMs, total.ExpectedShareOfPeak, total.DirectFlops, MeasuredMs?.Sum());
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>The same for people: a table with borders on a terminal, aligned columns in a pipe.</summary>
    public void WriteText(Terminal terminal)
    {
        string[][] lines = [.. Steps.Select((step, i) => Line(step, MeasuredMs?[i])), Line(Total, MeasuredMs?.Sum())];
        string[] heads = ["step", "kernel", "tile", "threads", "KiB", "MFLOP", "expected ms", "of peak"];
        if (MeasuredMs is not null) heads = [.. heads, "measured ms", "of peak"];
        if (terminal.SharesScreen) WriteTable(terminal.Out, heads, lines);
        else WriteColumns(terminal.Out, heads, lines);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(
            $"{Precision}, {Threads} threads, {(int)Lanes} lanes{(ExactOrder ? ", exact order" : "")}");
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"arena {ArenaBytes / 1048576.0:0.0} MiB, at least {ArenaLowerBound / 1048576.0:0.0}; packed weights " +
            $"{WeightBytes / 1048576.0:0.0} MiB"));
        if (MeasuredMs is not null)
            terminal.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"FMA peak {FmaPeakGflops:0.0} GFLOP/s"));
        ModelSource.WriteGuess(terminal.Out, Guess);
    }

    StepPlan Total
    {
        get
        {
            double ms = Steps.Sum(step => step.ExpectedMs);
            return new StepPlan
            {
                Name = "total", Kernel = "", Tile = "", Threads = Threads,
                Pieces = Steps.Sum(step => step.Pieces),
                ActivationBytes = Steps.Sum(step => step.ActivationBytes),
                WeightBytes = Steps.Sum(step => step.WeightBytes),
                Flops = Steps.Sum(step => step.Flops),
                DirectFlops = Steps.Sum(step => step.DirectFlops),
                ExpectedMs = ms,
                // Shares weigh by the time they hold for.
                ExpectedShareOfPeak = ms == 0 ? 0 : Steps.Sum(step => step.ExpectedShareOfPeak * step.ExpectedMs) / ms,
            };
        }
    }

    string[] Line(StepPlan step, double? measured)
    {
        string[] line =
        [
            step.Name, step.Kernel, step.Tile, step.Threads.ToString(CultureInfo.InvariantCulture),
            Text((step.ActivationBytes + step.WeightBytes) / 1024.0, "0.0"), Text(step.Flops / 1e6, "0.00"),
            Text(step.ExpectedMs, "0.000"), Text(100 * step.ExpectedShareOfPeak, "0.0") + " %",
        ];
        return measured is not { } ms
            ? line
            : [.. line, Text(ms, "0.000"), Text(100 * ShareOf(step.DirectFlops, ms) ?? 0, "0.0") + " %"];
    }

    static void WriteTable(TextWriter text, string[] heads, string[][] lines)
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (int i = 0; i < heads.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(heads[i]));
            table.AddColumn(IsNumber(i) ? column.RightAligned().NoWrap() : column);
        }
        foreach (string[] line in lines) table.AddRow([.. line.Select(Markup.Escape)]);
        // Spectre reads NO_COLOR and the terminal's width itself.
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) }).Write(table);
    }

    static void WriteColumns(TextWriter text, string[] heads, string[][] lines)
    {
        int[] widths = [.. heads.Select((head, i) => Math.Max(head.Length, lines.Max(line => line[i].Length)))];
        foreach (string[] line in lines.Prepend(heads))
        {
            var cells = line.Select((cell, i) => IsNumber(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            text.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    // Names, kernels and tiles read from the left.
    static bool IsNumber(int column) => column > 2;

    static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    static void WriteCost(Utf8JsonWriter json, int threads, long activations, long weights, long flops, long direct)
    {
        json.WriteNumber("threads", threads);
        json.WriteNumber("activationBytes", activations);
        json.WriteNumber("weightBytes", weights);
        json.WriteNumber("flops", flops);
        json.WriteNumber("directFlops", direct);
    }

    void WriteTimes(Utf8JsonWriter json, double expected, double share, long direct, double? measured)
    {
        json.WriteNumber("expectedMs", Rounded(expected));
        json.WriteNumber("expectedShareOfPeak", Rounded(share));
        if (measured is not { } ms) return;
        json.WriteNumber("measuredMs", Rounded(ms));
        json.WriteNumber("measuredShareOfPeak", Rounded(ShareOf(direct, ms) ?? 0));
    }

    static double Rounded(double number) => Math.Round(number, 6);
}
