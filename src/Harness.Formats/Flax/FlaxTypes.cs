using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>The floating-point type in which a tree is written.</summary>
public enum FlaxDtype
{
    /// <summary>The model's own. JAX has no 64-bit types by default, so these are narrowed where that loses no bit;
    /// what would lose some stays as wide as it is.</summary>
    Auto,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,
}

/// <summary>Element types on the way into a Flax tree and back.</summary>
public static class FlaxTypes
{
    /// <summary>The type in which a tensor is written. Looks at 64-bit elements, at others never.</summary>
    public static ElementType Choose(Tensor tensor, FlaxDtype dtype)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Type == ElementType.Int64) return FitsInt32(tensor.As<long>()) ? ElementType.Int32
            : ElementType.Int64;
        if (!tensor.Type.IsFloating()) return tensor.Type;
        return dtype switch
        {
            FlaxDtype.Float16 => ElementType.Float16,
            FlaxDtype.BFloat16 => ElementType.BFloat16,
            FlaxDtype.Float32 => ElementType.Float32,
            FlaxDtype.Float64 => ElementType.Float64,
            _ => tensor.Type == ElementType.Float64 && FitsFloat32(tensor.As<double>()) ? ElementType.Float32
                : tensor.Type,
        };
    }

    /// <summary>The tensor in another type: itself where it has that type already; floats rounded to nearest
    /// even.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="type">A floating-point type for floats, an integer type for integers.</param>
    /// <param name="key">Its state-dict key, for the message.</param>
    /// <exception cref="ModelException">PAR4001: a finite number would become infinite, or an integer does not
    /// fit.</exception>
    public static Tensor Convert(Tensor tensor, ElementType type, string key)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Type == type) return tensor;
        if (tensor.Type.IsFloating() != type.IsFloating())
            throw new ArgumentException($"{tensor.Type.NumPyName()} does not become {type.NumPyName()}", nameof(type));
        return type.IsFloating() ? Floats(tensor, type, key) : Integers(tensor, type, key);
    }

    /// <summary>The tensor in another type where that loses no bit; null where it does.</summary>
    public static Tensor? Exactly(Tensor tensor, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (Holds(type, tensor.Type)) return Convert(tensor, type, "");
        try
        {
            var converted = Convert(tensor, type, "");
            return Convert(converted, tensor.Type, "").Bytes.Span.SequenceEqual(tensor.Bytes.Span) ? converted : null;
        }
        catch (ModelException)
        {
            // A number that the type does not have.
            return null;
        }
    }

    /// <summary>True when every element of <paramref name="from"/> is one of <paramref name="to"/>.</summary>
    public static bool Holds(ElementType to, ElementType from) => (to, from) switch
    {
        _ when to == from => true,
        (ElementType.Float64, _) => from.IsFloating(),
        (ElementType.Float32, ElementType.Float16 or ElementType.BFloat16) => true,
        (ElementType.Int64, ElementType.Int32 or ElementType.Int16 or ElementType.Int8 or ElementType.UInt8) => true,
        (ElementType.Int32, ElementType.Int16 or ElementType.Int8 or ElementType.UInt8) => true,
        (ElementType.Int16, ElementType.Int8 or ElementType.UInt8) => true,
        _ => false,
    };

    static bool FitsInt32(ReadOnlySpan<long> numbers)
    {
        foreach (long number in numbers)
            if (number is < int.MinValue or > int.MaxValue) return false;
        return true;
    }

    // By bits: a NaN's payload counts.
    static bool FitsFloat32(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
            if (BitConverter.DoubleToInt64Bits((float)number) != BitConverter.DoubleToInt64Bits(number)) return false;
        return true;
    }

    static Tensor Floats(Tensor tensor, ElementType type, string key)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(tensor.Shape.Elements * type.Size())));
        if (tensor.Type == ElementType.Float32 && type == ElementType.Float64)
        {
            tensor.CopyTo(MemoryMarshal.Cast<byte, double>(bytes.AsSpan()));
            return new Tensor(type, tensor.Shape, bytes);
        }
        double[] numbers = tensor.ToDoubles();
        for (int i = 0; i < numbers.Length; i++)
        {
            double number = numbers[i], written;
            switch (type)
            {
                case ElementType.Float64:
                    MemoryMarshal.Cast<byte, double>(bytes.AsSpan())[i] = written = number;
                    break;
                case ElementType.Float32:
                    written = MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[i] = (float)number;
                    break;
                case ElementType.Float16:
                    written = (double)(MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())[i] = (Half)number);
                    break;
                default:
                    ushort upper = UpperHalf(number);
                    MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[i] = upper;
                    written = BitConverter.UInt32BitsToSingle((uint)upper << 16);
                    break;
            }
            if (double.IsFinite(number) && !double.IsFinite(written))
            {
                throw new ModelException(new Finding(Codes.WeightsRoundTrip, key,
                    $"'{key}' holds {number:R}, which {type.NumPyName()} has no number for"));
            }
        }
        return new Tensor(type, tensor.Shape, bytes);
    }

    // To nearest even in one rounding: the step over float32 is to odd, which decides no tie.
    static ushort UpperHalf(double number)
    {
        if (double.IsNaN(number)) return (ushort)((BitConverter.SingleToUInt32Bits((float)number) >> 16) | 0x40);
        float single = (float)number;
        if (single != number && float.IsFinite(single))
        {
            uint toward = BitConverter.SingleToUInt32Bits(single);
            if (Math.Abs((double)single) > Math.Abs(number)) toward--;
            single = BitConverter.UInt32BitsToSingle(toward | 1);
        }
        uint bits = BitConverter.SingleToUInt32Bits(single);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    static Tensor Integers(Tensor tensor, ElementType type, string key)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(tensor.Shape.Elements * type.Size())));
        Span<byte> whole = stackalloc byte[sizeof(long)];
        for (int i = 0; i < tensor.Shape.Elements; i++)
        {
            long number = tensor.Type switch
            {
                ElementType.Int64 => tensor.As<long>()[i],
                ElementType.Int32 => tensor.As<int>()[i],
                ElementType.Int16 => tensor.As<short>()[i],
                ElementType.Int8 => tensor.As<sbyte>()[i],
                _ => tensor.As<byte>()[i],
            };
            var (least, most) = type switch
            {
                ElementType.Int64 => (long.MinValue, long.MaxValue),
                ElementType.Int32 => (int.MinValue, int.MaxValue),
                ElementType.Int16 => (short.MinValue, short.MaxValue),
                ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
                ElementType.Bool => (0L, 1L),
                _ => (0L, 255L),
            };
            if (number < least || number > most)
            {
                throw new ModelException(new Finding(Codes.WeightsRoundTrip, key,
                    $"'{key}' holds {number}, which does not fit {type.NumPyName()}"));
            }
            // Little endian: the lower bytes are the narrower number.
            BitConverter.TryWriteBytes(whole, number);
            whole[..type.Size()].CopyTo(bytes.AsSpan(i * type.Size()));
        }
        return new Tensor(type, tensor.Shape, bytes);
    }
}
