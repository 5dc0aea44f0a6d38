using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A value as the layout pass sees it.</summary>
/// <param name="Shape">Its logical shape, in PyTorch's axis order.</param>
/// <param name="Layout">How it lies in memory.</param>
public readonly record struct Placed(Shape Shape, Permutation Layout)
{
    /// <summary>False for what follows from parameters, constants and shapes alone.</summary>
    public bool DependsOnInput { get; init; } = true;
}

/// <summary>The layouts an op wants: what the pass brings its operands to, and what it then produces.</summary>
/// <param name="Inputs">One layout an operand; operands with a <see cref="WeightRule"/> ignore theirs.</param>
/// <param name="Outputs">One layout an output.</param>
public readonly record struct Arrangement(ImmutableArray<Permutation> Inputs, ImmutableArray<Permutation> Outputs);

/// <summary>Which operand is a parameter of Flax's, and how it is stored there.</summary>
/// <param name="Operand">Index among the op's operands.</param>
/// <param name="Leaf">Flax's leaf name: <c>kernel</c>.</param>
/// <param name="Rearrangement">PyTorch's axes to Flax's: <c>oihw → hwio</c>.</param>
/// <param name="Form">What Flax does with it.</param>
/// <param name="Collection"><c>params</c> or <c>batch_stats</c>.</param>
public sealed record WeightRule(
    int Operand, string Leaf, Rearrangement Rearrangement, LeafForm Form, string Collection = "params")
{
    /// <summary>True where the weight's axes are the last ones of operand 0 and lie as these do.</summary>
    public bool FollowsInput { get; init; }

    /// <summary>The same rule once it is known how operand 0 lies.</summary>
    /// <param name="input">Its layout.</param>
    /// <param name="rank">The weight's rank.</param>
    public WeightRule Following(Permutation input, int rank)
    {
        if (!FollowsInput) return this;
        var layout = Broadcast.Restrict(input, rank);
        if (layout.IsIdentity) return this;
        string letters = input.Rank == 4 ? "nchw"[^rank..] : "abcdefgh"[..rank];
        return this with
        {
            Rearrangement = new Rearrangement(
                letters, string.Concat(layout.AsSpan().ToArray().Select(axis => letters[axis]))),
        };
    }

    /// <summary>A value of each feature: scale, bias, mean, variance.</summary>
    public static WeightRule OfFeatures(int operand, string leaf, string collection = "params") =>
        new(operand, leaf, Rearrangement.None, LeafForm.Features, collection);
}

/// <summary>How far one float32 node may lie from its float64 result on the same inputs, node by node.</summary>
/// <param name="Factor">Limit as a multiple of 1e-6 × the node's scale.</param>
/// <param name="Reason">Why the op needs it; empty for the default.</param>
public readonly record struct Float32Bound(double Factor, string Reason)
{
    /// <summary>1e-6 × the scale, no excuse.</summary>
    public static readonly Float32Bound Default = new(1, "");
}

/// <summary>What a node computes, with its arguments; spelled as <c>torch.nn</c> spells it. Axes are logical:
/// PyTorch's.</summary>
public abstract record Op
{
    /// <summary>The op's name: that of its type, unless the number of its axes is part of it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Why PyTorch takes such operands and this op does not; null for all others.</summary>
    internal virtual string? Unsupported(ReadOnlySpan<Fact> inputs) => null;

