using System.Buffers.Binary;
using System.Text;

namespace Harness.Formats.Flax;

/// <summary>Writes msgpack with the smallest encoding of everything, as msgpack-python does
/// (https://github.com/msgpack/msgpack/blob/master/spec.md).</summary>
sealed class MsgpackWriter(Stream stream)
{
    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The header of a map; its keys and values follow.</summary>
    public void Map(int count)
    {
        if (count <= 15) Byte(0x80 | count);
        else if (count <= ushort.MaxValue) Sized(0xde, (ushort)count);
        else Sized(0xdf, (uint)count);
    }

    /// <summary>The header of an array; its items follow.</summary>
    public void Array(int count)
    {
        if (count <= 15) Byte(0x90 | count);
        else if (count <= ushort.MaxValue) Sized(0xdc, (ushort)count);
        else Sized(0xdd, (uint)count);
    }

    /// <summary>Text.</summary>
    public void Text(string text)
    {
        byte[] bytes = Strict.GetBytes(text);
        if (bytes.Length <= 31) Byte(0xa0 | bytes.Length);
        else if (bytes.Length <= byte.MaxValue) Sized(0xd9, (byte)bytes.Length);
        else if (bytes.Length <= ushort.MaxValue) Sized(0xda, (ushort)bytes.Length);
        else Sized(0xdb, (uint)bytes.Length);
        stream.Write(bytes);
    }

    /// <summary>A number that is not negative.</summary>
    public void Unsigned(uint number)
    {
        if (number <= 127) Byte((int)number);
        else if (number <= byte.MaxValue) Sized(0xcc, (byte)number);
        else if (number <= ushort.MaxValue) Sized(0xcd, (ushort)number);
        else Sized(0xce, number);
    }

    /// <summary>True.</summary>
    public void True() => Byte(0xc3);

    /// <summary>The header of binary data; that many bytes follow.</summary>
    public void Binary(uint length)
    {
        if (length <= byte.MaxValue) Sized(0xc4, (byte)length);
        else if (length <= ushort.MaxValue) Sized(0xc5, (ushort)length);
        else Sized(0xc6, length);
    }

    /// <summary>The header of an extension; that many bytes follow.</summary>
    public void Extension(byte type, uint length)
    {
        int fix = length switch { 1 => 0xd4, 2 => 0xd5, 4 => 0xd6, 8 => 0xd7, 16 => 0xd8, _ => 0 };
        if (fix != 0) Byte(fix);
        else if (length <= byte.MaxValue) Sized(0xc7, (byte)length);
        else if (length <= ushort.MaxValue) Sized(0xc8, (ushort)length);
        else Sized(0xc9, length);
        Byte(type);
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

    /// <summary>Bytes that <see cref="Unsigned"/> takes.</summary>
    public static int LengthOf(uint number) =>
        number <= 127 ? 1 : number <= byte.MaxValue ? 2 : number <= ushort.MaxValue ? 3 : 5;

    void Byte(int value) => stream.WriteByte((byte)value);

    void Sized(int prefix, byte number)
    {
        Byte(prefix);
        Byte(number);
    }

    void Sized(int prefix, ushort number)
    {
        Span<byte> bytes = stackalloc byte[3];
        bytes[0] = (byte)prefix;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], number);
        stream.Write(bytes);
    }

    void Sized(int prefix, uint number)
    {
        Span<byte> bytes = stackalloc byte[5];
        bytes[0] = (byte)prefix;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], number);
        stream.Write(bytes);
    }
}
