using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Parity.Golden;

/// <summary>Reads <c>golden.json</c>, keeping the line of every fact.</summary>
static class GoldenReader
{
    /// <summary>The document, the hashes of what was measured and of its probes' values, and the lines by
    /// fact.</summary>
    /// <exception cref="ModelException">PAR3003.</exception>
    public static (GoldenDocument Document, string MeasuredSha256, string ProbesSha256,
        ImmutableDictionary<string, int> Lines) Read(string file, ReadOnlySpan<byte> utf8)
    {
        var root = LocatedJson.Parse(file, utf8);
        long schema = root["schema"].Integer;
        if (schema is > 0 and < GoldenDocument.Schema)
            throw root["schema"].Refuse(Codes.GoldenStale,
                $"schema version {schema} says too little to be held to, this program reads {GoldenDocument.Schema}; " +
                $"record it again: {RecordLine.Of(Path.GetDirectoryName(file)!)}");
        if (schema != GoldenDocument.Schema)
            throw root["schema"].Refuse(
                $"schema version {schema} is unknown, this program reads {GoldenDocument.Schema}; use the harness " +
                $"that wrote it");
        var lines = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (
            string fact in (string[])["model", "weights", "tolerance", "recordedBy", "float32Noise", "sensitivity",
                "measuredSha256", "probesSha256"])
            lines[fact] = LineOf(root[fact]);
        foreach (var port in root["inputs"].Items)
            lines[GoldenStore.InputName(port["name"].Text)] = port["name"].Line;
        foreach (var port in root["outputs"].Items)
            lines[GoldenStore.OutputName(port["name"].Text)] = port["name"].Line;
        foreach (var probe in root["probes"].Items)
            lines[GoldenStore.ProbeName(probe["node"].Text)] = probe["node"].Line;
        var document = new GoldenDocument(
            ReadModel(root["model"]),
            ReadWeights(root["weights"]),
            [.. root["inputs"].Items.Select(ReadPort)],
            [.. root["outputs"].Items.Select(ReadPort)],
            ReadRecorder(root["recordedBy"]),
            ReadNoise(root["float32Noise"]),
            ReadTolerance(root["tolerance"]),
            [.. root["probes"].Items.Select(ReadProbe)])
        {
            CastsLifted = ReadCasts(root),
            DeclaresNonFinite = root.Find("declaresNonFinite")?.Flag ?? false,
            GuessesShapes = root.Find("guessesShapes")?.Flag ?? false,
            Sensitivity = ReadSensitivity(root["sensitivity"]),
            AcceptedReason = root.Find("acceptedReason")?.Text,
        };
        return (document, root["measuredSha256"].Text, root["probesSha256"].Text, lines.ToImmutable());
    }

    /// <summary>The model and the weights that a golden.json names, as the command line does, whatever else may be
    /// wrong with it; null where it names none.</summary>
    public static (string? Model, string? Weights) Named(string file)
    {
        if (!File.Exists(file)) return (null, null);
        try
        {
            var root = LocatedJson.Parse(file, WholeFile.Read(file));
            var (model, weights) = (ReadModel(root["model"]), ReadWeights(root["weights"]));
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return (
                model.Architecture is { } known ? ModelName.OfArchitecture(known).Text
                    : Path.GetFullPath(model.Path!, folder),
                weights.Path is { } path ? Path.GetFullPath(path, folder)
                    : weights.Seed is { } seed ? WeightsName.OfSeed(seed).Text : null);
        }
        catch (ModelException)
        {
            return (null, null);
        }
    }

    static int ReadCasts(LocatedJson root) => root.Find("castsLifted") is not { } casts ? 0
        : casts.Integer is > 0 and <= int.MaxValue and var number ? (int)number
        : throw casts.Refuse("castsLifted should be a positive number, or left out");

    // The hash is what a finding about a model or its weights is about; an error there points at it.
    static int LineOf(LocatedJson fact) => fact.IsObject && fact.Find("sha256") is { } hash ? hash.Line : fact.Line;

    static GoldenModel ReadModel(LocatedJson model)
    {
        if (model.Find("architecture") is { } architecture)
            return new GoldenModel(null, null, architecture.Text, model.Find("seed")?.Integer);
        return new GoldenModel(ReadPath(model["path"]), model["sha256"].Text)
        {
            Arguments = [.. model.Find("arguments")?.Items.Select(argument => argument.Text) ?? []],
        };
    }

    static GoldenWeights ReadWeights(LocatedJson weights) => new(
        weights.Find("path") is { } path ? ReadPath(path) : null,
        weights.Find("seed")?.Integer,
        weights["sha256"].Text);

    static string ReadPath(LocatedJson path)
    {
        string text = path.Text;
        if (text.Contains('\0')) throw path.Refuse("a path has a NUL in it");
        bool rooted = Path.IsPathRooted(text) || text.Length > 1 && text[1] == ':';
        if (text.Length == 0 || rooted || text.Contains('\\'))
            throw path.Refuse($"'{text}' should be a path relative to golden.json, with forward slashes");
        return text;
    }

