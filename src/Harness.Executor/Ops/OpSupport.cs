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
                : op.OperandType(0, integers) == ElementType.Int64 ? IntegerSupport.Exact
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
        Of(AdaptiveMaxPool.Definition, "flax.linen.max_pool where the output divides the input; else jax.numpy.max " +
            "of each window",
            Form("adaptive_max_pool2d", "output_size=[0, 1]")),
        Of(Add.Definition, "jax.numpy.add"),
        Of(Addmm.Definition, "flax.linen.Dense",
            Form("addmm", "beta=0.5")),
        Of(AffineGrid.Definition, "jax.numpy.einsum of theta and jax.numpy.linspace's places"),
        Of(AvgPool.Definition, "flax.linen.avg_pool; jax.lax.reduce_window for ceil_mode and divisor_override",
            Form("avg_pool2d", "divisor_override=0")),
        Of(BatchNorm2d.Definition, "flax.linen.BatchNorm(use_running_average=True, momentum=1 - PyTorch's)",
            Form("batch_norm", "running_mean=None", "running_var=None"),
            Form("batch_norm", "training=True")),
        Of(Cast.Definition, "jax.lax.convert_element_type",
            Form("to.dtype", "dtype=5"),
            Form("to.dtype", "dtype=15"),
            Form("to.dtype", "dtype=9")),
        Of(Cat.Definition, "jax.numpy.concatenate"),
        Of(Conv.Definition, "flax.linen.Conv",
            Form("convolution", "stride=[1, 1, 1, 1]"),
            Form("conv2d", "padding=[-1, 0]"),
            Form("conv2d.padding", "padding=\"same\"", "stride=[2, 1]"),
            Form("conv2d.padding", "padding=\"reflect\"")),
        Of(ConvTranspose.Definition, "flax.linen.ConvTranspose(transpose_kernel=True); with groups " +
            "flax.linen.Conv(input_dilation=…)"),
        Of(Div.Definition, "jax.numpy.true_divide",
            Form("div.Tensor_mode", "rounding_mode=\"floor\"")),
        Of(ELU.Definition, "flax.linen.elu",
            Form("elu", "scale=1.05")),
        Of(Exp.Definition, "jax.numpy.exp"),
        Of(Expand.Definition, "jax.numpy.broadcast_to"),
        Of(Flatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order or into a folded kernel"),
        Of(Fold.Definition, "jax.numpy.zeros(…).at[…].add, once a place of the window"),
        Of(GELU.Definition, "flax.linen.gelu, with approximate=False unless PyTorch says 'tanh'",
            Form("gelu", "approximate=\"sigmoid\"")),
        Of(GridSample.Definition, "jax.scipy.ndimage.map_coordinates(order=0 or 1) of the places in elements, where " +
            "its modes are PyTorch's; else jax.numpy.take with PyTorch's indices and weights",
            Form("grid_sampler", "padding_mode=3"),
            Form("grid_sampler", "interpolation_mode=3")),
        Of(Hardsigmoid.Definition, "flax.linen.hard_sigmoid"),
        Of(Hardswish.Definition, "flax.linen.hard_swish"),
        Of(Hardtanh.Definition, "jax.numpy.clip; flax.linen.relu6",
            Form("clamp", "min=None", "max=None")),
        Of(Identity.Definition, "none needed; flax.linen.Dropout(deterministic=True) for a dropout",
            Form("dropout", "train=True")),
        Of(LayerNorm.Definition, "flax.linen.LayerNorm(epsilon=1e-5)",
            Form("layer_norm", "normalized_shape=[]")),
        Of(LeakyReLU.Definition, "flax.linen.leaky_relu"),
        Of(Linear.Definition, "flax.linen.Dense"),
        Of(LogSoftmax.Definition, "flax.linen.log_softmax",
            Form("_log_softmax", "half_to_float=True"),
            Form("log_softmax.int", "dtype=5"),
            Form("log_softmax.int", "dtype=4")),
        Of(MatMul.Definition, "jax.numpy.matmul"),
        Of(MaxPool.Definition, "flax.linen.max_pool; jax.lax.reduce_window for ceil_mode and dilation"),
        Of(Mean.Definition, "jax.numpy.mean",
            Form("mean", "dtype=5"),
            Form("mean", "dtype=4")),
        Of(Mul.Definition, "jax.numpy.multiply"),
        Of(Neg.Definition, "jax.numpy.negative"),
        Of(Pad.Definition, "jax.lax.pad; jax.numpy.pad(mode='reflect', 'edge' or 'wrap')",
            Form("_pad_enum", "mode=4"),
            Form("pad", "mode=\"symmetric\""),
            Form("pad", "pad=[1]"),
            Form("_pad_enum", "value=1.0")),
        Of(Permute.Definition, "jax.numpy.transpose"),
        Of(Pow.Definition, "jax.lax.integer_pow, jax.lax.sqrt, jax.lax.rsqrt, jax.lax.reciprocal",
            Form("pow.Tensor_Scalar", "exponent=2.5")),
        Of(ReLU.Definition, "flax.linen.relu"),
        Of(Reshape.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(Rsub.Definition, "jax.numpy.subtract, operands exchanged"),
        Of(Select.Definition, "jax.lax.index_in_dim"),
        Of(Sigmoid.Definition, "flax.linen.sigmoid"),
        Of(SiLU.Definition, "flax.linen.silu"),
        Of(Slice.Definition, "jax.lax.slice_in_dim",
            Form("slice.Tensor", "step=0")),
        Of(Softmax.Definition, "flax.linen.softmax",
            Form("_softmax", "half_to_float=True"),
            Form("softmax.int", "dtype=5"),
            Form("softmax.int", "dtype=4")),
        Of(Split.Definition, "jax.numpy.split",
            Form("chunk", "chunks=0"),
            Form("split.Tensor", "split_size=0")),
        Of(Squeeze.Definition, "jax.numpy.squeeze"),
        Of(Sub.Definition, "jax.numpy.subtract"),
        Of(Sum.Definition, "jax.numpy.sum",
            Form("sum", "dtype=5")),
        Of(T.Definition, "jax.numpy.transpose"),
        Of(Tanh.Definition, "flax.linen.tanh"),
        Of(Transpose.Definition, "jax.numpy.swapaxes"),
        Of(Unbind.Definition, "jax.lax.index_in_dim, once a result"),
        Of(Unflatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(Unfold.Definition, "jax.lax.conv_general_dilated_patches"),
        Of(Unsqueeze.Definition, "jax.numpy.expand_dims"),
        Of(Upsample.Definition, "jax.numpy.repeat for nearest by a whole factor, else jax.numpy.take with PyTorch's " +
            "indices (jax.image.resize rounds half-way places otherwise); jax.image.scale_and_translate(" +
            "antialias=False) for linear without aligned corners, else two products with PyTorch's weights",
            Form("upsample_nearest2d.vec", "output_size=None"),
            Form("upsample_nearest2d", "output_size=[4]")),
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
