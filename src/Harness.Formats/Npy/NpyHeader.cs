using System.Buffers.Binary;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats.TorchScript;

namespace Harness.Formats.Npy;

/// <summary>The header of an array in NumPy's format, versions 1 to 3
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).</summary>
/// <param name="Type">What one element is.</param>
/// <param name="IsBigEndian">Elements have their high byte first.</param>
/// <param name="IsFortranOrder">The first axis moves fastest.</param>
/// <param name="Shape">Extents.</param>
/// <param name="DataOffset">Where the elements begin.</param>
sealed record NpyHeader(ElementType Type, bool IsBigEndian, bool IsFortranOrder, Shape Shape, int DataOffset)
{
    const int MaxLength = 1 << 20;

    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header at the start of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The whole array file.</param>
    /// <param name="bad">Makes the error for an offset.</param>
    public static NpyHeader Read(ReadOnlySpan<byte> bytes, Func<long, string, Exception> bad)
    {
        if (bytes.Length < 10 || !bytes.StartsWith(Magic))
            throw bad(0, "this is no NumPy array (.npy): it lacks the signature");
        int version = bytes[6];
        if (version is < 1 or > 3) throw bad(6, $"NumPy format version {version}; 1 to 3 are read");
        int start = version == 1 ? 10 : 12;
        if (bytes.Length < start) throw bad(8, "the array's header is cut short");
        uint length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > Math.Min(MaxLength, bytes.Length - start))
            throw bad(8, $"the array claims a header of {length} bytes");
        string text = Encoding.UTF8.GetString(bytes.Slice(start, (int)length));
        int data = start + (int)length;
        Exception Error(int line, string message) => bad(start, $"the array's header is malformed: {message}");
        if (new ExpressionParser(
            new TokenReader(new Tokenizer(text.Trim(), Error).Run(), Error)).Expression() is not DictExpression dict)
            throw Error(1, "it is no dictionary");
        string? type = null;
        bool? isFortran = null;
        Shape? shape = null;
        foreach (var (key, value) in dict.Items)
        {
            switch (((key as TextExpression)?.Text, value))
            {
                case ("descr", TextExpression descr): type = descr.Text; break;
                case ("fortran_order", NameExpression { Name: "True" or "False" } flag): isFortran =
                    flag.Name == "True"; break;
                case ("shape", TupleExpression { Items.Count: <= 64 } extents): shape =
                    Shape.Create([.. extents.Items.Select(Extent)]); break;
                case ("descr", _): throw Error(1, "structured arrays are not read; save each field by itself");
                default: throw Error(1, "it has an unexpected field");
            }
        }
        if (type is null || isFortran is null || shape is null)
            throw Error(1, "it lacks 'descr', 'fortran_order' or 'shape'");
        var element = ElementOf(type) ?? throw bad(start, $"elements of type '{type}' are not read; "
            + "convert them to float32, float64, float16, int64, int32, int16, int8, uint8 or bool");
        return new NpyHeader(element, type[0] == '>' && element.Size() > 1, isFortran.Value, shape.Value, data);

        int Extent(Expression extent) => extent is IntExpression { Magnitude: <= int.MaxValue } number
            ? (int)number.Magnitude
            : throw Error(1, "an extent is no number below 2^31");
    }

    /// <summary>The header NumPy itself writes: version 1, padded so that elements begin at a multiple of 64.</summary>
    public static byte[] Write(ElementType type, Shape shape)
    {
        string extents = string.Concat(shape.Select(extent => FormattableString.Invariant($"{extent}, ")));
        if (shape.Rank > 1) extents = extents[..^2];
        else extents = extents.TrimEnd(' ');
        string text = $"{{'descr': '{Descr(type)}', 'fortran_order': False, 'shape': ({extents}), }}";
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        var bytes = new byte[total];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        bytes[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    static ElementType? ElementOf(string descr) => descr switch
    {
        "<f4" or ">f4" => ElementType.Float32,
        "<f8" or ">f8" => ElementType.Float64,
        "<f2" or ">f2" => ElementType.Float16,
        "<i8" or ">i8" => ElementType.Int64,
        "<i4" or ">i4" => ElementType.Int32,
        "<i2" or ">i2" => ElementType.Int16,
        "|i1" or "<i1" or ">i1" => ElementType.Int8,
        "|u1" or "<u1" or ">u1" => ElementType.UInt8,
        "|b1" or "<b1" or ">b1" => ElementType.Bool,
        _ => null,
    };

    static string Descr(ElementType type) => type switch
    {
        ElementType.Float32 => "<f4",
        ElementType.Float64 => "<f8",
        ElementType.Float16 => "<f2",
        ElementType.Int64 => "<i8",
        ElementType.Int32 => "<i4",
        ElementType.Int16 => "<i2",
        ElementType.Int8 => "|i1",
        ElementType.UInt8 => "|u1",
        ElementType.Bool => "|b1",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "NumPy has no such type"),
    };
}