    static GoldenPort ReadPort(LocatedJson port)
    {
        return new GoldenPort(
            port["name"].Text, ReadShape(port["shape"]), port["layout"].Text, ReadType(port["dtype"]),
            port["sha256"].Text,
            new Statistics(
                port["min"].Number, port["max"].Number, port["mean"].Number, port["std"].Number,
                port.Find("nonFinite")?.Integer ?? 0))
        {
            Generator = port.Find("generator") is { } generator ? new GoldenGenerator(generator["seed"].Integer) : null,
        };
    }

    static ElementType ReadType(LocatedJson type)
    {
        var named = Enum.GetValues<ElementType>().Where(t => t.NumPyName() == type.Text).ToArray();
        return named.Length > 0 ? named[0] : throw type.Refuse($"dtype '{type.Text}' is unknown");
    }

    static Shape ReadShape(LocatedJson shape)
    {
        var extents = shape.Naturals;
        if (extents.Any(extent => extent > int.MaxValue)) throw shape.Refuse("an extent is beyond 2^31");
        Shape result = Shape.Create([.. extents.Select(extent => (int)extent)]);
        try
        {
            _ = result.Elements;
        }
        catch (OverflowException)
        {
            throw shape.Refuse($"{result} has more than 2^63 elements");
        }
        return result;
    }

    static GoldenRecorder ReadRecorder(LocatedJson recorder) => new(
        recorder["torch"].Text, recorder["device"] is { Text: "cpu" or "cuda" } device ? device.Text
            : throw recorder["device"].Refuse($"device '{recorder["device"].Text}' is unknown, expected cpu or cuda"),
        recorder["dtype"].Text, recorder["tf32"].Flag);

    static GoldenNoise ReadNoise(LocatedJson noise) =>
        new(noise["overall"].Number, [.. noise["outputs"].Items.Select(item => item.Number)])
        {
            Samples = noise["samples"].Integer is > 0 and <= int.MaxValue and var samples ? (int)samples
                : throw noise["samples"].Refuse("samples should be a positive number"),
            Reason = Stated(noise.Find("reason")) ?? "",
        };

    static GoldenSensitivity ReadSensitivity(LocatedJson sensitivity) => new(
        [.. sensitivity["inputs"].Items.Select(item => item.Number)],
        [.. sensitivity["outputs"].Items.Select(item => item.Number)],
        [.. sensitivity["blind"].Items.Select(weight => new BlindWeight(
            weight["key"].Text, weight["elements"].Integer, weight["of"].Integer)
        {
            Taps = weight.Find("taps")?.Integer ?? 0,
        })])
    {
        Rounding = [.. sensitivity["rounding"].Items.Select(item => item.Number)],
        IsSquare = sensitivity.Find("square")?.Flag == true,
        Reason = Stated(sensitivity.Find("reason")),
        Covers = sensitivity.Find("covers") is { } covers ? [.. covers.Items.Select(fault => fault.Text)] : null,
        Other = sensitivity.Find("other") is not { } other ? null
            : other.Text is GoldenStore.SecondName or GoldenStore.FirstName ? other.Text
            : throw other.Refuse($"other should be '{GoldenStore.SecondName}' or '{GoldenStore.FirstName}'"),
    };

    // What nobody can read is no reason.
    static string? Stated(LocatedJson? reason) => reason?.Text is { } text && !text.All(c => char.IsWhiteSpace(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control) ? text : null;

    static Tolerance ReadTolerance(LocatedJson tolerance)
    {
        double value = tolerance["value"].Number;
        if (!double.IsFinite(value) || value is not (0 or >= StatedLimit.Least))
            throw tolerance["value"].Refuse($"tolerance is {value}, {StatedLimit.Expected}");
        string reason = Stated(tolerance.Find("reason")) ?? "";
        var read = Tolerance.Named(tolerance["policy"].Text, value, reason)
            ?? throw tolerance["policy"].Refuse(
                $"tolerance policy '{tolerance["policy"].Text}' is unknown, expected default, numpy-decimal6 or " +
                $"torch-close");
        if (read.IsLooserThanDefault && string.IsNullOrWhiteSpace(reason))
            throw tolerance["value"].Refuse(
                $"tolerance {read} is looser than {Tolerance.DefaultValue} and gives no reason; give it a 'reason', " +
                "as harness accept does");
        return read;
    }

    static GoldenProbe ReadProbe(LocatedJson probe) => new(
        probe["node"].Text, ReadShape(probe["shape"]), probe["absmax"].Number, probe["l2"].Number,
            probe["positions"].Naturals)
    {
        Projection = probe["projection"].Number,
        NonFinite = probe.Find("nonFinite")?.Integer ?? 0,
        Rounding = probe.Find("rounding")?.Number ?? 0,
        // Left out where it is float64.
        Type = probe.Find("dtype") is { } type ? ReadType(type) : ElementType.Float64,
    };
}
