using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Sizes, and the numbers that a trace computes from them.</summary>
static class Scalars
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::Bool", a => a.Number(0, "a") != 0),
        new("aten::Float", a => a.Number(0, "a")),
        new("aten::FloatImplicit", a => a.Number(0, "a")),
        new("aten::Int", ToInt),
        new("aten::IntImplicit", ToInt),
        new("aten::ScalarImplicit", a => ToNumber(a, "a")),
        new("aten::__getitem__", Item),
        new("aten::_local_scalar_dense", a => ToNumber(a, "self")),
        new("aten::dim", a => a.Tensor(0, "self").ndim),
        new("aten::item", a => ToNumber(a, "self")),
        new("aten::len", a => a.Any(0, "a") switch
        {
            ListValue list => list.Items.Length,
            TensorValue x => x.Tensor.shape[0],
            _ => throw a.Refuse("the length of a number"),
        }),
        new("aten::numel", a => a.Tensor(0, "self").numel()),
        new("aten::size", Size),
        new("aten::sym_size", Size),
        new("aten::unary_minus", Negative),
        new("prim::ListUnpack", a => a.Any(0, "list")),
        new("prim::NumToTensor", a =>
            full([], a.Scalar(0, "a"), a.Peek(0, "a") is FloatValue ? ScalarType.Float64 : ScalarType.Int64)),
        new("prim::TupleIndex", Item),
        new("prim::TupleUnpack", a => a.Any(0, "tuple")),
    ];

    static Value Size(Reading a)
    {
        var shape = a.Tensor(0, "self").shape;
        return a.IntOrNull(1, "dim") is { } dim ? shape[dim < 0 ? dim + shape.Length : dim] : shape;
    }

    // int() rounds towards zero.
    static Value ToInt(Reading a) => a.Any(0, "a") switch
    {
        FloatValue number => (long)number.Number,
        TensorValue { Tensor: { ndim: 0 } x } when x.is_floating_point() => (long)a.Number(0, "a"),
        _ => a.Int(0, "a"),
    };

    static Value ToNumber(Reading a, string name) => a.Any(0, name) switch
    {
        FloatValue number => number,
        BoolValue flag => flag,
        TensorValue { Tensor: var x } when x.is_floating_point() => a.Number(0, name),
        TensorValue { Tensor: { dtype: ScalarType.Bool } } => a.Number(0, name) != 0,
        _ => a.Int(0, name),
    };

    static Value Negative(Reading a) => a.Any(0, "a") is FloatValue number ? -number.Number : -a.Int(0, "a");

    static Value Item(Reading a)
    {
        if (a.Any(0, "list") is not ListValue list) throw a.Refuse("an item of what is no list");
        long index = a.Int(1, "idx");
        if (index < 0) index += list.Items.Length;
        return index >= 0 && index < list.Items.Length
            ? list.Items[(int)index]
            : throw a.Refuse($"item {index} of {list.Items.Length}");
    }
}
