using Harness.Executor.Model;
using Harness.Formats.Npy;
using Harness.Formats.Storage;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Several named arrays in NumPy's zip archive.</summary>
public static class NpzFile
{
    const string Ending = ".npy";

    /// <summary>True for a path that names such an archive.</summary>
    public static bool IsNamed(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads all arrays, stored or deflated, in the archive's order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is damaged, or holds something that is no array.</exception>
    public static StateDict Read(string path)
    {
        using var file = OpenedFile.Open(path);
        return View(ZipView.Open(file)).Copied();
    }

    /// <summary>Writes arrays in the given order, uncompressed; equal arrays give equal files.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="tensors">Names (<c>params/fc/kernel</c>) and arrays.</param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        AtomicFile.Write(path, stream =>
    {
        var zip = new ZipWriter(stream);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            if (!names.Add(name)) throw new ArgumentException($"two arrays are named '{name}'", nameof(tensors));
            var (header, data) = NpyArray.Parts(tensor);
            zip.Add(name + Ending, header, data);
        }
        zip.Finish();
    });

    // Views of the archive where it stores what a tensor holds.
    internal static StateDict View(ZipView zip)
    {
        var tensors = new StateDict();
        foreach (var entry in zip.Entries)
        {
            if (!entry.Name.EndsWith(Ending, StringComparison.Ordinal))
                throw zip.File.Bad(entry.Offset, $"'{entry.Name}' is no array: an npz archive holds .npy files only");
            var bytes = zip.Read(entry);
            // Names are unique in the directory, so they are here.
            tensors.Add(entry.Name[..^Ending.Length], NpyArray.View(bytes,
                (at, message) => zip.File.Bad(entry.IsStored ? entry.Offset + at : -1, $"'{entry.Name}': {message}")));
        }
        return tensors;
    }
}
