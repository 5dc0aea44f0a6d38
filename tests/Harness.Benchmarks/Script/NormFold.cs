using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Script;

/// <summary>Multiplies batch norms into the convolutions before them, as <c>torch.jit.freeze</c> does: TorchSharp does
/// not expose freeze, and a peer must run at its best.</summary>
static class NormFold
{
    const int Weight = 1, Bias = 2;

    /// <summary>The same model with fewer calls. Folded weights are float64; whoever computes in float32 rounds them
    /// once.</summary>
    public static TorchModel Apply(TorchModel model)
    {
        var graph = model.Graph;
        var keys = graph.Parameters.ToDictionary(p => p.Value, p => p.Key);
        var readers = graph.Calls.SelectMany(Reference.Walk.GraphWalk.Used)
            .Concat(graph.Outputs.Select(port => port.Value))
            .CountBy(value => value).ToDictionary();
        var weights = new StateDict();
        foreach (var (key, tensor) in model.Weights) weights.Add(key, tensor);
        var parameters = graph.Parameters.ToBuilder();
        int next = graph.ValueCount;
        int Add(string key, Tensor tensor)
        {
            weights.Add(key, tensor);
            parameters.Add(new ParameterValue(next, key, tensor.Shape, tensor.Type));
            return next++;
        }

        var calls = new List<Call>();
        var madeBy = new Dictionary<int, int>();
        foreach (var call in graph.Calls)
        {
            if (call.Target == "aten::batch_norm" && call.Arguments[0] is ValueArgument { Id: var x }
                && madeBy.TryGetValue(x, out int at) && readers[x] == 1 && Folded(calls[at], call) is { } merged)
            {
                madeBy[call.Results[0]] = at;
                calls[at] = merged;
                continue;
            }
            foreach (int result in call.Results) madeBy[result] = calls.Count;
            calls.Add(call);
        }
        var folded = graph with { Calls = [.. calls], Parameters = parameters.ToImmutable(), ValueCount = next };
        return new TorchModel(folded, weights, model.Format);

        Call? Folded(Call convolution, Call norm)
        {
            if (convolution.Target is not ("aten::conv2d" or "aten::conv3d" or "aten::_convolution")
                || !convolution.Keywords.IsEmpty) return null;
            if (convolution.Target == "aten::_convolution" && convolution.Arguments[6] is BoolArgument { Flag: true })
                return null;
            if (Elements(convolution.Arguments, Weight) is not { } kernel) return null;
            if (convolution.Arguments.Length > Bias && convolution.Arguments[Bias] is not NoneArgument
                && Elements(convolution.Arguments, Bias) is null) return null;
            if (Elements(norm.Arguments, 3) is not { } mean || Elements(norm.Arguments, 4) is not { } variance)
                return null;
            double eps = ((FloatArgument)norm.Arguments[7]).Number;
            double[]? scale =
                Elements(norm.Arguments, 1)?.ToDoubles(), shift = Elements(norm.Arguments, 2)?.ToDoubles();
            double[] window = kernel.ToDoubles(), means = mean.ToDoubles(), variances = variance.ToDoubles();
            double[] bias = Elements(convolution.Arguments, Bias)?.ToDoubles() ?? new double[means.Length];
            int each = window.Length / means.Length;
            for (int c = 0; c < means.Length; c++)
            {
                double factor = (scale?[c] ?? 1) / Math.Sqrt(variances[c] + eps);
                foreach (ref double w in window.AsSpan(c * each, each)) w *= factor;
                bias[c] = (bias[c] - means[c]) * factor + (shift?[c] ?? 0);
            }
            var arguments = convolution.Arguments.ToBuilder();
            if (arguments.Count == Bias) arguments.Add(Argument.None);
            arguments[Weight] = Argument.Value(Add($"{norm.Name}.folded.weight", Tensor.Of(kernel.Shape, window)));
            arguments[Bias] = Argument.Value(Add($"{norm.Name}.folded.bias", Tensor.Of(mean.Shape, bias)));
            return convolution with { Arguments = arguments.ToImmutable(), Results = norm.Results };
        }

        Tensor? Elements(ImmutableArray<Argument> arguments, int index) =>
            index < arguments.Length && arguments[index] is ValueArgument { Id: var id }
                && keys.TryGetValue(id, out string? key)
                ? model.Weights[key]
                : null;
    }
}
