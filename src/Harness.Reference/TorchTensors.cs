using System.Runtime.InteropServices;
using Harness.Executor.Model;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference;

/// <summary>Stored tensors to libtorch's and back.</summary>
static class TorchTensors
{
    /// <summary>The same elements in the same type, on the CPU.</summary>
    public static TorchTensor Of(Stored stored)
    {
        var tensor = empty(Extents(stored.Shape), TypeOf(stored.Type));
        if (stored.Bytes.Length > 0) stored.Bytes.Span.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>Floating-point elements in <paramref name="type"/>, others in their own.</summary>
    public static TorchTensor Widen(Stored stored, ScalarType type, Device device)
    {
        var tensor = Of(stored);
        var wide = stored.Type.IsFloating() ? tensor.to(type, device) : tensor.to(device);
        // Where nothing is to be done, it is the same one.
        if (!ReferenceEquals(wide, tensor)) tensor.Dispose();
        return wide;
    }

    /// <summary>A copy of the elements in their own type.</summary>
    /// <exception cref="NotSupportedException">The element type has no stored counterpart.</exception>
    public static Stored Store(TorchTensor tensor)
    {
        using var scope = NewDisposeScope();
        var plain = tensor.detach().cpu().contiguous();
        return new Stored(TypeOf(plain.dtype), ShapeOf(plain), plain.bytes.ToArray());
    }

    /// <summary>All elements as doubles, in C order.</summary>
    public static double[] Doubles(TorchTensor tensor)
    {
        using var scope = NewDisposeScope();
        var plain = tensor.detach().to_type(ScalarType.Float64).cpu().contiguous();
        return MemoryMarshal.Cast<byte, double>(plain.bytes).ToArray();
    }

    /// <summary>The shape of a tensor.</summary>
    public static Shape ShapeOf(TorchTensor tensor) =>
        Shape.Create([.. tensor.shape.Select(extent => checked((int)extent))]);

    static long[] Extents(Shape shape) => [.. shape.Select(extent => (long)extent)];

    /// <summary>libtorch's name of an element type.</summary>
    public static ScalarType TypeOf(ElementType type) => type switch
    {
        ElementType.Float64 => ScalarType.Float64,
        ElementType.Float32 => ScalarType.Float32,
        ElementType.Float16 => ScalarType.Float16,
        ElementType.BFloat16 => ScalarType.BFloat16,
        ElementType.Int64 => ScalarType.Int64,
        ElementType.Int32 => ScalarType.Int32,
        ElementType.Int16 => ScalarType.Int16,
        ElementType.Int8 => ScalarType.Int8,
        ElementType.UInt8 => ScalarType.Byte,
        _ => ScalarType.Bool,
    };

    static ElementType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 => ElementType.Float64,
        ScalarType.Float32 => ElementType.Float32,
        ScalarType.Float16 => ElementType.Float16,
        ScalarType.BFloat16 => ElementType.BFloat16,
        ScalarType.Int64 => ElementType.Int64,
        ScalarType.Int32 => ElementType.Int32,
        ScalarType.Int16 => ElementType.Int16,
        ScalarType.Int8 => ElementType.Int8,
        ScalarType.Byte => ElementType.UInt8,
        ScalarType.Bool => ElementType.Bool,
        _ => throw new NotSupportedException($"elements of type {type} cannot be stored"),
    };
}
