using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>LSTM of two layers in both directions: 100 elements of 256 features, as many in a state.</summary>
static class SequenceNet
{
    const int Length = 100, Features = 256, Layers = 2;

    /// <summary>(100, 1, 256) to (100, 1, 512), and the states at the end.</summary>
    public static void Write(NetWriter net)
    {
        int x = net.Input("x", [Length, 1, Features]);
        Shape states = [2 * Layers, 1, Features];
        int h = net.Constant("h", Tensor.Of(states, new float[states.Elements]));
        int c = net.Constant("c", Tensor.Of(states, new float[states.Elements]));
        var weights = ImmutableArray.CreateBuilder<Argument>();
        for (int layer = 0; layer < Layers; layer++)
        {
            foreach (string direction in new[] { "", "_reverse" })
            {
                string suffix = $"_l{layer}{direction}";
                int inputs = layer == 0 ? Features : 2 * Features;
                weights.Add(NetWriter.V(net.Parameter($"lstm.weight_ih{suffix}", 4 * Features, inputs)));
                weights.Add(NetWriter.V(net.Parameter($"lstm.weight_hh{suffix}", 4 * Features, Features)));
                weights.Add(NetWriter.V(net.Parameter($"lstm.bias_ih{suffix}", 4 * Features)));
                weights.Add(NetWriter.V(net.Parameter($"lstm.bias_hh{suffix}", 4 * Features)));
            }
        }
        var results = net.Calls("lstm", "lstm", 3, NetWriter.V(x),
            Argument.Of([NetWriter.V(h), NetWriter.V(c)]), Argument.Of(weights.ToImmutable()), Argument.Of(true),
            Argument.Of((long)Layers), Argument.Of(0.0), Argument.Of(false), Argument.Of(true), Argument.Of(false));
        net.Output("y", results[0]);
        net.Output("h", results[1]);
        net.Output("c", results[2]);
    }
}
