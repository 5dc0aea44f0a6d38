"""Cases of functions of one, two and three elements, and of reductions. What jumps (rounding, remainders, signs) is
asked of numbers that every precision has alike: inputs, and their products with powers of two."""
from case import Case, one
from integers import INT32, flags, whole

INF = float("inf")


def prelu():
    """One slope for all, or one a channel: PyTorch's axis 1, wherever the channels lie."""
    def row(title, slopes, *shape, channels=5):
        return one("prelu", title, lambda c, x: c.call("act", "prelu", c.conv(x, 3, channels),
                                                       c.parameter("act.weight", slopes)), *shape)

    yield row("one_slope", 1, 2, 3, 7, 6)
    yield row("channels", 5, 2, 3, 7, 6)
    yield row("width_equals_channels", 5, 2, 3, 7, 7)  # slopes along the width fit by accident
    yield one("prelu", "sequences", lambda c, x: c.call("act", "prelu", c.conv(x, 3, 6, (3,)),
                                                        c.parameter("act.weight", 6)), 2, 3, 8)
    yield one("prelu", "features", lambda c, x: c.call("act", "prelu", c.linear(x, 5, 7),
                                                       c.parameter("act.weight", 7)), 3, 5)
    yield one("prelu", "tokens", lambda c, x: c.call("act", "prelu", c.linear(x, 6, 5),  # axis 1 is not the features
                                                     c.parameter("act.weight", 4)), 2, 4, 6)
    yield one("prelu", "before_conv", lambda c, x: c.conv(
        c.call("act", "prelu", x, c.parameter("act.weight", 3)), 3, 4), 2, 3, 5, 6)

    case = Case("prelu/after_norm_and_sum")
    x = case.input(2, 3, 7, 6)
    y = case.batch_norm(case.conv(x, 3, 4, bias=False, name="a"), 4)
    y = case.call("", "add", y, case.conv(x, 3, 4, name="b"))
    yield case.output(case.call("act", "prelu", y, case.parameter("act.weight", 4)))
    case = Case("prelu/computed_slopes")
    x = case.input(2, 3, 7, 6)
    slopes = case.call("", "mean", x, [0, 2, 3])
    yield case.output(case.call("", "prelu", x, slopes))


def limits():
    """Limits that are tensors, the larger and the smaller of two: broadcasting aligns PyTorch's last axes."""
    def row(op, title, *shapes, **keywords):
        case = Case(f"{op}/{title}")
        x = case.conv(case.input(2, 3, 7, 6), 3, 4)  # 2×4×5×4
        others = [shape and case.parameter(f"other{i}", *shape) for i, shape in enumerate(shapes)]
        return case.output(case.call("", op, x, *others, **keywords))

    yield row("clamp", "tensors", (4, 1, 1), (4,))
    yield row("clamp", "tensor_below", (4, 1, 1), None)
    yield row("clamp", "tensor_above", None, (1, 4, 1, 1))
    yield row("clamp_min", "tensor", (4,))
    yield row("clamp_max", "tensor", (5, 1))
    yield one("clamp", "integers_by_tensors", lambda c, x: c.call(
        "", "clamp", whole(c, x), c.call("", "mul", flags(c, x), -3),
        whole(c, c.call("", "abs", x), INT32)), 2, 3, 5, 4)
    for op in ("maximum", "minimum", "fmax", "fmin", "max", "min"):
        yield row(op, "channels", (4, 1, 1))
    yield row("maximum", "width_that_equals_channels", (4,))
    yield one("maximum", "integers", lambda c, x: c.call("", "maximum", whole(c, x), flags(c, x)), 2, 3, 5, 4)
    yield one("minimum", "integers", lambda c, x: c.call("", "minimum", whole(c, x), whole(c, x, INT32)), 3, 17)
    for op in ("fmax", "fmin"):
        yield one(op, "integers", lambda c, x: c.call("", op, whole(c, x), c.call("", "neg", whole(c, x))), 3, 17)
    yield one("fmax", "not_a_number", lambda c, x: c.call("", "fmax", c.call("", "log", x), x), 3, 17)
    yield one("fmin", "not_a_number", lambda c, x: c.call("", "fmin", x, c.call("", "log", x)), 3, 17)


