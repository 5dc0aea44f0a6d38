using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Formats.Flax.Source;

/// <summary>The same elements elsewhere: shapes, parts and joins.</summary>
static partial class JaxColumn
{
    static Python? Shapes(SourceCall call)
    {
        switch (call.Op)
        {
            case Relayout:
                return Relaid(call);
            case FoldedFlatten or Reshaping:
                return Reshaped(call.X(), call.Operand(0).Physical, call.Result().Physical);
            case Expand:
                return Expanded(call);
            case Slice op:
            {
                int axis = Harness.Executor.Ops.Axis.Of(op.Dim, call.Operand(0).Shape.Rank);
                var (first, count) = op.Range(call.Operand(0).Shape[axis]);
                if (count == call.Operand(0).Shape[axis]) return call.X();
                long end = count == 0 ? first : first + ((count - 1L) * op.Step) + 1;
                string step = op.Step == 1 ? "" : $":{op.Step}";
                return Index(call, call.Axis(op.Dim), $"{(first == 0 ? "" : first)}:{end}{step}");
            }
            case Select op:
                return Index(call, call.Axis(op.Dim), op.Index.ToString(CultureInfo.InvariantCulture));
            case Unbind op:
                return Python.Tuple(Enumerable.Range(0, call.Results)
                    .Select(i => Index(call, call.Axis(op.Dim), $"{i}")));
            case Split op:
            {
                var pieces = op.Pieces(call.Operand(0).Shape[Harness.Executor.Ops.Axis.Of(
                    op.Dim, call.Operand(0).Shape.Rank)]);
                if (pieces.Length == 1) return Python.Tuple(call.X());
                var places = pieces[..^1].Aggregate(
                    (At: 0, All: new List<int>()), (sum, piece) => (sum.At + piece, [.. sum.All, sum.At + piece])).All;
                return Python.Call("jnp.split", call.X(),
                    pieces.Distinct().Count() == 1 ? Text($"{pieces.Length}") : Python.Ints(places, "indices"),
                    Axis(call, op.Dim));
            }
            case Cat op:
                return Python.Call("jnp.concatenate", Python.List(
                    Enumerable.Range(0, call.Operands).Select(call.X)), Axis(call, op.Dim));
            case Flip op:
                return Python.Call("jnp.flip", call.X(),
                    Text(Ints(call.Axes(Harness.Executor.Ops.Axis.Of(op.Dims, call.Operand(0).Shape.Rank)))));
            default:
                return null;
        }
    }

    static Python Index(SourceCall call, int axis, string index) => Python.At(
        call.X(), Text(string.Concat(Enumerable.Repeat(":, ", axis)) + index));

    static Python Relaid(SourceCall call)
    {
        Permutation from = call.Operand(0).Layout, to = call.Result().Layout;
        var axes = to.AsSpan().ToArray().Select(from.PhysicalOf);
        return Python.Join(call.X(), Text($".transpose({string.Join(", ", axes)})"));
    }

    // The first extent is left to the array, which may be any number of images.
    static Python Reshaped(Python x, Shape from, Shape to)
    {
        if (from == to) return x;
        if (to.Rank == 0 || to.Elements == 0) return Method(x, "reshape", Text(Ints(to)));
        return Method(x, "reshape", [Text("-1"), .. to.AsSpan()[1..].ToArray().Select(
            extent => Python.Constant(extent, "extent"))]);
    }

    static Python Expanded(SourceCall call)
    {
        var to = call.Result().Physical;
        if (call.Operand(0).Physical == to) return call.X();
        return Python.Call("jnp.broadcast_to", call.X(), Python.Ints(to, "shape"));
    }
}
