using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Harness.Formats;
using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>One model beside its golden: a <c>ParityModel</c> item with every path made absolute.</summary>
/// <param name="Model">The model file, or <c>arch:resnet50</c>.</param>
/// <param name="Weights">Their file, <c>seed:N</c>, or null where the model file or the golden says which.</param>
/// <param name="Golden">The folder of golden.json.</param>
/// <param name="Tolerance">The limit of this case, or null for that of the golden.</param>
sealed record ParityCase(string Model, string? Weights, string Golden, double? Tolerance)
{
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
        Path.GetDirectoryName(Path.GetFullPath(project))!);

    /// <summary>The JSON that <c>harness verify --cases</c> reads.</summary>
    public static byte[] ToJson(IReadOnlyList<ParityCase> cases) => JsonSerializer.SerializeToUtf8Bytes(cases, Json);

    static string NameOf(string model) =>
        new ModelName(model).Architecture ?? Path.GetFileNameWithoutExtension(model);

    static double? Limit(string text)
    {
        if (text.Length == 0)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit)
            && double.IsFinite(limit) && limit >= 0)
            return limit;
        throw new FormatException($"Tolerance '{text}' is no limit; expected a number such as 1e-6.");
    }
}
