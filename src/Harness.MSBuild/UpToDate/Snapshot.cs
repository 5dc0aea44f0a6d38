using System.Text.Json;
using Harness.Formats;

namespace Harness.MSBuild.UpToDate;

/// <summary>What a run depended on when it began. A green run leaves it behind as its stamp.</summary>
sealed class Snapshot
{
    // Another version is another meaning: such a stamp vouches for nothing.
    const int Version = 1;

    readonly List<string> _facts;
    readonly SortedSet<string> _references;
    readonly SortedDictionary<string, FileState> _files;
    readonly List<string> _reports;

    Snapshot(
        List<string> facts, SortedSet<string> references, SortedDictionary<string, FileState> files,
        List<string> reports)
    {
        (_facts, _references, _files, _reports) = (facts, references, files, reports);
    }

    /// <summary>Reads everything that counts.</summary>
    /// <exception cref="IOException">Some of it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Some of it may not be read.</exception>
    public static Snapshot Take(Dependencies dependencies)
    {
        var paths = dependencies.Paths();
        var references = Dependencies.References(paths);
        var files = new SortedDictionary<string, FileState>(StringComparer.Ordinal);
        paths.UnionWith(references);
        foreach (var path in paths)
            files.Add(path, FileState.Of(path));
        return new Snapshot(dependencies.Facts(), references, files, []);
    }

    /// <summary>What is no longer as it was, in words; null where everything is.</summary>
    /// <param name="dependencies">What a run would depend on now.</param>
    /// <param name="refreshed">The same snapshot where files were touched and not changed; else null.</param>
    /// <exception cref="IOException">Something cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something may not be read.</exception>
    public string? FirstChange(Dependencies dependencies, out Snapshot? refreshed)
    {
        refreshed = null;
        var facts = dependencies.Facts();
        for (var i = 0; i < facts.Count || i < _facts.Count; i++)
            if (i >= facts.Count || i >= _facts.Count || facts[i] != _facts[i])
                return i < facts.Count ? $"'{facts[i]}' is new" : $"'{_facts[i]}' is no longer so";
        foreach (var report in _reports)
            if (!File.Exists(report))
                return $"the report '{report}' is gone";

        // While golden.json is what it was, so is what it refers to.
        var paths = dependencies.Paths();
        paths.UnionWith(_references);
        var files = new SortedDictionary<string, FileState>(StringComparer.Ordinal);
        var touched = false;
        foreach (var path in paths)
        {
            if (!_files.TryGetValue(path, out var was))
                return $"'{path}' is new";
            var now = FileState.Of(path, was);
            if (now.Hash != was.Hash)
                return $"'{path}' has changed";
            touched |= now != was;
            files.Add(path, now);
        }
        if (files.Count < _files.Count)
            return $"'{_files.Keys.First(path => !files.ContainsKey(path))}' counts no more";
        if (touched)
            refreshed = new Snapshot(facts, _references, files, _reports);
        return null;
    }

    /// <summary>True where nothing shows that a file was touched since this was taken.</summary>
    public bool IsUntouched() => _files.All(file => file.Value.IsUntouched(file.Key));

    /// <summary>Reads a stamp.</summary>
    /// <returns>Null where there is none, or half of one, or one of another version.</returns>
    public static Snapshot? Read(string stamp)
    {
        if (!File.Exists(stamp))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(stamp));
            var root = json.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            var files = new SortedDictionary<string, FileState>(StringComparer.Ordinal);
            foreach (var file in root.GetProperty("files").EnumerateObject())
                files.Add(file.Name, new FileState(
                    file.Value[0].GetString()!, file.Value[1].GetString(), file.Value[2].GetBoolean()));
            return new Snapshot(Texts(root, "facts"), new(Texts(root, "references"), StringComparer.Ordinal), files,
                Texts(root, "reports"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
            or IndexOutOfRangeException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Leaves a stamp: the whole of it or none.</summary>
    /// <param name="stamp">The file.</param>
    /// <param name="reports">What the run wrote; a report that goes is written again. Null: as before.</param>
    public void Write(string stamp, IReadOnlyList<string>? reports = null) => AtomicFile.Write(stamp, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        Write(json, "facts", _facts);
        Write(json, "reports", reports ?? _reports);
        Write(json, "references", _references);
        json.WriteStartObject("files");
        foreach (var (path, state) in _files)
        {
            json.WriteStartArray(path);
            json.WriteStringValue(state.Hash);
            json.WriteStringValue(state.Key);
            json.WriteBooleanValue(state.Trusted);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    });

    static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static List<string> Texts(JsonElement root, string name)
    {
        var texts = new List<string>();
        foreach (var text in root.GetProperty(name).EnumerateArray())
            texts.Add(text.GetString()!);
        return texts;
    }
}