def extrema():
    """Axes of PyTorch's order, with and without keeping them, and all of them."""
    def row(op, title, *arguments, **keywords):
        return one(op, title, lambda c, x: c.call("", op, c.conv(x, 3, 5), *arguments, **keywords), 2, 3, 7, 6)

    for op in ("amax", "amin"):
        yield row(op, "channels", [1])
        yield row(op, "plane_kept", [-1, 2], True)
        yield row(op, "all_but_channels", [0, 2, -1])
        yield one(op, "integers", lambda c, x: c.call("", op, whole(c, x), [1, 3]), 2, 3, 5, 4)
    yield one("amax", "rows", lambda c, x: c.call("", "amax", x, [-1], True), 5, 37)
    for op in ("max", "min"):
        yield one(op, "of_all", lambda c, x: c.call("", "div", c.conv(x, 3, 5),
                                                    c.call("", op, c.conv(x, 3, 5, name="b"))), 2, 3, 5, 4)
        yield one(op, "integers", lambda c, x: c.call("", "sub", whole(c, x), c.call("", op, whole(c, x))), 3, 17)


def norms():
    """Norms of every order, as divisors and by themselves."""
    def row(op, title, *arguments, **keywords):
        return one(op, title, lambda c, x: c.call("", op, c.conv(x, 3, 5), *arguments, **keywords), 2, 3, 7, 6)

    yield row("linalg_vector_norm", "channels_kept", 2, [1], True)
    yield row("linalg_vector_norm", "plane", 2, [2, -1])
    yield row("linalg_vector_norm", "all_but_channels", 2, [0, 2, 3])
    yield row("linalg_vector_norm", "order_1", 1, [1])
    yield row("linalg_vector_norm", "order_3", 3, [-1], True)
    yield row("linalg_vector_norm", "order_half", 0.5, [2])
    yield row("linalg_vector_norm", "largest", INF, [1], True)
    yield row("linalg_vector_norm", "smallest", -INF, [-1, -2])
    yield one("linalg_vector_norm", "how_many",
              lambda c, x: c.call("", "linalg_vector_norm", c.call("", "relu", x), 0, [-1]), 5, 37)
    yield one("linalg_vector_norm", "normalized", lambda c, x: c.call(
        "", "div", c.conv(x, 3, 5), c.call("", "clamp_min", c.call(
            "", "linalg_vector_norm", c.conv(x, 3, 5, name="b"), 2, [1], True), 1e-12)), 2, 3, 5, 4)
    yield row("norm", "rows_kept", 2, [-1], True)
    yield row("norm", "order_1", 1, [1, 2])
    yield one("norm", "share_of_all",
              lambda c, x: c.call("", "div", x, c.call("", "norm", x)), 2, 3, 5, 4)


def variances():
    """Of a sample and of all, their roots, and the means besides."""
    def row(op, title, *arguments, **keywords):
        return one(op, title, lambda c, x: c.call("", op, c.conv(x, 3, 5), *arguments, **keywords), 2, 3, 7, 6)

    yield row("var", "channels_of_all", [1], False, True)
    yield row("var", "image", [-3, -2, -1])
    yield row("var", "correction", [2, 3], correction=2, keepdim=True)
    yield row("var", "correction_none", [1], correction=None)
    yield row("std", "channels", [1], True, True)
    yield row("std", "width_of_all", [-1], False)
    yield one("std", "large_mean", lambda c, x: c.call("", "std", c.call("", "add", x, 64.0), [-1]), 5, 37)
    yield one("var", "everything", lambda c, x: c.call("", "div", x, c.call("", "var", x, False)), 2, 3, 5, 4)
    for op in ("var_mean", "std_mean"):
        case = Case(f"{op}/plane")
        yield case.output(*case.several(2, "", op, case.conv(case.input(2, 3, 7, 6), 3, 5), [2, 3], False, True))


