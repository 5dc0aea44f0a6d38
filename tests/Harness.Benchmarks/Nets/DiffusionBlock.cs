using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>A level of a diffusion U-Net, down and up again, as Stable Diffusion's first on a latent of 32 × 32:
/// residual blocks with the time, self- and cross-attention, a skip. Source: diffusers, CrossAttnDownBlock2D and
/// CrossAttnUpBlock2D.</summary>
static class DiffusionBlock
{
    const int Side = 32, Narrow = 320, Wide = 640, Time = 1280, Words = 77, Context = 768, HeadCount = 8, Groups = 32;

    /// <summary>A latent, the time's features and the prompt's to a latent.</summary>
    public static void Write(NetWriter net)
    {
        int x = net.Input("sample", [1, Narrow, Side, Side]);
        int time = net.Each("time", "silu", net.Input("time", [1, Time]));
        int context = net.Input("encoder_hidden_states", [1, Words, Context]);
        x = Residual(net, "down.resnets.0", x, time, Narrow, Narrow);
        int skip = x = Transformer(net, "down.attentions.0", x, context, Narrow, Side);
        x = net.Conv("down.downsamplers.0.conv", x, Narrow, Narrow, new Filter(3, 2));
        x = Residual(net, "mid.resnets.0", x, time, Narrow, Wide);
        x = Transformer(net, "mid.attentions.0", x, context, Wide, Side / 2);
        x = net.Call("up.upsamplers.0", "upsample_nearest2d", NetWriter.V(x), NetWriter.Ints(Side, Side),
            Argument.None);
        x = net.Conv("up.upsamplers.0.conv", x, Wide, Wide, new Filter(3));
        x = Residual(net, "up.resnets.0", net.Cat("up", 1, x, skip), time, Wide + Narrow, Narrow);
        net.Output("sample", x);
    }

    static int Residual(NetWriter net, string module, int x, int time, int from, int to)
    {
        int y = net.Each($"{module}.nonlinearity", "silu", net.GroupNorm($"{module}.norm1", x, from, Groups, 1e-5));
        y = net.Conv($"{module}.conv1", y, from, to, new Filter(3));
        int when = net.Linear($"{module}.time_emb_proj", time, Time, to);
        y = net.Add(module, y, net.Reshape(module, when, 1, to, 1, 1));
        y = net.Each($"{module}.nonlinearity", "silu", net.GroupNorm($"{module}.norm2", y, to, Groups, 1e-5));
        y = net.Conv($"{module}.conv2", y, to, to, new Filter(3));
        return net.Add(module, from == to ? x : net.Conv($"{module}.conv_shortcut", x, from, to, new Filter(1)), y);
    }

    static int Transformer(NetWriter net, string module, int x, int context, int width, int side)
    {
        int tokens = side * side, image = x;
        x = net.Conv($"{module}.proj_in", net.GroupNorm($"{module}.norm", x, width, Groups, 1e-6), width, width,
            new Filter(1));
        x = net.Reshape(module, net.Permute(module, x, 0, 2, 3, 1), 1, tokens, width);
        string block = $"{module}.transformer_blocks.0";
        int y = net.LayerNorm($"{block}.norm1", x, width, 1e-5);
        x = net.Add(block, Attend("attn1", y, y, tokens, width), x);
        y = net.LayerNorm($"{block}.norm2", x, width, 1e-5);
        x = net.Add(block, Attend("attn2", y, context, Words, Context), x);
        y = net.LayerNorm($"{block}.norm3", x, width, 1e-5);
        var (value, gate) = net.Halves(
            $"{block}.ff.net.0", net.Linear($"{block}.ff.net.0.proj", y, width, 8 * width), -1);
        y = net.Call($"{block}.ff.net.0", "mul", NetWriter.V(value),
            NetWriter.V(net.GELU($"{block}.ff.net.0", gate)));
        x = net.Add(block, net.Linear($"{block}.ff.net.2", y, 4 * width, width), x);
        x = net.Permute(module, net.Reshape(module, x, 1, side, side, width), 0, 3, 1, 2);
        return net.Add(module, net.Conv($"{module}.proj_out", x, width, width, new Filter(1)), image);

        int Attend(string name, int queries, int seen, int keys, int from) => net.Attention(
            ($"{block}.{name}.to_q", $"{block}.{name}.to_k", $"{block}.{name}.to_v", $"{block}.{name}.to_out.0"),
            queries, seen, new Heads(HeadCount, width / HeadCount, tokens, keys, from), bias: false);
    }
}
