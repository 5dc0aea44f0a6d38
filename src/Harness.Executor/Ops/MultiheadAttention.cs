using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Queries, keys and values by one packed weight, attention head by head, and what joins the heads: the fast
/// path of a module that is traced without gradients. Source: torch.nn.MultiheadAttention.</summary>
/// <remarks>Operands: query, key and value, (n, l, e) each, which may be one; the packed weight (3 · e, e) and bias,
/// and those of the last layer; a mask where there is one.</remarks>
public sealed record MultiheadAttention : Composite
{
    /// <summary>e.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Heads.</summary>
    public required int NumHeads { get; init; }

    /// <summary>True when the call has a mask.</summary>
    public bool Mask { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new MultiheadAttention
        {
            EmbedDim = call.Int("embed_dim"),
            NumHeads = call.Int("num_head"),
            Mask = !call.IsNone("mask"),
        },
        "_native_multi_head_attention");

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Mask
        ? "a mask in the fast path of torch.nn.MultiheadAttention: trace with gradients enabled, which states it as "
            + "other operators"
        : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape q = inputs[0], k = inputs[1], v = inputs[2];
        if (q.Rank != 3 || q[2] != EmbedDim || k != q || v != q)
            return $"query, key and value are {q}, {k} and {v}, expected (n, l, {EmbedDim}) each";
        if (NumHeads < 1 || EmbedDim % NumHeads != 0) return $"{EmbedDim} features do not divide by {NumHeads} heads";
        Shape[] weights = [[3 * EmbedDim, EmbedDim], [3 * EmbedDim], [EmbedDim, EmbedDim], [EmbedDim]];
        for (int i = 0; i < weights.Length; i++)
            if (inputs[3 + i] != weights[i]) return $"weight {i} is {inputs[3 + i]}, expected {weights[i]}";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var of = calls.Operands;
        var shape = calls.ShapeOf(of[0]);
        var heads = new Argument[3];
        if (of[0].Equals(of[1]) && of[0].Equals(of[2]))
        {
            var packed = calls.Call("in_proj", "aten::linear", of[0], of[3], of[4]);
            packed = calls.Call("of_heads", "aten::reshape", packed,
                CallWriter.Ints(shape[0], shape[1], 3, NumHeads, EmbedDim / NumHeads));
            packed = calls.Call("by_role", "aten::permute", packed, CallWriter.Ints(2, 0, 3, 1, 4));
            for (int i = 0; i < 3; i++)
                heads[i] = calls.Call($"{Role(i)}", "aten::select", packed, Argument.Of(0L), Argument.Of((long)i));
        }
        else
        {
            for (int i = 0; i < 3; i++)
            {
                var projected = calls.Call($"{Role(i)}_proj", "aten::linear", of[i],
                    Third($"{Role(i)}_weight", of[3], i), Third($"{Role(i)}_bias", of[4], i));
                projected = calls.Call($"{Role(i)}_heads", "aten::reshape", projected, CallWriter.Ints(
                    shape[0], calls.ShapeOf(of[i])[1], NumHeads, EmbedDim / NumHeads));
                heads[i] = calls.Call(
                    Role(i), "aten::transpose", projected, Argument.Of(1L), Argument.Of(2L));
            }
        }
        var joined = calls.Call("attention", "aten::scaled_dot_product_attention", heads[0], heads[1], heads[2]);
        joined = calls.Call("joined", "aten::transpose", joined, Argument.Of(1L), Argument.Of(2L));
        joined = calls.Call("rows", "aten::reshape", joined, CallWriter.Ints(shape));
        calls.Give("aten::linear", joined, of[5], of[6]);

        Argument Third(string name, Argument weight, int i) => calls.Call(
            name, "aten::slice", weight, Argument.Of(0L), Argument.Of((long)i * EmbedDim),
            Argument.Of((i + 1L) * EmbedDim), Argument.Of(1L));
    }

    static string Role(int i) => i == 0 ? "query" : i == 1 ? "key" : "value";
}
