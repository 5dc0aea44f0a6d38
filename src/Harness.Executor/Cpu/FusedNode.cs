using System.Collections.Immutable;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A node and what its step does besides.</summary>
/// <param name="Main">The node.</param>
/// <param name="Tail">What the step does to each element of the node's result.</param>
sealed record FusedNode(NhwcNode Main, Tail Tail)
{
    /// <summary>A node of a program by itself.</summary>
    public FusedNode(NhwcProgram program, NhwcNode main) : this(main, Tail.None(program, main))
    {
    }

    /// <summary>The node that takes the result band by band, so that it is never stored as a whole; or null.</summary>
    public FusedNode? Then { get; init; }

    /// <summary>The means of the result's rows, taken while these are near; or null. The step then has two
    /// results.</summary>
    public NhwcNode? RowMeans { get; init; }

    /// <summary>True where the step does nothing but the node.</summary>
    public bool IsAlone => Tail.Nodes.IsEmpty && Then is null && RowMeans is null;

    /// <summary>All nodes, in order.</summary>
    public IEnumerable<NhwcNode> Nodes
    {
        get
        {
            var nodes = Tail.Nodes.Prepend(Main).Concat(Then?.Nodes ?? []);
            return RowMeans is null ? nodes : nodes.Append(RowMeans);
        }
    }

    /// <summary>The nodes that are more than a tail.</summary>
    public IEnumerable<NhwcNode> Mains => Then is null ? [Main] : [Main, Then.Main];

    /// <summary>The nodes of all tails.</summary>
    public IEnumerable<NhwcNode> Tails => Nodes.Except(Mains);

    /// <summary>The values the step reads while it runs, parameters included.</summary>
    public IEnumerable<int> Reads
    {
        get
        {
            var inner = Nodes.SelectMany(node => node.Outputs).Except(Defines).ToHashSet();
            return Nodes.SelectMany(node => node.Inputs).Where(value => !inner.Contains(value));
        }
    }

    /// <summary>The values the step defines for others.</summary>
    public ImmutableArray<int> Defines =>
        Then?.Defines ?? (RowMeans is null ? Result : Result.AddRange(RowMeans.Outputs));

    /// <summary>The values it defines, those of <see cref="RowMeans"/> left out.</summary>
    public ImmutableArray<int> Result => Then?.Result ?? (Tail.Nodes.IsEmpty ? Main : Tail.Nodes[^1]).Outputs;

    /// <summary>The values whose memory the result may take where they lie like it: see
    /// <see cref="Lowering.Overwritable"/>. The epilogue adds a residual element where it stores the sum.</summary>
    /// <remarks>Of a chain no operand may be: a band's rows are read again for the next. Nor may what later passes of a
    /// tail read, which find the result stored.</remarks>
    public IEnumerable<int> Overwritable
    {
        get
        {
            if (Then is not null) return [];
            var operands = Lowerings.Of(Main.Op).Overwritable(Main.Op).Select(operand => Main.Inputs[operand]);
            return Tail.Residual is { } residual ? operands.Append(residual) : operands;
        }
    }
}
