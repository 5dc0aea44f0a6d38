using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>Writes <c>golden.json</c>: fixed key order, LF, two spaces, numbers that read back to the same bits; shapes
/// and positions on one line, so that a reviewer sees a line a fact.</summary>
static class GoldenJson
{
    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(GoldenDocument document, string probesSha256) => Bytes(json =>
        {
            json.WriteNumber("schema", GoldenDocument.Schema);
            WriteModel(json, document.Model);
            WriteWeights(json, document.Weights);
            WritePorts(json, "inputs", document.Inputs);
            WritePorts(json, "outputs", document.Outputs);
            WriteRecorder(json, document.RecordedBy);
            if (document.CastsLifted > 0) json.WriteNumber("castsLifted", document.CastsLifted);
            if (document.DeclaresNonFinite) json.WriteBoolean("declaresNonFinite", true);
            if (document.GuessesShapes) json.WriteBoolean("guessesShapes", true);
            if (document.AcceptedReason is { } reason) json.WriteString("acceptedReason", reason);
            WriteNoise(json, document.Float32Noise);
            WriteTolerance(json, document.Tolerance);
            json.WriteString("measuredSha256", MeasuredSha256(document));
            WriteSensitivity(json, document.Sensitivity);
            json.WriteString("probesSha256", probesSha256);
            WriteProbes(json, document.Probes);
        });

    /// <summary>The hash of what was measured and nothing else in a golden tells: noise, unless it was changed with a
    /// reason, another device than the processor, what moves what, and what probes say beside their values.</summary>
    public static string MeasuredSha256(GoldenDocument document) => Sha256Hash.Of(Bytes(json =>
        {
            if (document.Float32Noise.Reason.Length == 0) WriteNoise(json, document.Float32Noise);
            // Limits are wider where something else than libtorch's own processor code computed.
            if (document.RecordedBy.Device != "cpu") json.WriteString("device", document.RecordedBy.Device);
            WriteSensitivity(json, document.Sensitivity);
            WriteProbes(json, document.Probes);
        }));

    static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    static void WriteSensitivity(Utf8JsonWriter json, GoldenSensitivity sensitivity)
    {
        json.WriteStartObject("sensitivity");
        WriteInline(json, "inputs", sensitivity.Inputs);
        WriteInline(json, "outputs", sensitivity.Outputs);
        WriteInline(json, "rounding", sensitivity.Rounding);
        json.WriteStartArray("blind");
        foreach (var weight in sensitivity.Blind)
        {
            json.WriteStartObject();
            json.WriteString("key", weight.Key);
            json.WriteNumber("elements", weight.Elements);
            json.WriteNumber("of", weight.Of);
            if (weight.Taps > 0) json.WriteNumber("taps", weight.Taps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (sensitivity.IsSquare) json.WriteBoolean("square", true);
        if (sensitivity.Reason is { } reason) json.WriteString("reason", reason);
        if (sensitivity.Covers is { } covers)
        {
            json.WriteStartArray("covers");
            foreach (string fault in covers) json.WriteStringValue(fault);
            json.WriteEndArray();
        }
        if (sensitivity.Other is { } other) json.WriteString("other", other);
        json.WriteEndObject();
    }

    static void WriteModel(Utf8JsonWriter json, GoldenModel model)
    {
        json.WriteStartObject("model");
        if (model.Path is not null) json.WriteString("path", model.Path);
        if (model.Sha256 is not null) json.WriteString("sha256", model.Sha256);
        if (model.Architecture is not null) json.WriteString("architecture", model.Architecture);
        if (model.Seed is { } seed) json.WriteNumber("seed", seed);
        if (!model.Arguments.IsEmpty)
        {
            json.WriteStartArray("arguments");
            foreach (string argument in model.Arguments) json.WriteStringValue(argument);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    static void WriteWeights(Utf8JsonWriter json, GoldenWeights weights)
    {
        json.WriteStartObject("weights");
        if (weights.Path is not null) json.WriteString("path", weights.Path);
        if (weights.Seed is { } seed) json.WriteNumber("seed", seed);
        json.WriteString("sha256", weights.Sha256);
        json.WriteEndObject();
    }

    static void WritePorts(Utf8JsonWriter json, string name, ImmutableArray<GoldenPort> ports)
    {
        json.WriteStartArray(name);
        foreach (var port in ports)
        {
            json.WriteStartObject();
            json.WriteString("name", port.Name);
            WriteInline(json, "shape", port.Shape.Select(extent => (long)extent));
            json.WriteString("layout", port.Layout);
            json.WriteString("dtype", port.Type.NumPyName());
            if (port.Generator is { } generator)
            {
                json.WriteStartObject("generator");
                json.WriteNumber("seed", generator.Seed);
                json.WriteEndObject();
            }
            json.WriteString("sha256", port.Sha256);
            json.WriteRoundTrip("min", port.Statistics.Min);
            json.WriteRoundTrip("max", port.Statistics.Max);
            json.WriteRoundTrip("mean", port.Statistics.Mean);
            json.WriteRoundTrip("std", port.Statistics.Std);
            if (port.Statistics.NonFinite > 0) json.WriteNumber("nonFinite", port.Statistics.NonFinite);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteRecorder(Utf8JsonWriter json, GoldenRecorder recorder)
    {
        json.WriteStartObject("recordedBy");
        json.WriteString("torch", recorder.Torch);
        json.WriteString("device", recorder.Device);
        json.WriteString("dtype", recorder.DType);
        json.WriteBoolean("tf32", recorder.Tf32);
        json.WriteEndObject();
    }

    static void WriteNoise(Utf8JsonWriter json, GoldenNoise noise)
    {
        json.WriteStartObject("float32Noise");
        json.WriteRoundTrip("overall", noise.Overall);
        WriteInline(json, "outputs", noise.Outputs);
        json.WriteNumber("samples", noise.Samples);
        if (noise.Reason.Length > 0) json.WriteString("reason", noise.Reason);
        json.WriteEndObject();
    }

    static void WriteTolerance(Utf8JsonWriter json, Tolerance tolerance)
    {
        json.WriteStartObject("tolerance");
        json.WriteString("policy", tolerance.PolicyName);
        json.WriteRoundTrip("value", tolerance.Value);
        if (tolerance.Reason.Length > 0) json.WriteString("reason", tolerance.Reason);
        json.WriteEndObject();
    }

    static void WriteProbes(Utf8JsonWriter json, ImmutableArray<GoldenProbe> probes)
    {
        json.WriteStartArray("probes");
        foreach (var probe in probes)
        {
            json.WriteStartObject();
            json.WriteString("node", probe.Node);
            WriteInline(json, "shape", probe.Shape.Select(extent => (long)extent));
            if (probe.Type != ElementType.Float64) json.WriteString("dtype", probe.Type.NumPyName());
            json.WriteRoundTrip("absmax", probe.AbsMax);
            json.WriteRoundTrip("l2", probe.L2);
            json.WriteRoundTrip("projection", probe.Projection);
            if (probe.NonFinite > 0) json.WriteNumber("nonFinite", probe.NonFinite);
            if (probe.Rounding > 0) json.WriteRoundTrip("rounding", probe.Rounding);
            WriteInline(json, "positions", probe.Positions);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteInline(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", numbers.Select(RoundTripNumber.Text))}]");
    }

    static void WriteInline(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", numbers)}]");
    }
}
