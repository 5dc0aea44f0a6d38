using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Comparisons and choices.</summary>
static class Comparisons
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::__and__", a => Bits(a, (x, y) => x.bitwise_and(y))),
        new("aten::__lshift__", a => Bits(a, (x, y) => x.bitwise_left_shift(y))),
        new("aten::__or__", a => Bits(a, (x, y) => x.bitwise_or(y))),
        new("aten::__rshift__", a => Bits(a, (x, y) => x.bitwise_right_shift(y))),
        new("aten::__xor__", a => Bits(a, (x, y) => x.bitwise_xor(y))),
        new("aten::bitwise_and", a => Bits(a, (x, y) => x.bitwise_and(y))),
        new("aten::bitwise_left_shift", a => Bits(a, (x, y) => x.bitwise_left_shift(y))),
        new("aten::bitwise_not", a => a.Tensor(0, "self").bitwise_not()),
        new("aten::bitwise_or", a => Bits(a, (x, y) => x.bitwise_or(y))),
        new("aten::bitwise_right_shift", a => Bits(a, (x, y) => x.bitwise_right_shift(y))),
        new("aten::bitwise_xor", a => Bits(a, (x, y) => x.bitwise_xor(y))),
        new("aten::clamp", a => Clamp(a, 1, 2)),
        new("aten::clamp_", a => Clamp(a, 1, 2)),
        new("aten::clamp_max", a => Clamp(a, -1, 1)),
        new("aten::clamp_min", a => Clamp(a, 1, -1)),
        new("aten::clamp_min_", a => Clamp(a, 1, -1)),
        new("aten::clip", a => Clamp(a, 1, 2)),
        new("aten::eq", a => Compare(a, (x, y) => x.eq(y), (x, y) => x.eq(y))),
        new("aten::ge", a => Compare(a, (x, y) => x.ge(y), (x, y) => x.ge(y))),
        new("aten::greater", a => Compare(a, (x, y) => x.gt(y), (x, y) => x.gt(y))),
        new("aten::greater_equal", a => Compare(a, (x, y) => x.ge(y), (x, y) => x.ge(y))),
        new("aten::gt", a => Compare(a, (x, y) => x.gt(y), (x, y) => x.gt(y))),
        new("aten::le", a => Compare(a, (x, y) => x.le(y), (x, y) => x.le(y))),
        new("aten::less", a => Compare(a, (x, y) => x.lt(y), (x, y) => x.lt(y))),
        new("aten::less_equal", a => Compare(a, (x, y) => x.le(y), (x, y) => x.le(y))),
        new("aten::logical_and", a => a.Tensor(0, "self").logical_and(a.Tensor(1, "other"))),
        new("aten::logical_not", a => a.Tensor(0, "self").logical_not()),
        new("aten::logical_or", a => a.Tensor(0, "self").logical_or(a.Tensor(1, "other"))),
        new("aten::logical_xor", a => a.Tensor(0, "self").logical_xor(a.Tensor(1, "other"))),
        new("aten::lt", a => Compare(a, (x, y) => x.lt(y), (x, y) => x.lt(y))),
        new("aten::masked_fill", Fill),
        new("aten::masked_fill_", Fill),
        new("aten::ne", a => Compare(a, (x, y) => x.ne(y), (x, y) => x.ne(y))),
        new("aten::not_equal", a => Compare(a, (x, y) => x.ne(y), (x, y) => x.ne(y))),
        new("aten::where", Choose),
    ];

    static Value Compare(Reading a, Func<Tensor, Tensor, Tensor> tensors, Func<Tensor, Scalar, Tensor> withNumber)
    {
        var x = a.Tensor(0, "self");
        return a.Any(1, "other") is TensorValue y ? tensors(x, y.Tensor) : withNumber(x, a.Scalar(1, "other"));
    }

    // The other term is a tensor or an integer, which takes part as a tensor without axes would.
    static Value Bits(Reading a, Func<Tensor, Tensor, Tensor> apply)
    {
        var x = a.Tensor(0, "self");
        return a.Any(1, "other") is TensorValue y
            ? apply(x, y.Tensor)
            : apply(x, full([], a.Scalar(1, "other"), ScalarType.Int64, a.Device));
    }

    // clamp(self, min=None, max=None), the bounds numbers or tensors; NaN stays NaN.
    static Value Clamp(Reading a, int minAt, int maxAt)
    {
        var x = a.Tensor(0, "self");
        if (a.Peek(minAt, "min") is TensorValue { Tensor.ndim: > 0 }
            || a.Peek(maxAt, "max") is TensorValue { Tensor.ndim: > 0 })
        {
            if (a.TensorOrNull(minAt, "min") is { } low) x = x.maximum(low);
            return a.TensorOrNull(maxAt, "max") is { } high ? x.minimum(high) : x;
        }
        return x.clamp(a.ScalarOrNull(minAt, "min"), a.ScalarOrNull(maxAt, "max"));
    }

    static Value Fill(Reading a)
    {
        var self = a.Tensor(0, "self");
        return a.Any(2, "value") is TensorValue value
            ? where(a.Tensor(1, "mask"), value.Tensor.to_type(self.dtype), self)
            : self.masked_fill(a.Tensor(1, "mask"), a.Scalar(2, "value"));
    }

    static Value Choose(Reading a)
    {
        var condition = a.Tensor(0, "condition");
        if (!a.Has(1, "self")) return condition.nonzero().unbind(1);
        return where(condition, Branch(a, 1, "self"), Branch(a, 2, "other"));
    }

    // A number takes part as a tensor without axes would: an integer beside floats is one of them.
    static Tensor Branch(Reading a, int position, string name) => a.Any(position, name) switch
    {
        TensorValue value => value.Tensor,
        IntValue => full([], a.Scalar(position, name), ScalarType.Int64, a.Device),
        _ => full([], a.Scalar(position, name), a.Type, a.Device),
    };
}
