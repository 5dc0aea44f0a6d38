using System.Text.RegularExpressions;
using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>Vision Transformer: patches as tokens, attention, a token for the class. Any image with as many patches as
/// the square one goes. Source: torchvision/models/vision_transformer.py and torch.nn.MultiheadAttention.</summary>
static partial class VisionTransformer
{
    const int Side = 224;
    const double Eps = 1e-6;

    public static readonly Architecture[] All =
    [
        Of("vit_b_16", new Form(16, 768, 12, 12)),
        Of("vit_b_32", new Form(32, 768, 12, 12)),
        Of("vit_h_14", new Form(14, 1280, 16, 32)),
        Of("vit_l_16", new Form(16, 1024, 16, 24)),
        Of("vit_l_32", new Form(32, 1024, 16, 24)),
    ];

    // A patch's side, features of a token, heads and blocks.
    sealed record Form(int Patch, int Width, int Heads, int Depth)
    {
        public int Tokens => (Side / Patch * (Side / Patch)) + 1;
    }

    static Architecture Of(string name, Form form) =>
        new(name, Architecture.Square(Side), (net, x) => Write(net, x, form))
        {
            // Files of before the two linears were numbered.
            Published = new PublishedKeys
            {
                Rename = key => LinearPattern().Replace(
                    key, match => match.ValueSpan.Contains('1') ? ".mlp.0." : ".mlp.3."),
            },
        };

    static Signal Write(Network net, Signal x, Form form)
    {
        var batch = net.Size("", x, 0);
        int width = form.Width;
        x = net.Conv("conv_proj", x, width, form.Patch, new Window(form.Patch), bias: true);
        x = net.Call("", "flatten", width, Network.Of(x), Argument.Of(2), Argument.Of(-1));
        x = net.Permute("", x, 0, 2, 1);
        var token = net.Call("", "expand", width, net.Parameter("class_token", 1, 1, width),
            Argument.Of([batch, Argument.Of(-1), Argument.Of(-1)]));
        x = net.Call("", "cat", width, Argument.Of([Network.Of(token), Network.Of(x)]), Argument.Of(1));
        var places = net.Parameter("encoder.pos_embedding", 1, form.Tokens, width);
        x = net.Call("encoder", "add", width, Network.Of(x), places);
        for (int i = 0; i < form.Depth; i++)
            x = Block(net, $"encoder.layers.encoder_layer_{i}", x, batch, form);
        x = net.LayerNorm("encoder.ln", x, Eps);
        x = net.Call("", "select", width, Network.Of(x), Argument.Of(1), Argument.Of(0));
        return net.Linear("heads.head", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, Argument batch, Form form)
    {
        var y = Attend(net, $"{module}.self_attention", net.LayerNorm($"{module}.ln_1", x, Eps), batch, form);
        x = net.Add(module, y, x);
        y = net.Linear($"{module}.mlp.0", net.LayerNorm($"{module}.ln_2", x, Eps), 4 * form.Width);
        y = net.Linear($"{module}.mlp.3", net.GELU($"{module}.mlp.1", y), form.Width);
        return net.Add(module, x, y);
    }

    // One linear gives queries, keys and values; each is cut into heads: (n, t, 3·width) to 3 × (n, heads, t, each).
    static Signal Attend(Network net, string module, Signal x, Argument batch, Form form)
    {
        int width = form.Width, each = width / form.Heads;
        Argument tokens = Argument.Of((long)form.Tokens), heads = Argument.Of((long)form.Heads);
        x = net.Linear(module, x, 3 * width, $"{module}.in_proj_weight", $"{module}.in_proj_bias");
        x = net.Call(module, "view", width, Network.Of(x),
            Argument.Of([batch, tokens, Argument.Of(3), heads, Argument.Of((long)each)]));
        x = net.Permute(module, x, 2, 0, 3, 1, 4);
        Signal query = Part(0), key = Part(1), value = Part(2);
        query = net.Call(module, "div", each, Network.Of(query), Argument.Of(Math.Sqrt(each)));
        key = net.Call(module, "transpose", each, Network.Of(key), Argument.Of(-2), Argument.Of(-1));
        var scores = net.Call(module, "matmul", form.Tokens, Network.Of(query), Network.Of(key));
        scores = net.Softmax(module, scores);
        var y = net.Call(module, "matmul", each, Network.Of(scores), Network.Of(value));
        y = net.Reshape(module, net.Permute(module, y, 0, 2, 1, 3), width, batch, tokens, Argument.Of((long)width));
        return net.Linear($"{module}.out_proj", y, width);

        Signal Part(int index) =>
            net.Call(module, "select", each, Network.Of(x), Argument.Of(0), Argument.Of((long)index));
    }

    [GeneratedRegex(@"\.mlp\.linear_[12]\.")]
    private static partial Regex LinearPattern();
}
