using System.Buffers.Binary;
using System.Text;

namespace Harness.Benchmarks.Onnx;

/// <summary>One protobuf message being written: chunks that are joined once, so that weights are copied once.</summary>
/// <remarks>https://protobuf.dev/programming-guides/encoding: a field is a tag of number and wire type, then a varint
/// (0), four bytes (5), or a length and that many bytes (2).</remarks>
sealed class ProtoMessage
{
    const int Varint = 0, Delimited = 2, Fixed32 = 5;

    readonly List<ReadOnlyMemory<byte>> _chunks = [];

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>An integer or enumeration field.</summary>
    public void Write(int field, long value)
    {
        Number(((ulong)field << 3) | Varint);
        Number((ulong)value);
    }

    /// <summary>A float field.</summary>
    public void Write(int field, float value)
    {
        Number(((ulong)field << 3) | Fixed32);
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Append(bytes);
    }

    /// <summary>A string field.</summary>
    public void Write(int field, string value) => Write(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A bytes field; the memory is read when the message is joined.</summary>
    public void Write(int field, ReadOnlyMemory<byte> value)
    {
        Number(((ulong)field << 3) | Delimited);
        Number((ulong)value.Length);
        Append(value);
    }

    /// <summary>A message field.</summary>
    public void Write(int field, ProtoMessage value)
    {
        Number(((ulong)field << 3) | Delimited);
        Number((ulong)value.Length);
        foreach (var chunk in value._chunks) Append(chunk);
    }

    /// <summary>The message's bytes.</summary>
    /// <exception cref="OverflowException">It is longer than an array can be.</exception>
    public byte[] Join()
    {
        var bytes = new byte[checked((int)Length)];
        int at = 0;
        foreach (var chunk in _chunks)
        {
            chunk.Span.CopyTo(bytes.AsSpan(at));
            at += chunk.Length;
        }
        return bytes;
    }

    void Number(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int count = 0;
        for (; value >= 0x80; value >>= 7) bytes[count++] = (byte)(value | 0x80);
        bytes[count++] = (byte)value;
        Append(bytes[..count].ToArray());
    }

    void Append(ReadOnlyMemory<byte> chunk)
    {
        _chunks.Add(chunk);
        Length += chunk.Length;
    }
}
