using Harness.Benchmarks.Peers;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Benchmarks.Nets;

/// <summary>Networks of kinds that are no classifier of images, as graphs: what people run beside those.</summary>
static class NetSet
{
    static readonly Dictionary<string, Action<NetWriter>> s_all = new(StringComparer.Ordinal)
    {
        ["bert_base_4"] = Bert.Write,
        ["diffusion_block"] = DiffusionBlock.Write,
        ["detector_n"] = Detector.Write,
        ["lstm_2"] = SequenceNet.Write,
        ["r3d_small"] = VideoNet.Write,
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => s_all.Keys;

    /// <summary>A network with seeded weights and inputs; null for a name that is none of these.</summary>
    public static Subject? Open(string name)
    {
        if (!s_all.TryGetValue(name, out var write)) return null;
        var net = new NetWriter();
        write(net);
        var graph = net.Finish();
        return Subject.Of(name, new TorchModel(graph, WeightsFile.Open("seed:0", graph), "benchmark"),
            [.. graph.Inputs.Select(port => port.Shape!.Value)], Most(name));
    }

    // Integer inputs are below this.
    static int Most(string name) => name == "bert_base_4" ? Bert.Words : 1;
}
