using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>A tree in a file of any of the formats that <see cref="FlaxTree"/> writes.</summary>
public sealed class FlaxTreeFile : IDisposable
{
    readonly FlaxMsgpackFile? _msgpack;
    readonly Dictionary<string, Func<BorrowedTensor>> _arrays = new(StringComparer.Ordinal);

    FlaxTreeFile(string path, FlaxFormat format)
    {
        if (format == FlaxFormat.Msgpack)
        {
            _msgpack = FlaxMsgpackFile.Open(path);
            foreach (var entry in _msgpack.Entries) _arrays[string.Join('/', entry.Path)] = () =>
                _msgpack.Borrow(entry);
            return;
        }
        var tensors = format == FlaxFormat.Npz ? NpzFile.Read(path) : SafetensorsFile.Read(path);
        foreach (var (name, tensor) in tensors)
            _arrays[format == FlaxFormat.Npz ? name : name.Replace('.', '/')] = () => BorrowedTensor.Of(tensor);
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What it is.</param>
    /// <exception cref="ModelFormatException">It is damaged, or holds something that is no tree of arrays.</exception>
    public static FlaxTreeFile Open(string path, FlaxFormat format) => new(path, format);

    /// <summary>The paths of all arrays, joined by slashes.</summary>
    public IReadOnlyCollection<string> Paths => _arrays.Keys;

    /// <summary>The elements of an array, for one use.</summary>
    public BorrowedTensor Borrow(string path) => _arrays[path]();

    /// <summary>Closes the file.</summary>
    public void Dispose() => _msgpack?.Dispose();
}
