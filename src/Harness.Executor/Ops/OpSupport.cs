using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>What is supported of one op, for people who port: <see cref="OpSet"/> and the op itself say most of
/// it.</summary>
/// <param name="Definition">The op's entry in <see cref="OpSet"/>.</param>
/// <param name="Flax">What computes it in Flax or JAX; nothing else in the house knows.</param>
/// <param name="Refused">Forms that the op refuses.</param>
public sealed record OpSupport(OpDefinition Definition, string Flax, ImmutableArray<RefusedForm> Refused)
{
    /// <summary>The op as each of its operators means it, with ordinary arguments.</summary>
    ImmutableArray<Op> Examples =>
        [.. Definition.Operators.Select(name => OpSet.Parse(RefusedForm.Call(name, [])).Op)];

    /// <summary>The op's names, one for each number of axes: <c>Conv1d</c>, <c>Conv2d</c>, <c>Conv3d</c>.</summary>
    public ImmutableArray<string> Names =>
        [.. Examples.Select(op => op.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Where the parameters lie in Flax's tree, once for each way in which they do.</summary>
    public ImmutableArray<WeightRule> Parameters =>
        [.. Examples.SelectMany(op => op.Weights).DistinctBy(rule => (rule.Leaf, rule.Rearrangement.ToString()))];

    /// <summary>The op's float32 limit, node by node.</summary>
    public Float32Bound Float32Bound => Examples[0].Float32Bound;

    /// <summary>True where no element moves.</summary>
    public bool IsView => Examples[0].IsView;

    /// <summary>What the op does with integers.</summary>
    public IntegerSupport Integers
    {
        get
        {
            var op = Examples[0];
            Fact[] integers = [.. Enumerable.Repeat(new Fact(ElementType.Int64, [2, 2]), 8)];
            return op.MisfitOfTypes(integers) is not null ? IntegerSupport.Refused
                : !op.OperandType(0, integers).IsFloating() ? IntegerSupport.Exact
                : IntegerSupport.CastToFloat;
        }
    }

    /// <summary>Every op, in the order of <see cref="OpSet.All"/>.</summary>
    public static readonly ImmutableArray<OpSupport> All =
    [
        Of(Abs.Definition, "jax.numpy.abs"),
        Of(AdaptiveAvgPool.Definition, "flax.linen.avg_pool where the output divides the input; else jax.numpy.mean " +
            "of each window",
            Form("adaptive_avg_pool2d", "output_size=[0, 1]"),
            Form("adaptive_avg_pool2d", "output_size=[1, 1, 1]")),
        Of(Add.Definition, "jax.numpy.add"),
        Of(Addmm.Definition, "flax.linen.Dense",
            Form("addmm", "beta=0.5")),
        Of(AdvancedIndex.Definition, "jax.numpy.take, or Python's x[:, i, j]; NaN or the last element where PyTorch " +
            "refuses an index"),
        Of(Ops.All.Definition, "jax.numpy.all",
            Form("all.dims", "dim=[]")),
        Of(Any.Definition, "jax.numpy.any",
            Form("any.dims", "dim=[]")),
        Of(Arange.Definition, "jax.numpy.arange",
            Form("arange", "end=1.5", "dtype=4"),
            Form("arange.start", "start=3", "end=2")),
        Of(AvgPool.Definition, "flax.linen.avg_pool; jax.lax.reduce_window for ceil_mode and divisor_override",
            Form("avg_pool2d", "divisor_override=0")),
        Of(BatchNorm2d.Definition, "flax.linen.BatchNorm(use_running_average=True, momentum=1 - PyTorch's)",
            Form("batch_norm", "running_mean=None", "running_var=None"),
            Form("batch_norm", "training=True")),
        Of(Bitwise.Definition, "jax.numpy.bitwise_and, jax.numpy.bitwise_or, jax.numpy.bitwise_xor, " +
            "jax.numpy.invert, jax.numpy.left_shift, jax.numpy.right_shift",
            Form("bitwise_and.Scalar", "other=True")),
        Of(Cast.Definition, "jax.lax.convert_element_type",
            Form("to.dtype", "dtype=5"),
            Form("to.dtype", "dtype=15"),
            Form("to.dtype", "dtype=9")),
        Of(Cat.Definition, "jax.numpy.concatenate"),
        Of(Comparison.Definition, "jax.numpy.equal and its like"),
        Of(Conv.Definition, "flax.linen.Conv",
            Form("convolution", "stride=[1, 1, 1, 1]"),
            Form("conv2d", "padding=[-1, 0]"),
            Form("conv2d.padding", "padding=\"same\"", "stride=[2, 1]"),
            Form("conv2d.padding", "padding=\"reflect\"")),
        Of(ConvTranspose.Definition, "flax.linen.ConvTranspose(transpose_kernel=True); with groups " +
            "flax.linen.Conv(input_dilation=…)"),
        Of(Copy.Definition, "jax.numpy.broadcast_to"),
        Of(Cumulation.Definition, "jax.numpy.cumsum, jax.numpy.cumprod"),
        Of(Div.Definition, "jax.numpy.true_divide",
            Form("div.Tensor_mode", "rounding_mode=\"floor\"")),
        Of(ELU.Definition, "flax.linen.elu",
            Form("elu", "scale=1.05")),
        Of(Embedding.Definition, "flax.linen.Embed, which gives NaN where PyTorch refuses an index"),
        Of(Exp.Definition, "jax.numpy.exp"),
        Of(Expand.Definition, "jax.numpy.broadcast_to"),
        Of(Extreme.Definition, "jax.numpy.max, jax.numpy.argmax and their like"),
        Of(Eye.Definition, "jax.numpy.eye"),
        Of(Flatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order or into a folded kernel"),
        Of(Flip.Definition, "jax.numpy.flip"),
        Of(Full.Definition, "jax.numpy.full, jax.numpy.zeros, jax.numpy.ones"),
        Of(Gather.Definition, "jax.numpy.take_along_axis, which broadcasts the other axes"),
        Of(GELU.Definition, "flax.linen.gelu, with approximate=False unless PyTorch says 'tanh'",
            Form("gelu", "approximate=\"sigmoid\"")),
        Of(Hardsigmoid.Definition, "flax.linen.hard_sigmoid"),
        Of(Hardswish.Definition, "flax.linen.hard_swish"),
        Of(Hardtanh.Definition, "jax.numpy.clip; flax.linen.relu6",
            Form("clamp", "min=None", "max=None")),
        Of(Identity.Definition, "none needed; flax.linen.Dropout(deterministic=True) for a dropout",
            Form("dropout", "train=True")),
        Of(IndexAdd.Definition, "jax.numpy.ndarray.at[…].add"),
        Of(IndexPut.Definition, "jax.numpy.ndarray.at[…].set; .add with accumulate=True"),
        Of(IndexSelect.Definition, "jax.numpy.take"),
        Of(LayerNorm.Definition, "flax.linen.LayerNorm(epsilon=1e-5)",
            Form("layer_norm", "normalized_shape=[]")),
        Of(LeakyReLU.Definition, "flax.linen.leaky_relu"),
        Of(Linear.Definition, "flax.linen.Dense"),
        Of(Linspace.Definition, "jax.numpy.linspace",
            Form("linspace", "dtype=4")),
        Of(Logical.Definition, "jax.numpy.logical_and and its like"),
        Of(LogSoftmax.Definition, "flax.linen.log_softmax",
            Form("_log_softmax", "half_to_float=True"),
            Form("log_softmax.int", "dtype=5"),
            Form("log_softmax.int", "dtype=4")),
        Of(MaskedFill.Definition, "jax.numpy.where"),
        Of(MatMul.Definition, "jax.numpy.matmul"),
        Of(MaxPool.Definition, "flax.linen.max_pool; jax.lax.reduce_window for ceil_mode and dilation"),
        Of(Mean.Definition, "jax.numpy.mean",
            Form("mean", "dtype=5"),
            Form("mean", "dtype=4")),
        Of(Meshgrid.Definition, "jax.numpy.meshgrid(indexing='ij')"),
        Of(Mul.Definition, "jax.numpy.multiply"),
        Of(Neg.Definition, "jax.numpy.negative"),
        Of(OneHot.Definition, "jax.nn.one_hot, which gives floats"),
        Of(Pad.Definition, "jax.lax.pad",
            Form("pad", "mode=\"reflect\""),
            Form("pad", "pad=[1]")),
        Of(Permute.Definition, "jax.numpy.transpose"),
        Of(Pow.Definition, "jax.lax.integer_pow, jax.lax.sqrt, jax.lax.rsqrt, jax.lax.reciprocal",
            Form("pow.Tensor_Scalar", "exponent=2.5")),
        Of(ReLU.Definition, "flax.linen.relu"),
        Of(Reshape.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(Rsub.Definition, "jax.numpy.subtract, operands exchanged"),
        Of(Scatter.Definition, "jax.numpy.ndarray.at[…].set; .add for scatter_add"),
        Of(Select.Definition, "jax.lax.index_in_dim"),
        Of(Sigmoid.Definition, "flax.linen.sigmoid"),
        Of(SiLU.Definition, "flax.linen.silu"),
        Of(Slice.Definition, "jax.lax.slice_in_dim",
            Form("slice.Tensor", "step=0")),
        Of(Softmax.Definition, "flax.linen.softmax",
            Form("_softmax", "half_to_float=True"),
            Form("softmax.int", "dtype=5"),
            Form("softmax.int", "dtype=4")),
        Of(Sort.Definition, "jax.numpy.sort, jax.numpy.argsort"),
        Of(Split.Definition, "jax.numpy.split",
            Form("chunk", "chunks=0"),
            Form("split.Tensor", "split_size=0")),
        Of(Squeeze.Definition, "jax.numpy.squeeze"),
        Of(Sub.Definition, "jax.numpy.subtract"),
        Of(Sum.Definition, "jax.numpy.sum",
            Form("sum", "dtype=5")),
        Of(T.Definition, "jax.numpy.transpose"),
        Of(TakeAlongDim.Definition, "jax.numpy.take_along_axis"),
        Of(Tanh.Definition, "flax.linen.tanh"),
        Of(TopK.Definition, "jax.lax.top_k",
            Form("topk", "sorted=False")),
        Of(Transpose.Definition, "jax.numpy.swapaxes"),
        Of(Triangle.Definition, "jax.numpy.tril, jax.numpy.triu"),
        Of(Unbind.Definition, "jax.lax.index_in_dim, once a result"),
        Of(Unflatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(Unsqueeze.Definition, "jax.numpy.expand_dims"),
        Of(Where.Definition, "jax.numpy.where",
            Form("where.Scalar", "self=True")),
        Of(WriteInto.Definition, "jax.numpy.ndarray.at[…].set"),
    ];

    static OpSupport Of(OpDefinition definition, string flax, params ReadOnlySpan<RefusedForm> refused) =>
        new(definition, flax, [.. refused]);

    static RefusedForm Form(string name, params ReadOnlySpan<string> arguments) => new("aten::" + name, [.. arguments]);
}

/// <summary>What an op does with operands that are integers.</summary>
public enum IntegerSupport
{
    /// <summary>It computes with them as integers, to the last bit.</summary>
    Exact,

    /// <summary>They are cast to floating-point numbers first.</summary>
    CastToFloat,

    /// <summary>It refuses them.</summary>
    Refused,
}
