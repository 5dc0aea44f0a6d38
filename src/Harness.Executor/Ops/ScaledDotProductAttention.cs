using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>softmax(query · keyᵀ · scale + mask) · value</c>: (…, l, e), (…, s, e) and (…, s, v) give (…, l, v),
/// the leading axes broadcast. Source: torch.nn.functional.scaled_dot_product_attention.</summary>
/// <remarks>Operands: query, key, value; a mask where there is one, which is added, or of Booleans that say which keys
/// a query sees. A query that sees none gives zeros, as PyTorch since 2.5 does.</remarks>
public sealed record ScaledDotProductAttention : Op
{
    /// <summary>What products are multiplied with; null for 1 / √e.</summary>
    public double? Scale { get; init; }

    /// <summary>True when query i sees the keys up to i.</summary>
    public bool IsCausal { get; init; }

    /// <summary>True when operand 3 is a mask.</summary>
    public bool Mask { get; init; }

    /// <summary>True when as many neighbouring heads of queries share each head of keys and values as it
    /// takes.</summary>
    public bool EnableGqa { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "scaled_dot_product_attention", "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_flash_attention", "_scaled_dot_product_flash_attention_for_cpu");

    static ScaledDotProductAttention Parse(Bound call)
    {
        // It drops whatever the mode of the module is that calls it.
        if (call.Float("dropout_p") != 0) throw call.RefuseTraining();
        string mask = call.Has("attn_bias") ? "attn_bias" : "attn_mask";
        bool masked = call.Has(mask) && !call.IsNone(mask), causal = call.Bool("is_causal");
        if (masked && causal) throw call.Refuse($"{mask} beside is_causal=True; PyTorch refuses it too");
        return new ScaledDotProductAttention
        {
            Scale = call.FloatOrNull("scale"),
            IsCausal = causal,
            Mask = masked,
            EnableGqa = call.Has("enable_gqa") && call.Bool("enable_gqa"),
        };
    }

    /// <summary>The factor of a query's products.</summary>
    /// <param name="features">Elements of a query.</param>
    public double ScaleOf(int features) => Scale ?? 1 / Math.Sqrt(Math.Max(1, features));

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 3 && inputs[3].Type == ElementType.Bool ? ElementType.Bool : ElementType.Float32;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Type.IsFloating() || (i == 3 && inputs[i].Type == ElementType.Bool)) continue;
            return $"operand {i} is {inputs[i]}, {Name} takes floating-point numbers"
                + (i == 3 ? " or Booleans here" : "");
        }
        return null;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape q = inputs[0], k = inputs[1], v = inputs[2];
        int least = EnableGqa ? 3 : 2;
        if (q.Rank < least || k.Rank < least || v.Rank < least)
            return $"query, key and value are {q}, {k} and {v}, expected at least {least} axes each";
        if (q[-1] != k[-1]) return $"queries have {q[-1]} features, keys {k[-1]}, expected as many";
        if (k[-2] != v[-2]) return $"there are {k[-2]} keys and {v[-2]} values, expected as many";
        if (EnableGqa && (!Divides(k[-3], q[-3]) || !Divides(v[-3], q[-3])))
            return $"{q[-3]} heads of queries, {k[-3]} of keys and {v[-3]} of values, expected divisors of the first";
        Shape[] batches = Batches(q, k, v);
        if (Broadcast.Misfit(batches) is { } why) return why;
        if (!Mask) return null;
        Shape mask = inputs[3], scores = [.. Broadcast.Infer(batches).AsSpan(), q[-2], k[-2]];
        bool fits = mask.Rank <= scores.Rank;
        for (int axis = 1; fits && axis <= mask.Rank; axis++) fits = mask[-axis] == 1 || mask[-axis] == scores[-axis];
        return fits ? null : $"the mask is {mask}, expected what broadcasts to {scores}";
    }

    static bool Divides(int part, int whole) => part != 0 && whole % part == 0;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape q = inputs[0], v = inputs[2];
        return [[.. Broadcast.Infer(Batches(q, inputs[1], v)).AsSpan(), q[-2], v[-1]]];
    }

    // The leading axes, heads of keys and values as often as heads of queries read them.
    Shape[] Batches(Shape q, Shape k, Shape v)
    {
        return [Shape.Create(q.AsSpan()[..^2]), Of(k), Of(v)];

        Shape Of(Shape shared)
        {
            int[] axes = shared.AsSpan()[..^2].ToArray();
            if (EnableGqa) axes[^1] = q[-3];
            return Shape.Create(axes);
        }
    }

    /// <summary>Heads that were split off stay where they are, and the result lies as the queries do.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Arrangements.Current(inputs);
        for (int i = 0; i < 3; i++)
        {
            int rank = inputs[i].Shape.Rank, innermost = inputs[i].Layout[rank - 1];
            // Rows of queries are read one feature after another; of the others, features or rows may be neighbours.
            if (innermost != rank - 1 && (i == 0 || innermost != rank - 2)) wanted[i] = Permutation.Identity(rank);
        }
        int most = Math.Max(inputs[0].Shape.Rank, Math.Max(inputs[1].Shape.Rank, inputs[2].Shape.Rank));
        var output = wanted[0].Rank == most ? wanted[0] : Permutation.Identity(most);
        return new Arrangement([.. wanted], [output]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output)
    {
        long rows = output[-1] == 0 ? 0 : output.Elements / output[-1];
        return 2 * rows * inputs[1][-2] * (inputs[0][-1] + output[-1]);
    }
}
