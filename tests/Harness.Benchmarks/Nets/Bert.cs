using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>Embeddings and the first layers of BERT base: 128 words, 768 features, 12 heads. Source:
/// transformers/models/bert/modeling_bert.py.</summary>
static class Bert
{
    /// <summary>Words known.</summary>
    public const int Words = 30522;

    const int Layers = 4, Length = 128, Width = 768, Count = 12;
    const double Eps = 1e-12;

    /// <summary>Words as integers to (1, 128, 768).</summary>
    public static void Write(NetWriter net)
    {
        int ids = net.Input("input_ids", [1, Length], ElementType.Int64);
        int x = Embeddings(net, ids);
        for (int i = 0; i < Layers; i++) x = Layer(net, $"encoder.layer.{i}", x);
        net.Output("last_hidden_state", x);
    }

    static int Embeddings(NetWriter net, int ids)
    {
        const string Module = "embeddings";
        long[] all = [.. Enumerable.Range(0, Length).Select(i => (long)i)];
        int places = net.Constant("places", Tensor.Of([1, Length], all));
        int kinds = net.Constant("kinds", Tensor.Of([1, Length], new long[Length]));
        int words = Rows("word_embeddings", Words, ids);
        int sum = net.Add(Module, words, Rows("token_type_embeddings", 2, kinds));
        sum = net.Add(Module, sum, Rows("position_embeddings", 512, places));
        return net.LayerNorm($"{Module}.LayerNorm", sum, Width, Eps);

        int Rows(string name, int rows, int indices) => net.Call($"{Module}.{name}", "embedding",
            NetWriter.V(net.Parameter($"{Module}.{name}.weight", rows, Width)), NetWriter.V(indices),
            Argument.Of(-1), Argument.Of(false), Argument.Of(false));
    }

    static int Layer(NetWriter net, string module, int x)
    {
        string self = $"{module}.attention.self";
        int seen = net.Attention(
            ($"{self}.query", $"{self}.key", $"{self}.value", $"{module}.attention.output.dense"), x, x,
            new Heads(Count, Width / Count, Length, Length, Width), bias: true);
        x = net.LayerNorm($"{module}.attention.output.LayerNorm",
            net.Add($"{module}.attention.output", seen, x), Width, Eps);
        int wide = net.Linear($"{module}.intermediate.dense", x, Width, 4 * Width);
        int y = net.Linear($"{module}.output.dense", net.GELU($"{module}.intermediate", wide), 4 * Width, Width);
        return net.LayerNorm($"{module}.output.LayerNorm", net.Add($"{module}.output", y, x), Width, Eps);
    }
}
