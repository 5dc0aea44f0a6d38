namespace Harness.Executor.Model;

/// <summary>What one element of a stored tensor is. Names follow NumPy; sizes are in
/// <see cref="ElementTypes.Size"/>.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,
    /// <summary>IEEE 754 binary64.</summary>
    Float64,
    /// <summary>IEEE 754 binary16.</summary>
    Float16,
    /// <summary>The upper half of a binary32.</summary>
    BFloat16,
    /// <summary>Signed 64-bit integer.</summary>
    Int64,
    /// <summary>Signed 32-bit integer.</summary>
    Int32,
    /// <summary>Signed 16-bit integer.</summary>
    Int16,
    /// <summary>Signed 8-bit integer.</summary>
    Int8,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>Facts about <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float64 or ElementType.Int64 => 8,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 => 2,
        _ => 1,
    };

    /// <summary>The element type that elements of <typeparamref name="E"/> are.</summary>
    /// <exception cref="ArgumentException">None is.</exception>
    public static ElementType Of<E>() where E : unmanaged =>
        typeof(E) == typeof(float) ? ElementType.Float32
        : typeof(E) == typeof(double) ? ElementType.Float64
        : typeof(E) == typeof(long) ? ElementType.Int64
        : typeof(E) == typeof(int) ? ElementType.Int32
        : typeof(E) == typeof(short) ? ElementType.Int16
        : typeof(E) == typeof(sbyte) ? ElementType.Int8
        : typeof(E) == typeof(byte) ? ElementType.UInt8
        : typeof(E) == typeof(bool) ? ElementType.Bool
        : typeof(E) == typeof(Half) ? ElementType.Float16
        : throw new ArgumentException($"{typeof(E).Name} is no element type");

    /// <summary>True for the four floating-point types.</summary>
    public static bool IsFloating(this ElementType type) => type <= ElementType.BFloat16;

    /// <summary>The type of PyTorch's number (c10/core/ScalarType.h); null where no stored tensor has it.</summary>
    public static ElementType? OfTorch(long number) => number switch
    {
        0 => ElementType.UInt8,
        1 => ElementType.Int8,
        2 => ElementType.Int16,
        3 => ElementType.Int32,
        4 => ElementType.Int64,
        5 => ElementType.Float16,
        6 => ElementType.Float32,
        7 => ElementType.Float64,
        11 => ElementType.Bool,
        15 => ElementType.BFloat16,
        _ => null,
    };

    /// <summary>PyTorch's number for the type (c10/core/ScalarType.h).</summary>
    public static int TorchNumber(this ElementType type) => type switch
    {
        ElementType.UInt8 => 0,
        ElementType.Int8 => 1,
        ElementType.Int16 => 2,
        ElementType.Int32 => 3,
        ElementType.Int64 => 4,
        ElementType.Float16 => 5,
        ElementType.Float32 => 6,
        ElementType.Float64 => 7,
        ElementType.BFloat16 => 15,
        _ => 11,
    };

    /// <summary>NumPy's and safetensors-neutral name: <c>float32</c>, <c>int64</c>, <c>bool</c> …</summary>
    public static string NumPyName(this ElementType type) => type switch
    {
        ElementType.Float32 => "float32",
        ElementType.Float64 => "float64",
        ElementType.Float16 => "float16",
        ElementType.BFloat16 => "bfloat16",
        ElementType.Int64 => "int64",
        ElementType.Int32 => "int32",
        ElementType.Int16 => "int16",
        ElementType.Int8 => "int8",
        ElementType.UInt8 => "uint8",
        _ => "bool",
    };
}
