using System.Numerics;
using Harness.Executor.Model;

namespace Harness.Reference.Recording;

/// <summary>A NaN in the weights spreads over the outputs, where it equals every other NaN: the golden would hold
/// whatever the port computes. Infinities are allowed: attention masks have them.</summary>
static class FiniteWeights
{
    /// <summary>Refuses weights that are not numbers.</summary>
    /// <exception cref="ModelException">PAR1003: the key and the position.</exception>
    public static void Demand(TorchModel model, string path)
    {
        foreach (var (key, tensor) in model.Weights)
        {
            if (!tensor.Type.IsFloating()) continue;
            // Where they lie: a copy of a large weight as doubles is gigabytes.
            int at = tensor.Type == ElementType.Float32 ? FirstNaN(tensor.As<float>())
                : FirstNaN<double>(tensor.ToDoubles());
            if (at >= 0)
                throw new ModelException(new Finding(Codes.WeightsDoNotFit, path,
                    $"'{key}' is NaN at flat index {at}, so a golden would hold nothing; train or convert the weights "
                    + "again, or record it all the same with --allow-nan"));
        }
    }

    static int FirstNaN<T>(ReadOnlySpan<T> elements) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < elements.Length; i++)
            if (T.IsNaN(elements[i])) return i;
        return -1;
    }
}
