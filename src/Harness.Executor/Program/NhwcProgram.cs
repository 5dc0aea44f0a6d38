using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>One value of an <see cref="NhwcProgram"/>.</summary>
/// <param name="Id">Its number, dense from 0.</param>
/// <param name="Name">The name of the call (or port, or leaf) that defines it.</param>
/// <param name="Fact">Its element type and its logical shape, in PyTorch's axis order.</param>
/// <param name="Layout">How it lies in memory.</param>
/// <param name="Leaf">The variable it holds, for parameters and constants; null for activations.</param>
public sealed record NhwcValue(int Id, string Name, Fact Fact, Permutation Layout, Leaf? Leaf)
{
    /// <summary>Its logical shape.</summary>
    public Shape Shape => Fact.Shape;

    /// <summary>Its element type; float32 stands for a plan's precision.</summary>
    public ElementType Type => Fact.Type;

    /// <summary>How the leaf's elements move into this value's memory, one move after the other: none where the value
    /// is the leaf as it lies in the tree; some where another use of the same weight decided how it lies
    /// there.</summary>
    public ImmutableArray<Rearrangement> Moves { get; init; } = [];

    /// <summary>True for a model's input and all that is computed from one; false for what follows from parameters,
    /// constants and shapes alone.</summary>
    public bool DependsOnInput { get; init; }

    /// <summary>What an op that reads it is told, when it says which layouts it wants.</summary>
    public Placed Placed => new(Shape, Layout) { DependsOnInput = DependsOnInput };

    /// <summary>Its shape in memory.</summary>
    public Shape Physical => Layout.Physical(Shape);

    /// <summary>A parameter's elements as they lie in this value's memory, for one use.</summary>
    /// <exception cref="InvalidOperationException">It is no parameter.</exception>
    public BorrowedTensor Borrow()
    {
        var elements = (Leaf ?? throw new InvalidOperationException($"'{Name}' is no parameter")).Borrow();
        foreach (var move in Moves)
        {
            if (move.IsIdentity) continue;
            using var before = elements;
            elements = move.Borrow(before.Tensor);
        }
        return elements;
    }

    /// <summary>The same elements seen where they lie; moved only where strides can't say how.</summary>
    /// <exception cref="InvalidOperationException">It is no parameter.</exception>
    internal StridedTensor View() =>
        (Moves.IsEmpty ? Leaf?.View() : null) ?? new StridedTensor(Borrow());

    /// <summary>The same to keep.</summary>
    /// <exception cref="InvalidOperationException">It is no parameter.</exception>
    public Tensor Elements()
    {
        using var elements = Borrow();
        return elements.Keep();
    }
}

/// <summary>One op of an <see cref="NhwcProgram"/>.</summary>
/// <param name="Name">The call's name; an inserted relayout is named after its consumer: <c>fc.relayout</c>.</param>
/// <param name="Op">What it computes; its axes are logical (PyTorch's).</param>
/// <param name="Inputs">Operand values in the op's order.</param>
/// <param name="Outputs">The values it defines.</param>
/// <param name="Place">Where the call stands in the model.</param>
public sealed record NhwcNode(
    string Name, Op Op, ImmutableArray<int> Inputs, ImmutableArray<int> Outputs, SourcePlace Place)
{
    /// <summary>The call that <see cref="Op"/> was parsed from, for runners that execute calls: a reference to value i
    /// is one to operand i of this node. Null for a node that the pass inserted.</summary>
    public Call? Call { get; init; }

    /// <summary>True for one of the calls that a composite is said by, before the last, which has its name, and for one
    /// that gives what a mask selects of all parts: what it gives is no value of the model's.</summary>
    public bool IsPart { get; init; }
}

/// <summary>The converted model: the same program over channels-last values and Flax variables.</summary>
/// <param name="Values">All values; the index is the id.</param>
/// <param name="Nodes">The program, in order.</param>
/// <param name="Inputs">Input ports.</param>
/// <param name="Outputs">Output ports.</param>
/// <param name="Variables">Flax's variables.</param>
public sealed record NhwcProgram(
    ImmutableArray<NhwcValue> Values,
    ImmutableArray<NhwcNode> Nodes,
    ImmutableArray<Port> Inputs,
    ImmutableArray<Port> Outputs,
    Variables Variables)
{
    /// <summary>How many casts between floating-point types the model states and this program lacks: its values follow
    /// the plan's precision.</summary>
    public int CastsLifted { get; init; }

    /// <summary>True for a parameter, whose elements are there before anything runs; false for a computed value, a view
    /// of a parameter too.</summary>
    internal bool IsStored(int value) => Values[value].Leaf is not null;

    /// <summary>The same program over other elements of its leaves.</summary>
    /// <param name="variables">As many leaves as there are, under the same paths.</param>
    public NhwcProgram With(Variables variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var leaves = variables.Leaves.ToDictionary(leaf => leaf.FullPath);
        return this with
        {
            Variables = variables,
            Values = [.. Values.Select(value => value.Leaf is { } leaf
                ? value with { Leaf = leaves[leaf.FullPath] }
                : value)],
        };
    }

    /// <summary>For each value the one whose memory it is: itself, unless a view defines it.</summary>
    internal static int[] Roots(int values, IReadOnlyList<NhwcNode> nodes)
    {
        var roots = new int[values];
        for (int i = 0; i < roots.Length; i++) roots[i] = i;
        foreach (var node in nodes)
            if (node.Op.IsView) roots[node.Outputs[0]] = roots[node.Inputs[0]];
        return roots;
    }
}
