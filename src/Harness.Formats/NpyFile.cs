using Harness.Executor.Model;
using Harness.Formats.Npy;
using Harness.Formats.Storage;

namespace Harness.Formats;

/// <summary>One array in NumPy's format.</summary>
public static class NpyFile
{
    /// <summary>Reads an array; big-endian and Fortran-ordered ones are put into our order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is damaged, or its element type is not supported.</exception>
    public static Tensor Read(string path)
    {
        using var file = OpenedFile.Open(path);
        if (file.Length > int.MaxValue) throw file.Bad(0, $"{file.Length} bytes; arrays up to 2 GiB are read");
        return NpyArray.Read(file.Span(0, (int)file.Length), file.Bad);
    }

    /// <summary>Writes an array, byte for byte as <c>numpy.save</c> does. bfloat16 becomes float32, which loses
    /// nothing.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="tensor">The array.</param>
    public static void Write(string path, Tensor tensor)
    {
        var (header, data) = NpyArray.Parts(tensor);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            stream.Write(data.Span);
        });
    }
}
