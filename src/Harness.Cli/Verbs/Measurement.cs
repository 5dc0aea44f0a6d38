using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Parity.Runners;

namespace Harness.Cli.Verbs;

/// <summary>What <c>harness bench</c> finds out.</summary>
sealed record Measurement
{
    /// <summary>MODEL as it was given.</summary>
    public string Model { get; init; } = "";

    /// <summary><c>float32</c> or <c>float64</c>.</summary>
    public string Precision { get; init; } = "";

    /// <summary>The inputs' shapes in PyTorch's axis order.</summary>
    public required Shape[] InputShapes { get; init; }

    /// <summary>What is said of shapes that nobody stated; null where they are stated.</summary>
    public string? Guess { get; init; }

    /// <summary>Threads of a run.</summary>
    public required int Threads { get; init; }

    /// <summary>Register width.</summary>
    public required LaneWidth Lanes { get; init; }

    /// <summary>In which order the plan adds.</summary>
    public required AdditionOrder Order { get; init; }

    /// <summary>Timed runs.</summary>
    public required int Runs { get; init; }

    /// <summary>The middle of the timed runs.</summary>
    public required double MedianMs { get; init; }

    /// <summary>The fastest run.</summary>
    public required double MinMs { get; init; }

    /// <summary>Billions of operations of one run.</summary>
    public required double Gflop { get; init; }

    /// <summary>What this processor does at most with as many threads, measured between the runs.</summary>
    public required double FmaPeakGflops { get; init; }

    /// <summary>Opening the file.</summary>
    public TimeSpan Open { get; init; }

    /// <summary>Planning, packing weights, and a session.</summary>
    public required TimeSpan Plan { get; init; }

    /// <summary>The first run.</summary>
    public required TimeSpan FirstRun { get; init; }

    /// <summary>From the start of the process to the first result.</summary>
    public required TimeSpan FirstInference { get; init; }

    /// <summary>Bytes of activations.</summary>
    public required long ArenaBytes { get; init; }

    /// <summary>The most memory the process ever held.</summary>
    public required long PeakMemoryBytes { get; init; }

    double Gflops => Gflop / MedianMs * 1e3;

    double ShareOfPeak => Gflops / FmaPeakGflops;

    /// <summary>One JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("model", Model);
            json.WriteStartArray("inputShapes");
            foreach (var shape in InputShapes) json.WriteRawValue($"[{string.Join(", ", shape)}]");
            json.WriteEndArray();
            if (Guess is not null) json.WriteBoolean("guessesShapes", true);
            json.WriteString("precision", Precision);
            json.WriteNumber("threads", Threads);
            json.WriteNumber("lanes", (int)Lanes);
            json.WriteBoolean("exactOrder", Order.IsExact);
            json.WriteNumber("winogradSteps", Order.WinogradSteps);
            json.WriteNumber("runs", Runs);
            json.WriteNumber("medianMs", Rounded(MedianMs));
            json.WriteNumber("minMs", Rounded(MinMs));
            json.WriteNumber("gflop", Rounded(Gflop));
            json.WriteNumber("gflops", Rounded(Gflops));
            json.WriteNumber("fmaPeakGflops", Rounded(FmaPeakGflops));
            json.WriteNumber("shareOfPeak", Rounded(ShareOfPeak));
            json.WriteNumber("openMs", Rounded(Open.TotalMilliseconds));
            json.WriteNumber("planMs", Rounded(Plan.TotalMilliseconds));
            json.WriteNumber("firstRunMs", Rounded(FirstRun.TotalMilliseconds));
            json.WriteNumber("firstInferenceMs", Rounded(FirstInference.TotalMilliseconds));
            json.WriteNumber("arenaBytes", ArenaBytes);
            json.WriteNumber("peakMemoryBytes", PeakMemoryBytes);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>The same for people.</summary>
    public void WriteText(TextWriter text)
    {
        text.WriteLine(
            $"{Model} {string.Join(" ", InputShapes)} {Precision}, {Threads} threads, {(int)Lanes} lanes, {Order}, " +
            $"{Runs} runs");
        ModelSource.WriteGuess(text, Guess);
        text.WriteLine(
            string.Create(CultureInfo.InvariantCulture,
            $"latency          {MedianMs:0.000} ms median, {MinMs:0.000} ms at best"));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"speed            {Gflops:0.0} GFLOP/s, {100 * ShareOfPeak:0.0} % of the FMA peak {FmaPeakGflops:0.0}"));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"first inference  {FirstInference.TotalMilliseconds:0} ms after the process started: open " +
            $"{Open.TotalMilliseconds:0}, plan {Plan.TotalMilliseconds:0}, run {FirstRun.TotalMilliseconds:0}"));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"memory           {PeakMemoryBytes / 1048576.0:0.0} MiB at most, of which arena " +
            $"{ArenaBytes / 1048576.0:0.0} MiB"));
    }

    static double Rounded(double number) => Math.Round(number, 4);
}
