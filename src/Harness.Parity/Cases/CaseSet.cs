using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Parity.Cases;

/// <summary>The cases that must be there: a small committed file, so that none can vanish without anybody's being
/// told.</summary>
/// <remarks>Sorted, one case a line, no times: two branches that add cases merge as two lines of text do.</remarks>
public sealed class CaseSet
{
    /// <summary>The file's name where a search finds it: in a folder of goldens.</summary>
    public const string FileName = "golden.cases.json";

    const int Schema = 1;
    const string SchemaKey = "schema", CasesKey = "cases", RemovedKey = "removed";

    // Of two keys of one name a merge may have left, the first may say more.
    static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    static readonly JsonWriterOptions s_layout = new()
    {
        Indented = true,
        NewLine = "\n",
        // Names of folders are read by people; the file is no part of a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly ImmutableSortedSet<string> _cases;
    readonly ImmutableSortedDictionary<string, string> _removed;

    CaseSet(string file, ImmutableSortedSet<string> cases, ImmutableSortedDictionary<string, string> removed)
    {
        (File, _cases, _removed) = (file, cases, removed);
    }

    /// <summary>The file, as an absolute path.</summary>
    public string File { get; }

    /// <summary>The folders of all cases, as absolute paths.</summary>
    public IEnumerable<string> Folders => _cases.Select(name => CaseSetPlace.Normal(Path.GetFullPath(name, Home)));

    string Home => Path.GetDirectoryName(File)!;

    /// <summary>Whether the case of this folder is one of the set.</summary>
    public bool Holds(string folder) => _cases.Contains(NameOf(folder));

    /// <summary>The names of the cases of a folder and of those below it.</summary>
    public IEnumerable<string> Below(string folder)
    {
        string name = NameOf(folder), below = name == "." ? "" : $"{name}/";
        return _cases.Where(one => one == name || one.StartsWith(below, StringComparison.Ordinal));
    }

    /// <summary>A case as the file names it: its folder, relative to the file's, with forward slashes.</summary>
    public string NameOf(string folder) =>
        Path.GetRelativePath(Home, CaseSetPlace.Normal(folder)).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Why the case of this folder was taken off; null where it was not.</summary>
    public string? ReasonOfRemoval(string folder) => _removed.GetValueOrDefault(NameOf(folder));

    /// <summary><c>golden.cases.json(12)</c>: the line that names a case.</summary>
    public string PlaceOf(string folder)
    {
        string word = $"\"{JsonEncodedText.Encode(NameOf(folder), s_layout.Encoder)}\"";
        int index = System.IO.File.ReadLines(File).TakeWhile(line => !line.Contains(word, StringComparison.Ordinal))
            .Count();
        return $"{File}({index + 1})";
    }

    /// <summary>Reads a set.</summary>
    /// <exception cref="ModelException">PAR3003: it says something else than a set does.</exception>
    public static CaseSet Read(string file)
    {
        file = Path.GetFullPath(file);
        // .NET calls a link a file wherever it leads.
        string target = TargetOf(file);
        if (PathFault.OfFile(target) is { } absent)
            throw Corrupt(file, 1, target == file ? absent : $"a link to {target}: {absent}");
        var text = WholeFile.Read(file).AsMemory();
        if (PathFault.OfContent(text.Span) is { } other) throw Corrupt(file, 1, other);
        try
        {
            // An editor may have put a byte order mark.
            using var json = JsonDocument.Parse(text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text, s_strict);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw Corrupt(file, 1, "expected an object");
            foreach (var member in root.EnumerateObject())
                if (member.Name is not (SchemaKey or CasesKey or RemovedKey))
                    throw Corrupt(
                        file, 1, $"'{member.Name}' is unknown, expected {SchemaKey}, {CasesKey}, {RemovedKey}");
            if (!root.TryGetProperty(SchemaKey, out var schema) || !schema.TryGetInt32(out int version)
                || version != Schema)
                throw Corrupt(file, 1, $"the {SchemaKey} is not {Schema}; a newer harness may read it");
            if (!root.TryGetProperty(CasesKey, out var cases) || cases.ValueKind != JsonValueKind.Array)
                throw Corrupt(file, 1, $"'{CasesKey}' should be a list");
            var removed = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            if (root.TryGetProperty(RemovedKey, out var gone))
                foreach (var one in gone.EnumerateObject())
                    removed[one.Name] = one.Value.GetString() ?? "";
            foreach (var one in cases.EnumerateArray())
                if (one.ValueKind == JsonValueKind.String && removed.ContainsKey(one.GetString()!))
                    throw Corrupt(file, 1, $"'{one.GetString()}' is in '{CasesKey}' and in '{RemovedKey}'");
            return new CaseSet(file,
                cases.EnumerateArray().Select(one => Named(file, one)).ToImmutableSortedSet(StringComparer.Ordinal),
                removed.ToImmutable());
        }
        catch (JsonException e)
        {
            throw Corrupt(file, (int)(e.LineNumber ?? 0) + 1,
                "no JSON, or a key that stands there twice; was a merge left half done?");
        }
        catch (InvalidOperationException)
        {
            throw Corrupt(file, 1, $"'{SchemaKey}' should be a number, '{CasesKey}' a list of folders, "
                + $"'{RemovedKey}' an object of folders and reasons");
        }
    }

    /// <summary>Takes cases into a set; the file is made where it is missing, and left alone where nothing is new. Safe
    /// beside others that do the same at the same time.</summary>
    /// <param name="file">The set's file.</param>
    /// <param name="folders">The folders of the cases.</param>
    /// <returns>How many were new.</returns>
    /// <exception cref="ModelException">PAR3003: the file is no set; PAR9003: no relative path leads there.</exception>
    public static int Add(string file, IReadOnlyCollection<string> folders) => Change(file, set =>
    {
        string[] names = [.. folders.Select(set.NameOf)];
        if (Array.Find(names, Path.IsPathRooted) is { } other)
            throw new ModelException(new Finding(Codes.BadUsage, set.File,
                $"no relative path leads to {other}; keep a set and its goldens on one drive"));
        return new CaseSet(set.File, set._cases.Union(names), set._removed.RemoveRange(names));
    });

    /// <summary>Takes the cases of a folder, and those below it, off a set, with the reason on record.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ModelException">PAR3003: the file is no set.</exception>
    public static int Remove(string file, string folder, string reason) => -Change(file, set =>
    {
        string[] names = [.. set.Below(folder)];
        return new CaseSet(set.File, set._cases.Except(names),
            set._removed.SetItems(names.Select(name => KeyValuePair.Create(name, reason))));
    });

    static int Change(string file, Func<CaseSet, CaseSet> change)
    {
        file = Path.GetFullPath(file);
        // By name, and so across processes: two recordings at once read the same set, and the later must not lose what
        // the earlier one added. The file itself cannot be the lock, since writing replaces it.
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)).AsSpan(0, 16));
        using var turn = new Mutex(false, $@"Global\harness-cases-{name}");
        try
        {
            turn.WaitOne();
        }
        catch (AbandonedMutexException)
        {
            // Whoever had it was killed; the file is whole, because it is only ever replaced.
        }
        try
        {
            bool there = System.IO.File.Exists(file);
            var before = there ? Read(file) : new CaseSet(
                file, ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
                ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
            var after = change(before);
            byte[] bytes = after.ToJson();
            if (!there || !WholeFile.Read(file).AsSpan().SequenceEqual(bytes))
                AtomicFile.Write(file, bytes);
            return after._cases.Count - before._cases.Count;
        }
        finally
        {
            turn.ReleaseMutex();
        }
    }

    byte[] ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_layout))
        {
            json.WriteStartObject();
            json.WriteNumber(SchemaKey, Schema);
            json.WriteStartArray(CasesKey);
            foreach (string name in _cases) json.WriteStringValue(name);
            json.WriteEndArray();
            if (!_removed.IsEmpty)
            {
                json.WriteStartObject(RemovedKey);
                foreach (var (name, reason) in _removed) json.WriteString(name, reason);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    static string TargetOf(string file)
    {
        try
        {
            return new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException e)
        {
            throw Corrupt(file, 1, e.Message.ReplaceLineEndings(" "));
        }
    }

    static string Named(string file, JsonElement one) =>
        one.GetString() is { Length: > 0 } name && !Path.IsPathRooted(name) && !name.Contains('\\')
            && !name.Contains('\0')
            ? name
            : throw Corrupt(file, 1,
                $"'{VisibleText.Of(one.ToString())}' names no case; expected a folder relative to this file");

    static ModelException Corrupt(string file, int line, string why) =>
        new(new Finding(Codes.GoldenCorrupt, $"{file}({line})", $"this set of cases cannot be read: {why}"));
}
