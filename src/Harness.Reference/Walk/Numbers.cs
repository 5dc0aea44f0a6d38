using System.Collections.Immutable;

namespace Harness.Reference.Walk;

/// <summary>Python's arithmetic with its own numbers, as exported programs state what they compute with
/// sizes.</summary>
static class Numbers
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("_operator::add", a => Of(a, (x, y) => x + y, (x, y) => x + y)),
        new("_operator::eq", a => Truth(a, (x, y) => x == y)),
        new("_operator::floordiv", a => Of(a, FloorDivide, (x, y) => Math.Floor(x / y))),
        new("_operator::ge", a => Truth(a, (x, y) => x >= y)),
        new("_operator::gt", a => Truth(a, (x, y) => x > y)),
        new("_operator::le", a => Truth(a, (x, y) => x <= y)),
        new("_operator::lt", a => Truth(a, (x, y) => x < y)),
        new("_operator::mod", a => Of(a, (x, y) => x - FloorDivide(x, y) * y, (x, y) => x - Math.Floor(x / y) * y)),
        new("_operator::mul", a => Of(a, (x, y) => x * y, (x, y) => x * y)),
        new("_operator::ne", a => Truth(a, (x, y) => x != y)),
        new("_operator::neg", a => a.Any(0, "a") is FloatValue x ? -x.Number : -a.Int(0, "a")),
        new("_operator::pow", a => a.Peek(1, "b") is IntValue { Number: >= 0 }
            ? Of(a, Power, Math.Pow)
            : Math.Pow(a.Number(0, "a"), a.Number(1, "b"))),
        new("_operator::sub", a => Of(a, (x, y) => x - y, (x, y) => x - y)),
        new("_operator::truediv", a => a.Number(0, "a") / a.Number(1, "b")),
        new("aten::_assert_scalar", a =>
        {
            string text = a.Text(1, "assert_msg", "");
            return a.Number(0, "self") != 0 ? new ListValue([]) : throw a.Refuse($"it does not hold: {text}");
        }),
        new("aten::sym_constrain_range", Constrained),
        new("aten::sym_constrain_range_for_size", Constrained),
        new("aten::sym_numel", a => a.Tensor(0, "self").numel()),
        new("math::ceil", a => (long)Math.Ceiling(a.Number(0, "a"))),
        new("math::floor", a => (long)Math.Floor(a.Number(0, "a"))),
        new("math::trunc", a => (long)Math.Truncate(a.Number(0, "a"))),
        new("torch::_sym_sqrt", a => Math.Sqrt(a.Number(0, "a"))),
        new("torch::sym_float", a => a.Number(0, "a")),
        new("torch::sym_int", a => (long)a.Number(0, "a")),
        new("torch::sym_ite", a =>
        {
            var (then, otherwise) = (a.Any(1, "t"), a.Any(2, "f"));
            return a.Number(0, "b") != 0 ? then : otherwise;
        }),
        new("torch::sym_max", a => Of(a, Math.Max, Math.Max)),
        new("torch::sym_min", a => Of(a, Math.Min, Math.Min)),
        new("torch::sym_not", a => a.Number(0, "a") == 0),
        new("torch::sym_sum", a => a.Ints(0, "args").Sum()),
    ];

    static ListValue Constrained(Reading a)
    {
        double size = a.Number(0, "size");
        if (size < a.Number(1, "min", double.NegativeInfinity) || size > a.Number(2, "max", double.PositiveInfinity))
            throw a.Refuse($"the size {size} is out of its bounds");
        return new ListValue([]);
    }

    static Value Of(Reading a, Func<long, long, long> integers, Func<double, double, double> floats) =>
        a.Any(0, "a") is FloatValue || a.Any(1, "b") is FloatValue
            ? floats(a.Number(0, "a"), a.Number(1, "b"))
            : integers(a.Int(0, "a"), a.Int(1, "b"));

    static Value Truth(Reading a, Func<double, double, bool> holds) => holds(a.Number(0, "a"), a.Number(1, "b"));

    // Towards minus infinity, as Python does.
    static long FloorDivide(long x, long y) => x / y - (x % y != 0 && x < 0 != y < 0 ? 1 : 0);

    static long Power(long x, long y)
    {
        long product = 1;
        for (; y > 0; y--) product *= x;
        return product;
    }
}
