using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>A stored tensor: element type, shape, and C-order contiguous little-endian bytes that somebody else may
/// own.</summary>
/// <remarks>Often a view of an open file, so it lives no longer than the <see cref="TorchModel"/> it came from.
/// Immutable by contract. Elements are never converted on construction.</remarks>
public sealed class Tensor
{
    /// <summary>A tensor over existing bytes.</summary>
    /// <exception cref="ArgumentException">The byte count is not elements × size.</exception>
    public Tensor(ElementType type, Shape shape, ReadOnlyMemory<byte> bytes)
    {
        if (shape.Elements * type.Size() != bytes.Length)
            throw new ArgumentException(
                $"{type} {shape} needs {shape.Elements * type.Size()} bytes, found {bytes.Length}", nameof(bytes));
        Type = type;
        Shape = shape;
        Bytes = bytes;
    }

    /// <summary>What one element is.</summary>
    public ElementType Type { get; }

    /// <summary>Extents, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>The elements, C order, little endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A float32 tensor over a copy of these values.</summary>
    public static Tensor Of(Shape shape, ReadOnlySpan<float> values) =>
        new(ElementType.Float32, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A float64 tensor over a copy of these values.</summary>
    public static Tensor Of(Shape shape, ReadOnlySpan<double> values) =>
        new(ElementType.Float64, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>An int64 tensor over a copy of these values.</summary>
    public static Tensor Of(Shape shape, ReadOnlySpan<long> values) =>
        new(ElementType.Int64, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements reinterpreted; <typeparamref name="T"/> must have the element's size.</summary>
    /// <exception cref="InvalidOperationException">The sizes differ.</exception>
    public ReadOnlySpan<T> As<T>() where T : unmanaged
    {
        if (System.Runtime.CompilerServices.Unsafe.SizeOf<T>() != Type.Size())
            throw new InvalidOperationException($"{Type} elements cannot be read as {typeof(T).Name}");
        return MemoryMarshal.Cast<byte, T>(Bytes.Span);
    }

    /// <summary>All elements widened to double; exact for every type but int64 beyond 2^53.</summary>
    public double[] ToDoubles()
    {
        var values = LargeArray.Of<double>(checked((int)Shape.Elements));
        CopyTo(values);
        return values;
    }

    /// <summary>Widens all elements into <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the tensor.</exception>
    public void CopyTo(Span<double> destination)
    {
        if (destination.Length < Shape.Elements)
            throw new ArgumentException($"needs {Shape.Elements} elements", nameof(destination));
        switch (Type)
        {
            case ElementType.Float64: As<double>().CopyTo(destination); break;
            case ElementType.Float32: Widen(As<float>(), destination); break;
            case ElementType.Float16: { int i = 0; foreach (var x in As<Half>()) destination[i++] = (double)x; break; }
            case ElementType.BFloat16:
                {
                    int i = 0;
                    foreach (var x in As<ushort>()) destination[i++] = BitConverter.UInt32BitsToSingle((uint)x << 16);
                    break;
                }
            case ElementType.Int64: { int i = 0; foreach (var x in As<long>()) destination[i++] = x; break; }
            case ElementType.Int32: { int i = 0; foreach (var x in As<int>()) destination[i++] = x; break; }
            case ElementType.Int16: { int i = 0; foreach (var x in As<short>()) destination[i++] = x; break; }
            case ElementType.Int8: { int i = 0; foreach (var x in As<sbyte>()) destination[i++] = x; break; }
            default: { int i = 0; foreach (var x in As<byte>()) destination[i++] = x; break; }
        }
    }

    /// <summary>Writes all elements as elements of <paramref name="type"/>: itself, or floating-point numbers widened
    /// or rounded to float32 or float64.</summary>
    /// <exception cref="ArgumentException">Another type, or bytes of another count.</exception>
    public void CopyTo(ElementType type, Span<byte> destination)
    {
        if (destination.Length != Shape.Elements * type.Size())
            throw new ArgumentException($"needs {Shape.Elements} elements of {type}", nameof(destination));
        if (type == Type) Bytes.Span.CopyTo(destination);
        else if (type == ElementType.Float64) CopyTo(MemoryMarshal.Cast<byte, double>(destination));
        else if (type == ElementType.Float32)
        {
            var singles = MemoryMarshal.Cast<byte, float>(destination);
            double[] doubles = ToDoubles();
            for (int i = 0; i < doubles.Length; i++) singles[i] = (float)doubles[i];
        }
        else throw new ArgumentException($"{Type} elements do not become {type}", nameof(type));
    }

    /// <summary>All elements as float32: exact for float16, bfloat16 and float32, rounded to nearest even
    /// otherwise.</summary>
    public float[] ToSingles()
    {
        if (Type == ElementType.Float32) return As<float>().ToArray();
        var doubles = ToDoubles();
        var values = new float[doubles.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)doubles[i];
        return values;
    }

    static void Widen(ReadOnlySpan<float> source, Span<double> destination)
    {
        for (int i = 0; i < source.Length; i++) destination[i] = source[i];
    }

    /// <summary><c>float32 (64, 3, 7, 7)</c>.</summary>
    public override string ToString() => $"{Type.NumPyName()} {Shape}";
}
