using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>Where the tokens of a square window stand relative to each other. Source: torchvision's
/// swin_transformer.py, define_relative_position_index and define_relative_position_bias_table; maxvit.py.</summary>
static class RelativePositions
{
    /// <summary>For each pair of tokens the row of a table with one for each relative place.</summary>
    /// <param name="side">The window's height and width.</param>
    /// <param name="isFlat">True for one axis, false for (tokens, tokens).</param>
    public static Tensor Index(int side, bool isFlat)
    {
        int tokens = side * side;
        long[] index = new long[tokens * tokens];
        for (int from = 0; from < tokens; from++)
        {
            for (int to = 0; to < tokens; to++)
            {
                int down = from / side - to / side + side - 1, right = from % side - to % side + side - 1;
                index[from * tokens + to] = down * (2 * side - 1) + right;
            }
        }
        return Tensor.Of(isFlat ? [index.Length] : [tokens, tokens], index);
    }

    /// <summary>For each relative place its two coordinates on a logarithmic scale from -1 to 1: (1, 2·side - 1,
    /// 2·side - 1, 2).</summary>
    /// <param name="side">The window's height and width.</param>
    public static Tensor Coordinates(int side)
    {
        int places = 2 * side - 1;
        float[] table = new float[places * places * 2];
        for (int down = 0; down < places; down++)
        {
            for (int right = 0; right < places; right++)
            {
                table[(down * places + right) * 2] = Scaled(down);
                table[(down * places + right) * 2 + 1] = Scaled(right);
            }
        }
        return Tensor.Of([1, places, places, 2], table);

        // The logarithm in float64, so that every machine rounds to the same float32.
        float Scaled(int place)
        {
            float far = (float)(place - (side - 1)) / (side - 1) * 8;
            return Math.Sign(far) * (float)Math.Log2(MathF.Abs(far) + 1) / 3;
        }
    }

    /// <summary>The bias of each pair of tokens: rows of a table (places, heads), as (1, heads, tokens,
    /// tokens).</summary>
    /// <param name="net">Where it is written.</param>
    /// <param name="module">The attention.</param>
    /// <param name="table">The table.</param>
    /// <param name="side">The window's height and width.</param>
    /// <param name="isFlat">True where the module keeps its index along one axis.</param>
    public static Signal Bias(Network net, string module, Argument table, int side, bool isFlat)
    {
        int tokens = side * side;
        var index = net.Buffer($"{module}.relative_position_index", Index(side, isFlat));
        if (!isFlat) index = Network.Of(net.Call(module, "view", 0, index, Network.Ints(-1)));
        var bias = net.Call(module, "index", 0, table, Argument.Of([index]));
        bias = net.Call(module, "view", 0, Network.Of(bias), Network.Ints(tokens, tokens, -1));
        bias = net.Permute(module, bias, 2, 0, 1);
        return net.Call(module, "unsqueeze", tokens, Network.Of(bias), Argument.Of(0));
    }
}
