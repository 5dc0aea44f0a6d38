using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Formats.Npy;

/// <summary>One array in NumPy's format, in memory.</summary>
static class NpyArray
{
    /// <summary>The tensor that <paramref name="bytes"/> hold, copied into C order.</summary>
    /// <param name="bytes">The whole array file.</param>
    /// <param name="bad">Makes the error for an offset.</param>
    public static Tensor Read(ReadOnlySpan<byte> bytes, Func<long, string, Exception> bad) => Read(bytes, default, bad);

    /// <summary>Reads an array as a view of <paramref name="bytes"/> where its elements lie there as a tensor's do,
    /// else as a copy.</summary>
    public static Tensor View(ReadOnlyMemory<byte> bytes, Func<long, string, Exception> bad) =>
        Read(bytes.Span, bytes, bad);

    static Tensor Read(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> view, Func<long, string, Exception> bad)
    {
        var header = NpyHeader.Read(bytes, bad);
        var data = bytes[header.DataOffset..];
        int size = header.Type.Size();
        // Int128: the product of 32 extents below 2^31 overflows anything smaller long before it can be compared.
        Int128 needed = size;
        foreach (int extent in header.Shape)
        {
            needed *= extent;
            if (needed > long.MaxValue) break;
        }
        if (needed != data.Length)
        {
            throw bad(header.DataOffset, $"the array {header.Type.NumPyName()} {header.Shape} needs {needed} bytes, "
                + $"found {data.Length}; is the copy complete?");
        }
        bool moves = header.IsFortranOrder && header.Shape.Rank > 1;
        if (!view.IsEmpty && !moves && !header.IsBigEndian)
            return new Tensor(header.Type, header.Shape, view[header.DataOffset..]);
        var copy = GC.AllocateUninitializedArray<byte>(data.Length);
        if (moves && data.Length > 0) FromFortranOrder(data, copy, header.Shape, size);
        else data.CopyTo(copy);
        if (header.IsBigEndian) SwapBytes(copy, size);
        return new Tensor(header.Type, header.Shape, copy);
    }

    /// <summary>Header and elements of a tensor; bfloat16, which NumPy lacks, is widened to float32.</summary>
    public static (byte[] Header, ReadOnlyMemory<byte> Data) Parts(Tensor tensor)
    {
        if (tensor.Type != ElementType.BFloat16) return (NpyHeader.Write(tensor.Type, tensor.Shape), tensor.Bytes);
        var halves = tensor.As<ushort>();
        var wide = new byte[halves.Length * 4];
        var words = MemoryMarshal.Cast<byte, uint>(wide.AsSpan());
        for (int n = 0; n < halves.Length; n++) words[n] = (uint)halves[n] << 16;
        return (NpyHeader.Write(ElementType.Float32, tensor.Shape), wide);
    }

    static void FromFortranOrder(ReadOnlySpan<byte> source, Span<byte> destination, Shape shape, int size)
    {
        var index = new int[shape.Rank];
        var strides = new long[shape.Rank];
        strides[0] = size;
        for (int axis = 1; axis < shape.Rank; axis++) strides[axis] = strides[axis - 1] * shape[axis - 1];
        long at = 0;
        for (int to = 0; to < destination.Length; to += size)
        {
            source.Slice((int)at, size).CopyTo(destination[to..]);
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < shape[axis]) break;
                at -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
    }

    static void SwapBytes(Span<byte> bytes, int size)
    {
        for (int at = 0; at < bytes.Length; at += size) bytes.Slice(at, size).Reverse();
    }
}
