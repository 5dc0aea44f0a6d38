using System.Text.Json;

namespace Harness.Tests.Naive;

/// <summary>Runs a <c>harness-graph</c> file by <see cref="NaiveOps"/>, call after call, in PyTorch's layout. It reads
/// the JSON itself, so that a mistake of our reader cannot hide in it.</summary>
sealed class NaiveWalk
{
    // What casts to and from integers are about: numbers are doubles here, whatever they are in PyTorch.
    const int UInt8 = 0, Int8 = 1, Int32 = 3, Int64 = 4, Float32 = 6, Float64 = 7, Bool = 11;

    readonly Dictionary<string, object> _values = [];

    // The types of inputs, of parameters and of what was cast; nothing else is asked for.
    readonly Dictionary<NaiveTensor, int> _types = [];

    // What a comparison gave: as an index it says where.
    readonly HashSet<NaiveTensor> _masks = [];

    /// <summary>The outputs of a graph, given its inputs and parameters by name.</summary>
    public static Dictionary<string, NaiveTensor> Run(JsonElement graph, IReadOnlyDictionary<string, NaiveTensor> given)
    {
        var walk = new NaiveWalk();
        foreach (var (name, tensor) in given)
        {
            walk._values.Add(name, tensor);
            walk._types[tensor] = Float64;
        }
        foreach (var call in graph.GetProperty("calls").EnumerateArray())
        {
            object result = walk.Apply(call);
            object[] results = result is NaiveTensor[] several ? several : [result];
            if (call.GetProperty("target").GetString() is "aten::gt" or "aten::ge" or "aten::lt" or "aten::le"
                or "aten::eq" or "aten::ne") walk._masks.UnionWith(results.Cast<NaiveTensor>());
            foreach (var (name, value) in call.GetProperty("results").EnumerateArray().Zip(results))
                walk._values.Add(name.GetString()!, value);
        }
        return graph.GetProperty("outputs").EnumerateArray().ToDictionary(
            port => port.GetProperty("name").GetString()!,
            port => (NaiveTensor)walk._values[port.GetProperty("value").GetString()!]);
    }

