using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>What a mask selects: how long it is hangs on elements, and a program has one shape. A selection is
/// therefore computed of all parts, those that are not selected too, and says which count. That gives the same wherever
/// each part is computed of the part at its place alone (<see cref="Op.Keeps"/>), and ends where the parts go back to
/// where they came from: in a write to the same mask, everything else stays as it was. What mixes the parts, counts
/// them, or gives them away is refused.</summary>
/// <remarks>Two masks are the same where the same operators give them of the same operands.</remarks>
sealed class Selections(ShapedGraph graph)
{
    // The axis of a value that holds a selection, and by which mask.
    readonly record struct Rows(int Mask, int Axis);

    // The integers of a value are the places that a mask sets, of one axis of it; of all, a column each, for null.
    readonly record struct Places(int Mask, int? Axis);

    readonly Dictionary<int, Rows> _rows = [];
    readonly Dictionary<int, Places> _places = [];
    // Numbers that are how many elements of a mask are set.
    readonly Dictionary<int, int> _counts = [];
    readonly List<int> _masks = [];

    /// <summary>True for a value whose extent is not known.</summary>
    public bool Holds(int value) => _rows.ContainsKey(value);

    /// <summary>Why something that reads a selection is refused.</summary>
    public static Finding Refusal(Call call, string why) => new(Codes.UnsupportedOp, call.Place.ToString(),
        $"{call.Target} '{call.Name}': {why}; write the module with torch.where");

    /// <summary>Why a selection cannot leave the program; null for any other value.</summary>
    public string? MisfitOfOutput(int value) => Holds(value)
        ? "how long the output is depends on the elements of a mask, which no program says before it runs" : null;

    /// <summary>What a call does with how many there are: sizes of selections, and arithmetic with these.</summary>
    /// <param name="call">The call, its numbers in place.</param>
    /// <param name="result">What it gives where that is known.</param>
    /// <param name="misfit">Why it is refused.</param>
    /// <returns>False for a call that has to do with neither.</returns>
    public bool Count(Call call, out Argument? result, out Finding? misfit)
    {
        (result, misfit) = (null, null);
        if (_rows.Count == 0 || call.Results.Length > 1) return false;
        string name = call.Target[(call.Target.LastIndexOf(':') + 1)..];
        if (call.Arguments is [ValueArgument { Id: var id }, .. var rest] && _rows.TryGetValue(id, out var rows))
        {
            switch (name)
            {
                case "size" or "sym_size" when rest is [] && call.Keywords.IsEmpty:
                    var extents = graph.ShapeOf(id).Select(extent => Argument.Of((long)extent)).ToArray();
                    extents[rows.Axis] = Argument.Value(CountOf(graph.Add(null), rows.Mask));
                    result = Argument.Of([.. extents]);
                    return true;
                case "size" or "sym_size" when (rest is [IntArgument { Number: var axis }]
                    || (rest is [] && call.Keywords is [{ Value: IntArgument { Number: var named } }]
                        && (axis = named) == named)) && Axis.Misfit((int)axis, graph.ShapeOf(id).Rank) is null:
                    if (Axis.Of((int)axis, graph.ShapeOf(id).Rank) != rows.Axis) return false;
                    CountOf(call.Results[0], rows.Mask);
                    return true;
                case "len" when rows.Axis == 0:
                    CountOf(call.Results[0], rows.Mask);
                    return true;
                case "numel" or "sym_numel":
                    misfit = Refusal(call, "how many elements a mask selects is not known before a run");
                    return true;
            }
            return false;
        }
        if (!call.Arguments.Any(argument => argument is ValueArgument value && _counts.ContainsKey(value.Id)))
            return false;
        if (call.Arguments is [ValueArgument only] && name is "NumToTensor" or "Int" or "IntImplicit"
            or "ScalarImplicit" or "item" or "sym_int" or "detach" or "clone")
        {
            CountOf(call.Results[0], _counts[only.Id]);
            return true;
        }
        // From none to all of them.
        if (call.Arguments is [ValueArgument { Id: var count }, IntArgument { Number: var limit }]
            && _counts.TryGetValue(count, out int mask))
        {
            long most = graph.ShapeOf(mask).Elements;
            bool? holds = name switch
            {
                "ge" when limit <= 0 => true,
                "gt" when limit < 0 => true,
                "le" when limit >= most => true,
                "lt" when limit > most => true,
                "ge" when limit > most => false,
                "gt" when limit >= most => false,
                "le" when limit < 0 => false,
                "lt" when limit <= 0 => false,
                _ => null,
            };
            result = holds is { } known ? Argument.Of(known) : null;
        }
        if (result is null && name != "ListConstruct" && name != "TupleConstruct" && OpSet.Knows(call.Target) is false)
            misfit = Refusal(call, "it computes with how many elements a mask selects, known in a run alone");
        return result is not null || misfit is not null;
    }

