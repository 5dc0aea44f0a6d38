"""Products that are no layer: of vectors, of tensors whose axes have letters, and sums of them."""
from case import Case, one


def vectors():
    """One operand without rows or without columns."""
    def two(op, title, first, second):
        case = Case(f"{op}/{title}")
        x, y = case.input(*first), case.input(*second, name="y")
        product = case.call("", op, x, y)
        # One number by itself could be any.
        return case.output(case.call("", "mul", x, product) if len(first) == len(second) == 1 else product)

    yield two("matmul", "vector_behind", (2, 3, 5), (5, ))
    yield two("matmul", "vector_before", (5, ), (2, 5, 3))
    yield two("matmul", "vectors", (7, ), (7, ))
    yield two("mv", "matrix", (3, 7), (7, ))
    yield two("dot", "vectors", (37, ), (37, ))
    yield two("vdot", "vectors", (37, ), (37, ))

    def features(c, x):
        return c.call("fc", "linear", c.conv(x, 3, 4), c.parameter("fc.weight", 6), None)
    yield one("linear", "vector", features, 2, 3, 7, 8)


def sums():
    """beta and alpha, and a self of every shape that is broadcast."""
    def row(op, title, *shapes, **keywords):
        case = Case(f"{op}/{title}")
        values = [case.input(*shape, name=name) for shape, name in zip(shapes, ("x", "a", "b"))]
        return case.output(case.call("", op, *values, **keywords))

    yield row("addmm", "beta_and_alpha", (4, ), (3, 5), (5, 4), beta=0.5, alpha=-2.0)
    yield row("addmm", "of_rows", (3, 1), (3, 5), (5, 4))
    yield row("addmm", "whole", (3, 4), (3, 5), (5, 4), alpha=3)
    yield row("addmv", "beta_and_alpha", (3, ), (3, 5), (5, ), beta=2.0, alpha=0.25)
    yield row("addmv", "one_number", (1, ), (3, 5), (5, ))
    yield row("baddbmm", "beta_and_alpha", (2, 3, 4), (2, 3, 5), (2, 5, 4), beta=0.5, alpha=2.0)
    yield row("baddbmm", "of_columns", (4, ), (2, 3, 5), (2, 5, 4))

    case = Case("baddbmm/without_self")  # what is there is not read
    x, y = case.input(2, 3, 5), case.input(2, 5, 4, name="y")
    self = case.call("", "div", x, 0.0)
    self = case.call("", "slice", case.call("", "slice", self, 1, 0, 1, 1), 2, 0, 1, 1)
    yield case.output(case.call("", "baddbmm", self, x, y, beta=0, alpha=0.5))

    def bilinear(title, bias, *leading):
        case = Case(f"bilinear/{title}")
        x, y = case.input(*leading, 3), case.input(*leading, 5, name="y")
        offset = case.parameter("pair.bias", 4) if bias else None
        return case.output(case.call("pair", "bilinear", x, y, case.parameter("pair.weight", 4, 3, 5), offset))
    yield bilinear("rows", True, 7)
    yield bilinear("without_bias", False, 2, 3)
    yield bilinear("one_row", True)


def einsum():
    """Equations of models, and what else an equation may say."""
    def row(title, equation, *shapes):
        case = Case(f"einsum/{title}")
        names = ("x", "y", "z")
        return case.output(
            case.call("", "einsum", equation, [case.input(*shape, name=name) for shape, name in zip(shapes, names)]))

    yield row("scores", "b h i d, b h j d -> b h i j", (2, 3, 5, 4), (2, 3, 7, 4))
    yield row("weighted_values", "bhij,bhjd->bihd", (2, 3, 5, 7), (2, 3, 7, 4))
    yield row("relative_positions", "bhwc,hkc->bhwk", (2, 3, 5, 4), (3, 6, 4))
    yield row("relative_columns", "bhwc,wkc->bhwk", (2, 3, 5, 4), (5, 6, 4))
    yield row("turned", "nhwpqc->nchpwq", (2, 3, 2, 4, 2, 5))
    yield row("summed", "abc->ca", (2, 3, 5))
    yield row("without_result", "bA,cA", (3, 5), (4, 5))
    yield row("without_result_in_order", "ba,Bc", (3, 5), (4, 2))
    yield row("outer", "i,j->ij", (3, ), (5, ))
    yield row("all_but_one", "ijk,ijk->k", (3, 5, 2), (3, 5, 2))
    yield row("ellipsis", "...ij,...jk->...ik", (2, 1, 3, 5), (4, 5, 6))
    yield row("ellipsis_summed", "...i,i->i", (2, 3, 5), (5, ))
    yield row("three_operands", "ij,jk,kl->il", (3, 5), (5, 4), (4, 2))
    yield row("kept_for_the_last", "nkctv,kvw,kc->nctw", (2, 3, 4, 2, 5), (3, 5, 5), (3, 4))
    yield row("one_for_all", "bij,bjk->bik", (2, 3, 5), (1, 5, 4))
    yield row("summed_beside_one", "ij,jk->ik", (3, 1), (5, 4))
    yield row("several_summed", "abcd,ecdb->ea", (2, 3, 4, 5), (3, 4, 5, 3))

    case = Case("einsum/everything")
    x, y = case.input(3, 5), case.input(3, 5, name="y")
    yield case.output(case.call("", "mul", x, case.call("", "einsum", "ij,ij->", [x, y])))

    def pixels(c, x):  # channels last, and a weight
        return c.call("", "einsum", "nchw,oc->nohw", [c.conv(x, 3, 4), c.parameter("weight", 5, 4)])
    yield one("einsum", "after_conv", pixels, 2, 3, 5, 6)


