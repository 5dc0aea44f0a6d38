using System.Diagnostics.CodeAnalysis;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats.Storage;

namespace Harness.Formats.Weights;

/// <summary>What TorchSharp's <c>Module.save</c> writes (<c>.dat</c>): the number of tensors, then of each its name,
/// element type, extents and elements. Numbers are LEB128, and nothing says what the file is: it is one where all of it
/// reads so.</summary>
static class TorchSharpFile
{
    const int MaxTensors = 1 << 20, MaxName = 1 << 12, MaxRank = 64;

    /// <summary>The tensors as views of the file; false for a file of another kind.</summary>
    public static bool TryView(OpenedFile file, [NotNullWhen(true)] out StateDict? weights)
    {
        weights = null;
        long at = 0;
        if (Number(MaxTensors) is not (> 0 and var count)) return false;
        var read = new StateDict();
        for (long i = 0; i < count; i++)
        {
            if (Number(MaxName) is not (> 0 and var length) || length > file.Length - at) return false;
            string name;
            try
            {
                name = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Span(at, (int)length));
            }
            catch (DecoderFallbackException)
            {
                return false;
            }
            at += length;
            if (Number(byte.MaxValue) is not { } kind || ElementTypes.OfTorch((int)kind) is not { } type
                || Number(MaxRank) is not { } rank) return false;
            var extents = new int[rank];
            Int128 bytes = type.Size();
            for (int axis = 0; axis < extents.Length; axis++)
            {
                if (Number(int.MaxValue) is not { } extent) return false;
                extents[axis] = (int)extent;
                bytes *= extent;
                if (bytes > file.Length) return false;
            }
            if (bytes > file.Length - at || bytes > Array.MaxLength) return false;
            var tensor = new Tensor(type, Shape.Create(extents), file.Memory(at, (int)bytes));
            if (!read.Add(name, tensor)) return false;
            at += (long)bytes;
        }
        if (at != file.Length) return false;
        weights = read;
        return true;

        long? Number(long most)
        {
            long value = 0;
            for (int shift = 0; shift < 35 && at < file.Length; shift += 7)
            {
                byte next = file.Span(at++, 1)[0];
                value |= (long)(next & 0x7f) << shift;
                if (next < 0x80) return value <= most ? value : null;
            }
            return null;
        }
    }
}
