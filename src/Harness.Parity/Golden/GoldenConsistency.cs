using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>Whether a document and its tensors tell the same story. Asked before writing as well as after reading, so
/// that nothing is written that would be refused.</summary>
static class GoldenConsistency
{
    /// <summary>The first contradiction: the fact it is about and what is wrong; null when there is none.</summary>
    public static (string Code, string Fact, string Why)? FirstFault(
        GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var described = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in document.Inputs)
        {
            string name = GoldenStore.InputName(port.Name);
            if ((InputFault(port) ?? PortFault(port, name, tensors, described)) is { } why)
                return (Codes.GoldenCorrupt, name, why);
            // Another input than the recorded one is no damage, but the outputs are not its own.
            if (HashFault(port, name, tensors[name]) is { } stale) return (Codes.GoldenStale, name, stale);
            if (StatisticsFault(port, name, tensors[name]) is { } wrong) return (Codes.GoldenCorrupt, name, wrong);
        }
        foreach (var port in document.Outputs)
        {
            string name = GoldenStore.OutputName(port.Name);
            if ((OutputFault(port) ?? PortFault(port, name, tensors, described)) is { } why)
                return (Codes.GoldenCorrupt, name, why);
            if ((HashFault(port, name, tensors[name]) ?? StatisticsFault(port, name, tensors[name])) is { } wrong)
                return (Codes.GoldenCorrupt, name, wrong);
        }
        foreach (var probe in document.Probes)
            if (ProbeFault(probe, tensors, described) is { } why)
                return (Codes.GoldenCorrupt, GoldenStore.ProbeName(probe.Node), why);
        if (tensors.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => !described.Contains(name)) is { } extra)
            return (Codes.GoldenCorrupt, "", $"tensor '{extra}' in {GoldenStore.TensorsName} is described nowhere");
        if (document.Outputs.Sum(port => port.Shape.Elements) == 0)
            return (Codes.GoldenCorrupt, "outputs", "the outputs hold no element: nothing would be compared");
        return NoiseFault(document) is { } noise ? (Codes.GoldenCorrupt, "float32Noise", noise)
            : SensitivityFault(document) is { } sensitivity ? (Codes.GoldenCorrupt, "sensitivity", sensitivity)
            : RecorderFault(document.RecordedBy) is { } recorder ? (Codes.GoldenCorrupt, "recordedBy", recorder)
            : null;
    }

    static string? InputFault(GoldenPort port) => port.Type.IsFloating() && port.Type != ElementType.Float32
        ? $"input '{port.Name}' is {port.Type.NumPyName()}, expected float32 or an integer type"
        : null;

    static string? OutputFault(GoldenPort port) => port.Type.IsFloating() && port.Type != ElementType.Float64
        ? $"output '{port.Name}' is {port.Type.NumPyName()}, expected float64 or an integer type: rounding alone " +
            $"would cost 1e-6"
        : null;

    static string? PortFault(
        GoldenPort port, string name, IReadOnlyDictionary<string, Tensor> tensors, HashSet<string> described)
    {
        if (!described.Add(name)) return $"'{name}' is described twice";
        if (!tensors.TryGetValue(name, out var tensor))
            return $"tensor '{name}' is missing in {GoldenStore.TensorsName}";
        if (tensor.Shape != port.Shape || tensor.Type != port.Type)
            return $"tensor '{name}' is {tensor}, golden.json says {port.Type.NumPyName()} {port.Shape}";
        if (port.Layout != GoldenPort.LayoutOf(port.Shape.Rank))
            return $"'{name}' has layout '{port.Layout}', expected PyTorch's '{GoldenPort.LayoutOf(port.Shape.Rank)}'";
        return null;
    }

    static string? HashFault(GoldenPort port, string name, Tensor tensor) =>
        Sha256Hash.Of(tensor) != port.Sha256 ? $"tensor '{name}' does not have the hash that golden.json states" : null;

    static string? StatisticsFault(GoldenPort port, string name, Tensor tensor) =>
        Statistics.Of(tensor.ToDoubles()) != port.Statistics
            ? $"tensor '{name}' does not have the statistics that golden.json states" : null;

    static string? ProbeFault(GoldenProbe probe, IReadOnlyDictionary<string, Tensor> tensors, HashSet<string> described)
    {
        string name = GoldenStore.ProbeName(probe.Node);
        if (!described.Add(name)) return $"'{name}' is described twice";
        if (!tensors.TryGetValue(name, out var tensor))
            return $"tensor '{name}' is missing in {GoldenStore.TensorsName}";
        if (probe.Type.IsFloating() && probe.Type != ElementType.Float64)
            return $"probe '{probe.Node}' is {probe.Type.NumPyName()}, expected float64 or an integer type";
        if (tensor.Type != probe.Type || tensor.Shape != [probe.Positions.Length])
            return $"tensor '{name}' is {tensor}, expected {probe.Type.NumPyName()} ({probe.Positions.Length}): " +
                "one value a position";
        if (probe.Positions.IsEmpty && probe.Shape.Elements > 0) return $"probe '{probe.Node}' samples nothing";
        long before = -1;
        foreach (long position in probe.Positions)
        {
            if (position <= before || position >= probe.Shape.Elements)
                return $"probe '{probe.Node}': position {position} is out of order or outside {probe.Shape}";
            before = position;
        }
        double absMax = 0;
        foreach (double x in tensor.ToDoubles())
            if (double.IsFinite(x)) absMax = Math.Max(absMax, Math.Abs(x));
        return absMax != probe.AbsMax
            ? $"probe '{probe.Node}' samples {absMax:R} as its largest, golden.json says {probe.AbsMax:R}" : null;
    }

    static string? NoiseFault(GoldenDocument document)
    {
        var noise = document.Float32Noise;
        if (noise.Outputs.Length != document.Outputs.Length)
            return $"float32Noise has {noise.Outputs.Length} numbers for {document.Outputs.Length} outputs";
        if (noise.Outputs.Any(n => !(n >= 0 && double.IsFinite(n))))
            return "float32Noise should be finite and not negative";
        return noise.Overall != GoldenNoise.Of(noise.Outputs).Overall
            ? "float32Noise.overall is not the largest of its outputs" : null;
    }

    static string? SensitivityFault(GoldenDocument document)
    {
        var (inputs, outputs, blind) = document.Sensitivity;
        var rounding = document.Sensitivity.Rounding;
        if (rounding.Length != document.Outputs.Length || rounding.Any(n => !(n >= 0 && double.IsFinite(n))))
            return $"sensitivity.rounding should be {document.Outputs.Length} finite numbers, none negative";
        if (inputs.Length != document.Inputs.Length)
            return $"sensitivity has {inputs.Length} numbers for {document.Inputs.Length} inputs";
        if (outputs.Length != document.Outputs.Length)
            return $"sensitivity has {outputs.Length} numbers for {document.Outputs.Length} outputs";
        return blind.FirstOrDefault(weight => weight.Elements < 1 || weight.Elements > weight.Of) is { } wrong
            ? $"weight '{wrong.Key}' cannot be blind in {wrong.Elements} of {wrong.Of} elements" : null;
    }

    static string? RecorderFault(GoldenRecorder recorder) =>
        recorder.DType != "float64" ? $"recorded in {recorder.DType}, expected float64"
        : recorder.Tf32 ? "recorded with TF32 allowed: that is 11 bits of mantissa, not 53"
        : null;
}