    /// <summary>Why operands do not fit, in words that say found and expected; null where they do. What is a question
    /// for a search of shapes is no exception.</summary>
    public string? Misfit(ReadOnlySpan<Fact> inputs)
    {
        if (MisfitOfTypes(inputs) is { } why) return why;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (OperandType(i, inputs) is var wanted && wanted != inputs[i].Type)
                return $"operand {i} is {inputs[i]}, {Name} takes {wanted.NumPyName()} here";
        }
        return MisfitOfShapes(ShapesOf(inputs));
    }

    /// <summary>The same of the operands' types before any is cast: what PyTorch does not promote.</summary>
    public virtual string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        if (!IsContraction) return null;
        for (int i = 0; i < inputs.Length; i++)
            if (!inputs[i].Type.IsFloating()) return $"operand {i} is {inputs[i]}, {Name} takes floating-point numbers";
        return null;
    }

    /// <summary>The same of their logical shapes.</summary>
    public virtual string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => null;

    /// <summary>Facts about the outputs from facts about operands that fit.</summary>
    public ImmutableArray<Fact> Infer(ReadOnlySpan<Fact> inputs)
    {
        var results = InferShapes(ShapesOf(inputs));
        var facts = new Fact[results.Length];
        for (int i = 0; i < facts.Length; i++) facts[i] = new Fact(ResultType(i, inputs), results[i]);
        return ImmutableCollectionsMarshal.AsImmutableArray(facts);
    }

    static Shape[] ShapesOf(ReadOnlySpan<Fact> facts)
    {
        var shapes = new Shape[facts.Length];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = facts[i].Shape;
        return shapes;
    }

    /// <summary>Logical output shapes from logical shapes of operands that fit.</summary>
    public abstract ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs);

    /// <summary>The rank of the first operand with its batch axis, of an op that PyTorch also applies to one image,
    /// sequence or volume without it; null for others. The program gives and takes that axis by views.</summary>
    internal virtual int? BatchedRank => null;

    /// <summary>The type in which the op wants an operand, given the types they have: an operand of another one is cast
    /// first, as PyTorch promotes it. Floating-point numbers unless the op says more.</summary>
    public virtual ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <summary>The type of a result, given operands of the types that the op wants.</summary>
    public virtual ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <summary>The layouts this op wants, given where its operands lie now.</summary>
    public abstract Arrangement Arrange(ReadOnlySpan<Placed> inputs);

    /// <summary>Operands that are parameters, and their place in Flax's tree.</summary>
    public virtual ImmutableArray<WeightRule> Weights => [];

    /// <summary>True for sums of products, whose float32 limit is relative to Σ|w||x| + |b|.</summary>
    public virtual bool IsContraction => false;

    /// <summary>True where a float32 result is only as good as the magnitudes that it is a sum of: the limit of one
    /// node may be relative to the same op of operands without signs.</summary>
    public virtual bool AddsUp => IsContraction;

    /// <summary>True when the output is the operand's own memory under another shape or layout: no element
    /// moves.</summary>
    public virtual bool IsView => false;

    /// <summary>True when the output is the whole operand in another layout or as another type: nothing is computed of
    /// its elements.</summary>
    public virtual bool IsMove => false;

    /// <summary>The operand whose features, its last axis, meet the input axis of the op's dense kernel, of an op that
    /// sums over nothing else; null for all others.</summary>
    internal virtual int? FeaturesOperand => null;

    /// <summary>True when every output element depends on the operand's element at the same place alone, and all places
    /// are treated alike: such ops neither care for layout nor stand in the way of a fold.</summary>
    public virtual bool IsElementwise => false;

    /// <summary>The result's axis along which each part is made of the part at its place of an operand, and of no other
    /// part of it; null where parts meet. What an op says so may be computed of parts that are not there.</summary>
    /// <param name="operand">Which operand.</param>
    /// <param name="axis">Its logical axis.</param>
    /// <param name="inputs">The operands' logical shapes.</param>
    internal virtual int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) => IsElementwise ? axis : null;

    /// <summary>The float32 limit of one node.</summary>
    public virtual Float32Bound Float32Bound => Float32Bound.Default;

    /// <summary>What the first operand may look like, given the shapes of those that are stored: its extents, 0 for
    /// any; the likeliest rank first, and none where they do not say.</summary>
    /// <param name="operands">The operands' shapes; null for those that are computed.</param>
    internal virtual int[][] Demands(ReadOnlySpan<Shape?> operands) => [];

    /// <summary>What the integers of an operand stay below, of an op that takes them for indices; null for
    /// others.</summary>
    /// <param name="operand">Which operand.</param>
    /// <param name="inputs">The operands' logical shapes.</param>
    internal virtual long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) => null;

    /// <summary>The operand once a result, which is a part or a form of its memory, is another value: what a write into
    /// a view means. Null for an op whose results are no such parts, or share elements among themselves.</summary>
    /// <param name="calls">What it is said with; its one operand is as it was before.</param>
    /// <param name="operand">The operand's logical shape.</param>
    /// <param name="result">Which of the results.</param>
    /// <param name="value">What it is now.</param>
    internal virtual Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) => null;

    /// <summary>True where the call's one result is the list of all outputs, even if that is one: a split.</summary>
    internal virtual bool GivesList => false;

    /// <summary>The op once its operands are known, of one whose call leaves something to them.</summary>
    internal virtual Op Settled(ReadOnlySpan<Fact> operands) => this;

    /// <summary>The op that gives so many results, of one that computes those behind the first only where somebody
    /// reads them.</summary>
    internal virtual Op Giving(int results) => this;

    /// <summary>The type that a call says its first operand is cast to before anything else; null for none.</summary>
    internal virtual ElementType? CastsTo(ReadOnlySpan<Fact> inputs) => null;

    /// <summary>What is left of the op after that cast, which is no part of it in a program; null for
    /// nothing.</summary>
    internal virtual Op? AfterCast => this;

    /// <summary>Floating-point operations of one run, a multiply and an add counting two.</summary>
    public virtual long Flops(ReadOnlySpan<Shape> inputs, Shape output) => output.Elements;
}
