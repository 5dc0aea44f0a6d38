using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>What a step does to each element of its result besides, in order: any number of norms by channel, functions
/// of two values and functions, cut into groups of which each is one pass over a tile.</summary>
/// <remarks>Every part is one rounded operation of each element by itself, the same as in a step of its own. The one
/// exception: a norm right after the bias of what it follows takes that and its mean as one number, rounded
/// once.</remarks>
sealed class Tail
{
    readonly int _value;

    Tail(int value, ImmutableArray<NhwcNode> nodes, ImmutableArray<TailGroup> groups) =>
        (_value, Nodes, Groups) = (value, nodes, groups);

    /// <summary>The tail of a node that nothing follows.</summary>
    /// <param name="program">The program.</param>
    /// <param name="main">The node.</param>
    public static Tail None(NhwcProgram program, NhwcNode main)
    {
        // A norm that stands alone takes what may follow a norm. So does whoever adds a computed bias: a norm could not
        // take that into its mean.
        bool taken = PartOf(main) is NormPart
            || (Lowerings.Find(main.Op)?.BiasOf(main.Op) is { } bias && !program.IsStored(main.Inputs[bias]));
        return new(main.Outputs[0], [], [new TailGroup { Filled = taken ? Filling.Norm : Filling.Nothing }]);
    }

    /// <summary>The nodes, in order; views that stand between them too.</summary>
    public ImmutableArray<NhwcNode> Nodes { get; }

    /// <summary>The passes. The first, which may have nothing to do, finds sums in registers and stores them; the
    /// others find what it has stored.</summary>
    public ImmutableArray<TailGroup> Groups { get; }

    /// <summary>The value whose elements the first pass adds where it stores the sums; or null.</summary>
    public int? Residual => Groups[0].Sum;

    /// <summary>The values that the nodes read besides what comes before them.</summary>
    public IEnumerable<int> Reads =>
        Nodes.SelectMany((node, i) => node.Inputs.Where(value =>
            i == 0 ? value != _value : value != Nodes[i - 1].Outputs[0]));

    /// <summary>How an op does its part in a tail; null where it can't.</summary>
    public static TailPart? PartOf(NhwcNode node) => Lowerings.Find(node.Op)?.Part(node.Op);

    /// <summary>The tail with one more node; null where that can be no part of it.</summary>
    /// <param name="scope">The program.</param>
    /// <param name="value">What comes out of the tail so far, under the shape in which the node reads it.</param>
    /// <param name="views">The views that give it this shape.</param>
    /// <param name="node">The node.</param>
    public Tail? With(FusionScope scope, int value, ImmutableArray<NhwcNode> views, NhwcNode node)
    {
        if (PartOf(node) is not { } part || node.Outputs is not [var output]) return null;
        var values = scope.Program.Values;
        NhwcValue from = values[value], to = values[output];
        if (to.Shape != from.Shape || to.Layout != from.Layout || !to.Type.IsFloating() || !from.Type.IsFloating())
            return null;
        var last = Groups[^1];
        (TailGroup Group, bool Fits)? next = part switch
        {
            NormPart norm when node.Inputs[0] == value && node.Inputs.Skip(1).All(scope.Program.IsStored) =>
                Put(Filling.Norm, group => group with { Norm = norm, NormInputs = node.Inputs }),
            FunctionPart function => Put(Filling.Function, group => group with { Function = function.Kernel }),
            PairPart pair => Pair(pair.Kernel),
            ChannelPart channels when node.Inputs[0] == value && scope.Program.IsStored(node.Inputs[1]) =>
                (new TailGroup { Filled = Filling.Function, Pair = channels.Kernel, Slopes = node.Inputs[1] }, false),
            _ => null,
        };
        if (next is not var (made, fits)) return null;
        return new Tail(
            _value, [.. Nodes, .. views, node], fits ? Groups.SetItem(Groups.Length - 1, made) : Groups.Add(made));

        (TailGroup, bool)? Put(Filling filling, Func<TailGroup, TailGroup> put)
        {
            bool fits = last.Filled < filling;
            return (put(fits ? last : new TailGroup()) with { Filled = filling }, fits);
        }

        (TailGroup, bool)? Pair(BinaryKernel kernel)
        {
            if (node.Inputs is not [var a, var b] || a == b) return null;
            int operand = a == value ? b : a;
            var other = values[operand];
            if (!other.Type.IsFloating()) return null;
            if (kernel.Form == Kernels.BinaryForm.Sum && other.Shape == to.Shape && other.Layout == to.Layout)
                return Put(Filling.Sum, group => group with { Sum = operand });
            // x · y is fma(x, y, -0), bit for bit: a norm's kernel does it.
            if (kernel.Form == Kernels.BinaryForm.Product && last.Filled < Filling.Norm
                && scope.LeafOf(operand) is { } leaf && IsByChannel(other, to))
                return Put(Filling.Norm, group => group with { Scale = leaf });
            if (!IsReadable(other, to)) return null;
            var alone = new TailGroup
            {
                Filled = Filling.Function,
                Pair = kernel,
                Other = operand,
                Second = b == value,
            };
            return (alone, false);
        }
    }

