using System.Diagnostics;
using Harness.Benchmarks.Onnx;
using Harness.Executor.Model;
using Microsoft.ML.OnnxRuntime;

namespace Harness.Benchmarks.Peers;

/// <summary>ONNX Runtime with every graph optimization, on buffers bound once.</summary>
/// <remarks>Its defaults that matter stay: pool threads spin between operators (their fastest), and denormals are
/// computed as IEEE 754 says, which all contestants do.</remarks>
sealed class OnnxContestant : Contestant
{
    readonly SessionOptions _options;
    readonly InferenceSession _session;
    readonly RunOptions _run = new();
    readonly OrtIoBinding _binding;
    readonly List<IDisposable> _values = [];
    readonly float[][] _outputs;

    // Runs before the faster of two files is chosen, and runs that choose.
    const int TrialWarmUps = 2, TrialRuns = 5;

    readonly string? _variant;

    OnnxContestant(Subject subject, byte[] file, string? variant, int threads)
    {
        _variant = variant;
        _options = Options(threads);
        _session = new InferenceSession(file, _options);
        _binding = _session.CreateIoBinding();
        for (int i = 0; i < subject.Inputs.Length; i++)
        {
            var (input, shape) = (subject.Inputs[i], Longs(subject.Shapes[i]));
            var value = input.Type.IsFloating()
                ? OrtValue.CreateTensorValueFromMemory(input.ToSingles(), shape)
                : OrtValue.CreateTensorValueFromMemory(
                    Array.ConvertAll(input.ToDoubles(), x => (long)x), shape);
            _values.Add(value);
            _binding.BindInput($"x{i}", value);
        }
        _outputs = new float[_session.OutputNames.Count][];
        for (int i = 0; i < _outputs.Length; i++)
        {
            int[] extents = _session.OutputMetadata[$"y{i}"].Dimensions;
            _outputs[i] = new float[extents.Aggregate(1L, (product, extent) => product * extent)];
            var value = OrtValue.CreateTensorValueFromMemory(_outputs[i], Longs(extents));
            _values.Add(value);
            _binding.BindOutput($"y{i}", value);
        }
    }

    /// <summary>The same model by ONNX's operators, or by its own attention where there is one and that is faster here.
    /// </summary>
    public static OnnxContestant Fastest(Subject subject, int threads)
    {
        var model = FoldedGraph.Of(subject.Model, subject.Shapes);
        byte[] plain = OnnxWriter.Write(model, subject.Shapes);
        byte[] fused = OnnxWriter.Write(model, subject.Shapes, fuses: true);
        if (plain.AsSpan().SequenceEqual(fused)) return new OnnxContestant(subject, plain, null, threads);
        OnnxContestant[] both =
        [
            new(subject, plain, "ONNX's operators", threads), new(subject, fused, "MultiHeadAttention", threads),
        ];
        double[] least = [double.PositiveInfinity, double.PositiveInfinity];
        for (int run = -TrialWarmUps; run < TrialRuns; run++)
        {
            for (int i = 0; i < both.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                both[i].Run();
                if (run >= 0) least[i] = Math.Min(least[i], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        int best = least[0] <= least[1] ? 0 : 1;
        both[1 - best].Dispose();
        return both[best];
    }

    /// <inheritdoc/>
    public override string? Variant => _variant;

    /// <summary>The options of every session that is measured.</summary>
    public static SessionOptions Options(int threads) => new()
    {
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        IntraOpNumThreads = threads,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    /// <inheritdoc/>
    public override void Run() => _session.RunWithBinding(_run, _binding);

    /// <inheritdoc/>
    public override double[][] Outputs() => [.. _outputs.Select(values => Array.ConvertAll(values, x => (double)x))];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values) value.Dispose();
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }

    static long[] Longs(IEnumerable<int> extents) => [.. extents.Select(extent => (long)extent)];
}