    /// <summary>How each operator is computed, by its name without <c>aten::</c>; with any other namespace.</summary>
    public static IReadOnlyDictionary<string, Func<Arguments, object>> Arms { get; } =
        new SortedDictionary<string, Func<Arguments, object>>(StringComparer.Ordinal)
    {
        ["__and__"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x & (long)y),
        ["__lshift__"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x << (int)y),
        ["__or__"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x | (long)y),
        ["__rshift__"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x >> (int)y),
        ["__xor__"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x ^ (long)y),
        ["_cdist_forward"] = a => NaiveOps.Distances(a.Tensor(0), a.Tensor(1), a.Number(2, 2)),
        ["_convolution"] = Traced,
        ["_convolution_mode"] = Convolved,
        ["_euclidean_dist"] = a => NaiveOps.Distances(a.Tensor(0), a.Tensor(1), 2),
        ["_native_multi_head_attention"] = a => new[]
        {
            NaiveOps.MultiheadAttention(
                a.Tensor(0), a.Tensor(1), a.Tensor(2), (int)a.Number(4, 0),
                [.. Enumerable.Range(5, 4).Select(a.Tensor)]),
        },
        ["_pad_circular"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "circular"),
        ["_pad_enum"] = a => NaiveOps.Border(
            a.Tensor(0), a.Integers(1), ((string[])["reflect", "replicate", "circular"])[(int)a.Number(2, 9)]),
        ["_transformer_encoder_layer_fwd"] = a => NaiveOps.TransformerEncoderLayer(
            a.Tensor(0), (int)a.Number(2, 0), [.. Enumerable.Range(3, 4).Select(a.Tensor)],
            [.. Enumerable.Range(10, 8).Select(a.Tensor)], a.Flag(7, false), a.Flag(8, false), a.Number(9, double.NaN)),
        ["_upsample_bicubic2d_aa"] = a => Interpolated(a, 2, NaiveMode.CubicAntialiased),
        ["_upsample_bilinear2d_aa"] = a => Interpolated(a, 2, NaiveMode.LinearAntialiased),
        ["_upsample_nearest_exact1d"] = a => Interpolated(a, 1, NaiveMode.NearestExact),
        ["_upsample_nearest_exact2d"] = a => Interpolated(a, 2, NaiveMode.NearestExact),
        ["_upsample_nearest_exact3d"] = a => Interpolated(a, 3, NaiveMode.NearestExact),
        ["_weight_norm"] = a => NaiveOps.WeightNorm(a.Tensor(0), a.Tensor(1), (int)a.Number(2, 0)),
        ["abs"] = a => a.Tensor(0).Map(x => x < 0 ? -x : x),
        ["acos"] = a => a.Tensor(0).Map(Math.Acos),
        ["acosh"] = a => a.Tensor(0).Map(Math.Acosh),
        ["adaptive_avg_pool1d"] = a => Batched(a, 1, x => NaiveOps.AdaptiveAvgPool(x, a.Each(1, 1))),
        ["adaptive_avg_pool2d"] = a => Batched(a, 2, x => NaiveOps.AdaptiveAvgPool2d(x, a.Pair(1))),
        ["adaptive_avg_pool3d"] = a => Batched(a, 3, x => NaiveOps.AdaptiveAvgPool(x, a.Each(3, 1))),
        ["adaptive_max_pool1d"] = a => CellsWithPlaces(a, 1),
        ["adaptive_max_pool2d"] = a => CellsWithPlaces(a, 2),
        ["adaptive_max_pool3d"] = a => CellsWithPlaces(a, 3),
        ["add"] = a => a.OfFlags(NaiveOps.Add(a.Tensor(0), a.Operand(1), a.Alpha(2))),
        ["addbmm"] = a => NaiveOps.Addbmm(
            a.Tensor(0), a.Tensor(1), a.Tensor(2), (double)(a.Keyword("beta") ?? 1.0),
            (double)(a.Keyword("alpha") ?? 1.0)),
        ["addcdiv"] = a => NaiveOps.Zip3(
            a.Tensor(0), a.Tensor(1), a.Tensor(2), (x, y, z) => x + ((double)(a.Keyword("value") ?? 1.0) * y / z)),
        ["addcmul"] = a => NaiveOps.Zip3(
            a.Tensor(0), a.Tensor(1), a.Tensor(2), (x, y, z) => x + ((double)(a.Keyword("value") ?? 1.0) * y * z)),
        ["addmm"] = Added,
        ["addmv"] = Added,
        ["affine_grid_generator"] = a => NaiveOps.AffineGrid(a.Tensor(0), a.Integers(1), a.Flag(2, false)),
        ["all"] = a => NaiveOps.Flags(a.Tensor(0), a.Dims(1), a.Flag(2, false), all: true),
        ["amax"] = a => NaiveOps.Reduce(
            a.Tensor(0), a.Axes(1), a.Flag(2, false), row => row.Aggregate(NaiveOps.Larger)),
        ["amin"] = a => NaiveOps.Reduce(
            a.Tensor(0), a.Axes(1), a.Flag(2, false), row => row.Aggregate(NaiveOps.Smaller)),
        ["any"] = a => NaiveOps.Flags(a.Tensor(0), a.Dims(1), a.Flag(2, false), all: false),
        ["arange"] = Counted,
        ["argmax"] = a => First(a, 1),
        ["argmin"] = a => First(a, -1),
        ["argsort"] = a => NaiveOps.Sort(a.Tensor(0), (int)a.Number(1, -1), a.Flag(2, false))[1],
        ["as_strided"] = a => NaiveOps.Reshape(a.Tensor(0), a.Integers(1)),
        ["asin"] = a => a.Tensor(0).Map(Math.Asin),
        ["asinh"] = a => a.Tensor(0).Map(Math.Asinh),
        ["atan"] = a => a.Tensor(0).Map(Math.Atan),
        ["atan2"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), Math.Atan2),
        ["atanh"] = a => a.Tensor(0).Map(Math.Atanh),
        ["avg_pool1d"] = a => Averaged(a, 1),
        ["avg_pool2d"] = a => Batched(a, 2, x => NaiveOps.AvgPool2d(x, a.Pair(1), new()
        {
            Stride = a.OptionalPair(2), Padding = a.Pair(3, 0), CeilMode = a.Flag(4, false),
            CountIncludePad = a.Flag(5, true), DivisorOverride = a.Has(6) ? (int)a.Number(6, 0) : null,
        })),
        ["avg_pool3d"] = a => Averaged(a, 3),
        ["baddbmm"] = Added,
        ["batch_norm"] = a => a.Has(3)
            ? NaiveOps.BatchNorm(
                a.Tensor(0), a.Optional(1), a.Optional(2), a.Tensor(3), a.Tensor(4), a.Number(7, double.NaN))
            : NaiveOps.BatchNormOfBatch(a.Tensor(0), a.Optional(1), a.Optional(2), a.Number(7, double.NaN)),
        ["bilinear"] = a => NaiveOps.Bilinear(a.Tensor(0), a.Tensor(1), a.Tensor(2), a.Optional(3)),
        ["bitwise_and"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x & (long)y),
        ["bitwise_left_shift"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x << (int)y),
        ["bitwise_not"] = a => a.IsFlags(0) ? a.Tensor(0).Map(x => 1 - x) : a.Tensor(0).Map(x => ~(long)x),
        ["bitwise_or"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x | (long)y),
        ["bitwise_right_shift"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x >> (int)y),
        ["bitwise_xor"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => (long)x ^ (long)y),
        ["broadcast_tensors"] = a => a.Tensors(0).Select(x => a.Tensors(0).Aggregate(
            x, (all, other) => NaiveOps.Zip(all, other, (own, _) => own))).ToArray(),
        ["broadcast_to"] = a => NaiveOps.Expand(a.Tensor(0), a.Integers(1)),
        ["bucketize"] = a => NaiveOps.SearchSorted(
            a.Tensor(1), a.Operand(0), a.Keyword("right") is true, null),
        ["cat"] = a => NaiveOps.Cat(a.Tensors(0), (int)a.Number(1, 0)),
        ["cdist"] = a => NaiveOps.Distances(a.Tensor(0), a.Tensor(1), a.Number(2, 2)),
        ["ceil"] = a => a.Tensor(0).Map(Math.Ceiling),
        ["celu"] = a => a.Tensor(0).Map(x => NaiveOps.Elu(x, a.Number(1, 1), 1, 1 / a.Number(1, 1))),
        ["channel_shuffle"] = a => NaiveOps.ChannelShuffle(a.Tensor(0), (int)a.Number(1, 0)),
        ["chunk"] = a => NaiveOps.Chunk(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["clamp"] = Clamped,
        ["clamp_max"] = a => NaiveOps.Zip(a.Tensor(0), a.Operand(1), NaiveOps.Smaller),
        ["clamp_min"] = a => NaiveOps.Zip(a.Tensor(0), a.Operand(1), NaiveOps.Larger),
        ["col2im"] = a => Unbatched(a, 3, x => NaiveOps.Fold(x, a.Each(2, 1), a.Each(2, 2), new()
        {
            Dilation = a.Each(2, 3), Padding = a.Each(2, 4), Stride = a.Each(2, 5),
        })),
        ["column_stack"] = a => NaiveOps.Cat([.. a.Tensors(0).Select(x => x.Rank < 2
            ? NaiveOps.View(x, x.Data.Length, 1) : x)], 1),
        ["constant_pad_nd"] = a => NaiveOps.Pad(a.Tensor(0), a.Integers(1), a.Number(2, 0)),
        ["contiguous"] = a => a.Tensor(0),
        ["conv1d"] = Convolved,
        ["conv2d"] = Convolved,
        ["conv3d"] = Convolved,
        ["conv_transpose1d"] = a => Transposed(a, 1),
        ["conv_transpose2d"] = a => Batched(a, 2, x => NaiveOps.ConvTranspose2d(x, a.Tensor(1), a.Optional(2), new()
        {
            Stride = a.Pair(3), Padding = a.Pair(4), OutputPadding = a.Pair(5),
            Groups = (int)a.Number(6, 1), Dilation = a.Pair(7),
        })),
        ["conv_transpose3d"] = a => Transposed(a, 3),
        ["copy"] = a => NaiveOps.Expand(a.Tensor(1), a.Tensor(0).Shape),
        ["copy_"] = a => NaiveOps.Expand(a.Tensor(1), a.Tensor(0).Shape),
        ["cos"] = a => a.Tensor(0).Map(Math.Cos),
        ["cosh"] = a => a.Tensor(0).Map(Math.Cosh),
        ["cosine_similarity"] = a => NaiveOps.CosineSimilarity(
            a.Tensor(0), a.Tensor(1), (int)a.Number(2, 1), a.Number(3, 1e-8)),
        ["count_nonzero"] = a => NaiveOps.Reduce(a.Tensor(0), a.Axes(1), false, row => row.Count(x => x != 0)),
        ["cross"] = a => NaiveOps.Cross(
            a.Tensor(0), a.Tensor(1), a.Has(2) ? (int)a.Number(2, 0) : null),
        ["cumprod"] = a => NaiveOps.Cumulated(a.Tensor(0), (int)a.Number(1, 0), (x, y) => x * y),
        ["cumsum"] = a => NaiveOps.Cumulated(a.Tensor(0), (int)a.Number(1, 0), (x, y) => x + y),
        ["diagonal"] = Crossed,
        ["diagonal_copy"] = Crossed,
        ["diff"] = a => NaiveOps.Diff(
            NaiveOps.Cat([.. ((int[])[3, 0, 4]).Where(a.Has).Select(a.Tensor)], (int)a.Number(2, -1)),
            (int)a.Number(1, 1), (int)a.Number(2, -1), a.IsFlags(0)),
        ["div"] = a => a.Keyword("rounding_mode") switch
        {
            "floor" => NaiveOps.Zip(a.Tensor(0), a.Operand(1), (x, y) => Math.Floor(x / y)),
            "trunc" => NaiveOps.Zip(a.Tensor(0), a.Operand(1), (x, y) => Math.Truncate(x / y)),
            _ => NaiveOps.Div(a.Tensor(0), a.Operand(1)),
        },
        ["dot"] = a => NaiveOps.Product(a.Tensor(0), a.Tensor(1)),
        ["dropout"] = a => a.Flag(2, true) && a.Number(1, 0.5) != 0
            ? throw new NotSupportedException("dropout in training") : a.Tensor(0),
        ["dstack"] = a => NaiveOps.Cat([.. a.Tensors(0).Select(x => x.Rank switch
        {
            0 => NaiveOps.View(x, 1, 1, 1),
            1 => NaiveOps.View(x, 1, x.Shape[0], 1),
            2 => NaiveOps.View(x, x.Shape[0], x.Shape[1], 1),
            _ => x,
        })], 2),
        ["einsum"] = a => NaiveOps.Einsum(a.Text(0)!, a.Tensors(1)),
        ["elu"] = Elu,
        ["elu_"] = Elu,
        ["embedding"] = a => NaiveOps.Embedding(a.Tensor(0), a.Tensor(1)),
        ["eq"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x == y ? 1 : 0),
        ["erf"] = a => a.Tensor(0).Map(NaiveOps.Erf),
        ["erfc"] = a => a.Tensor(0).Map(NaiveOps.Erfc),
        ["erfinv"] = a => a.Tensor(0).Map(NaiveOps.InverseErf),
        ["exp"] = a => a.Tensor(0).Map(Math.Exp),
        ["exp2"] = a => a.Tensor(0).Map(x => Math.Pow(2, x)),
        ["expand"] = a => NaiveOps.Expand(a.Tensor(0), a.Integers(1)),
        ["expand_as"] = a => NaiveOps.Expand(a.Tensor(0), a.Tensor(1).Shape),
        ["expm1"] = a => a.Tensor(0).Map(NaiveOps.Expm1),
        ["empty"] = a => NaiveTensor.From(a.Integers(0), _ => double.NaN),
        ["empty_like"] = a => a.Tensor(0).Map(_ => double.NaN),
        ["eye"] = a =>
            NaiveTensor.From([(int)a.Number(0, 0), (int)a.Number(1, a.Number(0, 0))], at => at[0] == at[1] ? 1 : 0),
        ["fill_"] = a => a.Tensor(0).Map(_ => a.Operand(1).Data[0]),
        ["flatten"] = a => NaiveOps.Flatten(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, -1)),
        ["flip"] = a => NaiveOps.Flip(a.Tensor(0), a.Integers(1)),
        ["floor"] = a => a.Tensor(0).Map(Math.Floor),
        ["floor_divide"] = a => NaiveOps.Zip(a.Tensor(0), a.Operand(1), (x, y) => Math.Floor(x / y)),
        ["fmax"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), (x, y) => double.IsNaN(x) ? y : y > x ? y : x),
        ["fmin"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), (x, y) => double.IsNaN(x) ? y : y < x ? y : x),
        ["fmod"] = a => NaiveOps.Zip(a.Tensor(0), a.Operand(1), NaiveOps.Fmod),
        ["frac"] = a => a.Tensor(0).Map(x => x - Math.Truncate(x)),
        ["full"] = a => NaiveTensor.From(a.Integers(0), _ => a.Number(1, double.NaN)),
        ["full_like"] = a => a.Tensor(0).Map(_ => a.Number(1, double.NaN)),
        ["gather"] = a => NaiveOps.Gather(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2)),
        ["ge"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x >= y ? 1 : 0),
        ["gelu"] = a => a.Tensor(0).Map(a.Keyword("approximate") is "tanh" ? NaiveOps.GeluTanh : NaiveOps.Gelu),
        ["ger"] = a => NaiveOps.Outer(a.Tensor(0), a.Tensor(1)),
        ["glu"] = a => NaiveOps.Glu(a.Tensor(0), (int)a.Number(1, -1)),
        ["greater"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x > y ? 1 : 0),
        ["greater_equal"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x >= y ? 1 : 0),
        ["grid_sampler"] = Sampled,
        ["grid_sampler_2d"] = Sampled,
        ["grid_sampler_3d"] = Sampled,
        ["group_norm"] = a => NaiveOps.GroupNorm(
            a.Tensor(0), (int)a.Number(1, 0), a.Optional(2), a.Optional(3), a.Number(4, 1e-5)),
        ["gru"] = a => Recurrent(a, NaiveOps.GruStep),
        ["gru_cell"] = a => Cell(a, NaiveOps.GruStep),
        ["gt"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x > y ? 1 : 0),
        ["hardshrink"] = a => a.Tensor(0).Map(x => Math.Abs(x) > a.Number(1, 0.5) ? x : 0),
        ["hardsigmoid"] = a => a.Tensor(0).Map(NaiveOps.Hardsigmoid),
        ["hardswish"] = a => a.Tensor(0).Map(x => x * NaiveOps.Hardsigmoid(x)),
        ["hardtanh"] = a => a.Tensor(0).Map(x => NaiveOps.Hardtanh(x, a.Number(1, -1), a.Number(2, 1))),
        ["heaviside"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), (x, y) => x == 0 ? y : x > 0 ? 1 : 0),
        ["hstack"] = a => NaiveOps.Cat([.. a.Tensors(0).Select(x => x.Rank == 0
            ? NaiveOps.View(x, 1) : x)], a.Tensors(0)[0].Rank > 1 ? 1 : 0),
        ["hypot"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), (x, y) => Math.Sqrt((x * x) + (y * y))),
        ["im2col"] = a => Unbatched(a, 4, x => NaiveOps.Unfold(x, a.Each(2, 1), new()
        {
            Dilation = a.Each(2, 2), Padding = a.Each(2, 3), Stride = a.Each(2, 4),
        })),
        ["index"] = a => NaiveOps.Index(a.Tensor(0), a.Indices(1)),
        ["index_add"] = a =>
            NaiveOps.IndexAdd(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2), a.Tensor(3), a.Alpha(4)),
        ["index_copy"] = a => NaiveOps.IndexCopy(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2), a.Tensor(3)),
        ["index_fill"] = a => NaiveOps.IndexCopy(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2), a.Operand(3)),
        ["index_put"] = a => NaiveOps.IndexPut(a.Tensor(0), a.Indices(1), a.Tensor(2), a.Flag(3, false)),
        ["index_put_"] = a => NaiveOps.IndexPut(a.Tensor(0), a.Indices(1), a.Tensor(2), a.Flag(3, false)),
        ["index_select"] = a => NaiveOps.IndexSelect(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2)),
        ["instance_norm"] = a => a.Flag(5, true)
            ? NaiveOps.GroupNorm(
                a.Tensor(0), a.Tensor(0).Shape[1], a.Optional(1), a.Optional(2), a.Number(7, double.NaN))
            : NaiveOps.BatchNorm(
                a.Tensor(0), a.Optional(1), a.Optional(2), a.Tensor(3), a.Tensor(4), a.Number(7, double.NaN)),
        ["isfinite"] = a => a.Tensor(0).Map(x => double.IsFinite(x) ? 1 : 0),
        ["isinf"] = a => a.Tensor(0).Map(x => double.IsInfinity(x) ? 1 : 0),
        ["isnan"] = a => a.Tensor(0).Map(x => double.IsNaN(x) ? 1 : 0),
        ["isneginf"] = a => a.Tensor(0).Map(x => x == double.NegativeInfinity ? 1 : 0),
        ["isposinf"] = a => a.Tensor(0).Map(x => x == double.PositiveInfinity ? 1 : 0),
        ["kron"] = a => NaiveOps.Kron(a.Tensor(0), a.Tensor(1)),
        ["layer_norm"] = a => NaiveOps.LayerNorm(
            a.Tensor(0), a.Integers(1).Length, a.Optional(2), a.Optional(3), a.Number(4, 1e-5)),
        ["le"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x <= y ? 1 : 0),
        ["leaky_relu"] = a => a.Tensor(0).Map(x => NaiveOps.LeakyRelu(x, a.Number(1, 0.01))),
        ["lerp"] = a => NaiveOps.Zip3(a.Tensor(0), a.Tensor(1), a.Operand(2), NaiveOps.Lerp),
        ["less"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x < y ? 1 : 0),
        ["less_equal"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x <= y ? 1 : 0),
        ["lgamma"] = a => a.Tensor(0).Map(NaiveOps.LogGamma),
        ["linalg_cross"] = a => NaiveOps.Cross(
            a.Tensor(0), a.Tensor(1), (int)(double)(a.Keyword("dim") ?? -1.0)),
        ["linalg_diagonal"] = a => NaiveOps.Diagonal(
            a.Tensor(0), (int)(double)(a.Keyword("offset") ?? 0.0), -2, -1),
        ["linalg_matrix_norm"] = a => NaiveOps.MatrixNorm(
            a.Tensor(0), a.Text(1) is "nuc" ? 0 : a.Number(1, 0), a.Integers(2), a.Flag(3, false)),
        ["linalg_norm"] = a => a.Has(1) && a.Text(1) is "fro"
            ? NaiveOps.MatrixNorm(a.Tensor(0), null, a.Integers(2), a.Flag(3, false))
            : a.Has(2) && a.Integers(2).Length == 2
            ? NaiveOps.MatrixNorm(a.Tensor(0), a.Number(1, 2), a.Integers(2), a.Flag(3, false))
            : NaiveOps.Reduce(
                a.Tensor(0), a.Dims(2), a.Flag(3, false), row => NaiveOps.Norm(row, a.Number(1, 2))),
        ["linalg_svdvals"] = a => NaiveOps.SingularValues(a.Tensor(0)),
        ["linalg_vector_norm"] = a => NaiveOps.Reduce(
            a.Tensor(0), a.Axes(2), a.Flag(3, false), row => NaiveOps.Norm(row, a.Number(1, 2))),
        ["linear"] = a => a.Tensor(1).Rank == 1 ? NaiveOps.Product(a.Tensor(0), a.Tensor(1)) : NaiveOps.Linear(
            a.Tensor(0), a.Tensor(1), a.Optional(2)),
        ["linspace"] = a => NaiveOps.Linspace(
            a.Operand(0).Data[0], a.Operand(1).Data[0], (int)a.Number(2, 0)),
        ["log"] = a => a.Tensor(0).Map(Math.Log),
        ["log10"] = a => a.Tensor(0).Map(Math.Log10),
        ["log1p"] = a => a.Tensor(0).Map(NaiveOps.Log1p),
        ["log2"] = a => a.Tensor(0).Map(Math.Log2),
        ["log_sigmoid"] = a => a.Tensor(0).Map(NaiveOps.LogSigmoid),
        ["log_softmax"] = a => NaiveOps.LogSoftmax(a.Tensor(0), (int)a.Number(1, 0)),
        ["logaddexp"] = a => NaiveOps.Zip(
            a.Tensor(0), a.Tensor(1), (x, y) => NaiveOps.LogSumExp([x, y])),
        ["logaddexp2"] = a => NaiveOps.Zip(
            a.Tensor(0), a.Tensor(1),
            (x, y) => NaiveOps.LogSumExp([x * Math.Log(2), y * Math.Log(2)]) / Math.Log(2)),
        ["logcumsumexp"] = a => NaiveOps.LogCumsumExp(a.Tensor(0), (int)a.Number(1, 0)),
        ["logical_and"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Tensor(1), (x, y) => x != 0 && y != 0 ? 1 : 0),
        ["logical_not"] = a => a.Tensor(0).Map(x => x == 0 ? 1 : 0),
        ["logical_or"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Tensor(1), (x, y) => x != 0 || y != 0 ? 1 : 0),
        ["logical_xor"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Tensor(1), (x, y) => x != 0 != (y != 0) ? 1 : 0),
        ["logsumexp"] = a => NaiveOps.Reduce(a.Tensor(0), a.Axes(1), a.Flag(2, false), NaiveOps.LogSumExp),
        ["lstm"] = a => Recurrent(a, NaiveOps.LstmStep),
        ["lstm_cell"] = a => Cell(a, NaiveOps.LstmStep),
        ["lt"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x < y ? 1 : 0),
        ["mT"] = a => NaiveOps.Transpose(a.Tensor(0), -2, -1),
        ["masked_fill"] = a => NaiveOps.Where(a.Tensor(1), a.Operand(2), a.Tensor(0)),
        ["masked_select"] = a => NaiveOps.MaskedSelect(a.Tensor(0), a.Tensor(1)),
        ["masked_scatter"] = a => NaiveOps.MaskedScatter(a.Tensor(0), a.Tensor(1), a.Tensor(2)),
        ["matmul"] = a => NaiveOps.Product(a.Tensor(0), a.Tensor(1)),
        ["max"] = a => a.IsNumber(1)
            ? NaiveOps.Extreme(a.Tensor(0), (int)a.Number(1, 0), a.Flag(2, false), 1)
            : a.Has(1)
            ? NaiveOps.Zip(a.Tensor(0), a.Tensor(1), NaiveOps.Larger)
            : NaiveOps.Reduce(a.Tensor(0), [], false, row => row.Aggregate(NaiveOps.Larger)),
        ["max_pool1d"] = a => Largest(a, 1),
        ["max_pool1d_with_indices"] = a => LargestWithPlaces(a, 1),
        ["max_pool2d"] = a => Batched(a, 2, x => NaiveOps.MaxPool2d(x, a.Pair(1), new()
        {
            Stride = a.OptionalPair(2), Padding = a.Pair(3, 0), Dilation = a.Pair(4, 1),
            CeilMode = a.Flag(5, false),
        })),
        ["max_pool2d_with_indices"] = a => LargestWithPlaces(a, 2),
        ["max_pool3d"] = a => Largest(a, 3),
        ["max_pool3d_with_indices"] = a => LargestWithPlaces(a, 3),
        ["max_unpool2d"] = a => NaiveOps.Unpool(a.Tensor(0), a.Tensor(1), a.Integers(2)),
        ["max_unpool3d"] = a => NaiveOps.Unpool(a.Tensor(0), a.Tensor(1), a.Integers(2)),
        ["maximum"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), NaiveOps.Larger),
        ["mean"] = a => a.Has(1)
            ? NaiveOps.Mean(a.Tensor(0), a.Integers(1), a.Flag(2, false))
            : NaiveOps.Reduce(a.Tensor(0), [], false, row => row.Average()),
        ["meshgrid"] = a => NaiveOps.Meshgrid(a.Tensors(0), a.Keyword("indexing") is "xy"),
        ["min"] = a => a.IsNumber(1)
            ? NaiveOps.Extreme(a.Tensor(0), (int)a.Number(1, 0), a.Flag(2, false), -1)
            : a.Has(1)
            ? NaiveOps.Zip(a.Tensor(0), a.Tensor(1), NaiveOps.Smaller)
            : NaiveOps.Reduce(a.Tensor(0), [], false, row => row.Aggregate(NaiveOps.Smaller)),
        ["minimum"] = a => NaiveOps.Zip(a.Tensor(0), a.Tensor(1), NaiveOps.Smaller),
        ["mish"] = a => a.Tensor(0).Map(NaiveOps.Mish),
        ["movedim"] = a => NaiveOps.Movedim(a.Tensor(0), a.OneOrMore(1), a.OneOrMore(2)),
        ["mul"] = a => a.OfBytes(NaiveOps.Mul(a.Tensor(0), a.Operand(1))),
        ["mv"] = a => NaiveOps.Product(a.Tensor(0), a.Tensor(1)),
        ["mvlgamma"] = a => a.Tensor(0).Map(x => NaiveOps.Multigammaln(x, (int)a.Number(1, 1))),
        ["nan_to_num"] = a => a.Tensor(0).Map(x => double.IsNaN(x) ? a.Number(1, 0)
            : x == double.PositiveInfinity ? a.Number(2, double.MaxValue)
            : x == double.NegativeInfinity ? a.Number(3, double.MinValue) : x),
        ["narrow"] = a => NaiveOps.Narrow(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0), (int)a.Number(3, 0)),
        ["ne"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x != y ? 1 : 0),
        ["neg"] = a => a.Tensor(0).Map(x => -x),
        ["new_empty"] = a => NaiveTensor.From(a.Integers(1), _ => double.NaN),
        ["new_full"] = a => NaiveTensor.From(a.Integers(1), _ => a.Number(2, double.NaN)),
        ["new_ones"] = a => NaiveTensor.From(a.Integers(1), _ => 1),
        ["new_zeros"] = a => NaiveTensor.From(a.Integers(1), _ => 0),
        ["argwhere"] = a => NaiveOps.Stack(NaiveOps.Nonzero(a.Tensor(0)), 1),
        ["nonzero"] = a => NaiveOps.Stack(NaiveOps.Nonzero(a.Tensor(0)), 1),
        ["nonzero_numpy"] = a => NaiveOps.Nonzero(a.Tensor(0)),
        ["norm"] = a => NaiveOps.Reduce(
            a.Tensor(0), a.Axes(2), a.Flag(3, false), row => NaiveOps.Norm(row, a.Number(1, 2))),
        ["not_equal"] = a => NaiveOps.Pairwise(a.Tensor(0), a.Operand(1), (x, y) => x != y ? 1 : 0),
        ["numpy_T"] = a => NaiveOps.Reversed(a.Tensor(0)),
        ["one_hot"] = a =>
            NaiveTensor.From(
                [.. a.Tensor(0).Shape, (int)a.Number(1, 0)], at => a.Tensor(0)[at.AsSpan()[..^1]] == at[^1] ? 1 : 0),
        ["ones"] = a => NaiveTensor.From(a.Integers(0), _ => 1),
        ["ones_like"] = a => a.Tensor(0).Map(_ => 1),
        ["outer"] = a => NaiveOps.Outer(a.Tensor(0), a.Tensor(1)),
        ["pad"] = a => a.Has(2) && a.Text(2) is not (null or "constant")
            ? NaiveOps.Border(a.Tensor(0), a.Integers(1), a.Text(2)!)
            : NaiveOps.Pad(a.Tensor(0), a.Integers(1), a.Number(3, 0)),
        ["pairwise_distance"] = a => NaiveOps.Reduce(
            NaiveOps.Zip(a.Tensor(0), a.Tensor(1), (x, y) => x - y + a.Number(3, 1e-6)), [-1], a.Flag(4, false),
            row => NaiveOps.Norm(row, a.Number(2, 2))),
        ["permute"] = a => NaiveOps.Permute(a.Tensor(0), a.Integers(1)),
        ["pixel_shuffle"] = a => NaiveOps.PixelShuffle(a.Tensor(0), (int)a.Number(1, 0)),
        ["pixel_unshuffle"] = a => NaiveOps.PixelUnshuffle(a.Tensor(0), (int)a.Number(1, 0)),
        ["pow"] = a => NaiveOps.Zip(a.Operand(0), a.Operand(1), Math.Pow),
        ["prelu"] = a => NaiveOps.PRelu(a.Tensor(0), a.Tensor(1)),
        ["prod"] = a => NaiveOps.Reduce(
            a.Tensor(0), a.Axes(1), a.Flag(2, false), row => row.Aggregate(1.0, (x, y) => x * y)),
        ["ravel"] = a => NaiveOps.Reshape(a.Tensor(0), -1),
        ["reciprocal"] = a => a.Tensor(0).Map(x => 1 / x),
        ["reflection_pad1d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "reflect"),
        ["reflection_pad2d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "reflect"),
        ["reflection_pad3d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "reflect"),
        ["relu"] = a => a.Tensor(0).Map(NaiveOps.Relu),
        ["relu6"] = a => a.Tensor(0).Map(NaiveOps.Relu6),
        ["relu_"] = a => a.Tensor(0).Map(NaiveOps.Relu),
        ["remainder"] = a => NaiveOps.Zip(a.Tensor(0), a.Operand(1), NaiveOps.Remainder),
        ["renorm"] = a => NaiveOps.Renorm(
            a.Tensor(0), a.Number(1, 2), (int)a.Number(2, 0), a.Number(3, 0)),
        ["repeat"] = a => NaiveOps.Repeat(a.Tensor(0), a.Integers(1)),
        ["repeat_interleave"] = a => a.IsNumber(1)
            ? NaiveOps.RepeatInterleave(a.Tensor(0), (int)a.Number(1, 0), a.Has(2) ? (int)a.Number(2, 0) : null)
            : NaiveOps.IndexSelect(a.Tensor(0), (int)a.Number(2, 0), NaiveTensor.Of(
                [(int)a.Tensor(1).Data.Sum()],
                [.. a.Tensor(1).Data.SelectMany((times, i) => Enumerable.Repeat((double)i, (int)times))])),
        ["replication_pad1d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "replicate"),
        ["replication_pad2d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "replicate"),
        ["replication_pad3d"] = a => NaiveOps.Border(a.Tensor(0), a.Integers(1), "replicate"),
        ["reshape"] = a => NaiveOps.Reshape(a.Tensor(0), a.Integers(1)),
        ["reshape_as"] = a => NaiveOps.Reshape(a.Tensor(0), a.Tensor(1).Shape),
        ["rms_norm"] = a => NaiveOps.RmsNorm(
            a.Tensor(0), a.Integers(1).Length, a.Optional(2), a.Number(3, Math.BitIncrement(1.0) - 1)),
        ["rnn_relu"] = a => Recurrent(a, (x, h, _) => NaiveOps.RnnStep(x, h, NaiveOps.Relu)),
        ["rnn_relu_cell"] = a => Cell(a, (x, h, _) => NaiveOps.RnnStep(x, h, NaiveOps.Relu)),
        ["rnn_tanh"] = a => Recurrent(a, (x, h, _) => NaiveOps.RnnStep(x, h, Math.Tanh)),
        ["rnn_tanh_cell"] = a => Cell(a, (x, h, _) => NaiveOps.RnnStep(x, h, Math.Tanh)),
        ["roll"] = a => NaiveOps.Roll(a.Tensor(0), a.Integers(1), a.Has(2) ? a.Integers(2) : []),
        ["rot90"] = a => NaiveOps.Rot90(
            a.Tensor(0), (int)a.Number(1, 1), a.Has(2) ? a.Integers(2) : [0, 1]),
        ["round"] = a => a.Tensor(0).Map(x => NaiveOps.Round(x, (int)(double)(a.Keyword("decimals") ?? 0.0))),
        ["row_stack"] = StackedRows,
        ["rrelu"] = a => a.Tensor(0).Map(x => NaiveOps.LeakyRelu(x, (a.Number(1, 1.0 / 8) + a.Number(2, 1.0 / 3)) / 2)),
        ["rsqrt"] = a => a.Tensor(0).Map(x => 1 / Math.Sqrt(x)),
        ["rsub"] = a => NaiveOps.Sub(a.Operand(1), a.Tensor(0), a.Alpha(2)),
        ["scalar_tensor"] = a => NaiveOps.Scalar(a.Number(0, double.NaN)),
        ["scaled_dot_product_attention"] = a => NaiveOps.Attention(
            a.Tensor(0), a.Tensor(1), a.Tensor(2), a.Optional(3), a.Has(3) && a.IsFlags(3), a.Flag(5, false),
            a.Keyword("scale") as double?, a.Keyword("enable_gqa") is true),
        ["scatter"] = a => NaiveOps.Scatter(
            a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2), Written(a), a.Keyword("reduce") is "add",
            a.Keyword("reduce") is "multiply"),
        ["scatter_add"] = a => NaiveOps.Scatter(a.Tensor(0), (int)a.Number(1, 0), a.Tensor(2), Written(a), adds: true),
        ["searchsorted"] = a => NaiveOps.SearchSorted(
            a.Tensor(0), a.Operand(1), a.Keyword("right") is true || a.Keyword("side") is "right",
            a.Keyword("sorter") as NaiveTensor),
        ["select"] = a => NaiveOps.Select(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["select_scatter"] = a => NaiveOps.SliceScatter(a.Tensor(0), a.Tensor(1), (int)a.Number(2, 0), a.Number(3, 0),
            a.Number(3, 0) == -1 ? double.PositiveInfinity : a.Number(3, 0) + 1, 1),
        ["selu"] = a => a.Tensor(0).Map(x => NaiveOps.Elu(x, 1.67326324235437728, 1.05070098735548049)),
        ["sigmoid"] = a => a.Tensor(0).Map(NaiveOps.Sigmoid),
        ["sign"] = a => a.Tensor(0).Map(x => x > 0 ? 1 : x < 0 ? -1 : 0),
        ["signbit"] = a => a.Tensor(0).Map(x => double.IsNegative(x) ? 1 : 0),
        ["silu"] = a => a.Tensor(0).Map(NaiveOps.Silu),
        ["sin"] = a => a.Tensor(0).Map(Math.Sin),
        ["sinh"] = a => a.Tensor(0).Map(Math.Sinh),
        ["size"] = a => (double)a.Tensor(0).Shape[(int)a.Number(1, 0)],
        ["slice"] = a => NaiveOps.Slice(a.Tensor(0), (int)a.Number(1, 0), a.Number(2, 0),
            a.Number(3, double.PositiveInfinity), (int)a.Number(4, 1)),
        ["slice_scatter"] = a => NaiveOps.SliceScatter(a.Tensor(0), a.Tensor(1), (int)a.Number(2, 0), a.Number(3, 0),
            a.Number(4, double.PositiveInfinity), (int)a.Number(5, 1)),
        ["softmax"] = a => NaiveOps.Softmax(a.Tensor(0), (int)a.Number(1, 0)),
        ["softplus"] = a => a.Tensor(0).Map(x => NaiveOps.Softplus(x, a.Number(1, 1), a.Number(2, 20))),
        ["softshrink"] = a => a.Tensor(0).Map(x =>
            Math.Abs(x) > a.Number(1, 0.5) ? x - Math.CopySign(a.Number(1, 0.5), x) : 0),
        ["sort"] = Ordered,
        ["special_erfinv"] = a => a.Tensor(0).Map(NaiveOps.InverseErf),
        ["special_gammaln"] = a => a.Tensor(0).Map(NaiveOps.LogGamma),
        ["special_multigammaln"] = a => a.Tensor(0).Map(x => NaiveOps.Multigammaln(x, (int)a.Number(1, 1))),
        ["split"] = a => NaiveOps.Split(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["split_with_sizes"] = a => NaiveOps.Split(a.Tensor(0), a.Integers(1), (int)a.Number(2, 0)),
        ["sqrt"] = a => a.Tensor(0).Map(Math.Sqrt),
        ["square"] = a => a.Tensor(0).Map(x => x * x),
        ["squeeze"] = a => NaiveOps.Squeeze(a.Tensor(0), a.Has(1) ? (int)a.Number(1, 0) : null),
        ["stack"] = a => NaiveOps.Stack(a.Tensors(0), (int)a.Number(1, 0)),
        ["std"] = a => Spread(a, Math.Sqrt),
        ["std_mean"] = a => (NaiveTensor[])[Spread(a, Math.Sqrt), Centre(a)],
        ["sub"] = a => NaiveOps.Sub(a.Tensor(0), a.Operand(1), a.Alpha(2)),
        ["sum"] = a => NaiveOps.Sum(a.Tensor(0), a.Has(1) ? a.Integers(1) : [], a.Flag(2, false)),
        ["t"] = a => NaiveOps.Transpose(a.Tensor(0), 0, 1),
        ["take_along_dim"] = a => NaiveOps.TakeAlongDim(a.Tensor(0), a.Tensor(1), (int)a.Number(2, 0)),
        ["tan"] = a => a.Tensor(0).Map(Math.Tan),
        ["tanh"] = a => a.Tensor(0).Map(Math.Tanh),
        ["tensor_split"] = a => a.IsList(1)
            ? NaiveOps.TensorSplit(a.Tensor(0), a.Integers(1), (int)a.Number(2, 0))
            : NaiveOps.TensorSplit(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["threshold"] = a => a.Tensor(0).Map(x => x > a.Number(1, 0) ? x : a.Number(2, 0)),
        ["tile"] = a => NaiveOps.Repeat(a.Tensor(0), a.Integers(1)),
        ["to"] = a => a.Cast((int)a.Number(1, double.NaN)),
        ["topk"] = a => NaiveOps.Sort(a.Tensor(0), (int)a.Number(2, -1), a.Flag(3, true), (int)a.Number(1, 0)),
        ["torchvision::deform_conv2d"] = a => NaiveOps.DeformConv2d(
            a.Tensor(0), a.Tensor(1), a.Tensor(2), a.Flag(13, false) ? a.Tensor(3) : null, a.Tensor(4),
            ((int)a.Number(5, 1), (int)a.Number(6, 1)), ((int)a.Number(7, 0), (int)a.Number(8, 0)),
            ((int)a.Number(9, 1), (int)a.Number(10, 1)), (int)a.Number(11, 1), (int)a.Number(12, 1)),
        ["torchvision::ps_roi_align"] = a => NaiveOps.RoIAlign(
            a.Tensor(0), a.Tensor(1), a.Number(2, 1), (int)a.Number(3, 1), (int)a.Number(4, 1), (int)a.Number(5, 0),
            aligned: true, own: true),
        ["torchvision::ps_roi_pool"] = a => NaiveOps.RoIPool(
            a.Tensor(0), a.Tensor(1), a.Number(2, 1), (int)a.Number(3, 1), (int)a.Number(4, 1), own: true),
        ["torchvision::roi_align"] = a => NaiveOps.RoIAlign(
            a.Tensor(0), a.Tensor(1), a.Number(2, 1), (int)a.Number(3, 1), (int)a.Number(4, 1), (int)a.Number(5, 0),
            a.Flag(6, false), own: false),
        ["torchvision::roi_pool"] = a => NaiveOps.RoIPool(
            a.Tensor(0), a.Tensor(1), a.Number(2, 1), (int)a.Number(3, 1), (int)a.Number(4, 1), own: false),
        ["transpose"] = a => NaiveOps.Transpose(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["trapezoid"] = Integrated,
        ["trapz"] = Integrated,
        ["tril"] = a => NaiveOps.Triangle(a.Tensor(0), (int)a.Number(1, 0), upper: false),
        ["triu"] = a => NaiveOps.Triangle(a.Tensor(0), (int)a.Number(1, 0), upper: true),
        ["trunc"] = a => a.Tensor(0).Map(Math.Truncate),
        ["type_as"] = a => a.Cast(a.TypeOf(1)),
        ["unbind"] = a => NaiveOps.Unbind(a.Tensor(0), (int)a.Number(1, 0)),
        ["unflatten"] = a => NaiveOps.Unflatten(a.Tensor(0), (int)a.Number(1, 0), a.Integers(2)),
        ["unfold"] = a => NaiveOps.Windows(
            a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0), (int)a.Number(3, 0)),
        ["unfold_copy"] = a => NaiveOps.Windows(
            a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0), (int)a.Number(3, 0)),
        ["unsafe_chunk"] = a => NaiveOps.Chunk(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
        ["unsqueeze"] = a => NaiveOps.Unsqueeze(a.Tensor(0), (int)a.Number(1, 0)),
        ["upsample_bicubic2d"] = a => Interpolated(a, 2, NaiveMode.Cubic),
        ["upsample_bilinear2d"] = a => Interpolated(a, 2, NaiveMode.Linear),
        ["upsample_linear1d"] = a => Interpolated(a, 1, NaiveMode.Linear),
        ["upsample_nearest1d"] = a => Interpolated(a, 1, NaiveMode.Nearest),
        ["upsample_nearest2d"] = a => Interpolated(a, 2, NaiveMode.Nearest),
        ["upsample_nearest3d"] = a => Interpolated(a, 3, NaiveMode.Nearest),
        ["upsample_trilinear3d"] = a => Interpolated(a, 3, NaiveMode.Linear),
        ["var"] = a => Spread(a, x => x),
        ["var_mean"] = a => (NaiveTensor[])[Spread(a, x => x), Centre(a)],
        ["vdot"] = a => NaiveOps.Product(a.Tensor(0), a.Tensor(1)),
        ["view"] = a => NaiveOps.Reshape(a.Tensor(0), a.Integers(1)),
        ["view_as"] = a => NaiveOps.Reshape(a.Tensor(0), a.Tensor(1).Shape),
        ["vstack"] = StackedRows,
        ["where"] = a => !a.Has(1) ? NaiveOps.Nonzero(a.Tensor(0))
            : NaiveOps.Where(a.Tensor(0), a.Operand(1), a.Operand(2)),
        ["xlogy"] = a => NaiveOps.Zip(a.Operand(0), a.Operand(1), NaiveOps.Xlogy),
        ["zero_"] = a => a.Tensor(0).Map(_ => 0),
        ["zeros"] = a => NaiveTensor.From(a.Integers(0), _ => 0),
        ["zeros_like"] = a => a.Tensor(0).Map(_ => 0),
    };

    object Apply(JsonElement call)
    {
        // Operators of other namespaces keep their names.
        string stated = call.GetProperty("target").GetString()!;
        string target = stated.StartsWith("aten::", StringComparison.Ordinal) ? stated["aten::".Length..] : stated;
        return Arms.TryGetValue(target, out var arm)
            ? arm(new Arguments(this, call))
            : throw new NotSupportedException($"the oracle has no arm for {target}");
    }

    // conv(input, weight, bias, stride, padding, dilation, groups), of as many axes as the weight says.
    static NaiveTensor Convolved(Arguments a)
    {
        int axes = a.Tensor(1).Rank - 2;
        if (axes == 2 && a.Tensor(0).Rank == 4)
            return NaiveOps.Conv2d(a.Tensor(0), a.Tensor(1), a.Optional(2), Conv2d(a));
        var plain = new WindowArguments
        {
            Stride = a.Each(axes, 3), Padding = new int[axes], Dilation = a.Each(axes, 5), Groups = (int)a.Number(6, 1),
        };
        int[] spans = [.. a.Tensor(1).Shape[2..].Select((k, axis) => plain.Dilation[axis] * (k - 1))];
        var arguments = a.Text(4) switch
        {
            "same" => plain with
            {
                Padding = [.. spans.Select(span => span / 2)],
                PaddingAfter = [.. spans.Select(span => span - span / 2)],
            },
            "valid" => plain,
            _ => plain with { Padding = a.Each(axes, 4) },
        };
        return Batched(a, axes, x => NaiveOps.Conv(x, a.Tensor(1), a.Optional(2), arguments));
    }

    // conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation).
    static NaiveTensor Transposed(Arguments a, int axes) => Batched(a, axes, x => NaiveOps.ConvTranspose(
        x, a.Tensor(1), a.Optional(2), new()
        {
            Stride = a.Each(axes, 3), Padding = a.Each(axes, 4), OutputPadding = a.Each(axes, 5),
            Groups = (int)a.Number(6, 1), Dilation = a.Each(axes, 7),
        }));

    static NaiveTensor Averaged(Arguments a, int axes) => Batched(a, axes, x => NaiveOps.AvgPool(
        x, a.Each(axes, 1), new()
        {
            Stride = a.StrideOf(axes), Padding = a.Each(axes, 3, 0), Dilation = [.. Enumerable.Repeat(1, axes)],
            CeilMode = a.Flag(4, false), CountIncludePad = a.Flag(5, true),
            DivisorOverride = a.Has(6) ? (int)a.Number(6, 0) : null,
        }));

    static NaiveTensor Largest(Arguments a, int axes) => Batched(a, axes, x => NaiveOps.MaxPool(
        x, a.Each(axes, 1), new()
        {
            Stride = a.StrideOf(axes), Padding = a.Each(axes, 3, 0), Dilation = a.Each(axes, 4, 1),
            CeilMode = a.Flag(5, false),
        }));

    // (x, sizes, scales) or (x, sizes, aligned, scales); scales are one list or one number an axis.
    static NaiveTensor Interpolated(Arguments a, int axes, NaiveMode mode)
    {
        bool nearest = mode is NaiveMode.Nearest or NaiveMode.NearestExact;
        int next = nearest ? 2 : 3;
        double?[] scales = a.Has(next) && a.IsList(next)
            ? [.. a.Numbers(next).Select(scale => (double?)scale)]
            : [.. Enumerable.Range(next, axes).Select(i => a.Has(i) ? a.Number(i, 0) : (double?)null)];
        return NaiveOps.Interpolate(
            a.Tensor(0), a.Has(1) ? a.Each(axes, 1) : null, scales, mode, !nearest && a.Flag(2, false));
    }

    static NaiveTensor Sampled(Arguments a) => NaiveOps.GridSample(
        a.Tensor(0), a.Tensor(1),
        ((string[])["bilinear", "nearest", "bicubic"])[(int)a.Number(2, 9)],
        ((string[])["zeros", "border", "reflection"])[(int)a.Number(3, 9)], a.Flag(4, false));

    // Of one without a batch axis too.
    static NaiveTensor[] CellsWithPlaces(Arguments a, int axes)
    {
        int[] sizes = a.Each(axes, 1), plane = a.Tensor(0).Shape[^axes..];
        return WithPlaces(a, axes, x => NaiveOps.PoolIndices(x, sizes, (axis, o, i) =>
            i >= Math.Floor((double)o * plane[axis] / sizes[axis])
            && i < Math.Ceiling((double)(o + 1) * plane[axis] / sizes[axis])));
    }

    // The values' shape is that of the pool that asks for no places.
    static NaiveTensor[] LargestWithPlaces(Arguments a, int axes)
    {
        int[] kernel = a.Each(axes, 1), stride = a.StrideOf(axes), padding = a.Each(axes, 3, 0);
        int[] dilation = a.Each(axes, 4, 1), sizes = Largest(a, axes).Shape[^axes..];
        return WithPlaces(a, axes, x => NaiveOps.PoolIndices(x, sizes, (axis, o, i) =>
        {
            int from = i - (o * stride[axis]) + padding[axis];
            return from >= 0 && from % dilation[axis] == 0 && from / dilation[axis] < kernel[axis];
        }));
    }

    static NaiveTensor[] WithPlaces(Arguments a, int axes, Func<NaiveTensor, NaiveTensor[]> compute)
    {
        var x = a.Tensor(0);
        return x.Rank == axes + 2 ? compute(x)
            : [.. compute(NaiveOps.View(x, [1, .. x.Shape])).Select(y => NaiveOps.View(y, y.Shape[1..]))];
    }

    static NaiveTensor Crossed(Arguments a) => NaiveOps.Diagonal(
        a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0), (int)a.Number(3, 1));

    static NaiveTensor StackedRows(Arguments a) => NaiveOps.Cat([.. a.Tensors(0).Select(x => x.Rank < 2
        ? NaiveOps.View(x, 1, x.Data.Length) : x)], 0);

    static NaiveTensor Integrated(Arguments a) => NaiveOps.Trapezoid(
        a.Tensor(0), a.Optional(1), (double)(a.Keyword("dx") ?? 1.0), (int)(double)(a.Keyword("dim") ?? -1.0));

    // A window takes its input without a batch axis too.
    static NaiveTensor Batched(Arguments a, int axes, Func<NaiveTensor, NaiveTensor> compute) =>
        Unbatched(a, axes + 2, compute);

    static NaiveTensor Unbatched(Arguments a, int rank, Func<NaiveTensor, NaiveTensor> compute)
    {
        var x = a.Tensor(0);
        if (x.Rank == rank) return compute(x);
        var y = compute(new NaiveTensor([1, .. x.Shape], x.Data));
        return new NaiveTensor(y.Shape[1..], y.Data);
    }

    static ConvArguments Conv2d(Arguments a)
    {
        var plain = new ConvArguments { Stride = a.Pair(3), Dilation = a.Pair(5), Groups = (int)a.Number(6, 1) };
        return a.Text(4) switch
        {
            "same" => plain.Same((a.Tensor(1).Shape[2], a.Tensor(1).Shape[3])),
            "valid" => plain,
            _ => plain with { Padding = a.Pair(4) },
        };
    }

    // clamp(self, min, max), tensors or numbers; the upper limit comes last.
    static NaiveTensor Clamped(Arguments a)
    {
        var x = a.Tensor(0);
        if (a.Has(1)) x = NaiveOps.Zip(x, a.Operand(1), NaiveOps.Larger);
        return a.Has(2) ? NaiveOps.Zip(x, a.Operand(2), NaiveOps.Smaller) : x;
    }

    // var(self, unbiased), var(self, dim, unbiased, keepdim), var(self, dim, *, correction, keepdim)
    static NaiveTensor Spread(Arguments a, Func<double, double> end)
    {
        bool plain = a.IsFlag(1);
        double correction = a.Keyword("correction") is double stated ? stated
            : (plain ? a.Flag(1, true) : a.Flag(2, true)) ? 1 : 0;
        return NaiveOps.Reduce(
            a.Tensor(0), plain ? [] : a.Axes(1), Keeps(a), row => end(NaiveOps.Variance(row, correction)));
    }

    static NaiveTensor Centre(Arguments a) => NaiveOps.Reduce(
        a.Tensor(0), a.IsFlag(1) ? [] : a.Axes(1), Keeps(a), row => row.Sum() / row.Length);

    static bool Keeps(Arguments a) => a.Keyword("keepdim") is true || a.Flag(3, false);
    // beta · self + alpha · a · b; what is multiplied with 0 is not read.
    static NaiveTensor Added(Arguments a)
    {
        double beta = a.Keyword("beta") as double? ?? 1, alpha = a.Keyword("alpha") as double? ?? 1;
        var product = NaiveOps.Product(a.Tensor(1), a.Tensor(2)).Map(x => alpha * x);
        return beta == 0 ? product : NaiveOps.Add(product, a.Tensor(0), beta);
    }

    // recurrent(input, states, weights, has_biases, num_layers, dropout, train, bidirectional, batch_first).
    static NaiveTensor[] Recurrent(Arguments a, Func<double[], double[], double[][], double[][]> step) =>
        NaiveOps.Recurrent(
            a.Tensor(0), a.States(1), a.Tensors(2), a.Flag(3, true), (int)a.Number(4, 1), a.Flag(7, false) ? 2 : 1,
            a.Flag(8, false), step);

    static NaiveTensor[] Cell(Arguments a, Func<double[], double[], double[][], double[][]> step) => NaiveOps.Cell(
        a.Tensor(0), a.States(1), a.Has(4) ? [a.Tensor(2), a.Tensor(3), a.Tensor(4), a.Tensor(5)]
            : [a.Tensor(2), a.Tensor(3)], step);
    // arange(end), arange(start, end), arange(start, end, step).
    static NaiveTensor Counted(Arguments a) => a.Has(1)
        ? NaiveOps.Arange(a.Number(0, 0), a.Number(1, 0), a.Number(2, 1))
        : NaiveOps.Arange(0, a.Number(0, 0), 1);

    static NaiveTensor First(Arguments a, int sign) => a.Has(1)
        ? NaiveOps.ArgMax(a.Tensor(0), (int)a.Number(1, 0), a.Flag(2, false), sign)
        : NaiveOps.Reshape(NaiveOps.ArgMax(NaiveOps.Reshape(a.Tensor(0), -1), 0, false, sign));

    // sort(self, dim, descending), or with keywords alone.
    static NaiveTensor[] Ordered(Arguments a) => NaiveOps.Sort(
        a.Tensor(0), (int)(a.Keyword("dim") as double? ?? a.Number(1, -1)),
        a.Keyword("descending") as bool? ?? a.Flag(2, false));

    static Func<int[], double> Written(Arguments a) => at => a.Operand(3) is { Rank: > 0 } source
        ? source[at]
        : a.Operand(3).Data[0];

    static NaiveTensor Elu(Arguments a) =>
        a.Tensor(0).Map(x => NaiveOps.Elu(x, a.Number(1, 1), a.Number(2, 1), a.Number(3, 1)));

    static NaiveTensor Traced(Arguments a)
    {
        int axes = a.Tensor(1).Rank - 2;
        if (axes != 2)
        {
            var any = new WindowArguments
            {
                Stride = a.Each(axes, 3), Padding = a.Each(axes, 4), Dilation = a.Each(axes, 5),
                OutputPadding = a.Each(axes, 7), Groups = (int)a.Number(8, 1),
            };
            return Batched(a, axes, x => a.Flag(6, false)
                ? NaiveOps.ConvTranspose(x, a.Tensor(1), a.Optional(2), any)
                : NaiveOps.Conv(x, a.Tensor(1), a.Optional(2), any));
        }
        var arguments = new ConvArguments
        {
            Stride = a.Pair(3), Padding = a.Pair(4), Dilation = a.Pair(5), OutputPadding = a.Pair(7),
            Groups = (int)a.Number(8, 1),
        };
        return a.Flag(6, false)
            ? NaiveOps.ConvTranspose2d(a.Tensor(0), a.Tensor(1), a.Optional(2), arguments)
            : NaiveOps.Conv2d(a.Tensor(0), a.Tensor(1), a.Optional(2), arguments);
    }

    /// <summary>The arguments of one call, with what stands in their place where they are left out.</summary>
    public sealed class Arguments(NaiveWalk walk, JsonElement call)
    {
        readonly object?[] _items =
            [.. call.GetProperty("arguments").EnumerateArray().Select(item => Read(walk, item))];

        public bool Has(int i) => i < _items.Length && _items[i] is not null;

        /// <summary>A tensor; a number in its place is one without axes.</summary>
        public NaiveTensor Tensor(int i) => _items[i] is double number ? NaiveOps.Scalar(number)
            : (NaiveTensor)_items[i]!;

        public NaiveTensor? Optional(int i) => i < _items.Length ? (NaiveTensor?)_items[i] : null;

        public NaiveTensor[] Tensors(int i) => [.. ((object?[])_items[i]!).Cast<NaiveTensor>()];

        /// <summary>One tensor or a list of them.</summary>
        public NaiveTensor[] States(int i) => _items[i] is NaiveTensor only ? [only] : Tensors(i);

        /// <summary>Indices, null for a whole axis; a mask is the places that it sets.</summary>
        public NaiveTensor?[] Indices(int i) => [.. OptionalTensors(i).SelectMany(index =>
            index is not null && walk._masks.Contains(index) ? NaiveOps.Nonzero(index) : (NaiveTensor?[])[index])];

        public NaiveTensor?[] OptionalTensors(int i) => [.. ((object?[])_items[i]!).Cast<NaiveTensor?>()];

        /// <summary>Axes: a list, one number, or none for all of them.</summary>
        public int[] Dims(int i) => !Has(i) ? [] : _items[i] is double one ? [(int)one] : Integers(i);

        /// <summary>True for a tensor that a cast made Boolean.</summary>
        public bool IsFlags(int i) => walk._types.GetValueOrDefault(Tensor(i)) == Bool;

        public NaiveTensor Operand(int i) => _items[i] as NaiveTensor ?? NaiveOps.Scalar(Number(i, double.NaN));

        public double Number(int i, double absent) => Has(i) ? (double)_items[i]! : absent;

        public bool Flag(int i, bool absent) => Has(i) ? (bool)_items[i]! : absent;

        public string? Text(int i) => _items[i] as string;

        public bool IsNumber(int i) => Has(i) && _items[i] is double;

        public bool IsList(int i) => _items[i] is object?[];

        /// <summary>A list of integers, or one.</summary>
        public int[] OneOrMore(int i) => IsList(i) ? Integers(i) : [(int)Number(i, 0)];

        public double[] Numbers(int i) => [.. ((object?[])_items[i]!).Select(number => (double)number!)];

        public int[] Integers(int i) => [.. ((object?[])_items[i]!).Select(number => (int)(double)number!)];

        public bool IsFlag(int i) => i < _items.Length && _items[i] is bool;

        /// <summary>Axes, one or a list; none where there are none.</summary>
        public int[] Axes(int i) => !Has(i) ? [] : _items[i] is double only ? [(int)only] : Integers(i);

        /// <summary>One number an axis; a list of one counts for all.</summary>
        public int[] Each(int axes, int i) => OneOrMore(i) is [var only]
            ? [.. Enumerable.Repeat(only, axes)]
            : OneOrMore(i) is { } all && all.Length == axes ? all : throw new ArgumentException($"argument {i}");

        public int[] Each(int axes, int i, int absent) =>
            Has(i) ? Each(axes, i) : [.. Enumerable.Repeat(absent, axes)];

        /// <summary>A pool's stride, which is its window where the list is empty.</summary>
        public int[] StrideOf(int axes) => Has(2) && OneOrMore(2).Length > 0 ? Each(axes, 2) : Each(axes, 1);

        public Pair? OptionalPair(int i) => Has(i) && Integers(i).Length > 0 ? Pair(i) : null;

        public Pair Pair(int i, int absent) => Has(i) ? Pair(i) : absent;

        public Pair Pair(int i) => Integers(i) is [var h, .. var rest] ? (h, rest is [var w] ? w : h)
            : throw new ArgumentException($"argument {i} is no pair");

        /// <summary>The PyTorch code of the type of an input, a parameter or a result of a cast.</summary>
        public int TypeOf(int i) => walk._types[Tensor(i)];

        /// <summary>A result of operands that are bytes, or numbers beside them: wrapped around.</summary>
        public NaiveTensor OfBytes(NaiveTensor result) => _items.OfType<NaiveTensor>().Where(x => x.Rank > 0)
            .All(x => walk._types.TryGetValue(x, out int type) && type == UInt8)
                ? result.Map(x => ((x % 256) + 256) % 256)
                : result;

        /// <summary>A result of two operands: true or false where both are, whatever the sum.</summary>
        public NaiveTensor OfFlags(NaiveTensor result) =>
            _items.Take(2).All(item => item is NaiveTensor operand && walk._types.GetValueOrDefault(operand) == Bool)
                ? result.Map(x => x != 0 ? 1 : 0)
                : result;

        /// <summary>The first argument as another type: cut off towards zero and wrapped around, or whether it is not
        /// zero. Floating-point types are one to this oracle.</summary>
        public NaiveTensor Cast(int type)
        {
            var result = Tensor(0).Map(x => type switch
            {
                Float32 or Float64 => x,
                Bool => x != 0 ? 1 : 0,
                Int64 => Math.Truncate(x),
                Int32 => unchecked((int)(long)x),
                UInt8 => unchecked((byte)(long)x),
                Int8 => unchecked((sbyte)(long)x),
                _ => throw new NotSupportedException($"a cast to type {type}"),
            });
            walk._types[result] = type;
            return result;
        }

        public object? Keyword(string name) => call.TryGetProperty("keywords", out var keywords)
            && keywords.TryGetProperty(name, out var value) ? Read(walk, value) : null;

        public double Alpha(int i) => Keyword("alpha") is double alpha ? alpha : Number(i, 1);

        static object? Read(NaiveWalk walk, JsonElement item) => item.ValueKind switch
        {
            JsonValueKind.Object when item.TryGetProperty("float", out var infinity) =>
                infinity.GetString() == "inf" ? double.PositiveInfinity : double.NegativeInfinity,
            JsonValueKind.Object => walk._values[item.GetProperty("value").GetString()!],
            JsonValueKind.Array => item.EnumerateArray().Select(inner => Read(walk, inner)).ToArray(),
            JsonValueKind.Number => item.GetDouble(),
            JsonValueKind.String => item.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
    }
}
