using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Arrays of a file that NumPy wrote: a <c>.npy</c> or a <c>.npz</c>, told by content.</summary>
public static class ArrayFile
{
    /// <summary>Reads all arrays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="single">The array of a file that holds one without a name; null for an archive.</param>
    /// <returns>The arrays of an archive, by name, in its order; none where there is a single one.</returns>
    /// <exception cref="ModelException">PAR9003: it is not there, damaged, or holds something else.</exception>
    public static StateDict Read(string path, out Tensor? single)
    {
        single = null;
        try
        {
            using var file = OpenedFile.Open(path);
            switch (FileKinds.Of(file))
            {
                case FileKind.Zip:
                    return NpzFile.View(ZipView.Open(file)).Copied();
                case FileKind.Npy:
                    single = NpyFile.Read(path);
                    return [];
                case FileKind.Empty:
                    throw file.Bad(-1, "the file is empty; is it complete?");
                default:
                    throw file.Bad(-1, "these are no arrays of NumPy's: expected a .npz or a .npy");
            }
        }
        catch (ModelFormatException e)
        {
            throw new ModelException(e.Finding with { Code = Codes.BadUsage }, e);
        }
    }
}
