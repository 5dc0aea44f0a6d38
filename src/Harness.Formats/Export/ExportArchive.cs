using System.Text;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats.Pickle;
using Harness.Formats.Storage;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats.Export;

/// <summary>The parts of a torch.export archive, of whichever release wrote it: the exported program's document, its
/// weights and its constants.</summary>
/// <remarks>Three layouts: up to PyTorch 2.7 five records without a folder, tensors in archives of
/// torch.save; 2.8 a folder for each, tensors as before; from 2.9 on a file a storage and a document that says what
/// lies in it.</remarks>
sealed class ExportArchive
{
    const long MaxDocument = 512L << 20;
    const string OldProgram = "serialized_exported_program.json", Format = "archive_format";

    static readonly string[] s_configurations =
    [
        "_weights_config.json", "_constants_config.json", "_model_param_config.json", "_model_constants_config.json",
    ];

    readonly ZipView _zip;
    readonly string _root, _weights, _constants;
    StateDict? _constantTensors;

    ExportArchive(ZipView zip, string root, string program, string weights, string constants)
    {
        _zip = zip;
        _root = root;
        _weights = weights;
        _constants = constants;
        Document = program;
        if (zip.Find(root + "byteorder") is { } order && !zip.Read(order, 16).Span.SequenceEqual("little"u8))
            throw Bad("the archive was saved on a big-endian machine; save it again on a little-endian one");
    }

    /// <summary>The exported program's record, for messages.</summary>
    public string Document { get; }

    /// <summary>True for an archive that torch.export wrote, whether it can be read or not.</summary>
    public static bool Is(ZipView zip) => zip.Find(OldProgram) is not null || Root(zip) is not null;

