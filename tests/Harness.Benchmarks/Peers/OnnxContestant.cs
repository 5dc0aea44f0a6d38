using Harness.Benchmarks.Onnx;
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

    public OnnxContestant(Subject subject, int threads)
    {
        _options = Options(threads);
        _session = new InferenceSession(OnnxWriter.Write(subject.Model, subject.Shapes), _options);
        _binding = _session.CreateIoBinding();
        for (int i = 0; i < subject.Inputs.Length; i++)
        {
            var value = OrtValue.CreateTensorValueFromMemory(subject.Inputs[i].ToSingles(), Longs(subject.Shapes[i]));
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
