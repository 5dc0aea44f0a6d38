using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Recording;

/// <summary>Which elements of the weights move neither an output nor a probe, for these inputs: those whose gradient is
/// zero when libtorch differentiates a random projection of every node's result.</summary>
/// <param name="model">The graph and its weights.</param>
/// <param name="path">The model's file, for messages.</param>
/// <param name="device">Where to compute.</param>
sealed class BlindWeights(TorchModel model, string path, Device device)
{
    // Elements of all weights above which gradients are float32: whether one is zero does not hang on its precision,
    // and a network of 10^8 weights would take gigabytes more.
    const long Large = 1 << 24;

    readonly ScalarType _type = model.Weights.Values.Sum(tensor => tensor.Shape.Elements) > Large
        ? ScalarType.Float32 : ScalarType.Float64;

    // So many weights are looked at again one by one; where more are blind, that is what is wrong.
    const int Doubted = 8;

    /// <summary>Weights with elements that move nothing, in the order of their keys.</summary>
    public ImmutableArray<BlindWeight> Find(ImmutableArray<Stored> inputs)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, device);
        var walk = new GraphWalk(model.Graph, model.Weights, path, _type, device)
        {
            Differentiates = true,
        };
        TorchTensor? projection = null;
        foreach (var output in walk.Run(Widened(inputs), Add)) output.Tensor.Dispose();
        projection?.backward();
        var blind = ImmutableArray.CreateBuilder<BlindWeight>();
        int doubts = 0;
        foreach (var (key, gradient) in walk.Gradients.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            long of = model.Weights[key].Shape.Elements;
            var zero = gradient is null ? ones(of, dtype: ScalarType.Bool, device: device)
                : gradient.eq(0).reshape(of);
            long elements = zero.sum().item<long>();
            if (elements == 0) continue;
            // Rounding and comparisons have no gradient, and are moved all the same.
            if (elements * 2 > of && doubts++ < Doubted && Moves(key, zero, inputs)) continue;
            var shape = model.Weights[key].Shape;
            // Of a kernel (o, i, …) the places of its window, of which some may only ever meet padding.
            long taps = shape.Rank < 3 ? 0
                : zero.reshape(shape[0] * shape[1], of / shape[0] / shape[1]).all(0).sum().item<long>();
            blind.Add(new BlindWeight(key, elements, of) { Taps = taps });
        }
        return blind.ToImmutable();

        void Add(Call call, int index, TorchTensor result)
        {
            if (!result.requires_grad) return;
            var weights = rand(result.shape, dtype: result.dtype, device: device, generator: generator);
            var term = (result * weights).sum();
            projection = (projection is null ? term : projection + term).DetachFromDisposeScope();
        }
    }

    // Whether other numbers in these places move any node.
    bool Moves(string key, TorchTensor places, ImmutableArray<Stored> inputs)
    {
        var before = Sums(null);
        var after = Sums((name, tensor) =>
        {
            if (name != key) return tensor;
            var changed = tensor * 1.5 + 0.5;
            return changed.where(places.reshape(tensor.shape), tensor);
        });
        return !before.SequenceEqual(after);

        List<double> Sums(Func<string, TorchTensor, TorchTensor>? alter)
        {
            using var scope = NewDisposeScope();
            var sums = new List<double>();
            var walk = new GraphWalk(model.Graph, model.Weights, path, _type, device) { Alter = alter };
            foreach (var output in walk.Run(Widened(inputs), (call, index, result) =>
                sums.Add(ProbeSums.Of(call.Name, TorchTensors.Doubles(result)).Projection)))
                output.Tensor.Dispose();
            return sums;
        }
    }

    List<TorchTensor> Widened(ImmutableArray<Stored> inputs) =>
        [.. inputs.Select(input => TorchTensors.Widen(input, _type, device))];
}
