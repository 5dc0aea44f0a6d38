using System.Collections.Immutable;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Export;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary>The list of cases that a build hands over: <c>[{"model": …, "weights"?: …, "golden": …, "tolerance"?:
/// 1e-6, "arguments"?: "sr=16000", "actual"?: …, "taps"?: …, "layout"?: "nhwc", "exportFlax"?: …, "flaxApi"?:
/// "nnx"}]</c>. Paths are relative to the current folder.</summary>
static class CasesFile
{
    // Of two goldens, or limits, of one case only one would be heeded.
    static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    static readonly string[] s_members =
    [
        "actual", "arguments", "exportFlax", "flaxApi", "golden", "layout", "model", "taps", "tolerance", "weights",
    ];

    /// <summary>The cases, in the file's order.</summary>
    /// <exception cref="ModelException">PAR9003: no such file, or it says something else.</exception>
    public static ImmutableArray<VerifyRequest> Read(string path)
    {
        if (PathFault.OfFile(path, "the list of cases is not there") is { } why) throw Refuse(path, why);
        try
        {
            using var json = JsonDocument.Parse(WholeFile.Read(path), s_strict);
            if (json.RootElement.ValueKind != JsonValueKind.Array) throw Refuse(path, "expected a list of cases");
            ImmutableArray<VerifyRequest> requests = [.. json.RootElement.EnumerateArray()
                .Select(entry => ToRequest(path, entry))];
            return requests.IsEmpty ? throw Refuse(path, "the list holds no case, so nothing would be verified")
                : requests;
        }
        catch (JsonException e)
        {
            throw Refuse(path, $"no JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw Refuse(path, "no JSON: its text is no UTF-8, or a value is of another kind");
        }
    }

    static VerifyRequest ToRequest(string path, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) throw Refuse(path, $"expected a case, found {entry}");
        foreach (var member in entry.EnumerateObject())
            if (!s_members.Contains(member.Name))
                throw Refuse(path, $"'{member.Name}' is unknown, expected {string.Join(", ", s_members)}");
        double? tolerance = null;
        if (entry.TryGetProperty("tolerance", out var limit) && limit.ValueKind != JsonValueKind.Null)
            tolerance = StatedLimit.Read(limit.ToString())
                ?? throw Refuse(path, $"tolerance is '{limit}', {StatedLimit.Expected}");
        return new VerifyRequest(
            Text(path, entry, "golden") ?? throw Refuse(path, "a case names no golden"),
            Text(path, entry, "model") ?? throw Refuse(path, "a case names no model"),
            Text(path, entry, "weights"), tolerance)
        {
            Actual = Actual(path, entry),
            Arguments = Text(path, entry, "arguments"),
            Export = Export(path, entry),
        };
    }

    static ExportRequest? Export(string path, JsonElement entry)
    {
        string? folder = Text(path, entry, "exportFlax"), api = Text(path, entry, "flaxApi");
        if (folder is null)
            return api is null ? null : throw Refuse(path, "flaxApi says how exportFlax is written; name that folder");
        return new ExportRequest(folder, api switch
        {
            null or "linen" => FlaxApi.Linen,
            "nnx" => FlaxApi.Nnx,
            _ => throw Refuse(path, $"flaxApi is '{api}', expected linen or nnx"),
        });
    }

    static ActualFiles? Actual(string path, JsonElement entry)
    {
        string? taps = Text(path, entry, "taps"), layout = Text(path, entry, "layout");
        if (Text(path, entry, "actual") is { } outputs)
            return new ActualFiles(outputs, taps, ArrayLayouts.Of(layout?.Split(';') ?? []));
        return taps is null && layout is null ? null
            : throw Refuse(path, "taps and layout say how actual outputs are held; name those as actual");
    }

    static string? Text(string path, JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        // No system has a file with a NUL in its name.
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw Refuse(path, $"{name} '{VisibleText.Of(value.ToString())}' should be a string without NUL");
    }

    static ModelException Refuse(string path, string why) =>
        new(new Finding(Codes.BadUsage, Path.GetFullPath(path), why));
}
