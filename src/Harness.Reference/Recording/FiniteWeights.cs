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
            int at = Array.FindIndex(tensor.ToDoubles(), double.IsNaN);
            if (at >= 0)
                throw new ModelException(new Finding(Codes.WeightsDoNotFit, path,
                    $"'{key}' is NaN at flat index {at}, so a golden would hold nothing; train or convert the weights "
                    + "again, or record it all the same with --allow-nan"));
        }
    }
}