def other_reductions():
    """Products, counts and logarithms of sums of exponentials."""
    yield one("logsumexp", "channels", lambda c, x: c.call("", "logsumexp", c.conv(x, 3, 5), [1]), 2, 3, 7, 6)
    yield one("logsumexp", "plane_kept",
              lambda c, x: c.call("", "logsumexp", c.conv(x, 3, 5), [3, -2], True), 2, 3, 7, 6)
    yield one("logsumexp", "large_values",  # exp of which is no number
              lambda c, x: c.call("", "logsumexp", c.call("", "mul", x, 1024.0), [-1]), 5, 37)
    yield one("prod", "channels", lambda c, x: c.call("", "prod", c.conv(x, 3, 5), 1), 2, 3, 7, 6)
    yield one("prod", "width_kept", lambda c, x: c.call("", "prod", c.conv(x, 3, 5), -1, True), 2, 3, 7, 6)
    yield one("prod", "integers",
              lambda c, x: c.call("", "prod", c.call("", "clamp", whole(c, x), -3, 2), 1), 2, 3, 5, 4)
    yield one("prod", "everything",
              lambda c, x: c.call("", "mul", x, c.call("", "prod", c.call("", "add", x, 1.5))), 3, 7)
    yield one("count_nonzero", "channels",
              lambda c, x: c.call("", "count_nonzero", c.call("", "relu", x), 1), 2, 3, 7, 6)
    yield one("count_nonzero", "integers",
              lambda c, x: c.call("", "count_nonzero", c.call("", "clamp", whole(c, x), 0, 5), [0, 2]), 2, 3, 7, 6)


def transcendental():
    """Each after a convolution, and where its argument is reduced, beyond what a few periods hold."""
    def row(op, title="after_conv", build=lambda c, y: y, factor=1.0):
        return one(op, title, lambda c, x: c.call("", op, build(c, c.call("", "mul", c.conv(x, 3, 5), factor))),
                   2, 3, 5, 4)

    def positive(c, y):
        return c.call("", "add", c.call("", "abs", y), 0.0625)

    for op in ("sin", "cos", "tan", "atan", "sinh", "cosh", "asinh", "expm1", "exp2", "erf", "erfc"):
        yield row(op, factor=0.5)
    for op in ("log", "log2", "log10", "log1p"):
        yield row(op, build=positive)
    for op in ("asin", "acos", "atanh"):
        yield row(op, build=lambda c, y: c.call("", "tanh", y), factor=0.5)
    yield row("acosh", build=lambda c, y: c.call("", "add", positive(c, y), 1.0))
    for op in ("sin", "cos", "tan"):
        for title, factor in (("thousands", 4096.0), ("huge", 2.0 ** 100)):
            # A tangent near a pole is as large as it likes.
            yield one(op, title, lambda c, x: (lambda y: c.call("", "atan", y) if op == "tan" else y)(
                c.call("", op, c.call("", "mul", x, factor))), 5, 17)
    yield one("erfc", "far", lambda c, x: c.call("", "log", c.call("", "erfc", c.call("", "mul", x, 2.5))), 5, 17)
    yield one("sin", "integers", lambda c, x: c.call("", "sin", whole(c, x)), 3, 17)
    yield one("sinh", "large", lambda c, x: c.call("", "asinh", c.call("", "sinh", c.call("", "mul", x, 16.0))), 5, 17)
    yield one("atan2", "channels", lambda c, x: c.call(
        "", "atan2", c.conv(x, 3, 5), c.parameter("other", 5, 1, 1)), 2, 3, 5, 4)
    yield one("atan2", "integers", lambda c, x: c.call("", "atan2", whole(c, x), whole(c, c.call(
        "", "add", c.call("", "abs", x), 0.0625))), 3, 17)
    yield one("hypot", "width", lambda c, x: c.call("", "hypot", c.conv(x, 3, 5), c.parameter("other", 2)), 2, 3, 5, 4)


