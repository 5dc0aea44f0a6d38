using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Formats.Flax.Source;

/// <summary>One node as the columns of source see it: its op, where its operands lie, and what they are called.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="node">The node.</param>
/// <param name="api">Whose layers the source has.</param>
/// <param name="functions">What the source defines before its classes.</param>
/// <param name="nameOf">The expression of a value where the node stands.</param>
sealed class SourceCall(
    NhwcProgram program, NhwcNode node, FlaxApi api, SourceFunctions functions, Func<int, Python> nameOf)
{
    /// <summary>The module that has Flax's functions.</summary>
    public string Flax => api == FlaxApi.Nnx ? "nnx" : "nn";

    /// <summary>What it computes.</summary>
    public Op Op => node.Op;

    /// <summary>How many operands there are.</summary>
    public int Operands => node.Inputs.Length;

    /// <summary>How many results there are.</summary>
    public int Results => node.Outputs.Length;

    /// <summary>An operand's value.</summary>
    public NhwcValue Operand(int i) => program.Values[node.Inputs[i]];

    /// <summary>A result's value.</summary>
    public NhwcValue Result(int i = 0) => program.Values[node.Outputs[i]];

    /// <summary>An operand's expression, as it lies in memory.</summary>
    public Python X(int i = 0) => nameOf(node.Inputs[i]);

    /// <summary>The axis of an operand's memory that a logical axis is.</summary>
    public int Axis(int dim, int operand = 0) => Operand(operand).Layout.PhysicalOf(dim);

    /// <summary>The axes of an operand's memory that logical axes are, in order.</summary>
    public int[] Axes(IEnumerable<int> dims, int operand = 0) => [.. dims.Select(dim => Axis(dim, operand)).Order()];

    /// <summary>An operand that broadcasts against the result: axes that it lacks stand where the result has them.
    /// </summary>
    /// <param name="i">Which.</param>
    public Python Fit(int i) => Fit(X(i), Operand(i), Result().Layout);

    /// <summary>The same against any layout.</summary>
    public static Python Fit(Python x, NhwcValue value, Permutation layout)
    {
        int rank = value.Shape.Rank, dropped = layout.Rank - rank;
        if (dropped == 0 || rank == 0) return x;
        // Axes in front come by themselves.
        bool[] has = [.. layout.AsSpan().ToArray().Select(axis => axis >= dropped)];
        int first = Array.IndexOf(has, true);
        if (!has.AsSpan(first).Contains(false)) return x;
        return Python.Join(x, Python.Of($"[{string.Join(", ", has[first..].Select(it => it ? ":" : "None"))}]"));
    }

    /// <summary>An operand in PyTorch's order of axes.</summary>
    public Python Plain(int i = 0) => Lying(i, Permutation.Identity(Operand(i).Shape.Rank));

    /// <summary>An operand as it lies in another layout.</summary>
    public Python Lying(int i, Permutation layout)
    {
        var from = Operand(i).Layout;
        return from == layout ? X(i) : Transposed(X(i), layout.AsSpan().ToArray().Select(from.PhysicalOf));
    }

    /// <summary>An operand of the last axes of a layout, as these lie in it, so that it broadcasts against all of them.
    /// </summary>
    public Python Fitted(int i, Permutation layout) =>
        Fit(Lying(i, Broadcast.Restrict(layout, Operand(i).Shape.Rank)), Operand(i), layout);

    /// <summary>A parameter as Flax stores it, or one that is computed, in PyTorch's order of axes.</summary>
    public Python Weight(int i) => Operand(i).Leaf is null ? Plain(i) : X(i);

    /// <summary>A result that is computed in PyTorch's order of axes, as it lies in memory.</summary>
    public Python Laid(Python plain, int result = 0)
    {
        var layout = Result(result).Layout;
        return layout.IsIdentity ? plain : Transposed(plain, layout.AsSpan().ToArray());
    }

    static Python Transposed(Python x, IEnumerable<int> axes) =>
        Python.Join(x, Python.Of($".transpose({string.Join(", ", axes)})"));

    /// <summary>A function that the source defines; its text is written once.</summary>
    public string Function(string name) => functions.Use(name);

    /// <summary>Why source cannot say this.</summary>
    public ModelException Refuse(string why) => new(new Finding(
        Codes.UnsupportedOp, node.Place.ToString(), $"{node.Name}: {Op.Name} has no source in Flax: {why}"));
}
