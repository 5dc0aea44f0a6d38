using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>Vision Transformer: patches as tokens, attention, a token for the class. Any image with as many patches of
/// 16 × 16 as the square one goes: 196. Source: torchvision/models/vision_transformer.py and
/// torch.nn.MultiheadAttention.</summary>
static class VisionTransformer
{
    const int Patch = 16, Patches = 196, Width = 768, Heads = 12, Hidden = 3072, Depth = 12;
    const double Eps = 1e-6;

    public static Signal B16(Network net, Signal x)
    {
        var batch = Network.Of(net.Call("", "size", 0, Network.Of(x), Argument.Of(0)));
        x = net.Conv("conv_proj", x, Width, Patch, new Window(Patch), bias: true);
        x = net.Call("", "flatten", Width, Network.Of(x), Argument.Of(2), Argument.Of(-1));
        x = net.Call("", "permute", Width, Network.Of(x), Network.Ints(0, 2, 1));
        var token = net.Call("", "expand", Width, net.Parameter("class_token", 1, 1, Width),
            Argument.Of([batch, Argument.Of(-1), Argument.Of(-1)]));
        x = net.Call("", "cat", Width, Argument.Of([Network.Of(token), Network.Of(x)]), Argument.Of(1));
        var places = net.Parameter("encoder.pos_embedding", 1, Patches + 1, Width);
        x = net.Call("encoder", "add", Width, Network.Of(x), places);
        for (int i = 0; i < Depth; i++) x = Block(net, $"encoder.layers.encoder_layer_{i}", x, batch);
        x = net.LayerNorm("encoder.ln", x, Eps);
        x = net.Call("", "select", Width, Network.Of(x), Argument.Of(1), Argument.Of(0));
        return net.Linear("heads.head", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, Argument batch)
    {
        var y = Attend(net, $"{module}.self_attention", net.LayerNorm($"{module}.ln_1", x, Eps), batch);
        x = net.Add(module, y, x);
        y = net.Linear($"{module}.mlp.0", net.LayerNorm($"{module}.ln_2", x, Eps), Hidden);
        y = net.Linear($"{module}.mlp.3", net.GELU($"{module}.mlp.1", y), Width);
        return net.Add(module, x, y);
    }

    // One linear gives queries, keys and values; each is cut into heads: (n, t, 3·768) to 3 × (n, 12, t, 64).
    static Signal Attend(Network net, string module, Signal x, Argument batch)
    {
        const int Each = Width / Heads;
        x = net.Linear(module, x, 3 * Width, $"{module}.in_proj_weight", $"{module}.in_proj_bias");
        x = net.Call(module, "view", Width, Network.Of(x), Argument.Of(
            [batch, Argument.Of(Patches + 1L), Argument.Of(3), Argument.Of((long)Heads), Argument.Of((long)Each)]));
        x = net.Call(module, "permute", Width, Network.Of(x), Network.Ints(2, 0, 3, 1, 4));
        Signal query = Part(0), key = Part(1), value = Part(2);
        query = net.Call(module, "div", Each, Network.Of(query), Argument.Of(Math.Sqrt(Each)));
        key = net.Call(module, "transpose", Each, Network.Of(key), Argument.Of(-2), Argument.Of(-1));
        var scores = net.Call(module, "matmul", Patches + 1, Network.Of(query), Network.Of(key));
        scores = net.Call(module, "softmax", Patches + 1, Network.Of(scores), Argument.Of(-1), Argument.None);
        var y = net.Call(module, "matmul", Each, Network.Of(scores), Network.Of(value));
        y = net.Call(module, "permute", Width, Network.Of(y), Network.Ints(0, 2, 1, 3));
        y = net.Call(module, "reshape", Width, Network.Of(y),
            Argument.Of([batch, Argument.Of(Patches + 1L), Argument.Of((long)Width)]));
        return net.Linear($"{module}.out_proj", y, Width);

        Signal Part(int index) =>
            net.Call(module, "select", Each, Network.Of(x), Argument.Of(0), Argument.Of((long)index));
    }
}