def activations():
    """Each after a convolution, with the arguments that have defaults and with others."""
    def row(op, title, *arguments):
        return one(op, title, lambda c, x: c.call("act", op, c.conv(x, 3, 5), *arguments), 2, 3, 5, 4)

    yield row("softplus", "default")
    yield row("softplus", "beta", 2.5)
    yield row("softplus", "threshold", 1.5, 0.5)
    yield row("mish", "after_conv")
    yield row("selu", "after_conv")
    yield row("celu", "default")
    yield row("celu", "alpha", 0.4)
    yield row("elu", "scales", 1.5, 1.0507, 0.75)
    yield row("log_sigmoid", "after_conv")
    yield row("threshold", "value_below", 0.25, -2.5)
    yield row("hardshrink", "default")
    yield row("softshrink", "lambda", 0.3)
    yield row("rrelu", "default")
    yield row("rrelu", "slopes", 0.05, 0.6, False)
    yield one("threshold", "integers", lambda c, x: c.call("", "threshold", whole(c, x), 2, -7), 3, 17)

    def gated(title, dim, channels, *shape):
        return one("glu", title, lambda c, x: c.call("act", "glu", c.conv(x, 3, channels), dim), *shape)
    yield gated("channels", 1, 6, 2, 3, 5, 4)
    yield gated("width", -1, 5, 2, 3, 5, 6)
    yield one("glu", "features", lambda c, x: c.call("act", "glu", c.linear(x, 5, 14)), 2, 3, 5)


def rounding():
    """What jumps, on both sides of 0 and at the ties; integers stay."""
    def row(op, title, *arguments, factor=4.0, **keywords):
        return one(op, title,
                   lambda c, x: c.call("", op, c.call("", "mul", x, factor), *arguments, **keywords), 2, 3, 5, 4)

    for op in ("floor", "ceil", "round", "trunc", "sign"):
        yield row(op, "both_sides")
        yield one(op, "integers", lambda c, x: c.call("", op, whole(c, x)), 3, 17)
    yield row("frac", "both_sides")
    yield one("round", "ties", lambda c, x: c.call(
        "", "round", c.call("", "mul", c.call("", "floor", c.call("", "mul", x, 16.0)), 0.5)), 2, 3, 5, 4)
    yield row("round", "decimals", decimals=1, factor=1.0)
    yield row("round", "tens", decimals=-1, factor=64.0)
    yield row("fmod", "number", 0.75)
    yield row("fmod", "negative_number", -1.5)
    yield row("remainder", "number", 0.75)
    yield row("remainder", "negative_number", -1.5)
    yield row("floor_divide", "number", -0.75)
    yield row("div", "floor_of_number", 0.75, rounding_mode="floor")
    yield row("div", "trunc_of_number", -0.75, rounding_mode="trunc")

    def divided(op, title, **keywords):
        def build(c, x):  # no divisor is 0
            by = c.call("", "add", c.call("", "mul", c.call("", "floor", c.call("", "mul", x, 8.0)), 0.5), 0.25)
            return c.call("", op, c.call("", "mul", c.call("", "permute", x, [0, 1, 3, 2]), 8.0), by, **keywords)
        return one(op, title, build, 2, 3, 5, 5)
    yield divided("fmod", "tensors")
    yield divided("remainder", "tensors")
    yield divided("div", "floor_of_tensors", rounding_mode="floor")
    yield divided("div", "trunc_of_tensors", rounding_mode="trunc")

    def integers(op, title, other, **keywords):
        return one(op, title, lambda c, x: c.call("", op, whole(c, x), other, **keywords), 3, 17)
    yield integers("fmod", "integers", 3)
    yield integers("remainder", "integers", -3)
    yield integers("floor_divide", "integers", 3)
    yield integers("div", "floor_of_integers", -3, rounding_mode="floor")
    yield integers("div", "trunc_of_integers", 3, rounding_mode="trunc")


