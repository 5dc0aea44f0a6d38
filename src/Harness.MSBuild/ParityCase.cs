using System.Text.Json;
using System.Text.Json.Serialization;
using Harness.Formats;
using Harness.Parity;
using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>One model beside its golden: a <c>ParityModel</c> item with every path made absolute.</summary>
/// <param name="Model">The model file, or <c>arch:resnet50</c>.</param>
/// <param name="Weights">Their file, <c>seed:N</c>, or null where the model file or the golden says which.</param>
/// <param name="Golden">The folder of golden.json.</param>
/// <param name="Tolerance">The limit of this case, or null for that of the golden.</param>
sealed record ParityCase(string Model, string? Weights, string Golden, double? Tolerance)
{
    /// <summary>What a program of the project's own computed from the golden's inputs, to be held to it as well: a file
    /// of NumPy's; null for none.</summary>
    public string? Actual { get; init; }

    /// <summary>Inner values of that program, by the golden's nodes; null for none.</summary>
    public string? Taps { get; init; }

    /// <summary>How those arrays lie: <c>nhwc</c>, <c>nhwc;encoder*=nchw</c>; null for PyTorch's order.</summary>
    public string? Layout { get; init; }

    /// <summary>What a scripted <c>forward</c> is given besides tensors: <c>sr=16000;mode=sum</c>; null for what the
    /// golden was recorded with.</summary>
    public string? Arguments { get; init; }

    /// <summary>A folder that Flax source is written to once every case holds; null for none.</summary>
    public string? ExportFlax { get; init; }

    /// <summary><c>linen</c> or <c>nnx</c>; null for the first.</summary>
    public string? FlaxApi { get; init; }

    /// <summary>How many verdicts the command gives.</summary>
    [JsonIgnore]
    public int Verdicts => Actual is null ? 1 : 2;

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Resolves an item's text against the folder of its project.</summary>
    /// <param name="model">The item itself.</param>
    /// <param name="weights">Its <c>Weights</c>; may be empty.</param>
    /// <param name="golden">Its <c>Golden</c>; if empty, <c>models/NAME</c> in <paramref name="goldens"/>.</param>
    /// <param name="tolerance">Its <c>Tolerance</c>; may be empty.</param>
    /// <param name="goldens">The folder of all goldens.</param>
    /// <param name="project">The project's folder, absolute.</param>
    /// <exception cref="FormatException">The tolerance is no finite number from 0 on.</exception>
    public static ParityCase Of(
        string model, string weights, string golden, string tolerance, string goldens, string project) =>
        new(
            new ModelName(model).In(project).Text,
            weights.Length == 0 ? null : new WeightsName(weights).In(project).Text,
            golden.Length == 0
                ? Path.GetFullPath(Path.Combine(goldens, "models", NameOf(model)), project)
                : Path.TrimEndingDirectorySeparator(Path.GetFullPath(golden, project)),
            Limit(tolerance));

    /// <summary>Resolves an item against the folder of its project.</summary>
    /// <param name="item">A <c>ParityModel</c>.</param>
    /// <param name="goldens">The folder of all goldens.</param>
    /// <param name="project">The project's file.</param>
    /// <exception cref="FormatException">The tolerance is no finite number from 0 on.</exception>
    public static ParityCase Of(ITaskItem item, string goldens, string project) => Of(
        item.ItemSpec, item.GetMetadata("Weights"), item.GetMetadata("Golden"), item.GetMetadata("Tolerance"), goldens,
        Path.GetDirectoryName(Path.GetFullPath(project))!).With(
            item.GetMetadata("Actual"), item.GetMetadata("ActualTaps"), item.GetMetadata("ActualLayout"),
            Path.GetDirectoryName(Path.GetFullPath(project))!) with
        {
            Arguments = item.GetMetadata("Arguments") is { Length: > 0 } arguments ? arguments : null,
            ExportFlax = item.GetMetadata("ExportFlax") is { Length: > 0 } folder
                ? Path.GetFullPath(folder, Path.GetDirectoryName(Path.GetFullPath(project))!) : null,
            FlaxApi = item.GetMetadata("FlaxApi") is { Length: > 0 } api ? api : null,
        };

    /// <summary>The case with what its project's own program computed.</summary>
    /// <param name="actual">The item's <c>Actual</c>; may be empty.</param>
    /// <param name="taps">Its <c>ActualTaps</c>; may be empty.</param>
    /// <param name="layout">Its <c>ActualLayout</c>; may be empty.</param>
    /// <param name="project">The project's folder, absolute.</param>
    /// <exception cref="FormatException">Taps or a layout of nothing.</exception>
    public ParityCase With(string actual, string taps, string layout, string project)
    {
        if (actual.Length == 0)
        {
            return taps.Length + layout.Length == 0 ? this
                : throw new FormatException("ActualTaps and ActualLayout say how Actual is held; Actual is not there.");
        }
        return this with
        {
            Actual = Path.GetFullPath(actual, project),
            Taps = taps.Length == 0 ? null : Path.GetFullPath(taps, project),
            Layout = layout.Length == 0 ? null : layout,
        };
    }

    /// <summary>The JSON that <c>harness verify --cases</c> reads.</summary>
    public static byte[] ToJson(IReadOnlyList<ParityCase> cases) => JsonSerializer.SerializeToUtf8Bytes(cases, Json);

    static string NameOf(string model) =>
        new ModelName(model) is { Module: { } module } ? module
            : new ModelName(model).Architecture ?? Path.GetFileNameWithoutExtension(model);

    static double? Limit(string text)
    {
        if (text.Length == 0)
            return null;
        return StatedLimit.Read(text)
            ?? throw new FormatException($"Tolerance is '{text}', {StatedLimit.Expected}.");
    }
}
