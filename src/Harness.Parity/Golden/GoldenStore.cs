using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Parity.Golden;

/// <summary>Goldens on disk: <c>golden.json</c> and <c>golden.safetensors</c> in one folder a case.</summary>
public static class GoldenStore
{
    /// <summary>The document's file.</summary>
    public const string JsonName = "golden.json";

    /// <summary>The tensors' file.</summary>
    public const string TensorsName = "golden.safetensors";

    /// <summary>The folder, in a case's own, of a second one that tells what the first cannot; and the first's as seen
    /// from there.</summary>
    public const string SecondName = "second", FirstName = "..";

    /// <summary>The folder of the other case, where two were recorded together; null where there is none.</summary>
    /// <param name="directory">The folder of either.</param>
    public static string? OtherOf(string directory)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string second = Path.Combine(full, SecondName);
        string? first = Path.GetFileName(full) == SecondName ? Path.GetDirectoryName(full) : null;
        return File.Exists(Path.Combine(second, JsonName)) ? second
            : first is not null && File.Exists(Path.Combine(first, JsonName)) ? first : null;
    }

    /// <summary>The tensor of an input: <c>input.x</c>.</summary>
    public static string InputName(string port) => $"input.{port}";

    /// <summary>The tensor of an output: <c>output.0</c>.</summary>
    public static string OutputName(string port) => $"output.{port}";

    /// <summary>The tensor of a probe: <c>probe.layer1.0.conv1</c>.</summary>
    public static string ProbeName(string node) => $"probe.{node}";

    /// <summary>Reads a golden and checks that its two files fit each other.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="model">The model that it should be of, where the caller knows: what is missing is recorded from
    /// it.</param>
    /// <param name="weights">That model's weights, likewise.</param>
    /// <exception cref="ModelException">PAR3001: missing; PAR3003: corrupt, inconsistent or of an unknown
    /// version.</exception>
    public static GoldenCase Read(string directory, string? model = null, string? weights = null)
    {
        directory = Path.GetFullPath(directory);
        string file = Path.Combine(directory, JsonName), tensorsFile = Path.Combine(directory, TensorsName);
        foreach (string needed in (string[])[file, tensorsFile])
            if (!File.Exists(needed)) throw Missing(needed, model, weights);
        var (document, measuredSha256, probesSha256, lines) = GoldenReader.Read(file, WholeFile.Read(file));
        var tensors = ReadTensors(tensorsFile);
        var golden = new GoldenCase(directory, document, tensors, lines);
        foreach (var port in document.Inputs)
        {
            if (port.Generator is not { } generator) continue;
            string name = InputName(port.Name);
            var made = generator.Make(port.Type, port.Shape)
                ?? throw Corrupt(golden.PlaceOf(name),
                    $"'{name}' cannot be generated: {port.Type.NumPyName()} {port.Shape}");
            if (!tensors.Add(name, made)) throw Corrupt(golden.PlaceOf(name), $"'{name}' is generated and stored");
        }
        if (GoldenConsistency.FirstFault(document, tensors) is { } fault)
            throw new ModelException(new Finding(fault.Code, golden.PlaceOf(fault.Fact), fault.Why));
        if (Sha256Hash.Of(document.Probes.Select(golden.Probe)) != probesSha256)
            throw Corrupt(golden.PlaceOf("probesSha256"), "the probes do not have the hash that golden.json states");
        if (measuredSha256 != GoldenJson.MeasuredSha256(document))
        {
            throw Corrupt(golden.PlaceOf("measuredSha256"),
                "what was measured (float32Noise, sensitivity, probes) does not have this hash: it was changed by " +
                "hand; record it again, or give float32Noise a 'reason'");
        }
        return golden;
    }

    /// <summary>Writes a golden; files that would not change are left alone, so a second recording changes no
    /// byte.</summary>
    /// <param name="directory">The case's folder; made when it is missing.</param>
    /// <param name="document">What golden.json says.</param>
    /// <param name="tensors">By the names of <see cref="InputName"/>, <see cref="OutputName"/> and <see
    /// cref="ProbeName"/>.</param>
    /// <exception cref="ArgumentException">The document and the tensors contradict each other.</exception>
    public static void Write(string directory, GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (GoldenConsistency.FirstFault(document, tensors) is { } fault)
            throw new ArgumentException($"{fault.Fact}: {fault.Why}", nameof(tensors));
        foreach (var port in document.Inputs)
        {
            if (port.Generator?.Make(port.Type, port.Shape) is { } made && Sha256Hash.Of(made) != port.Sha256)
                throw new ArgumentException($"input '{port.Name}' is not what its generator makes", nameof(document));
        }
        AtomicFile.MakeFolder(directory);
        var probes = document.Probes.Select(probe => tensors[ProbeName(probe.Node)]);
        // Tensors first: a reader between the two moves sees hashes that do not fit, never a golden that is half new.
        WriteTensors(Path.Combine(directory, TensorsName), [.. InOrder(document, tensors)]);
        WriteDocument(Path.Combine(directory, JsonName), GoldenJson.Write(document, Sha256Hash.Of(probes)));
    }

    /// <summary>The tolerance that an earlier recording carries and a new one keeps: it was accepted with a
    /// reason.</summary>
    /// <remarks>The default where no readable golden is there, since recording again is the cure for a corrupt one and
    /// the default is the strictest.</remarks>
    public static Tolerance ToleranceOf(string directory)
    {
        string file = Path.Combine(directory, JsonName);
        if (!File.Exists(file)) return Tolerance.Default;
        try
        {
            return GoldenReader.Read(file, WholeFile.Read(file)).Document.Tolerance;
        }
        catch (ModelException)
        {
            return Tolerance.Default;
        }
    }

    /// <summary>A file as a golden in <paramref name="directory"/> names it: relative, with forward slashes.</summary>
    /// <exception cref="ArgumentException">No relative path leads there: another drive.</exception>
    public static string RelativePath(string directory, string file)
    {
        string relative = Path.GetRelativePath(Path.GetFullPath(directory), Path.GetFullPath(file));
        if (Path.IsPathRooted(relative))
            throw new ArgumentException(
                $"no relative path leads from {directory} to {file}; keep both on one drive", nameof(file));
        return relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    static IEnumerable<KeyValuePair<string, Tensor>> InOrder(
        GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors) =>
        document.Inputs.Where(port => port.Generator is null).Select(port => InputName(port.Name))
            .Concat(document.Outputs.Select(port => OutputName(port.Name)))
            .Concat(document.Probes.Select(probe => ProbeName(probe.Node)))
            .Select(name => KeyValuePair.Create(name, tensors[name]));

    static StateDict ReadTensors(string file)
    {
        try
        {
            return SafetensorsFile.Read(file);
        }
        catch (ModelFormatException e)
        {
            throw new ModelException(e.Finding with { Code = Codes.GoldenCorrupt }, e);
        }
    }

    // Unchanged files keep their time stamps as well, so that builds that look at those stay up to date.
    static void WriteTensors(string file, KeyValuePair<string, Tensor>[] tensors)
    {
        if (!Holds(file, tensors)) SafetensorsFile.Write(file, tensors);
    }

    static void WriteDocument(string file, byte[] bytes)
    {
        if (!File.Exists(file) || !WholeFile.Read(file).AsSpan().SequenceEqual(bytes)) AtomicFile.Write(file, bytes);
    }

    static bool Holds(string file, KeyValuePair<string, Tensor>[] tensors)
    {
        if (!File.Exists(file)) return false;
        try
        {
            var (old, i) = (ReadTensors(file), 0);
            return old.Count == tensors.Length
                && old.All(entry => entry.Key == tensors[i].Key && Same(entry.Value, tensors[i++].Value));
        }
        catch (ModelException)
        {
            // A corrupt file holds nothing; it is about to be replaced.
            return false;
        }
    }

    static bool Same(Tensor one, Tensor other) =>
        one.Type == other.Type && one.Shape == other.Shape && one.Bytes.Span.SequenceEqual(other.Bytes.Span);

    static ModelException Missing(string file, string? model, string? weights) => new(new Finding(
        Codes.GoldenMissing, file,
        $"golden missing; record it with: {RecordLine.Of(Path.GetDirectoryName(file)!, model, weights)}"));

    static ModelException Corrupt(string place, string why) => new(new Finding(Codes.GoldenCorrupt, place, why));
}
