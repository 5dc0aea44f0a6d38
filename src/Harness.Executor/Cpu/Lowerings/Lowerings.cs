using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>The list of this column: op by op the step that computes it. To add an op: one line here, and a function or
/// a step where none of those that exist will do.</summary>
static class Lowerings
{
    /// <summary>Every lowering, sorted by op. Ops that are views have none: they move nothing.</summary>
    public static readonly ImmutableArray<Lowering> All =
    [
        new UnaryLowering<Abs>(_ => UnaryKernel.Of<AbsFunction>(), _ => IntegerKernel.Of<AbsInteger>()),
        new UnaryLowering<Acos>(_ => UnaryKernel.Of<AcosFunction>()),
        new UnaryLowering<Acosh>(_ => UnaryKernel.Of<AcoshFunction>()),
        new AdaptiveAvgPoolLowering(),
        new AdaptiveMaxPoolLowering(),
        new BinaryLowering<Add>(
            (op, other) => UnaryKernel.Of<AddPlusNumber>(op.Alpha * other),
            op => op.Alpha == 1 ? BinaryKernel.Of<AddPlus>() : BinaryKernel.Of<AddPlusMultiple>(op.Alpha),
            op => IntegerKernel.Of<AddInteger>((long)op.Alpha)),
        new TernaryLowering<Addcdiv, AddcdivOfThree>(op => op.Value),
        new TernaryLowering<Addcmul, AddcmulOfThree>(op => op.Value),
        new AddmmLowering(),
        new AdvancedIndexLowering(),
        new AffineGridLowering(),
        new FlagReductionLowering<All>(all: true),
        new AmaxLowering(),
        new AminLowering(),
        new FlagReductionLowering<Any>(all: false),
        new SequenceLowering<Arange>(
            (op, i) => op.Start.Integer + (i * op.Step.Integer), (op, i) => op.Start.Value + (i * op.Step.Value)),
        new UnaryLowering<Asin>(_ => UnaryKernel.Of<AsinFunction>()),
        new UnaryLowering<Asinh>(_ => UnaryKernel.Of<AsinhFunction>()),
        new UnaryLowering<Atan>(_ => UnaryKernel.Of<AtanFunction>()),
        new BinaryLowering<Atan2>(_ => BinaryKernel.Of<Atan2OfTwo>()),
        new UnaryLowering<Atanh>(_ => UnaryKernel.Of<AtanhFunction>()),
        new AvgPoolLowering(),
        new BatchNormLowering(),
        new ConnectiveLowering<Bitwise>(op => (op.Connective, op.Other)),
        new BroadcastTensorsLowering(),
        new CastLowering(),
        new CatLowering(),
        new CDistLowering(),
        new UnaryLowering<Ceil>(_ => UnaryKernel.Of<CeilFunction>(), _ => IntegerKernel.Of<SameInteger>()),
        new UnaryLowering<CELU>(op => UnaryKernel.Of<ELUScaled>(op.Alpha, 1, 1 / op.Alpha)),
        new ClampLowering(),
        new ComparisonLowering(),
        new ConvLowering(),
        new ConvTransposeLowering(),
        new CopyLowering(),
        new UnaryLowering<Cos>(_ => UnaryKernel.Of<CosFunction>()),
        new UnaryLowering<Cosh>(_ => UnaryKernel.Of<CoshFunction>()),
        new CountNonzeroLowering(),
        new CumulationLowering(),
        new DeformConvLowering(),
        new DiagonalLowering(),
        new BinaryLowering<Div>(
            (op, other) => op.Rounding switch
            {
                DivRounding.Floor => UnaryKernel.Of<DivFloorByNumber>(other),
                DivRounding.Trunc => UnaryKernel.Of<DivTruncByNumber>(other),
                _ => UnaryKernel.Of<DivOverNumber>(other),
            },
            op => op.Rounding switch
            {
                DivRounding.Floor => BinaryKernel.Of<DivFloor>(),
                DivRounding.Trunc => BinaryKernel.Of<DivTrunc>(),
                _ => BinaryKernel.Of<DivOver>(),
            },
            op => op.Rounding == DivRounding.Floor
                ? IntegerKernel.Of<DivFloorInteger>() : IntegerKernel.Of<DivTruncInteger>()),
        new UnaryLowering<ELU>(op => op is { Scale: 1, InputScale: 1 }
            ? UnaryKernel.Of<ELUFunction>(op.Alpha)
            : UnaryKernel.Of<ELUScaled>(op.Alpha, op.Scale, op.InputScale)),
        new EmbeddingLowering(),
        new UnaryLowering<Erf>(_ => UnaryKernel.Of<ErfFunction>()),
        new UnaryLowering<Erfc>(_ => UnaryKernel.Of<ErfcFunction>()),
        new UnaryLowering<Erfinv>(_ => UnaryKernel.Of<ErfinvFunction>()),
        new UnaryLowering<Exp>(_ => UnaryKernel.Of<ExpFunction>()),
        new UnaryLowering<Exp2>(_ => UnaryKernel.Of<Exp2Function>()),
        new ExpandLowering(),
        new UnaryLowering<Expm1>(_ => UnaryKernel.Of<Expm1Function>()),
        new ExtremeLowering(),
        new SequenceLowering<Eye>(
            (op, i) => i / op.Columns == i % op.Columns ? 1 : 0,
            (op, i) => i / op.Columns == i % op.Columns ? 1 : 0),
        new FlipLowering(),
        new UnaryLowering<Floor>(_ => UnaryKernel.Of<FloorFunction>(), _ => IntegerKernel.Of<SameInteger>()),
        new BinaryLowering<Fmax>(_ => BinaryKernel.Of<FmaxOfTwo>(), _ => IntegerKernel.Of<MaxInteger>()),
        new BinaryLowering<Fmin>(_ => BinaryKernel.Of<FminOfTwo>(), _ => IntegerKernel.Of<MinInteger>()),
        new BinaryLowering<Fmod>(
            (_, other) => UnaryKernel.Of<FmodByNumber>(other), _ => BinaryKernel.Of<FmodOfTwo>(),
            _ => IntegerKernel.Of<FmodInteger>()),
        new FoldLowering(),
        new UnaryLowering<Frac>(_ => UnaryKernel.Of<FracFunction>()),
        new FullLowering(),
        new GatherLowering(),
        new UnaryLowering<GELU>(op => op.Approximate ? UnaryKernel.Of<GELUTanhForm>() : UnaryKernel.Of<GELUExact>()),
        new GLULowering(),
        new GridSampleLowering(),
        new NormalizingLowering<GroupNorm>(),
        new RecurrentLowering<GRU>(_ => Kernels.RecurrentKind.Gru),
        new UnaryLowering<Hardshrink>(op => UnaryKernel.Of<HardshrinkFunction>(op.Lambda)),
        new UnaryLowering<Hardsigmoid>(_ => UnaryKernel.Of<HardsigmoidFunction>()),
        new UnaryLowering<Hardswish>(_ => UnaryKernel.Of<HardswishFunction>()),
        new UnaryLowering<Hardtanh>(
            op => UnaryKernel.Of<HardtanhFunction>(op.Min, op.Max),
            op => IntegerKernel.Of<ClampInteger>(long.CreateSaturating(op.Min), long.CreateSaturating(op.Max))),
        new BinaryLowering<Heaviside>(
            _ => BinaryKernel.Of<HeavisideOfTwo>(), _ => IntegerKernel.Of<HeavisideInteger>()),
        new BinaryLowering<Hypot>(_ => BinaryKernel.Of<HypotOfTwo>()),
        new IndexAddLowering(),
        new IndexPutLowering(),
        new IndexSelectLowering(),
        new NormalizingLowering<InstanceNorm>(),
        new PredicateLowering<IsFinite, IsFinitePredicate>(),
        new PredicateLowering<IsInf, IsInfPredicate>(),
        new PredicateLowering<IsNan, IsNanPredicate>(),
        new PredicateLowering<IsNegInf, IsNegInfPredicate>(),
        new PredicateLowering<IsPosInf, IsPosInfPredicate>(),
        new LayerNormLowering(),
        new UnaryLowering<LeakyReLU>(op => UnaryKernel.Of<LeakyReLUFunction>(op.NegativeSlope)),
        new LerpLowering(),
        new UnaryLowering<Lgamma>(_ => UnaryKernel.Of<LgammaFunction>()),
        new LinearLowering(),
        new SequenceLowering<Linspace>((_, _) => 0, (op, i) => op.At(i)),
        new UnaryLowering<Log>(_ => UnaryKernel.Of<LogFunction>()),
        new UnaryLowering<Log10>(_ => UnaryKernel.Of<Log10Function>()),
        new UnaryLowering<Log1p>(_ => UnaryKernel.Of<Log1pFunction>()),
        new UnaryLowering<Log2>(_ => UnaryKernel.Of<Log2Function>()),
        new BinaryLowering<LogAddExp>(
            op => op.OfTwo ? BinaryKernel.Of<LogAddExp2OfTwo>() : BinaryKernel.Of<LogAddExpOfTwo>()),
        new LogCumsumExpLowering(),
        new ConnectiveLowering<Logical>(op => (op.Connective, null)),
        new UnaryLowering<LogSigmoid>(_ => UnaryKernel.Of<LogSigmoidFunction>()),
        new SoftmaxLowering<LogSoftmax>(logarithm: true),
        new LogSumExpLowering(),
        new RecurrentLowering<LSTM>(_ => Kernels.RecurrentKind.Lstm),
        new WhereLowering<MaskedFill>(op => (1, op.Value is null ? 2 : -1, 0, op.Value ?? 0, 0)),
        new MatMulLowering(),
        new BinaryLowering<Maximum>(_ => BinaryKernel.Of<MaximumOfTwo>(), _ => IntegerKernel.Of<MaxInteger>()),
        new MaxPoolLowering(),
        new MaxPoolWithIndicesLowering(),
        new MaxUnpoolLowering(),
        new SumLowering<Mean>((op, input) => op.Count(input)),
        new MeshgridLowering(),
        new BinaryLowering<Minimum>(_ => BinaryKernel.Of<MinimumOfTwo>(), _ => IntegerKernel.Of<MinInteger>()),
        new UnaryLowering<Mish>(_ => UnaryKernel.Of<MishFunction>()),
        new BinaryLowering<Mul>(
            (_, other) => UnaryKernel.Of<MulTimesNumber>(other), _ => BinaryKernel.Of<MulTimes>(),
            _ => IntegerKernel.Of<MulInteger>()),
        new UnaryLowering<NanToNum>(
            op => UnaryKernel.Of<NanToNumFunction>(op.Nan, op.PosInf ?? double.NaN, op.NegInf ?? double.NaN),
            _ => IntegerKernel.Of<SameInteger>()),
        new UnaryLowering<Neg>(_ => UnaryKernel.Of<NegFunction>(), _ => IntegerKernel.Of<NegInteger>()),
        new OneHotLowering(),
        new PadLowering(),
        new BinaryLowering<Pow>(
            (op, number) => (op.First is null ? number : double.NaN) switch
            {
                2 => UnaryKernel.Of<PowSquare>(),
                3 => UnaryKernel.Of<PowCube>(),
                0.5 => UnaryKernel.Of<PowRoot>(),
                -0.5 => UnaryKernel.Of<PowInverseRoot>(),
                -1 => UnaryKernel.Of<PowInverse>(),
                -2 => UnaryKernel.Of<PowInverseSquare>(),
                _ => op.First is null ? UnaryKernel.Of<PowByNumber>(number) : UnaryKernel.Of<PowOfNumber>(number),
            },
            _ => BinaryKernel.Of<PowOfTwo>(),
            op => op.First is null ? IntegerKernel.Of<PowInteger>() : IntegerKernel.Of<PowIntegerOfNumber>()),
        new PReLULowering(),
        new ProdLowering(),
        new PSRoIAlignLowering(),
        new PSRoIPoolLowering(),
        new RelayoutLowering(),
        new UnaryLowering<ReLU>(
            _ => UnaryKernel.Of<ReLUFunction>(), _ => IntegerKernel.Of<ClampInteger>(0, long.MaxValue)),
        new BinaryLowering<Remainder>(
            (_, other) => UnaryKernel.Of<RemainderByNumber>(other), _ => BinaryKernel.Of<RemainderOfTwo>(),
            _ => IntegerKernel.Of<RemainderInteger>()),
        new RMSNormLowering(),
        new RecurrentLowering<RNN>(op => op.Relu ? Kernels.RecurrentKind.Relu : Kernels.RecurrentKind.Tanh),
        new RoIAlignLowering(),
        new RoIPoolLowering(),
        new UnaryLowering<Round>(
            op => op.Decimals == 0 ? UnaryKernel.Of<RoundFunction>()
                : op.Decimals > 0 ? UnaryKernel.Of<RoundDecimals>(Math.Pow(10, op.Decimals))
                : UnaryKernel.Of<RoundTens>(Math.Pow(10, -op.Decimals)),
            _ => IntegerKernel.Of<SameInteger>()),
        new UnaryLowering<RReLU>(op => UnaryKernel.Of<LeakyReLUFunction>((op.Lower + op.Upper) / 2)),
        new BinaryLowering<Rsub>(
            (op, other) =>
                UnaryKernel.Of<RsubNumberMinus>(other, op.Alpha), op => BinaryKernel.Of<RsubReversed>(op.Alpha),
            op => IntegerKernel.Of<RsubInteger>((long)op.Alpha)),
        new ScaledDotProductAttentionLowering(),
        new ScatterLowering(),
        new SearchSortedLowering(),
        new SelectLowering(),
        new UnaryLowering<SELU>(_ => UnaryKernel.Of<ELUScaled>(SELU.Alpha, SELU.Scale, 1)),
        new UnaryLowering<Sigmoid>(_ => UnaryKernel.Of<SigmoidFunction>()),
        new UnaryLowering<Sign>(_ => UnaryKernel.Of<SignFunction>(), _ => IntegerKernel.Of<SignInteger>()),
        new PredicateLowering<Signbit, SignbitPredicate>(),
        new UnaryLowering<SiLU>(_ => UnaryKernel.Of<SiLUFunction>()),
        new UnaryLowering<Sin>(_ => UnaryKernel.Of<SinFunction>()),
        new UnaryLowering<Sinh>(_ => UnaryKernel.Of<SinhFunction>()),
        new SliceLowering(),
        new SoftmaxLowering<Softmax>(logarithm: false),
        new UnaryLowering<Softplus>(op => UnaryKernel.Of<SoftplusFunction>(op.Beta, op.Threshold)),
        new UnaryLowering<Softshrink>(op => UnaryKernel.Of<SoftshrinkFunction>(op.Lambda)),
        new SortLowering<Sort>(op => (op.Dim, op.Descending), op => op.IndexOnly),
        new SplitLowering(),
        new BinaryLowering<Sub>(
            (op, other) => UnaryKernel.Of<SubMinusNumber>(op.Alpha * other),
            op => op.Alpha == 1 ? BinaryKernel.Of<SubMinus>() : BinaryKernel.Of<SubMinusMultiple>(op.Alpha),
            op => IntegerKernel.Of<SubInteger>((long)op.Alpha)),
        new SumLowering<Sum>((_, _) => 1),
        new SvdValsLowering(),
        new TakeAlongDimLowering(),
        new UnaryLowering<Tan>(_ => UnaryKernel.Of<TanFunction>()),
        new UnaryLowering<Tanh>(_ => UnaryKernel.Of<TanhFunction>()),
        new TensorUnfoldLowering(),
        new UnaryLowering<Threshold>(
            op => UnaryKernel.Of<ThresholdFunction>(op.Limit, op.Value),
            op => IntegerKernel.Of<ThresholdInteger>((long)op.Limit, (long)op.Value)),
        new SortLowering<TopK>(op => (op.Dim, !op.Smallest), _ => false),
        new TriangleLowering(),
        new UnaryLowering<Trunc>(_ => UnaryKernel.Of<TruncFunction>(), _ => IntegerKernel.Of<SameInteger>()),
        new UnbindLowering(),
        new UnfoldLowering(),
        new UpsampleLowering(),
        new VarLowering(),
        new VectorNormLowering(),
        new WhereLowering<Where>(op => (
            0, op.Self is null ? 1 : -1, op.Other is not null ? -1 : op.Self is null ? 2 : 1, op.Self ?? 0,
            op.Other ?? 0)),
        new WriteIntoLowering(),
        new BinaryLowering<Xlogy>(
            (op, number) => op.First is null
                ? UnaryKernel.Of<XlogyOfNumber>(number) : UnaryKernel.Of<XlogyByNumber>(number),
            _ => BinaryKernel.Of<XlogyOfTwo>()),
    ];

    static readonly Dictionary<Type, Lowering> s_byOp = All.ToDictionary(lowering => lowering.Op);

    /// <summary>An op's lowering; null for one that only ever is a view.</summary>
    public static Lowering? Find(Op op) => s_byOp.GetValueOrDefault(op.GetType());

    /// <summary>The lowering of an op that computes something.</summary>
    /// <exception cref="ModelException">PAR1002: this column has none for it.</exception>
    public static Lowering Of(Op op) => Find(op) ?? throw new ModelException(new Finding(
        Codes.UnsupportedOp, "", $"op {op.Name} has no step on this device"));
}
