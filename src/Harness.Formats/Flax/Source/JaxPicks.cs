using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Elements by their places, in order, or written where they belong.</summary>
static partial class JaxColumn
{
    static Python? Picks(SourceCall call)
    {
        switch (call.Op)
        {
            case Embedding:
                return Python.At(call.Weight(0), call.Plain(1));
            case OneHot op:
                return Python.Call("jax.nn.one_hot", call.Plain(), Text($"{op.Classes}"), Python.Named("dtype", "int"));
            case IndexSelect op:
                return call.Operand(0).Shape.Rank == 0 ? call.X()
                    : Python.Call("jnp.take", call.X(), Vector(call, 1), AxisOf(call, op.Dim));
            case Gather op:
                return Gathered(call, op);
            case TakeAlongDim op:
                return Python.Call(
                    "jnp.take_along_axis", call.X(), call.Lying(1, call.Operand(0).Layout), AxisOf(call, op.Dim));
            case AdvancedIndex { Axes.Count: 1 } op:
                return Index(call, call.Axis(op.Axes[0]), call.Plain(1));
            case AdvancedIndex op:
                return call.Laid(Python.At(call.Plain(), Places(call, op.Axes)));
            case IndexPut op:
                return call.Laid(op.Adds
                    ? Method(Python.At(Python.Join(call.Plain(), Text(".at")), Places(call, op.Axes)), "add",
                        call.Plain(call.Operands - 1))
                    : Python.Call(call.Function("index_put"), call.Plain(),
                        Python.At(Text("np.s_"), Places(call, op.Axes)), call.Plain(call.Operands - 1)));
            case IndexAdd op:
                return Added(call, op);
            case Scatter op:
                return Scattered(call, op);
            case WriteInto op:
                return Written(call, op);
            case MaxUnpool op:
                return call.Laid(Python.Call(
                    call.Function("max_unpool"), call.Plain(), call.Plain(1), Numbers("sizes", op.Sizes)));
            default:
                return Searches(call) ?? Parts(call);
        }
    }

    static Python? Searches(SourceCall call)
    {
        switch (call.Op)
        {
            case Sort op when call.Operand(0).Shape.Rank == 0:
                return op.IndexOnly ? Text("jnp.zeros((), int)") : Python.Tuple(call.X(), Text("jnp.zeros((), int)"));
            case Sort { IndexOnly: true } op:
                return Method(Python.Call("jnp.argsort", call.X(), AxisOf(call, op.Dim), Python.Named("stable", "True"),
                    Flag("descending", op.Descending)), "astype", Text("int"));
            case Sort op:
                return Python.Call(call.Function("sorted_with_places"), call.X(), AxisOf(call, op.Dim),
                    Flag("descending", op.Descending));
            case TopK when call.Operand(0).Shape.Rank == 0:
                return Python.Tuple(call.X(), Text("jnp.zeros((), int)"));
            case TopK op:
                return Python.Call(call.Function("top_k"), call.X(), Text($"{op.K}"), AxisOf(call, op.Dim),
                    Flag("largest", !op.Smallest));
            case SearchSorted op:
                return Searched(call, op);
            case CDist op:
                return Python.Call(call.Function("cdist"), call.Plain(), call.Plain(1), Named("order", op.Order));
            case SvdVals:
                return Python.Call("jnp.linalg.svd", call.Plain(), Python.Named("compute_uv", "False"));
            default:
                return null;
        }
    }

    static Python? Parts(SourceCall call)
    {
        switch (call.Op)
        {
            case Triangle op:
                return call.Laid(Python.Call(op.Upper ? "jnp.triu" : "jnp.tril", op.Diagonal == 0 ? [call.Plain()]
                    : [call.Plain(), Python.Named("k", $"{op.Diagonal}")]));
            case Diagonal op:
                return Python.Call("jnp.diagonal", call.X(), Python.Named("offset", $"{op.Offset}"),
                    Python.Named("axis1", $"{call.Axis(op.First)}"), Python.Named("axis2", $"{call.Axis(op.Second)}"));
            case TensorUnfold { Size: var size } when call.Operand(0).Shape.Rank == 0:
                return Method(call.X(), "reshape", Text("1")) is var one && size == 1 ? one
                    : Python.Join(one, Text("[:0]"));
            case TensorUnfold op:
                return Python.Call(call.Function("tensor_unfold"), call.X(), AxisOf(call, op.Dim),
                    Python.Named("size", $"{op.Size}"), Python.Named("step", $"{op.Step}"));
            case Meshgrid op:
                return Python.Call("jnp.meshgrid", [.. Enumerable.Range(0, call.Operands).Select(i => Vector(call, i)),
                    Python.Named("indexing", $"\"{op.Indexing}\"")]);
            case BroadcastTensors:
                return Python.Tuple(Enumerable.Range(0, call.Operands).Select(i =>
                    call.Operand(i).Shape == call.Result(i).Shape ? call.Lying(i, call.Result(i).Layout)
                    : Python.Call("jnp.broadcast_to", call.Fitted(i, call.Result(i).Layout),
                        Python.Ints(call.Result(i).Physical, "shape"))));
            case Copy:
                return call.Operand(1).Shape == call.Result().Shape ? call.Lying(1, call.Result().Layout)
                    : Python.Call("jnp.broadcast_to", call.Fitted(1, call.Result().Layout),
                        Python.Ints(call.Result().Physical, "shape"));
            default:
                return null;
        }
    }

    static Python Index(SourceCall call, int axis, Python index) => Python.At(
        call.X(), Python.Join(Text(string.Concat(Enumerable.Repeat(":, ", axis))), index));

    static Python AxisOf(SourceCall call, int dim, int operand = 0) =>
        Python.Named("axis", call.Axis(dim, operand).ToString(CultureInfo.InvariantCulture));

