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
        Of(Acos.Definition, "jax.numpy.arccos"),
        Of(Acosh.Definition, "jax.numpy.arccosh"),
        Of(AdaptiveAvgPool.Definition, "flax.linen.avg_pool where the output divides the input; else jax.numpy.mean " +
            "of each window",
            Form("adaptive_avg_pool2d", "output_size=[0, 1]"),
            Form("adaptive_avg_pool2d", "output_size=[1, 1, 1]")),
        Of(AdaptiveMaxPool.Definition, "flax.linen.max_pool where the output divides the input; else jax.numpy.max " +
            "of each window",
            Form("adaptive_max_pool2d", "output_size=[0, 1]")),
        Of(Add.Definition, "jax.numpy.add"),
        Of(Addcdiv.Definition, "jax.numpy.add(self, value * tensor1 / tensor2)"),
        Of(Addcmul.Definition, "jax.numpy.add(self, value * tensor1 * tensor2)"),
        Of(Addmm.Definition, "flax.linen.Dense; with beta, alpha or another self jax.numpy.matmul and " +
            "jax.numpy.add"),
        Of(AddProduct.Definition, "jax.numpy.matmul and jax.numpy.add"),
        Of(AdvancedIndex.Definition, "jax.numpy.take, or Python's x[:, i, j]; NaN or the last element where PyTorch " +
            "refuses an index"),
        Of(AffineGrid.Definition, "jax.numpy.einsum of theta and jax.numpy.linspace's places"),
        Of(Ops.All.Definition, "jax.numpy.all",
            Form("all.dims", "dim=[]")),
        Of(Amax.Definition, "jax.numpy.max"),
        Of(Amin.Definition, "jax.numpy.min"),
        Of(Any.Definition, "jax.numpy.any",
            Form("any.dims", "dim=[]")),
        Of(Arange.Definition, "jax.numpy.arange",
            Form("arange", "end=1.5", "dtype=4"),
            Form("arange.start", "start=3", "end=2")),
        Of(Asin.Definition, "jax.numpy.arcsin"),
        Of(Asinh.Definition, "jax.numpy.arcsinh"),
        Of(AsStrided.Definition, "jax.numpy.reshape, to the shape that it has"),
        Of(Atan.Definition, "jax.numpy.arctan"),
        Of(Atan2.Definition, "jax.numpy.arctan2"),
        Of(Atanh.Definition, "jax.numpy.arctanh"),
        Of(AvgPool.Definition, "flax.linen.avg_pool; jax.lax.reduce_window for ceil_mode and divisor_override",
            Form("avg_pool2d", "divisor_override=0")),
        Of(BatchNorm2d.Definition, "flax.linen.BatchNorm(use_running_average=True, momentum=1 - PyTorch's)",
            Form("batch_norm", "running_mean=None", "running_var=None"),
            Form("batch_norm", "running_var=None"),
            Form("batch_norm", "training=True")),
        Of(Bilinear.Definition, "jax.numpy.einsum('...i,oij,...j->...o')"),
        Of(Bitwise.Definition, "jax.numpy.bitwise_and, jax.numpy.bitwise_or, jax.numpy.bitwise_xor, " +
            "jax.numpy.invert, jax.numpy.left_shift, jax.numpy.right_shift",
            Form("bitwise_and.Scalar", "other=True")),
        Of(BroadcastTensors.Definition, "jax.numpy.broadcast_arrays"),
        Of(Cast.Definition, "jax.lax.convert_element_type",
            Form("to.dtype", "dtype=5"),
            Form("to.dtype", "dtype=15"),
            Form("to.dtype", "dtype=9")),
        Of(Cat.Definition, "jax.numpy.concatenate"),
        Of(CDist.Definition, "jax.numpy.linalg.norm(x1[:, None] - x2[None], axis=-1)",
            Form("cdist", "p=-1.0")),
        Of(Ceil.Definition, "jax.numpy.ceil"),
        Of(CELU.Definition, "flax.linen.celu"),
        Of(ChannelShuffle.Definition, "jax.numpy.reshape and swapaxes",
            Form("channel_shuffle", "groups=0")),
        Of(Clamp.Definition, "jax.numpy.clip",
            Form("clamp.Tensor", "min=None", "max=None")),
        Of(ColumnStack.Definition, "jax.numpy.column_stack"),
        Of(Comparison.Definition, "jax.numpy.equal and its like"),
        Of(Conv.Definition, "flax.linen.Conv",
            Form("convolution", "stride=[1, 1, 1, 1]"),
            Form("conv2d", "padding=[-1, 0]"),
            Form("conv2d.padding", "padding=\"same\"", "stride=[2, 1]"),
            Form("conv2d.padding", "padding=\"reflect\"")),
        Of(ConvTranspose.Definition, "flax.linen.ConvTranspose(transpose_kernel=True); with groups " +
            "flax.linen.Conv(input_dilation=…)"),
        Of(Copy.Definition, "jax.numpy.broadcast_to"),
        Of(Cos.Definition, "jax.numpy.cos"),
        Of(Cosh.Definition, "jax.numpy.cosh"),
        Of(CosineSimilarity.Definition, "jax.numpy.sum of the products of both, each over jax.numpy.linalg.norm"),
        Of(CountNonzero.Definition, "jax.numpy.count_nonzero"),
        Of(Cross.Definition, "jax.numpy.cross"),
        Of(Cumulation.Definition, "jax.numpy.cumsum, jax.numpy.cumprod"),
        Of(DeformConv2d.Definition, "none; jax.scipy.ndimage.map_coordinates of the taps and jax.numpy.einsum"),
        Of(Diagonal.Definition, "jax.numpy.diagonal"),
        Of(Diff.Definition, "jax.numpy.diff",
            Form("diff", "n=-1")),
        Of(Div.Definition, "jax.numpy.true_divide; jax.numpy.floor_divide, jax.numpy.trunc of the quotient",
            Form("div.Tensor_mode", "rounding_mode=\"ceil\"")),
        Of(DStack.Definition, "jax.numpy.dstack"),
        Of(Einsum.Definition, "jax.numpy.einsum",
            Form("einsum", "equation=\"i->i->i\""),
            Form("einsum", "equation=\"i,j\""),
            Form("einsum", "equation=\"1\""),
            Form("einsum", "equation=\"ii\""),
            Form("einsum", "equation=\"i->j\"")),
        Of(ELU.Definition, "flax.linen.elu"),
        Of(Embedding.Definition, "flax.linen.Embed, which gives NaN where PyTorch refuses an index"),
        Of(Erf.Definition, "jax.lax.erf"),
        Of(Erfc.Definition, "jax.lax.erfc"),
        Of(Erfinv.Definition, "jax.scipy.special.erfinv"),
        Of(Exp.Definition, "jax.numpy.exp"),
        Of(Exp2.Definition, "jax.numpy.exp2"),
        Of(Expand.Definition, "jax.numpy.broadcast_to"),
        Of(ExpandAs.Definition, "jax.numpy.broadcast_to"),
        Of(Expm1.Definition, "jax.numpy.expm1"),
        Of(Extreme.Definition, "jax.numpy.max, jax.numpy.argmax and their like"),
        Of(Eye.Definition, "jax.numpy.eye"),
        Of(Flatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order or into a folded kernel"),
        Of(Flip.Definition, "jax.numpy.flip"),
        Of(Floor.Definition, "jax.numpy.floor"),
        Of(Fmax.Definition, "jax.numpy.fmax"),
        Of(Fmin.Definition, "jax.numpy.fmin"),
        Of(Fmod.Definition, "jax.numpy.fmod"),
        Of(Fold.Definition, "jax.numpy.zeros(…).at[…].add, once a place of the window"),
        Of(Frac.Definition, "x - jax.numpy.trunc(x)"),
        Of(Full.Definition, "jax.numpy.full, jax.numpy.zeros, jax.numpy.ones"),
        Of(Gather.Definition, "jax.numpy.take_along_axis, which broadcasts the other axes"),
        Of(GELU.Definition, "flax.linen.gelu, with approximate=False unless PyTorch says 'tanh'",
            Form("gelu", "approximate=\"sigmoid\"")),
        Of(GLU.Definition, "flax.linen.glu"),
        Of(GridSample.Definition, "jax.scipy.ndimage.map_coordinates(order=0 or 1) of the places in elements, where " +
            "its modes are PyTorch's; else jax.numpy.take with PyTorch's indices and weights",
            Form("grid_sampler", "padding_mode=3"),
            Form("grid_sampler", "interpolation_mode=3")),
        Of(GroupNorm.Definition, "flax.linen.GroupNorm(num_groups, epsilon=1e-5)",
            Form("group_norm", "num_groups=0")),
        Of(GRU.Definition, "flax.linen.RNN(flax.linen.GRUCell), whose kernels are blocks of these",
            Form("gru_cell", "b_ih=None"),
            Form("gru.input", "num_layers=0"),
            Form("gru.input", "num_layers=2", "train=True")),
        Of(Hardshrink.Definition, "jax.numpy.where(abs(x) > lambd, x, 0)"),
        Of(Hardsigmoid.Definition, "flax.linen.hard_sigmoid"),
        Of(Hardswish.Definition, "flax.linen.hard_swish"),
        Of(Hardtanh.Definition, "jax.numpy.clip; flax.linen.relu6",
            Form("clamp", "min=None", "max=None")),
        Of(Heaviside.Definition, "jax.numpy.heaviside, which keeps NaN"),
        Of(HStack.Definition, "jax.numpy.hstack"),
        Of(Hypot.Definition, "jax.numpy.hypot"),
        Of(Identity.Definition, "none needed; flax.linen.Dropout(deterministic=True) for a dropout",
            Form("dropout", "train=True")),
        Of(IndexAdd.Definition, "jax.numpy.ndarray.at[…].add"),
        Of(IndexCopy.Definition, "jax.numpy.ndarray.at[…].set"),
        Of(IndexPut.Definition, "jax.numpy.ndarray.at[…].set; .add with accumulate=True"),
        Of(IndexSelect.Definition, "jax.numpy.take"),
        Of(InstanceNorm.Definition, "flax.linen.InstanceNorm(epsilon=1e-5); flax.linen.BatchNorm with running " +
            "statistics",
            Form("instance_norm", "running_mean=None", "running_var=None"),
            Form("instance_norm", "use_input_stats=True")),
        Of(IsFinite.Definition, "jax.numpy.isfinite"),
        Of(IsInf.Definition, "jax.numpy.isinf"),
        Of(IsNan.Definition, "jax.numpy.isnan"),
        Of(IsNegInf.Definition, "jax.numpy.isneginf"),
        Of(IsPosInf.Definition, "jax.numpy.isposinf"),
        Of(Kron.Definition, "jax.numpy.kron"),
        Of(LayerNorm.Definition, "flax.linen.LayerNorm(epsilon=1e-5)",
            Form("layer_norm", "normalized_shape=[]")),
        Of(LeakyReLU.Definition, "flax.linen.leaky_relu"),
        Of(Lerp.Definition, "jax.numpy.add(self, weight * (end - self))"),
        Of(Lgamma.Definition, "jax.scipy.special.gammaln"),
        Of(Linear.Definition, "flax.linen.Dense"),
        Of(Linspace.Definition, "jax.numpy.linspace",
            Form("linspace", "dtype=4")),
        Of(LinspaceBetween.Definition, "jax.numpy.linspace",
            Form("linspace.Tensor_Tensor", "dtype=4"),
            Form("linspace.Tensor_Tensor", "dtype=6")),
        Of(Log.Definition, "jax.numpy.log"),
        Of(Log10.Definition, "jax.numpy.log10"),
        Of(Log1p.Definition, "jax.numpy.log1p"),
        Of(Log2.Definition, "jax.numpy.log2"),
        Of(LogAddExp.Definition, "jax.numpy.logaddexp, jax.numpy.logaddexp2"),
        Of(LogCumsumExp.Definition, "jax.lax.cumlogsumexp"),
        Of(Logical.Definition, "jax.numpy.logical_and and its like"),
        Of(LogSigmoid.Definition, "flax.linen.log_sigmoid"),
        Of(LogSoftmax.Definition, "flax.linen.log_softmax",
            Form("_log_softmax", "half_to_float=True"),
            Form("log_softmax.int", "dtype=5"),
            Form("log_softmax.int", "dtype=4")),
        Of(LogSumExp.Definition, "jax.nn.logsumexp"),
        Of(LSTM.Definition, "flax.linen.RNN(flax.linen.OptimizedLSTMCell), whose kernels are blocks of these",
            Form("lstm_cell", "b_ih=None"),
            Form("lstm.input", "num_layers=0"),
            Form("lstm.input", "num_layers=2", "train=True")),
        Of(MaskedFill.Definition, "jax.numpy.where"),
        Of(MaskedScatter.Definition, "jax.numpy.where(mask, source.ravel()[jax.numpy.cumsum(mask) - 1], x)"),
        Of(MatMul.Definition, "jax.numpy.matmul"),
        Of(MatrixNorm.Definition, "jax.numpy.linalg.norm",
            Form("linalg_matrix_norm.str_ord", "ord=\"max\""),
            Form("linalg_matrix_norm", "ord=3")),
        Of(Maximum.Definition, "jax.numpy.maximum"),
        Of(MaxPool.Definition, "flax.linen.max_pool; jax.lax.reduce_window for ceil_mode and dilation"),
        Of(MaxUnpool.Definition, "jax.numpy.zeros(…).at[…].set of flattened planes"),
        Of(Mean.Definition, "jax.numpy.mean",
            Form("mean", "dtype=5"),
            Form("mean", "dtype=4")),
        Of(Meshgrid.Definition, "jax.numpy.meshgrid(indexing='ij')"),
        Of(Minimum.Definition, "jax.numpy.minimum"),
        Of(Mish.Definition, "jax.nn.mish"),
        Of(Movedim.Definition, "jax.numpy.moveaxis",
            Form("movedim.intlist", "source=[0, 1]", "destination=[1]")),
        Of(Mul.Definition, "jax.numpy.multiply"),
        Of(Multigammaln.Definition, "jax.scipy.special.multigammaln",
            Form("mvlgamma", "p=0")),
        Of(MultiheadAttention.Definition, "flax.linen.MultiHeadDotProductAttention, whose kernels are parts of these"),
        Of(NanToNum.Definition, "jax.numpy.nan_to_num"),
        Of(Neg.Definition, "jax.numpy.negative"),
        Of(NumpyT.Definition, "jax.numpy.transpose"),
        Of(OneHot.Definition, "jax.nn.one_hot, which gives floats"),
        Of(Outer.Definition, "jax.numpy.outer"),
        Of(Pad.Definition, "jax.lax.pad; jax.numpy.pad(mode='reflect', 'edge' or 'wrap')",
            Form("_pad_enum", "mode=4"),
            Form("pad", "mode=\"symmetric\""),
            Form("pad", "pad=[1]"),
            Form("_pad_enum", "value=1.0")),
        Of(PairwiseDistance.Definition, "jax.numpy.linalg.norm(x1 - x2 + eps, axis=-1)"),
        Of(Permute.Definition, "jax.numpy.transpose"),
        Of(PixelShuffle.Definition, "jax.numpy.reshape and transpose",
            Form("pixel_shuffle", "upscale_factor=0")),
        Of(Pow.Definition, "jax.numpy.power; jax.lax.integer_pow, jax.lax.sqrt, jax.lax.rsqrt, jax.lax.reciprocal"),
        Of(PReLU.Definition, "jax.numpy.where(x > 0, x, negative_slope * x); flax.linen.PReLU for one slope, whose " +
            "leaf has no axes there"),
        Of(Prod.Definition, "jax.numpy.prod",
            Form("prod", "dtype=5"),
            Form("prod", "dtype=3")),
        Of(PSRoIAlign.Definition, "none; jax.scipy.ndimage.map_coordinates of each region's samples"),
        Of(PSRoIPool.Definition, "none; jax.numpy.mean of each cell"),
        Of(ReLU.Definition, "flax.linen.relu"),
        Of(Remainder.Definition, "jax.numpy.remainder"),
        Of(Renorm.Definition, "jax.numpy.linalg.norm and jax.numpy.where",
            Form("renorm", "p=-1")),
        Of(Repeat.Definition, "jax.numpy.tile"),
        Of(RepeatInterleave.Definition, "jax.numpy.repeat",
            Form("repeat_interleave.self_int", "repeats=-1")),
        Of(Reshape.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(ReshapeAs.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(RMSNorm.Definition, "flax.linen.RMSNorm(epsilon=1e-6)",
            Form("rms_norm", "normalized_shape=[]")),
        Of(RNN.Definition, "flax.linen.RNN(flax.linen.SimpleCell)",
            Form("rnn_tanh_cell", "b_ih=None"),
            Form("rnn_tanh.input", "num_layers=0"),
            Form("rnn_tanh.input", "num_layers=2", "train=True")),
        Of(RoIAlign.Definition, "none; jax.scipy.ndimage.map_coordinates of each region's samples",
            new RefusedForm("torchvision::roi_align", ["sampling_ratio=65"])),
        Of(RoIPool.Definition, "none; jax.numpy.max of each cell"),
        Of(Roll.Definition, "jax.numpy.roll",
            Form("roll", "shifts=[1, 2]", "dims=[0]")),
        Of(Rot90.Definition, "jax.numpy.rot90"),
        Of(Round.Definition, "jax.numpy.round"),
        Of(RReLU.Definition, "flax.linen.leaky_relu with the mean of the two slopes",
            Form("rrelu", "training=True")),
        Of(Rsub.Definition, "jax.numpy.subtract, operands exchanged"),
        Of(ScaledDotProductAttention.Definition, "jax.nn.dot_product_attention, whose heads come after the queries",
            Form("scaled_dot_product_attention", "is_causal=True"),
            Form("scaled_dot_product_attention", "dropout_p=0.1")),
        Of(Scatter.Definition, "jax.numpy.ndarray.at[…].set; .add for scatter_add; .multiply",
            Form("scatter.reduce", "reduce=\"mean\"")),
        Of(SearchSorted.Definition, "jax.numpy.searchsorted, jax.numpy.digitize",
            Form("searchsorted.Tensor", "side=\"middle\"")),
        Of(Select.Definition, "jax.lax.index_in_dim"),
        Of(SELU.Definition, "flax.linen.selu"),
        Of(Sigmoid.Definition, "flax.linen.sigmoid"),
        Of(Sign.Definition, "jax.numpy.sign"),
        Of(Signbit.Definition, "jax.numpy.signbit"),
        Of(SiLU.Definition, "flax.linen.silu"),
        Of(Sin.Definition, "jax.numpy.sin"),
        Of(Sinh.Definition, "jax.numpy.sinh"),
        Of(Slice.Definition, "jax.lax.slice_in_dim",
            Form("slice.Tensor", "step=0")),
        Of(Softmax.Definition, "flax.linen.softmax",
            Form("_softmax", "half_to_float=True"),
            Form("softmax.int", "dtype=5"),
            Form("softmax.int", "dtype=4")),
        Of(Softplus.Definition, "flax.linen.softplus where beta is 1"),
        Of(Softshrink.Definition, "jax.numpy.sign(x) * jax.numpy.maximum(abs(x) - lambd, 0)"),
        Of(Sort.Definition, "jax.numpy.sort, jax.numpy.argsort"),
        Of(Split.Definition, "jax.numpy.split",
            Form("chunk", "chunks=0"),
            Form("split.Tensor", "split_size=0")),
        Of(Squeeze.Definition, "jax.numpy.squeeze"),
        Of(Stack.Definition, "jax.numpy.stack"),
        Of(Sub.Definition, "jax.numpy.subtract"),
        Of(Sum.Definition, "jax.numpy.sum",
            Form("sum", "dtype=5")),
        Of(SvdVals.Definition, "jax.numpy.linalg.svdvals"),
        Of(T.Definition, "jax.numpy.transpose"),
        Of(TakeAlongDim.Definition, "jax.numpy.take_along_axis"),
        Of(Tan.Definition, "jax.numpy.tan"),
        Of(Tanh.Definition, "flax.linen.tanh"),
        Of(TensorSplit.Definition, "jax.numpy.array_split",
            Form("tensor_split.sections", "sections=0")),
        Of(TensorUnfold.Definition, "jax.numpy.take of each window's indices",
            Form("unfold", "step=0")),
        Of(Threshold.Definition, "jax.numpy.where(x > threshold, x, value)"),
        Of(TopK.Definition, "jax.lax.top_k",
            Form("topk", "sorted=False")),
        Of(TransformerEncoderLayer.Definition, "flax.linen.MultiHeadDotProductAttention, flax.linen.Dense and " +
            "flax.linen.LayerNorm"),
        Of(Transpose.Definition, "jax.numpy.swapaxes"),
        Of(Trapezoid.Definition, "jax.numpy.trapezoid"),
        Of(Triangle.Definition, "jax.numpy.tril, jax.numpy.triu"),
        Of(Trunc.Definition, "jax.numpy.trunc"),
        Of(Unbind.Definition, "jax.lax.index_in_dim, once a result"),
        Of(Unflatten.Definition, "jax.numpy.reshape, after a transpose to PyTorch's axis order"),
        Of(Unfold.Definition, "jax.lax.conv_general_dilated_patches"),
        Of(Unsqueeze.Definition, "jax.numpy.expand_dims"),
        Of(Upsample.Definition, "jax.numpy.repeat for nearest by a whole factor, else jax.numpy.take with PyTorch's " +
            "indices (jax.image.resize rounds half-way places otherwise); jax.image.scale_and_translate(" +
            "antialias=False) for linear without aligned corners, else two products with PyTorch's weights",
            Form("upsample_nearest2d.vec", "output_size=None"),
            Form("upsample_nearest2d", "output_size=[4]")),
        Of(Var.Definition, "jax.numpy.var(ddof=correction); jax.numpy.std"),
        Of(VectorNorm.Definition, "jax.numpy.linalg.norm",
            Form("linalg_vector_norm", "dtype=5"),
            Form("linalg_vector_norm", "dtype=4")),
        Of(VectorProduct.Definition, "jax.numpy.dot"),
        Of(VStack.Definition, "jax.numpy.vstack"),
        Of(WeightNorm.Definition, "flax.linen.WeightNorm"),
        Of(Where.Definition, "jax.numpy.where",
            Form("where.Scalar", "self=True")),
        Of(WriteInto.Definition, "jax.numpy.ndarray.at[…].set"),
        Of(Xlogy.Definition, "jax.numpy.where(x == 0, 0, x * jax.numpy.log(y))"),
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
