using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Schema;

namespace Harness.Parity.Fuzz;

/// <summary>Draws the cases of a run: chains and small graphs of the operators that <see cref="OpSet"/> takes, but for
/// those that are <see cref="Undrawn"/> and those whose operands no dice hit.</summary>
public static class FuzzGenerator
{
    const int MostCalls = 8;

    // More is time without news: edges, bands and tiles show on little.
    const long MostElements = 30_000;

    // Calls that are refused are drawn again so many times before the graph is left as it is.
    const int MostRefusals = 6;

    // How often an op is drawn, beside once for each other: what models consist of, and what has most to get wrong.
    static readonly Dictionary<string, int> s_weights = new(StringComparer.Ordinal)
    {
        ["aten::conv1d"] = 14,
        ["aten::conv_transpose1d"] = 6,
        ["aten::linear"] = 5,
        ["aten::bmm"] = 3,
        ["aten::addmm"] = 2,
        ["aten::batch_norm"] = 4,
        ["aten::layer_norm"] = 3,
        ["aten::avg_pool1d"] = 4,
        ["aten::max_pool1d"] = 4,
        ["aten::_adaptive_avg_pool2d"] = 3,
        ["aten::_pad_circular"] = 3,
        ["aten::_upsample_bicubic2d_aa"] = 8,
        ["aten::add.Tensor"] = 3,
        ["aten::mul.Tensor"] = 2,
        ["aten::cat"] = 3,
        ["aten::relu"] = 2,
        ["aten::_reshape_alias"] = 3,
        ["aten::permute"] = 2,
        ["aten::flatten.using_ints"] = 2,
        ["aten::mean"] = 2,
        ["aten::_to_copy"] = 2,
    };

    // Operators that PyTorch has in place as well. Those of views change the axes of the tensor itself.
    static readonly HashSet<string> s_inPlace = new(StringComparer.Ordinal)
    {
        "abs", "absolute", "add", "alpha_dropout", "clamp", "clamp_max", "clamp_min", "clip", "detach", "div", "divide",
        "dropout", "elu", "exp", "feature_alpha_dropout", "feature_dropout", "hardsigmoid", "hardswish", "hardtanh",
        "leaky_relu", "mul", "multiply", "neg", "negative", "pow", "reciprocal", "relu", "relu6", "rsqrt", "sigmoid",
        "silu", "sqrt", "square", "squeeze", "sub", "subtract", "swapaxes", "swapdims", "t", "tanh", "transpose",
        "true_divide", "unsqueeze",
    };

    /// <summary>One operator of each op that is not drawn yet: operands at random are nothing that tells of these (no
    /// two rows alike, no region inside the image, no finite matrix), what is ill-conditioned of them would be red for
    /// nothing, and a product of all with all fills the reference's memory.</summary>
    internal static readonly HashSet<string> Undrawn = new(StringComparer.Ordinal)
    {
        "aten::_weight_norm", "aten::argwhere", "aten::broadcast_tensors", "aten::bucketize.Tensor", "aten::cdist",
        "aten::column_stack", "aten::cosine_similarity", "aten::cross", "aten::diagonal", "aten::diff", "aten::dstack",
        "aten::erfinv", "aten::heaviside", "aten::hstack", "aten::index_copy", "aten::kron", "aten::lgamma",
        "aten::linalg_matrix_norm", "aten::linalg_svdvals", "aten::linspace.Tensor_Tensor", "aten::logaddexp",
        "aten::logcumsumexp", "aten::masked_scatter", "aten::masked_select", "aten::max_unpool2d", "aten::mvlgamma",
        "aten::numpy_T", "aten::outer", "aten::pairwise_distance", "aten::renorm", "aten::rot90", "aten::trapezoid.x",
        "aten::unfold", "aten::vstack", "torchvision::deform_conv2d", "torchvision::ps_roi_align",
        "torchvision::ps_roi_pool", "torchvision::roi_align", "torchvision::roi_pool",
    };

    // What PyTorch reads of memory that nobody wrote may be anything.
    static readonly string[] s_unwritten = ["aten::empty.memory_format", "aten::empty_like", "aten::new_empty"];

    static readonly ImmutableArray<OpDefinition> s_ops =
    [
        .. OpSet.All.Where(op => !op.Operators.Any(Undrawn.Contains))
            .SelectMany(op => Enumerable.Repeat(op, s_weights.GetValueOrDefault(op.Operators[0], 1))),
    ];

