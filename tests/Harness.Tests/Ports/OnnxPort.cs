using Harness.Executor.Model;
using Harness.Formats;
using Microsoft.ML.OnnxRuntime;

static class OnnxPort
{
    // In: x.npz of `harness golden-inputs`. Out: y.npz for `harness compare`. Both as PyTorch has them, as ONNX does;
    // torch.onnx.export(input_names=…, output_names=…) names the ports as the golden does.
    public static void Run(string model, string inputs, string outputs)
    {
        using var session = new InferenceSession(model);
        using var run = new RunOptions();
        var values = NpzFile.Read(inputs).ToDictionary(x => x.Key, x => OrtValue.CreateTensorValueFromMemory(
            x.Value.ToSingles(), [.. x.Value.Shape.Select(extent => (long)extent)]));
        using var results = session.Run(run, values, session.OutputNames);
        NpzFile.Write(outputs, session.OutputNames.Zip(results, (name, y) => KeyValuePair.Create(name, Tensor.Of(
            Shape.Create([.. y.GetTensorTypeAndShape().Shape.Select(extent => (int)extent)]),
            y.GetTensorDataAsSpan<float>()))));
        foreach (var value in values.Values) value.Dispose();
    }
}