def recurrent():
    """Layers, directions, states and the order of gates."""
    gates = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}

    def parameters(c, op, features, hidden, layers, directions, bias, projected):
        output = projected or hidden
        found = []
        for layer in range(layers):
            for direction in range(directions):
                of, rows = f"_l{layer}{'_reverse' if direction else ''}", gates[op] * hidden
                found.append(c.parameter("rnn.weight_ih" + of, rows, features if layer == 0 else directions * output))
                found.append(c.parameter("rnn.weight_hh" + of, rows, output))
                if bias:
                    found += [c.parameter(f"rnn.bias_{end}{of}", rows) for end in ("ih", "hh")]
                if projected:
                    found.append(c.parameter("rnn.weight_hr" + of, output, hidden))
        return found

    def row(op, title, x, hidden, layers=1, directions=1, batch_first=False, bias=True, projected=0, conv=False):
        case = Case(f"{op}/{title}")
        batch = x[0 if batch_first else 1]
        h = case.input(layers * directions, batch, projected or hidden, name="h")
        states = [h, case.input(layers * directions, batch, hidden, name="c")] if op == "lstm" else h
        value = case.input(*x)
        weights = parameters(case, op, x[-1], hidden, layers, directions, bias, projected)
        results = case.several(3 if op == "lstm" else 2, "rnn", op, value, states, weights, bias, layers, 0.0, False,
                               directions == 2, batch_first)
        return case.output(*results)

    for op in gates:
        yield row(op, "plain", (5, 3, 4), 6)
        yield row(op, "batch_first", (3, 5, 4), 6, batch_first=True)
        yield row(op, "both_directions_of_two_layers", (5, 2, 4), 3, layers=2, directions=2)
        yield row(op, "without_bias", (3, 2, 5), 4, layers=2, bias=False)
    yield row("lstm", "projected", (5, 2, 4), 6, layers=2, directions=2, projected=3)
    yield row("lstm", "many_features", (3, 2, 37), 21, batch_first=True)
    yield row("gru", "many_features", (3, 2, 37), 21, batch_first=True)

    def cell(op, kind, results, bias=True):
        case = Case(f"{op}/{'plain' if bias else 'without_bias'}")
        x, h = case.input(3, 4), case.input(3, 6, name="h")
        states = [h, case.input(3, 6, name="c")] if kind == "lstm" else h
        rows = gates[kind] * 6
        weights = [case.parameter("cell.weight_ih", rows, 4), case.parameter("cell.weight_hh", rows, 6)]
        if bias:
            weights += [case.parameter("cell.bias_ih", rows), case.parameter("cell.bias_hh", rows)]
        return case.output(*case.several(results, "cell", op, x, states, *weights))

    yield cell("lstm_cell", "lstm", 2)
    yield cell("gru_cell", "gru", 1)
    yield cell("gru_cell", "gru", 1, bias=False)
    yield cell("rnn_tanh_cell", "rnn_tanh", 1)
    yield cell("rnn_relu_cell", "rnn_relu", 1)

    case = Case("lstm/computed_weights")  # as a normalized weight is
    x, h, c = case.input(5, 2, 4), case.input(1, 2, 3, name="h"), case.input(1, 2, 3, name="c")
    weights = parameters(case, "lstm", 4, 3, 1, 1, True, 0)
    weights[1] = case.call("", "mul", weights[1], case.parameter("factor", 12, 1))
    yield case.output(*case.several(3, "rnn", "lstm", x, [h, c], weights, True, 1, 0.0, False, False, False))

    def of_image(c, x):  # a column of pixels is an element, as in a reader of lines
        y = c.call("", "flatten", c.call("", "permute", c.conv(x, 3, 2), [3, 0, 1, 2]), 2)
        zeros = c.parameter("h", 1, 2, 3)
        weights = parameters(c, "gru", 6, 3, 1, 1, True, 0)
        return c.several(2, "rnn", "gru", y, zeros, weights, True, 1, 0.0, False, False, False)[0]
    yield one("gru", "of_image", of_image, 2, 3, 5, 7)