    /// <summary>The case of this number.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="number">Which case.</param>
    public static FuzzCase Draw(long seed, int number)
    {
        var dice = FuzzCase.DiceOf(seed, number);
        var sketch = new Sketch();
        Begin(sketch, dice);
        int wanted = dice.Chance(35) ? dice.Between(1, 2) : dice.Between(2, MostCalls), refused = 0;
        while (sketch.Calls < wanted && refused < MostRefusals)
        {
            string module = string.Create(CultureInfo.InvariantCulture, $"m{sketch.Calls + refused}");
            if (Add(sketch, dice, s_ops[dice.Below(s_ops.Length)], module) is not { } call) continue;
            refused++;
            // What the executor refuses the reference is asked about, too; whatever stood before it stays. What breaks
            // it is for the judge to find.
            if (sketch.IsBroken || call.Why.Length > 0 && dice.Chance(sketch.Calls == 0 ? 40 : 12))
                return new FuzzCase(seed, number, sketch.With(
                    module, call.Target, call.Arguments, call.Keywords, call.Results));
        }
        // Nothing was taken: an element-wise function always is.
        if (!sketch.Values.Any(value => value.Origin == Origin.Computed))
            sketch.Add("m", "aten::tanh", [sketch.Values[0].Argument], [], 1, long.MaxValue, false, false);
        return new FuzzCase(seed, number, sketch.ToGraph(dice));
    }

    // What most models begin with, and everything else.
    static void Begin(Sketch sketch, Dice dice)
    {
        int Channels() => dice.Of(1, 2, 3, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 24, 32, 33);
        int Extent() => dice.Chance(15) ? dice.Between(11, 24) : dice.Between(1, 10);
        int batch = dice.Between(1, 3), kind = dice.Below(100);
        Shape shape = kind switch
        {
            < 45 => [batch, Channels(), Extent(), Extent()],
            < 57 => [batch, Channels(), Extent()],
            < 64 => [batch, Channels(), dice.Between(1, 6), dice.Between(1, 6), dice.Between(1, 6)],
            < 78 => [batch, Extent(), Channels()],
            < 86 => [Extent(), Channels()],
            _ => Shape.Create([.. Enumerable.Range(0, dice.Between(0, 6)).Select(_ => dice.Between(1, 5))]),
        };
        var type = dice.Chance(92) ? ElementType.Float32
            : dice.Of(ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8, ElementType.UInt8,
                ElementType.Bool);
        sketch.Input(new Fact(type, shape));
    }

    sealed record Refused(
        string Target, ImmutableArray<Argument> Arguments, ImmutableArray<Keyword> Keywords, int Results, string Why);

    // What the executor refused; null where the call was added.
    static Refused? Add(Sketch sketch, Dice dice, OpDefinition op, string module)
    {
        string[] names = [.. op.Operators.Where(name => !s_unwritten.Contains(name))];
        string name = names[dice.Below(names.Length)];
        var signature = SchemaTable.Find(name)!;
        string target = signature.Target;
        var draw = new CallDraw(sketch, dice, signature, module);
        if (s_inPlace.Contains(draw.Op) && dice.Chance(15)) target += "_";
        var (arguments, keywords) = draw.Finish(OperandDraws.Of(draw));
        if (dice.Chance(6)) arguments = Spoiled(dice, arguments);
        int results = Math.Max(1, signature.Results.Length);
        bool isList = signature.Results is [{ Type.IsList: true }];
        return sketch.Add(module, target, arguments, keywords, results, MostElements, isList, dice.Chance(50))
            is { } why ? new Refused(target, arguments, keywords, results, why) : null;
    }

    // One argument that nobody would state: is it refused, and by both?
    static ImmutableArray<Argument> Spoiled(Dice dice, ImmutableArray<Argument> arguments)
    {
        int at = dice.Below(arguments.Length);
        Argument spoiled = arguments[at] switch
        {
            IntArgument number => Argument.Of(dice.Of(0, -1, number.Number + 1, number.Number - 1, 7)),
            FloatArgument => Argument.Of(dice.Of(0, 0.25, 30)),
            BoolArgument flag => Argument.Of(!flag.Flag),
            ListArgument { Items: [_, ..] items } => dice.Below(3) switch
            {
                0 => Argument.Of(items.RemoveAt(dice.Below(items.Length))),
                1 => Argument.Of(items.Add(items[dice.Below(items.Length)])),
                _ => Argument.Of(items.SetItem(dice.Below(items.Length), items[0] is IntArgument
                    ? Argument.Of(dice.Of<long>(0, -1, -2, 2, 9)) : items[^1])),
            },
            NoneArgument => Argument.Of((long)dice.Between(0, 2)),
            var other => other,
        };
        return arguments.SetItem(at, spoiled);
    }
}
