using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>Element types as JAX holds them by default: 64-bit types are off, so float64 becomes float32 and int64 int32.</summary>
public static class FlaxTypes
{
    /// <summary>The tensor in the type JAX would give it; itself when nothing changes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="key">Its state-dict key, for the message.</param>
    /// <exception cref="ModelException">PAR4001: an int64 does not fit int32.</exception>
    public static Tensor Narrow(Tensor tensor, string key)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        switch (tensor.Type)
        {
            case ElementType.Float64:
                return Tensor.Of(tensor.Shape, tensor.ToSingles());
            case ElementType.Int64:
                var wide = tensor.As<long>();
                var narrow = new int[wide.Length];
                for (int i = 0; i < narrow.Length; i++)
                {
                    if (wide[i] is < int.MinValue or > int.MaxValue)
                    {
                        throw new ModelException(new Finding(Codes.WeightsRoundTrip, key,
                            $"'{key}' holds {wide[i]}, which does not fit int32; JAX has no int64 unless jax_enable_x64 is set"));
                    }
                    narrow[i] = (int)wide[i];
                }
                return new Tensor(ElementType.Int32, tensor.Shape, MemoryMarshal.AsBytes<int>(narrow).ToArray());
            default:
                return tensor;
        }
    }
}
