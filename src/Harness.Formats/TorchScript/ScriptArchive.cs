using System.Text;
using Harness.Executor.Model;
using Harness.Formats.Pickle;
using Harness.Formats.Zip;

namespace Harness.Formats.TorchScript;

/// <summary>The parts of a TorchScript archive: the pickled module, the constants, the source files on
/// demand.</summary>
sealed class ScriptArchive
{
    const long MaxPickle = 64L << 20;
    const long MaxSource = 16L << 20;

    readonly ZipView _zip;
    readonly string _root;
    readonly Dictionary<string, SourceFile> _sources = new(StringComparer.Ordinal);
    readonly Dictionary<PickleTensor, Tensor> _tensors = new(ReferenceEqualityComparer.Instance);
    readonly StorageReader _moduleStorages;
    readonly StorageReader _constantStorages;

    /// <summary>Reads the pickles of the archive below <paramref name="root"/>.</summary>
    public ScriptArchive(ZipView zip, string root)
    {
        _zip = zip;
        _root = root;
        _moduleStorages = new StorageReader(zip, root + "data/");
        _constantStorages = new StorageReader(zip, root + "constants/");
        CheckByteOrder();
        Module = Unpickle("data.pkl") is PickleObject module
            ? module
            : throw Bad("'data.pkl' holds no module; save one with torch.jit.trace(...).save(...)");
        Constants = zip.Find(root + "constants.pkl") is null ? []
            : Unpickle("constants.pkl") is PickleTuple constants ? constants.Items
            : throw Bad("'constants.pkl' holds no tuple of constants");
    }

    /// <summary>The root module.</summary>
    public PickleObject Module { get; }

    /// <summary>What the source calls <c>CONSTANTS.c0</c>, <c>CONSTANTS.c1</c> …</summary>
    public IReadOnlyList<object?> Constants { get; }

    /// <summary>A tensor of the module.</summary>
    public Tensor ModuleTensor(PickleTensor tensor, string name) => Once(_moduleStorages, tensor, name);

    /// <summary>A tensor of the constants.</summary>
    public Tensor ConstantTensor(PickleTensor tensor, string name) => Once(_constantStorages, tensor, name);

    // A script is evaluated once for each shape of its inputs.
    Tensor Once(StorageReader storages, PickleTensor tensor, string name) =>
        _tensors.TryGetValue(tensor, out var known) ? known : _tensors[tensor] = storages.Read(tensor, name);

    /// <summary>The source file of a module name such as <c>__torch__.torch.nn.modules.conv</c>; null when there is
    /// none.</summary>
    public SourceFile? Source(string module)
    {
        if (_sources.TryGetValue(module, out var known)) return known;
        string file = $"code/{module.Replace('.', '/')}.py";
        if (_zip.Find(_root + file) is not { } entry) return null;
        var bytes = _zip.Read(entry, MaxSource);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"'{file}' is not UTF-8 text");
        }
        return _sources[module] = SourceParser.Parse(file, text, (line, message) => Bad($"{file}:{line}: {message}"));
    }

    /// <summary>The source of a class such as <c>__torch__.torch.nn.modules.conv.Conv2d</c>, with its file; null when
    /// there is none.</summary>
    public (SourceFile File, ClassSyntax Class)? Class(string qualified)
    {
        int dot = qualified.LastIndexOf('.');
        return dot > 0 && Source(qualified[..dot]) is { } file
            && file.Classes.TryGetValue(qualified[(dot + 1)..], out var found)
            ? (file, found)
            : null;
    }

    /// <summary>An error about the archive.</summary>
    public ModelFormatException Bad(string message) => _zip.File.Bad(-1, message);

    /// <summary>An error about a construct that is not supported.</summary>
    public ModelFormatException Unsupported(string message) =>
        new(_zip.File.Path, -1, Codes.UnsupportedOp, message);

    /// <summary>An error about inputs that the program does not take.</summary>
    public ModelFormatException Misfit(string message) => new(_zip.File.Path, -1, Codes.ShapeMismatch, message);

    /// <summary>An error about a call of the program.</summary>
    public ModelFormatException At(Finding finding) => new(_zip.File.Path, -1, finding.Code,
        finding.Place.Length == 0 || finding.Message.Contains(finding.Place, StringComparison.Ordinal)
            ? finding.Message : $"{finding.Message} (at {finding.Place})");

    /// <summary>An error about what a user gave.</summary>
    public ModelFormatException Misused(string message) => new(_zip.File.Path, -1, Codes.BadUsage, message);

    object? Unpickle(string name)
    {
        var entry = _zip.Find(_root + name) ?? throw Bad($"the archive lacks '{name}'; is the copy complete?");
        var bytes = _zip.Read(entry, MaxPickle);
        return new PickleMachine(bytes, Error).Run();

        Exception Error(long at, string message) =>
            _zip.File.Bad(entry.IsStored ? entry.Offset + at : -1, $"'{name}': {message}");
    }

    void CheckByteOrder()
    {
        if (_zip.Find(_root + "byteorder") is { } entry && !_zip.Read(entry, 16).Span.SequenceEqual("little"u8))
            throw Bad("the archive was saved on a big-endian machine; save it again on a little-endian one");
    }
}