    // PyTorch takes a scalar for a vector of one.
    static Python Vector(SourceCall call, int operand) => call.Operand(operand).Shape.Rank > 0 ? call.X(operand)
        : Method(call.X(operand), "reshape", Text("1"));

    // What stands in the brackets of x[:, i, j]: operands from 1 on, of some logical axes.
    static Python Places(SourceCall call, IntList axes)
    {
        var parts = new List<Python>();
        for (int axis = 0, at = 0; at < axes.Count; axis++)
        {
            if (axis > 0) parts.Add(Text(", "));
            parts.Add(axes[at] == axis ? call.Plain(1 + at++) : Text(":"));
        }
        return Python.Join(parts);
    }

    static Python Gathered(SourceCall call, Gather op)
    {
        Shape x = call.Operand(0).Shape, index = call.Operand(1).Shape;
        if (index.Elements == 0)
            return Python.Call(
                "jnp.zeros", Python.Ints(call.Result().Physical, "shape"), Text(TypeName(call.Result().Type)));
        if (x.Rank == 0)
            return index.Rank == 0 ? call.X() : Python.Call("jnp.broadcast_to", call.X(), Python.Ints(index, "shape"));
        if (index.Rank == 0) return Python.At(call.X(), call.X(1));
        var layout = call.Operand(0).Layout;
        return Python.Call("jnp.take_along_axis", Cut(call.X(), layout.Physical(x), layout.Physical(index),
            call.Axis(op.Dim)), call.Lying(1, layout), AxisOf(call, op.Dim));
    }

    // What lies in front of an index's extents, along all axes but one.
    static Python Cut(Python x, Shape from, Shape to, int? but = null)
    {
        string[] cuts = [.. Enumerable.Range(0, from.Rank).Select(axis =>
            axis == but || from[axis] == to[axis] ? ":" : $":{to[axis]}")];
        int last = Array.FindLastIndex(cuts, cut => cut != ":");
        return last < 0 ? x : Python.At(x, Text(string.Join(", ", cuts[..(last + 1)])));
    }

    static Python Added(SourceCall call, IndexAdd op)
    {
        bool scalar = call.Operand(0).Shape.Rank == 0;
        var x = scalar ? Vector(call, 0) : call.Plain();
        var source = call.Operand(2).Shape.Rank == 0 ? Vector(call, 2) : call.Plain(2);
        if (op.Alpha.Value != 1) source = Infix(Bracketed(Of(call, op.Alpha)), "*", source);
        int axis = Harness.Executor.Ops.Axis.Of(op.Dim, call.Operand(0).Shape.Rank);
        var sum = Method(Python.At(Python.Join(x, Text(".at")), Python.Join(
            Text(string.Concat(Enumerable.Repeat(":, ", axis))), Vector(call, 1))), "add", source);
        return scalar ? Method(sum, "reshape", Text("()")) : call.Laid(sum);
    }

    static Python Scattered(SourceCall call, Scatter op)
    {
        string function = call.Function(op.Adds ? "scatter_add" : op.Multiplies ? "scatter_multiply" : "scatter");
        var layout = call.Operand(0).Layout;
        bool scalar = layout.Rank == 0;
        var index = scalar || call.Operand(1).Shape.Rank == 0 ? Vector(call, 1) : call.Lying(1, layout);
        Python source;
        if (op.Value is { } value) source = Of(call, value);
        else if (scalar || call.Operand(2).Shape.Rank == 0) source = Vector(call, 2);
        else
        {
            source = Cut(call.Lying(2, layout), layout.Physical(call.Operand(2).Shape),
                layout.Physical(call.Operand(1).Shape));
        }
        var result = Python.Call(function, Vector(call, 0), index, source,
            scalar ? Python.Named("axis", "0") : AxisOf(call, op.Dim));
        return scalar ? Method(result, "reshape", Text("()")) : result;
    }

    static Python Written(SourceCall call, WriteInto op)
    {
        var layout = call.Operand(0).Layout;
        int axis = Harness.Executor.Ops.Axis.Of(op.Place.Dim, layout.Rank), extent = call.Operand(0).Shape[axis];
        int first = op.First(extent);
        string place = $"{first}";
        if (op.Index is null)
        {
            int count = op.Place.Range(extent).Count;
            long end = count == 0 ? first : first + ((count - 1L) * op.Place.Step) + 1;
            place = $"{(first == 0 ? "" : first)}:{end}{(op.Place.Step == 1 ? "" : $":{op.Place.Step}")}";
        }
        var value = call.Lying(1, op.Index is null ? layout : Arrangements.Without(layout, [axis]));
        return Method(Python.At(Python.Join(call.X(), Text(".at")), Text(
            string.Concat(Enumerable.Repeat(":, ", call.Axis(axis))) + place)), "set", value);
    }

    static Python Searched(SourceCall call, SearchSorted op)
    {
        var side = Python.Named("side", op.Right ? "\"right\"" : "\"left\"");
        var rows = call.Plain(op.Rows);
        if (op.Sorter)
        {
            rows = Python.Call(
                "jnp.take_along_axis", rows, call.Plain(call.Operands - 1), Python.Named("axis", "-1"));
        }
        string type = op.Narrow ? "jnp.int32" : "int";
        if (call.Operand(op.Rows).Shape.Rank == 1)
        {
            var values = op.Value is { } value ? Text(Number(value)) : call.X(1 - op.Rows);
            return Method(Python.Call("jnp.searchsorted", rows, values, side), "astype", Text(type));
        }
        return call.Laid(Method(Python.Call(
            call.Function("search_rows"), rows, call.Plain(1 - op.Rows), side), "astype", Text(type)));
    }
}
