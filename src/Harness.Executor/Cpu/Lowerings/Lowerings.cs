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
        new AdaptiveAvgPoolLowering(),
        new BinaryLowering<Add>(
            (op, other) => UnaryKernel.Of<AddPlusNumber>(op.Alpha * other),
            op => op.Alpha == 1 ? BinaryKernel.Of<AddPlus>() : BinaryKernel.Of<AddPlusMultiple>(op.Alpha),
            op => IntegerKernel.Of<AddInteger>((long)op.Alpha)),
        new AddmmLowering(),
        new AdvancedIndexLowering(),
        new FlagReductionLowering<All>(all: true),
        new FlagReductionLowering<Any>(all: false),
        new SequenceLowering<Arange>(
            (op, i) => op.Start.Integer + (i * op.Step.Integer), (op, i) => op.Start.Value + (i * op.Step.Value)),
        new AvgPoolLowering(),
        new BatchNormLowering(),
        new ConnectiveLowering<Bitwise>(op => (op.Connective, op.Other)),
        new CastLowering(),
        new CatLowering(),
        new ComparisonLowering(),
        new ConvLowering(),
        new ConvTransposeLowering(),
        new CopyLowering(),
        new CumulationLowering(),
        new BinaryLowering<Div>((_, other) => UnaryKernel.Of<DivOverNumber>(other), _ => BinaryKernel.Of<DivOver>()),
        new UnaryLowering<ELU>(op => UnaryKernel.Of<ELUFunction>(op.Alpha)),
        new EmbeddingLowering(),
        new UnaryLowering<Exp>(_ => UnaryKernel.Of<ExpFunction>()),
        new ExpandLowering(),
        new ExtremeLowering(),
        new SequenceLowering<Eye>(
            (op, i) => i / op.Columns == i % op.Columns ? 1 : 0,
            (op, i) => i / op.Columns == i % op.Columns ? 1 : 0),
        new FlipLowering(),
        new FullLowering(),
        new GatherLowering(),
        new UnaryLowering<GELU>(op => op.Approximate ? UnaryKernel.Of<GELUTanhForm>() : UnaryKernel.Of<GELUExact>()),
        new UnaryLowering<Hardsigmoid>(_ => UnaryKernel.Of<HardsigmoidFunction>()),
        new UnaryLowering<Hardswish>(_ => UnaryKernel.Of<HardswishFunction>()),
        new UnaryLowering<Hardtanh>(
            op => UnaryKernel.Of<HardtanhFunction>(op.Min, op.Max),
            op => IntegerKernel.Of<ClampInteger>(long.CreateSaturating(op.Min), long.CreateSaturating(op.Max))),
        new IndexAddLowering(),
        new IndexPutLowering(),
        new IndexSelectLowering(),
        new LayerNormLowering(),
        new UnaryLowering<LeakyReLU>(op => UnaryKernel.Of<LeakyReLUFunction>(op.NegativeSlope)),
        new LinearLowering(),
        new SequenceLowering<Linspace>((_, _) => 0, (op, i) => op.At(i)),
        new ConnectiveLowering<Logical>(op => (op.Connective, null)),
        new SoftmaxLowering<LogSoftmax>(logarithm: true),
        new WhereLowering<MaskedFill>(op => (1, op.Value is null ? 2 : -1, 0, op.Value ?? 0, 0)),
        new MatMulLowering(),
        new MaxPoolLowering(),
        new ReductionLowering<Mean>((op, input) => op.Count(input)),
        new MeshgridLowering(),
        new BinaryLowering<Mul>(
            (_, other) => UnaryKernel.Of<MulTimesNumber>(other), _ => BinaryKernel.Of<MulTimes>(),
            _ => IntegerKernel.Of<MulInteger>()),
        new UnaryLowering<Neg>(_ => UnaryKernel.Of<NegFunction>(), _ => IntegerKernel.Of<NegInteger>()),
        new OneHotLowering(),
        new PadLowering(),
        new UnaryLowering<Pow>(op => op.Exponent switch
        {
            2 => UnaryKernel.Of<PowSquare>(),
            3 => UnaryKernel.Of<PowCube>(),
            0.5 => UnaryKernel.Of<PowRoot>(),
            -0.5 => UnaryKernel.Of<PowInverseRoot>(),
            -1 => UnaryKernel.Of<PowInverse>(),
            _ => UnaryKernel.Of<PowInverseSquare>(),
        }),
        new RelayoutLowering(),
        new UnaryLowering<ReLU>(
            _ => UnaryKernel.Of<ReLUFunction>(), _ => IntegerKernel.Of<ClampInteger>(0, long.MaxValue)),
        new BinaryLowering<Rsub>(
            (op, other) =>
                UnaryKernel.Of<RsubNumberMinus>(other, op.Alpha), op => BinaryKernel.Of<RsubReversed>(op.Alpha),
            op => IntegerKernel.Of<RsubInteger>((long)op.Alpha)),
        new ScatterLowering(),
        new SelectLowering(),
        new UnaryLowering<Sigmoid>(_ => UnaryKernel.Of<SigmoidFunction>()),
        new UnaryLowering<SiLU>(_ => UnaryKernel.Of<SiLUFunction>()),
        new SliceLowering(),
        new SoftmaxLowering<Softmax>(logarithm: false),
        new SortLowering<Sort>(op => (op.Dim, op.Descending), op => op.IndexOnly),
        new SplitLowering(),
        new BinaryLowering<Sub>(
            (op, other) => UnaryKernel.Of<SubMinusNumber>(op.Alpha * other),
            op => op.Alpha == 1 ? BinaryKernel.Of<SubMinus>() : BinaryKernel.Of<SubMinusMultiple>(op.Alpha),
            op => IntegerKernel.Of<SubInteger>((long)op.Alpha)),
        new ReductionLowering<Sum>((_, _) => 1),
        new TakeAlongDimLowering(),
        new UnaryLowering<Tanh>(_ => UnaryKernel.Of<TanhFunction>()),
        new SortLowering<TopK>(op => (op.Dim, !op.Smallest), _ => false),
        new TriangleLowering(),
        new UnbindLowering(),
        new WhereLowering<Where>(op => (
            0, op.Self is null ? 1 : -1, op.Other is not null ? -1 : op.Self is null ? 2 : 1, op.Self ?? 0,
            op.Other ?? 0)),
        new WriteIntoLowering(),
    ];

    static readonly Dictionary<Type, Lowering> s_byOp = All.ToDictionary(lowering => lowering.Op);

    /// <summary>An op's lowering; null for one that only ever is a view.</summary>
    public static Lowering? Find(Op op) => s_byOp.GetValueOrDefault(op.GetType());

    /// <summary>The lowering of an op that computes something.</summary>
    /// <exception cref="ModelException">PAR1002: this column has none for it.</exception>
    public static Lowering Of(Op op) => Find(op) ?? throw new ModelException(new Finding(
        Codes.UnsupportedOp, "", $"op {op.Name} has no step on this device"));
}
