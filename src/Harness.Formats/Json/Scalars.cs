using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Json;

/// <summary>Single elements of tensors, as JSON has them.</summary>
static class Scalars
{
    /// <summary>Writes one element; a value that the type cannot hold is refused.</summary>
    public static void Write(
        Span<byte> to,
        ElementType type,
        JsonTree value,
        Func<JsonTree, double> asFloat,
        Func<JsonTree, long> asInteger,
        Func<int, string, Exception> bad)
    {
        switch (type)
        {
            case ElementType.Float64: Put(to, asFloat(value)); return;
            case ElementType.Float32: Put(to, (float)asFloat(value)); return;
            case ElementType.Float16: Put(to, (Half)asFloat(value)); return;
            case ElementType.Int64: Put(to, asInteger(value)); return;
            case ElementType.Int32: Put(to, (int)Within(int.MinValue, int.MaxValue)); return;
            case ElementType.Int16: Put(to, (short)Within(short.MinValue, short.MaxValue)); return;
            case ElementType.Int8: Put(to, (sbyte)Within(sbyte.MinValue, sbyte.MaxValue)); return;
            case ElementType.UInt8: Put(to, (byte)Within(byte.MinValue, byte.MaxValue)); return;
            case ElementType.Bool when value.Kind is JsonTokenType.True or JsonTokenType.False:
                Put(to, value.Kind == JsonTokenType.True);
                return;
            default: throw bad(value.Line, $"a value is no {type.NumPyName()}, or constants of that type are not read");
        }

        long Within(long least, long most) => asInteger(value) is var number && number >= least && number <= most
            ? number
            : throw bad(value.Line, $"'{value.Text}' is no {type.NumPyName()}");
    }

    /// <summary>All elements as JSON.</summary>
    public static IEnumerable<string> Texts(Tensor tensor) => tensor.Type switch
    {
        ElementType.Float64 or ElementType.Float32 or ElementType.Float16 => tensor.ToDoubles().Select(Text),
        ElementType.Int64 => tensor.As<long>().ToArray().Select(n => n.ToString(CultureInfo.InvariantCulture)),
        ElementType.Bool => tensor.As<byte>().ToArray().Select(b => b != 0 ? "true" : "false"),
        ElementType.BFloat16 => throw new NotSupportedException("constants of type bfloat16 are not written"),
        _ => tensor.ToDoubles().Select(n => n.ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>A float that reads back as a float: <c>1.0</c>, never <c>1</c>.</summary>
    public static string Text(double number)
    {
        if (double.IsNaN(number)) return """{"float": "nan"}""";
        if (double.IsInfinity(number)) return number > 0 ? """{"float": "inf"}""" : """{"float": "-inf"}""";
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny(".E") >= 0 ? text : text + ".0";
    }

    static void Put<T>(Span<byte> to, T value) where T : unmanaged => MemoryMarshal.Write(to, in value);
}