    /// <summary>Opens one.</summary>
    /// <exception cref="ModelFormatException">It holds no exported program, or several.</exception>
    public static ExportArchive Open(ZipView zip)
    {
        if (zip.Find(OldProgram) is not null)
            return new ExportArchive(zip, "", OldProgram, "serialized_state_dict", "serialized_constants");
        string root = Root(zip)!;
        if (zip.Find(root + "archive_version") is { } version
            && Encoding.UTF8.GetString(zip.Read(version, 64).Span).Trim() is not "0" and var text)
            throw Unsupported(zip, $"torch.export archive version '{text}'; 0 is read");
        string folder = root + "models/";
        const string Json = ".json";
        string[] models =
        [
            .. zip.Entries.Select(entry => entry.Name)
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal)
                    && name.EndsWith(Json, StringComparison.Ordinal))
                .Select(name => name[folder.Length..^Json.Length]),
        ];
        return models switch
        {
            [var name] => new ExportArchive(zip, root, $"{folder}{name}{Json}", $"{root}data/weights/{name}",
                $"{root}data/constants/{name}"),
            [] when zip.Entries.Any(entry => entry.Name.StartsWith($"{root}data/aotinductor/",
                StringComparison.Ordinal)) => throw Unsupported(zip,
                "the archive is a package of AOTInductor: machine code without the graph; save the exported program "
                + "itself with torch.export.save(torch.export.export(model.eval(), inputs), 'model.pt2')"),
            [] => throw zip.File.Bad(-1,
                $"the torch.export archive has no exported program below '{folder}'; is it complete?"),
            _ => throw Unsupported(zip,
                $"the archive holds {models.Length} exported programs ({string.Join(", ", models.Take(8))}); save the "
                + "one you mean alone"),
        };
    }

    /// <summary>The exported program's document.</summary>
    public JsonDocument Program() => Parse(_zip.Find(Document)!);

    /// <summary>All weights of the model: parameters and buffers that are saved.</summary>
    public StateDict Weights() => Tensors(_weights, _root + "data/weights/");

    /// <summary>A constant: a tensor of no state-dict key, or a buffer that is not saved; null where the archive lacks
    /// it.</summary>
    public Tensor? Constant(string name) =>
        (_constantTensors ??= Tensors(_constants, _root + "data/constants/")).GetValueOrDefault(name);

    /// <summary>PAR1001: the archive is damaged.</summary>
    public ModelFormatException Bad(string message, Exception? inner = null) =>
        new(_zip.File.Path, -1, Codes.ModelUnreadable, message, inner);

    /// <summary>PAR1002: it holds what is not supported.</summary>
    public ModelFormatException Unsupported(string message) => Unsupported(_zip, message);

    static ModelFormatException Unsupported(ZipView zip, string message) =>
        new(zip.File.Path, -1, Codes.UnsupportedOp, message);

    // The folder with the record that names the format, slash included; a folder's name may be anything.
    static string? Root(ZipView zip)
    {
        string[] roots =
        [
            .. zip.Entries
                .Where(entry => entry.Name == Format || (entry.Name.Count(c => c == '/') == 1
                    && entry.Name.EndsWith("/" + Format, StringComparison.Ordinal)))
                .Where(entry => entry.Length <= 16
                    && zip.Read(entry, 16).Span.TrimEnd(" \r\n"u8).SequenceEqual("pt2"u8))
                .Select(entry => entry.Name[..^Format.Length]),
        ];
        return roots is [var root] ? root : null;
    }

    StateDict Tensors(string stem, string folder)
    {
        foreach (string suffix in s_configurations)
            if (_zip.Find(stem + suffix) is { } config) return Configured(config, folder);
        if (_zip.Find(stem + ".pt") is { } nested) return Nested(nested);
        throw Bad($"the archive has no tensors below '{stem}'; is the copy complete?");
    }

    StateDict Configured(ZipEntry config, string folder)
    {
        var storages = new StorageReader(_zip, folder);
        var weights = new StateDict();
        using var document = Parse(config);
        try
        {
            foreach (var entry in document.RootElement.GetProperty("config").EnumerateObject())
            {
                string file = entry.Value.Text("path_name");
                if (entry.Value.Maybe("tensor_meta") is not { } meta || entry.Value.Maybe("use_pickle") is
                    { ValueKind: JsonValueKind.True })
                    throw Unsupported($"'{entry.Name}' is no plain tensor ({folder}{file}): subclasses of tensors and "
                        + "script objects are not read; export the model with plain tensors");
                weights.Add(entry.Name, Stored(storages, entry.Name, ExportTensor.Read(meta), folder, file));
            }
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Bad($"'{config.Name}' is not what torch.export writes: {e.Message}", e);
        }
        return weights;
    }

    Tensor Stored(StorageReader storages, string name, ExportTensor meta, string folder, string file)
    {
        if (meta.Type is not { } type)
            throw Unsupported($"'{name}' has elements of {ExportTypes.Name(meta.Number)}, which are not read");
        if (meta.Shape is not { } shape || meta.Offset is not { } offset
            || Array.Exists(meta.Strides, stride => stride is null))
            throw Bad($"'{name}' has a size, a stride or an offset that varies: no stored tensor does");
        var record = _zip.Find(folder + file)
            ?? throw Bad($"tensor '{name}' needs '{folder}{file}', which the archive lacks; is the copy complete?");
        // All tensors without elements share one empty record, and so do all that were never given any.
        if (record.Length == 0 && shape.AsSpan().IndexOf(0) < 0)
            throw Bad($"tensor '{name}' of shape {shape} has no bytes ('{record.Name}' is empty): the model was "
                + "exported with fake weights; export it with real ones");
        var storage = new PickleStorage(type, file, record.Length / type.Size());
        return storages.Read(new PickleTensor(storage, offset, [.. meta.Sizes.Select(size => size!.Value)],
            [.. meta.Strides.Select(stride => stride!.Value)]), name);
    }

    // An archive of torch.save in this one.
    StateDict Nested(ZipEntry entry)
    {
        var zip = ZipView.Open(_zip.File.Within(_zip.Read(entry).Span));
        string root = FileKinds.PickleRoot(zip)
            ?? throw Bad($"'{entry.Name}' is no archive of torch.save; is the copy complete?");
        return TorchStateDict.Tensors(zip, root);
    }

    JsonDocument Parse(ZipEntry entry)
    {
        try
        {
            return ExportJson.Parse(_zip.Read(entry, MaxDocument));
        }
        catch (JsonException e)
        {
            throw Bad($"'{entry.Name}' is no valid JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