def special():
    """Questions about numbers that are none, and what stands for them."""
    def asked(op, title, source):
        return one(op, title, lambda c, x: c.call("", op, source(c, x)), 2, 3, 5, 4)

    def poles(c, x):
        return c.call("", "reciprocal", c.call("", "relu", x))
    yield asked("isnan", "of_logarithms", lambda c, x: c.call("", "log", x))
    yield asked("isinf", "of_poles", poles)
    yield asked("isposinf", "of_poles", poles)
    yield asked("isneginf", "of_logarithms", lambda c, x: c.call("", "log", c.call("", "relu", x)))
    yield asked("isfinite", "of_poles", poles)
    yield asked("signbit", "of_inputs", lambda c, x: x)
    yield one("nan_to_num", "of_logarithms", lambda c, x: c.call("", "nan_to_num", c.call("", "log", x)), 2, 3, 5, 4)
    yield one("nan_to_num", "stated", lambda c, x: c.call("", "nan_to_num", poles(c, x), 1.0, 7.5, -2.5), 2, 3, 5, 4)
    yield one("nan_to_num", "integers", lambda c, x: c.call("", "nan_to_num", whole(c, x)), 3, 17)


def of_three():
    """Three operands, broadcast as two are; powers and products with logarithms."""
    def row(op, title, *others, **keywords):
        case = Case(f"{op}/{title}")
        x = case.conv(case.input(2, 3, 7, 6), 3, 4)
        others = [case.parameter(f"other{i}", *shape) if isinstance(shape, tuple) else shape
                  for i, shape in enumerate(others)]
        return case.output(case.call("", op, x, *others, **keywords))

    yield row("lerp", "number", (4, 1, 1), 0.3)
    yield row("lerp", "tensor", (4, 5, 4), (2, 4, 5, 4))
    yield row("addcmul", "channels_and_width", (4, 1, 1), (4,))
    yield row("addcmul", "value", (4, 5, 4), (1,), value=-0.5)
    yield one("addcdiv", "value", lambda c, x: c.call(
        "", "addcdiv", c.conv(x, 3, 4), c.parameter("other", 4, 1, 1),
        c.call("", "add", c.call("", "abs", c.conv(x, 3, 4, name="b")), 0.5), value=0.25), 2, 3, 5, 4)

    def positive(c, x, name="conv"):
        return c.call("", "add", c.call("", "abs", c.conv(x, 3, 4, name=name)), 0.0625)
    yield one("xlogy", "tensors", lambda c, x: c.call(
        "", "xlogy", c.call("", "relu", c.conv(x, 3, 4, name="b")), positive(c, x)), 2, 3, 5, 4)
    yield one("xlogy", "number_before", lambda c, x: c.call("", "xlogy", 1.5, positive(c, x)), 2, 3, 5, 4)
    yield one("xlogy", "number_behind", lambda c, x: c.call("", "xlogy", c.conv(x, 3, 4), 2.5), 2, 3, 5, 4)
    yield one("xlogy", "integers", lambda c, x: c.call("", "xlogy", whole(c, x), 2.5), 3, 17)
    yield one("pow", "any_exponent", lambda c, x: c.call("", "pow", positive(c, x), -1.7), 2, 3, 5, 4)
    yield one("pow", "odd_exponent", lambda c, x: c.call("", "pow", c.conv(x, 3, 4), 5), 2, 3, 5, 4)
    yield one("pow", "tensors", lambda c, x: c.call(
        "", "pow", positive(c, x), c.conv(x, 3, 4, name="b")), 2, 3, 5, 4)
    yield one("pow", "of_a_number", lambda c, x: c.call("", "pow", 10000.0, x), 3, 17)  # rotary frequencies
    yield one("pow", "integers", lambda c, x: c.call("", "pow", whole(c, x), 3), 3, 17)
    yield one("square", "integers", lambda c, x: c.call("", "square", whole(c, x, INT32)), 3, 17)
    yield one("pow", "integers_of_a_number",
              lambda c, x: c.call("", "pow", 3, c.call("", "abs", whole(c, x))), 3, 17)