    int CountOf(int value, int mask)
    {
        _counts[value] = mask;
        return value;
    }

    /// <summary>A call that is told how many there are, with all of them in their place.</summary>
    /// <param name="call">The call.</param>
    /// <param name="axis">The axis of its result that is as long; −1 for none.</param>
    /// <param name="mask">The mask; meaningless without an axis.</param>
    /// <param name="misfit">Why it is refused.</param>
    public Call Whole(Call call, out int axis, out int mask, out Finding? misfit)
    {
        (axis, mask, misfit) = (-1, 0, null);
        if (_counts.Count == 0) return call;
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            if (call.Arguments[i] is ValueArgument single && _counts.ContainsKey(single.Id))
            {
                misfit = Refusal(call, "it computes with how many elements a mask selects");
                return call;
            }
            if (call.Arguments[i] is not ListArgument list) continue;
            for (int at = 0; at < list.Items.Length; at++)
            {
                if (list.Items[at] is not ValueArgument item || !_counts.TryGetValue(item.Id, out int counted))
                    continue;
                if (axis >= 0)
                {
                    misfit = Refusal(call, "it has two axes as long as a mask has elements set");
                    return call;
                }
                (axis, mask) = (at, counted);
                call = call with
                {
                    Arguments = call.Arguments.SetItem(i, Argument.Of(list.Items.SetItem(
                        at, Argument.Of(graph.ShapeOf(counted).Elements)))),
                };
                list = (ListArgument)call.Arguments[i];
            }
        }
        return call;
    }

    /// <summary>The result of a call that was told how many there are is as long.</summary>
    public Finding? Sized(Call call, Op op, int value, int axis, int mask)
    {
        if (_rows.TryGetValue(value, out var rows))
            return rows == new Rows(mask, axis) ? null : Refusal(call, "it has another axis as long as the mask");
        if (op is not (Creation or Expand) || graph.ShapeOf(value)[axis] != graph.ShapeOf(mask).Elements)
            return Refusal(call, "it computes with how many elements a mask selects");
        _rows[value] = new Rows(mask, axis);
        return null;
    }

    /// <summary>The selection that a call's results are, of operands that are some.</summary>
    /// <param name="call">The call.</param>
    /// <param name="op">What it computes.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="axis">The axis of the results; −1 where no operand is a selection.</param>
    /// <param name="mask">The mask.</param>
    /// <returns>Why it is refused; null where it is not.</returns>
    public Finding? Follow(Call call, Op op, ImmutableArray<int> operands, out int axis, out int mask)
    {
        (axis, mask) = (-1, 0);
        if (_rows.Count == 0 || !operands.Any(_rows.ContainsKey)) return null;
        Shape[] shapes = [.. operands.Select(graph.ShapeOf)];
        for (int i = 0; i < operands.Length; i++)
        {
            if (!_rows.TryGetValue(operands[i], out var rows)) continue;
            int? place = op.Keeps(i, rows.Axis, shapes);
            if (place is null || (axis >= 0 && (place != axis || rows.Mask != mask)))
            {
                return Refusal(call, place is null
                    ? $"it mixes what a mask selects along axis {rows.Axis} of {shapes[i]}, and how much that is "
                        + "depends on elements"
                    : "it joins what different masks select");
            }
            (axis, mask) = (place.Value, rows.Mask);
        }
        for (int i = 0; i < operands.Length; i++)
        {
            if (_rows.ContainsKey(operands[i])) continue;
            for (int own = 0; own < shapes[i].Rank; own++)
                if (shapes[i][own] != 1 && op.Keeps(i, own, shapes) == axis)
                    return Refusal(call, $"operand {i} is {shapes[i]} beside a selection, whose length depends on the "
                        + "elements of a mask");
        }
        return null;
    }

    /// <summary>Results are selections, and places if the operand is some and the op gives no other numbers.</summary>
    public void Mark(Op op, ImmutableArray<int> operands, ImmutableArray<int> results, int axis, int mask)
    {
        for (int i = 0; axis >= 0 && i < results.Length; i++)
        {
            _rows[results[i]] = new Rows(mask, axis);
            if (!_places.TryGetValue(operands[0], out var places)) continue;
            bool isSame = op is Identity or Reshaping or Expand or Cast or Slice { IsView: true }
                || (places.Axis is not null && op is Select && graph.ShapeOf(operands[0])[1 - axis] == 1);
            if (isSame) _places[results[i]] = places;
            else if (places.Axis is null && axis == 0 && op is Select { Index: var index } && index >= 0)
                _places[results[i]] = places with { Axis = index };
            else if (places.Axis is null && axis == 0 && op is Unbind) _places[results[i]] = places with { Axis = i };
        }
    }

    /// <summary>A call that selects by a mask, or writes to what one selects, in other calls.</summary>
    /// <param name="call">The call, its operands as they are now.</param>
    /// <param name="op">What it is.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="calls">Writes other calls.</param>
    /// <param name="misfit">Why it is refused, or does not fit.</param>
    /// <returns>False for any other call.</returns>
    public bool Take(Call call, Op op, ImmutableArray<int> operands, SelectionCalls calls, out Finding? misfit)
    {
        misfit = op switch
        {
            AdvancedIndex index when MaskOf(index.Axes, operands[1..]) is var (mask, axis) =>
                Select(call, operands[0], mask, axis, calls),
            IndexPut put when MaskOf(put.Axes, operands[1..^1]) is var (mask, axis) =>
                Put(call, operands[0], mask, axis, operands[^1], put.Adds, 1, calls),
            // Of a mask of several axes one place may come several times.
            IndexAdd add when _places.TryGetValue(operands[1], out var places)
                && graph.ShapeOf(places.Mask).Rank > 1 && _rows.TryGetValue(operands[2], out var rows)
                && rows.Mask == places.Mask && graph.ShapeOf(operands[1]).Rank == 1
                && rows.Axis == Axis.Of(add.Dim, Math.Max(1, graph.ShapeOf(operands[0]).Rank)) && !Holds(operands[0]) =>
                calls.Add(add, operands[0], operands[1], operands[2], rows.Mask, rows.Axis),
            IndexAdd add when _places.ContainsKey(operands[1])
                && MaskOf([Axis.Of(add.Dim, Math.Max(1, graph.ShapeOf(operands[0]).Rank))], [operands[1]])
                is var (mask, axis) =>
                Put(call, operands[0], mask, axis, operands[2], true, add.Alpha, calls),
            Scatter { Multiplies: false } scatter when _places.TryGetValue(operands[1], out var places)
                && graph.ShapeOf(places.Mask).Rank == 1 && _rows.TryGetValue(operands[1], out var rows)
                && graph.ShapeOf(operands[1]) == graph.ShapeOf(operands[0])
                && Axis.Of(scatter.Dim, graph.ShapeOf(operands[0]).Rank) == rows.Axis =>
                scatter.Value is { } number
                    ? Put(call, operands[0], places.Mask, rows.Axis, calls.Number(number, operands[0]), scatter.Adds, 1,
                        calls)
                    : graph.ShapeOf(operands[2]) != graph.ShapeOf(operands[0])
                    ? Refusal(call, $"src is {graph.ShapeOf(operands[2])}, expected {graph.ShapeOf(operands[0])}")
                    : Put(call, operands[0], places.Mask, rows.Axis, operands[2], scatter.Adds, 1, calls),
            _ => s_other,
        };
        return !ReferenceEquals(misfit, s_other);
    }

    static readonly Finding s_other = new("", "", "");

    /// <summary>A call with integers in the place of masks that are stored: how many these select is known.</summary>
    public Call Known(Call call, Op op)
    {
        if (op is not (AdvancedIndex or IndexPut)) return call;
        for (int i = 1; i < call.Arguments.Length; i++)
        {
            if (call.Arguments[i] is not ListArgument list) continue;
            var items = ImmutableArray.CreateBuilder<Argument>();
            foreach (var item in list.Items)
            {
                if (item is ValueArgument { Id: var id } && graph.Stored(id) is { } mask
                    && mask.Type == ElementType.Bool && mask.Shape.Rank > 0) items.AddRange(Set(call, item, mask));
                else items.Add(item);
            }
            if (!items.SequenceEqual(list.Items))
                call = call with { Arguments = call.Arguments.SetItem(i, Argument.Of(items.ToImmutable())) };
        }
        return call;
    }

    // What is set comes first in an order that keeps equals as they are.
    IEnumerable<Argument> Set(Call call, Argument stored, Tensor mask)
    {
        long count = mask.ToDoubles().Count(element => element != 0);
        long[] strides = mask.Shape.Strides();
        Argument flag = Insert("flat", "reshape", stored, CallWriter.Ints(-1));
        var order = graph.Insert($"{call.Name}.order", "aten::argsort", [Insert("set", "mul", flag, Argument.Of(1L))],
            [
                new Keyword("stable", Argument.Of(true)), new Keyword("dim", Argument.Of(0L)),
                new Keyword("descending", Argument.Of(true)),
            ], call.Place);
        order = Insert("places", "slice", order, Argument.Of(0L), Argument.Of(0L), Argument.Of(count));
        for (int axis = 0; axis < strides.Length; axis++)
        {
            var row = Insert($"row{axis}", "floor_divide", order, Argument.Of(strides[axis]));
            yield return Insert($"axis{axis}", "remainder", row, Argument.Of((long)mask.Shape[axis]));
        }

        Argument Insert(string part, string target, params ReadOnlySpan<Argument> arguments) =>
            graph.Insert($"{call.Name}.{part}", $"aten::{target}", [.. arguments], [], call.Place);
    }

    /// <summary>Which elements of its operand a call finds: its results are their places.</summary>
    public void Found(int mask, ImmutableArray<int> results, bool byAxis)
    {
        mask = Canonical(mask);
        for (int i = 0; i < results.Length; i++)
        {
            _rows[results[i]] = new Rows(mask, 0);
            _places[results[i]] = new Places(mask, byAxis || graph.ShapeOf(mask).Rank == 1 ? i : null);
        }
    }

    // The mask that indices stand for, and the axis at which it begins; null for indices of any other kind.
    (int Mask, int Axis)? MaskOf(IntList axes, ImmutableArray<int> indices)
    {
        if (indices.IsEmpty) return null;
        if (indices is [var only] && graph.FactOf(only).Type == ElementType.Bool && !Holds(only)
            && graph.ShapeOf(only).Rank > 0) return (Canonical(only), axes[0]);
        if (!_places.TryGetValue(indices[0], out var first) || graph.ShapeOf(first.Mask).Rank != indices.Length)
            return null;
        for (int i = 0; i < indices.Length; i++)
        {
            if (!_places.TryGetValue(indices[i], out var places) || places != first with { Axis = i }
                || graph.ShapeOf(indices[i]).Rank != 1 || axes[i] != axes[0] + i) return null;
        }
        return (first.Mask, axes[0]);
    }

    // The mask itself, or one before it that holds the same.
    int Canonical(int mask)
    {
        foreach (int known in _masks) if (IsSame(known, mask, 8)) return known;
        _masks.Add(mask);
        return mask;
    }

    bool IsSame(int left, int right, int depth)
    {
        if (left == right) return true;
        if (depth == 0 || graph.DefinitionOf(left) is not { } a || graph.DefinitionOf(right) is not { } b) return false;
        return a.Op.Equals(b.Op) && a.Operands.Length == b.Operands.Length
            && a.Results.IndexOf(left) == b.Results.IndexOf(right)
            && a.Operands.Zip(b.Operands).All(pair => IsSame(pair.First, pair.Second, depth - 1));
    }

    // Why a mask does not lie on such axes; null where it does.
    Finding? Misfit(Call call, int x, int mask, int axis)
    {
        Shape shape = graph.ShapeOf(x), masked = graph.ShapeOf(mask);
        bool fits = axis >= 0 && axis + masked.Rank <= shape.Rank
            && shape.AsSpan().Slice(axis, masked.Rank).SequenceEqual(masked.AsSpan());
        return fits ? null : new Finding(Codes.ShapeMismatch, call.Place.ToString(),
            $"{call.Target} '{call.Name}': the mask is {masked}, expected the extents of {shape} from axis {axis} on");
    }

    // A shape with the axes of a mask made one.
    Shape Joined(Shape shape, int mask, int axis) =>
    [
        .. shape.AsSpan()[..axis], (int)graph.ShapeOf(mask).Elements,
        .. shape.AsSpan()[(axis + graph.ShapeOf(mask).Rank)..],
    ];

    Finding? Select(Call call, int x, int mask, int axis, SelectionCalls calls)
    {
        if (Misfit(call, x, mask, axis) is { } misfit) return misfit;
        if (Holds(x)) return Refusal(call, "it selects of what a mask selects");
        int all = calls.Reshape("all", x, Joined(graph.ShapeOf(x), mask, axis));
        int result = calls.Give(all);
        _rows[result] = new Rows(mask, axis);
        return null;
    }

    Finding? Put(
        Call call, int x, int mask, int axis, int values, bool adds, Number scale, SelectionCalls calls)
    {
        if (Misfit(call, x, mask, axis) is { } misfit) return misfit;
        if (Holds(x)) return Refusal(call, "it writes to what a mask selects");
        if (graph.FactOf(values).Type != graph.FactOf(x).Type)
        {
            return new Finding(Codes.ShapeMismatch, call.Place.ToString(), $"{call.Target} '{call.Name}': operand 0 "
                + $"and the values are {graph.FactOf(x)} and {graph.FactOf(values)}, expected one type; PyTorch "
                + "refuses it too");
        }
        Shape shape = graph.ShapeOf(x), joined = Joined(shape, mask, axis), given = graph.ShapeOf(values);
        int own = axis - joined.Rank + given.Rank;
        if (_rows.TryGetValue(values, out var rows)
            ? rows != new Rows(mask, own) : own >= 0 && given[own] != 1)
        {
            return Refusal(call, Holds(values) ? "its values are what another mask selects"
                : $"its values are {given}, and how many of them the mask takes depends on its elements");
        }
        if (given.Rank > joined.Rank || Broadcast.Misfit([joined, given]) is not null
            || Broadcast.Infer([joined, given]) != joined)
        {
            return new Finding(Codes.ShapeMismatch, call.Place.ToString(),
                $"{call.Target} '{call.Name}': values are {given}, expected what broadcasts to {joined}");
        }
        Shape masked = graph.ShapeOf(mask);
        if (Holds(values)) values = calls.Plain(values);
        if (own >= 0 && masked.Rank > 1)
        {
            // Back to the axes of the mask, or as many of one element.
            var parts = given[own] == masked.Elements ? masked.AsSpan().ToArray() : [.. masked.Select(_ => 1)];
            values = calls.Reshape(
                "values", values, [.. given.AsSpan()[..own], .. parts, .. given.AsSpan()[(own + 1)..]]);
        }
        int set = calls.Reshape("mask", mask, [.. masked, .. Enumerable.Repeat(1, shape.Rank - axis - masked.Rank)]);
        calls.Write(x, set, values, adds, scale);
        return null;
    }
}

/// <summary>The calls that take the place of one that has to do with a selection.</summary>
abstract class SelectionCalls
{
    /// <summary>The same elements under another shape; the value itself where it has that.</summary>
    public abstract int Reshape(string part, int value, Shape shape);

    /// <summary>All parts of a selection, no longer one.</summary>
    public abstract int Plain(int value);

    /// <summary>A tensor without axes, of another's type.</summary>
    public abstract int Number(Number number, int like);

    /// <summary>The call's result is a value.</summary>
    /// <returns>The result.</returns>
    public abstract int Give(int value);

    /// <summary>The call itself, of integers and values that are no selections: what is not set adds 0.</summary>
    public abstract Finding? Add(IndexAdd op, int x, int index, int values, int mask, int axis);

    /// <summary>The call's result is an operand with values where a mask is set, or with them added there.</summary>
    public abstract void Write(int x, int mask, int values, bool adds, Number scale);
}