    // One element a channel, or one for all.
    static bool IsByChannel(NhwcValue other, NhwcValue result) =>
        other.Shape.Elements == 1 || (ExtentAt(other, result, Innermost(result)) == other.Shape.Elements
            && other.Shape.Elements == result.Physical[-1]);

    // True where a kernel can read the value beside the result's pixels: channels side by side, or one for all.
    static bool IsReadable(NhwcValue other, NhwcValue result)
    {
        if (result.Physical.Rank == 0) return false;
        if (other.Shape == result.Shape && other.Layout == result.Layout) return true;
        if (IsByChannel(other, result)) return true;
        if (!Kernels.BufferLayout.Holds(result.Physical.Rank)) return false;
        int extent = ExtentAt(other, result, Innermost(result));
        if (extent == 1) return true;
        int axis = Innermost(result) - (result.Shape.Rank - other.Shape.Rank);
        return other.Layout.AsSpan().ToArray().Last(a => other.Shape[a] != 1) == axis;
    }

    // The logical axis that lies innermost.
    static int Innermost(NhwcValue value) => value.Layout[value.Layout.Rank - 1];

    // The extent of the other value along an axis of the result, to which it is broadcast.
    static int ExtentAt(NhwcValue other, NhwcValue result, int axis) =>
        axis - (result.Shape.Rank - other.Shape.Rank) is >= 0 and var own ? other.Shape[own] : 1;
}

/// <summary>One pass of a <see cref="Tail"/> over a tile: a norm by channel, the addition of a value, a function, each
/// where given, in this order; or one function of two values.</summary>
sealed record TailGroup
{
    /// <summary>How much of it is taken.</summary>
    public Filling Filled { get; init; }

    /// <summary>The norm, or null.</summary>
    public NormPart? Norm { get; init; }

    /// <summary>The norm's operands.</summary>
    public ImmutableArray<int> NormInputs { get; init; }

    /// <summary>A parameter by channel that stands for a norm: a factor; or null.</summary>
    public int? Scale { get; init; }

    /// <summary>The value of the result's shape and layout that is added; or null.</summary>
    public int? Sum { get; init; }

    /// <summary>The function that ends the pass; or null.</summary>
    public UnaryKernel? Function { get; init; }

    /// <summary>The function of two values, which then is all there is; or null.</summary>
    public BinaryKernel? Pair { get; init; }

    /// <summary>The other of the two, where it is no parameter by channel.</summary>
    public int Other { get; init; }

    /// <summary>The other of the two where it is a parameter by channel; or null.</summary>
    public int? Slopes { get; init; }

    /// <summary>True where the tile's element is the second of the two.</summary>
    public bool Second { get; init; }
}

/// <summary>How far a <see cref="TailGroup"/> is filled: what comes next must come later in it.</summary>
enum Filling
{
    /// <summary>Anything may come.</summary>
    Nothing,
    /// <summary>A norm is there.</summary>
    Norm,
    /// <summary>An addition is there.</summary>
    Sum,
    /// <summary>Nothing more.</summary>
    Function,
}
