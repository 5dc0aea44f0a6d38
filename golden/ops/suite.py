"""Cases of operators that PyTorch's own suite of modules and operators asks for, and of torchvision's on regions."""
from case import Case, one
from integers import FLOAT32, flags, whole
from picks import places


def nhwc(c, x, outputs=4, inputs=3):
    """A convolution, whose result lies channels last."""
    return c.conv(x, inputs, outputs, (2, 3))


def nhwc_again(c, x):
    """Another convolution of the same input."""
    return c.conv(x, 3, 4, (2, 3), name="again")


def part(c, x, *at):
    """Some of x: (axis, first, end) each."""
    for axis, first, end in at:
        x = c.call("", "slice", x, axis, first, end)
    return x


def composed():
    """What PyTorch says by other operators."""
    yield one("numpy_T", "of_images_in_nhwc", lambda c, x: c.call("", "numpy_T", nhwc(c, x)), 2, 3, 7, 5)
    yield one("numpy_T", "integers", lambda c, x: c.call("", "numpy_T", whole(c, x)), 3, 7, 5)
    for op in ("outer", "ger"):
        yield one(op, "of_vectors", lambda c, x, op=op: c.call(
            "", op, c.call("", "select", x, 1, 1), c.call("", "select", x, 0, 2)), 7, 5)
    yield one("outer", "integers_and_floats", lambda c, x: c.call("", "outer", whole(c, c.call(
        "", "select", x, 1, 1)), c.call("", "select", x, 0, 2)), 7, 5)
    yield one("diff", "last_axis", lambda c, x: c.call("", "diff", x), 3, 17)
    yield one("diff", "channels_in_nhwc", lambda c, x: c.call("", "diff", nhwc(c, x), 1, -3), 2, 3, 7, 5)
    yield one("diff", "twice_between_ends", lambda c, x: c.call(
        "", "diff", x, 2, 1, part(c, x, (1, 3, 5)), c.call("", "neg", part(c, x, (1, 0, 1)))), 3, 7, 5)
    yield one("diff", "flags", lambda c, x: c.call("", "diff", flags(c, x), 1, 0), 9, 7)
    yield one("hstack", "of_matrices", lambda c, x: c.call("", "hstack", [x, part(c, x, (1, 2, 5))]), 3, 7, 5)
    yield one("hstack", "of_vectors_and_a_scalar", lambda c, x: c.call("", "hstack", [c.call(
        "", "select", x, 0, 1), c.call("", "mean", x)]), 3, 7)
    for op in ("vstack", "row_stack"):
        yield one(op, "of_a_vector_and_a_matrix", lambda c, x, op=op: c.call(
            "", op, [c.call("", "select", x, 0, 1), x]), 3, 7)
    yield one("dstack", "of_a_matrix_and_planes", lambda c, x: c.call("", "dstack", [c.call(
        "", "select", x, 2, 1), x]), 3, 7, 5)
    yield one("column_stack", "of_a_vector_and_a_matrix", lambda c, x: c.call("", "column_stack", [c.call(
        "", "select", x, 1, 1), x]), 3, 7)
    yield one("linalg_cross", "channels_in_nhwc", lambda c, x: c.call(
        "", "linalg_cross", nhwc(c, x, 3), part(c, x, (2, 0, 6), (3, 1, 4)), dim=1), 2, 3, 7, 5)
    yield one("cross", "first_axis_of_three", lambda c, x: c.call("", "cross", x, c.call("", "flip", x, [0, 2])),
              3, 7, 5)
    yield one("trapezoid", "steps", lambda c, x: c.call("", "trapezoid", x, dx=0.5, dim=1), 3, 7, 5)
    yield one("trapezoid", "places", lambda c, x: c.call("", "trapezoid", x, c.call(
        "", "cumsum", c.call("", "abs", c.call("", "select", x, 0, 1)), 0)), 3, 7)
    yield one("trapz", "places_of_each_row", lambda c, x: c.call("", "trapz", x, c.call(
        "", "cumsum", c.call("", "abs", x), 1), dim=1), 3, 7, 5)
    yield one("rot90", "rows_to_columns_in_nhwc", lambda c, x: c.call("", "rot90", nhwc(c, x), 1, [2, 3]), 2, 3, 7, 5)
    yield one("rot90", "backwards", lambda c, x: c.call("", "rot90", x, -1, [-1, 0]), 3, 7, 5)
    yield one("rot90", "half", lambda c, x: c.call("", "rot90", x, 6), 3, 7)
    yield one("kron", "of_other_ranks", lambda c, x: c.call("", "kron", part(c, x, (0, 0, 2)), c.call(
        "", "select", x, 0, 2)), 3, 4, 5)
    yield one("cosine_similarity", "channels_in_nhwc", lambda c, x: c.call("", "cosine_similarity", nhwc(
        c, x), nhwc_again(c, x)), 2, 3, 7, 5)
    yield one("cosine_similarity", "small_norms_of_rows", lambda c, x: c.call(
        "", "cosine_similarity", x, part(c, x, (0, 1, 2)), -1, 1.5), 5, 7)
    yield one("pairwise_distance", "of_rows", lambda c, x: c.call("", "pairwise_distance", x, part(
        c, x, (0, 1, 2))), 5, 7)
    yield one("pairwise_distance", "sums_kept", lambda c, x: c.call(
        "", "pairwise_distance", nhwc(c, x), nhwc_again(c, x), 1.0, 0.125, True), 2, 3, 7, 5)
    yield one("linalg_norm", "of_everything", lambda c, x: c.call("", "add", x, c.call("", "linalg_norm", x)), 3, 7, 5)
    yield one("linalg_norm", "frobenius", lambda c, x: c.call(
        "", "linalg_norm", nhwc(c, x), "fro", [1, -1], True), 2, 3, 7, 5)
    yield one("linalg_norm", "of_vectors", lambda c, x: c.call("", "linalg_norm", x, 3, [1]), 3, 7, 5)
    yield one("linalg_matrix_norm", "largest_column", lambda c, x: c.call(
        "", "linalg_matrix_norm", nhwc(c, x), 1, [2, 1]), 2, 3, 7, 5)
    yield one("linalg_matrix_norm", "smallest_row", lambda c, x: c.call(
        "", "linalg_matrix_norm", x, -float("inf"), [0, -1], True), 3, 7, 5)
    yield one("linalg_matrix_norm", "largest_singular_value", lambda c, x: c.call(
        "", "linalg_matrix_norm", nhwc(c, x), 2, [1, 3]), 2, 3, 7, 5)
    yield one("linalg_matrix_norm", "nuclear", lambda c, x: c.call(
        "", "linalg_matrix_norm", x, "nuc", [0, 2], True), 3, 4, 5)
    yield one("linalg_svdvals", "of_planes", lambda c, x: c.call("", "linalg_svdvals", x), 2, 3, 4)
    yield one("repeat_interleave", "by_integers", lambda c, x: c.call("", "repeat_interleave", nhwc(c, x), c.call(
        "", "argsort", part(c, c.call("", "flatten", x), (0, 0, 4))), 1, output_size=6), 2, 3, 7, 5)
    yield one("renorm", "channels_in_nhwc", lambda c, x: c.call("", "renorm", nhwc(c, x), 2, 1, 3.0), 2, 3, 7, 5)
    yield one("addbmm", "of_a_batch", lambda c, x: c.call("", "addbmm", part(c, c.call(
        "", "select", x, 0, 1), (1, 0, 1)), x, c.call("", "transpose", x, 1, 2), beta=0.5, alpha=2.0), 3, 7, 5)
    for op in ("mvlgamma", "special_multigammaln"):
        yield one(op, "of_three", lambda c, x, op=op: c.call("", op, c.call(
            "", "add", c.call("", "abs", x), 1.5), 3), 3, 17)
    yield one("index_copy", "rows_in_nhwc", lambda c, x: c.call("", "index_copy", nhwc(c, x), 2, c.call(
        "", "argsort", part(c, c.call("", "flatten", x), (0, 0, 2))), part(c, nhwc_again(c, x), (2, 0, 2))),
        2, 3, 7, 5)
    yield one("index_copy", "of_a_scalar", lambda c, x: c.call("", "add", x, c.call(
        "", "index_copy", c.call("", "mean", x), 0, c.call("", "argmax", part(
            c, c.call("", "flatten", x), (0, 0, 1))), c.call("", "amax", x))), 3, 7)
    yield one("index_fill", "channels_in_nhwc", lambda c, x: c.call("", "index_fill", nhwc(c, x), -3, c.call(
        "", "argsort", part(c, c.call("", "flatten", x), (0, 0, 2))), 0.25), 2, 3, 7, 5)
    yield one("index_fill", "by_a_tensor", lambda c, x: c.call("", "index_fill", x, 1, places(c, part(
        c, c.call("", "select", x, 0, 1), (0, 0, 3)), 4), c.call("", "mean", x)), 3, 7)
    yield one("index_fill", "integers", lambda c, x: c.call("", "index_fill", whole(c, x), 1, places(c, part(
        c, c.call("", "select", x, 0, 1), (0, 0, 3)), 4), 9), 3, 7)
    yield one("masked_scatter", "in_nhwc", lambda c, x: c.call("", "masked_scatter", nhwc(c, x), c.call(
        "", "gt", part(c, x, (1, 0, 1), (2, 0, 6), (3, 0, 3)), 0.0), c.call("", "repeat", x, [1, 2, 1, 1])), 2, 3, 7, 5)
    case = Case("linspace/between_tensors")
    x = case.input(3, 7)
    low, high = case.call("", "amin", x), case.call("", "amax", x)
    yield case.output(case.call("", "linspace", low, high, 7), case.call("", "linspace", low, 5.0, 4),
                      case.call("", "linspace", 4.0, high, 5))


def parts():
    """Parts of a tensor, which no element has to move for."""
    for op in ("diagonal", "diagonal_copy"):
        yield one(op, "of_planes_in_nhwc", lambda c, x, op=op: c.call("", op, nhwc(c, x), -1, 2, -1), 2, 3, 7, 5)
    yield one("diagonal", "above", lambda c, x: c.call("", "diagonal", x, 2), 3, 7, 5)
    yield one("diagonal", "integers", lambda c, x: c.call("", "diagonal", whole(c, x)), 7, 9)
    yield one("linalg_diagonal", "last_axes", lambda c, x: c.call("", "linalg_diagonal", x, offset=1), 3, 7, 5)
    for op in ("unfold", "unfold_copy"):
        yield one(op, "overlapping_rows_in_nhwc", lambda c, x, op=op: c.call("", op, nhwc(c, x), 2, 3, 2), 2, 3, 9, 5)
    yield one("unfold", "of_both_axes_before_sums", lambda c, x: c.call("", "sum", c.call("", "unfold", c.call(
        "", "unfold", x, -2, 3, 1), 2, 2, 2), [-1]), 2, 5, 7)
    yield one("unfold", "integers", lambda c, x: c.call("", "unfold", whole(c, x), 1, 4, 3), 3, 11)
    case = Case("broadcast_tensors/in_nhwc")
    x = case.input(2, 3, 7, 5)
    y = nhwc(case, x)
    yield case.output(*case.several(2, "", "broadcast_tensors", [y, part(case, y, (1, 1, 2), (3, 0, 1))]))
    case = Case("broadcast_tensors/integers_and_floats")
    x = case.input(3, 7)
    yield case.output(*case.several(2, "", "broadcast_tensors", [
        whole(case, case.call("", "select", x, 0, 1)), case.call("", "unsqueeze", x, 1)]))


def searched():
    """Places in sorted rows, distances of rows, and sums so far of exponentials."""
    def row(c, x):
        return c.several(2, "", "sort", c.call("", "select", x, 0, 1))[0]

    yield one("searchsorted", "one_row", lambda c, x: c.call("", "searchsorted", row(c, x), x), 3, 17)
    yield one("searchsorted", "equal_ones_from_the_right", lambda c, x: c.call(
        "", "searchsorted", c.several(2, "", "sort", x)[0], x, right=True), 3, 17)
    yield one("searchsorted", "in_an_order", lambda c, x: c.call(
        "", "searchsorted", x, c.call("", "neg", x), out_int32=True, side="left", sorter=c.call(
            "", "argsort", x)), 3, 17)
    yield one("searchsorted", "a_number", lambda c, x: c.call("", "add", x, c.call(
        "", "searchsorted", row(c, x), 0.25)), 3, 17)
    yield one("searchsorted", "integers", lambda c, x: c.call(
        "", "searchsorted", c.several(2, "", "sort", whole(c, c.call("", "select", x, 0, 1)))[0], whole(c, x)), 3, 17)
    yield one("bucketize", "channels_in_nhwc", lambda c, x: c.call("", "bucketize", nhwc(c, x), c.several(
        2, "", "sort", part(c, c.call("", "flatten", x), (0, 0, 9)))[0]), 2, 3, 7, 5)
    yield one("bucketize", "integers_by_floats", lambda c, x: c.call(
        "", "bucketize", whole(c, x), c.call("", "mul", row(c, x), 4.0), right=True, out_int32=True), 3, 17)
    for order in (2.0, 1.0, 0.0, float("inf"), 3.5):
        title = {2.0: "euclidean", 1.0: "sums", 0.0: "counts", float("inf"): "largest", 3.5: "powers"}[order]
        yield one("cdist", title, lambda c, x, order=order: c.call("", "cdist", c.call(
            "", "hardtanh", x, -0.25, 0.25), c.call("", "hardtanh", part(c, x, (0, 0, 1), (1, 2, 5)), -0.25, 0.25),
            order), 3, 7, 5)
    yield one("cdist", "rows_in_nhwc", lambda c, x: c.call("", "cdist", nhwc(c, x), part(
        c, nhwc_again(c, x), (2, 1, 3))), 2, 3, 7, 5)
    yield one("_cdist_forward", "sums", lambda c, x: c.call("", "_cdist_forward", x, part(
        c, x, (1, 1, 4)), 1.0, None), 3, 7, 5)
    yield one("_euclidean_dist", "of_rows", lambda c, x: c.call("", "_euclidean_dist", x, part(c, x, (1, 1, 4))),
              3, 7, 5)
    yield one("logcumsumexp", "rows_in_nhwc", lambda c, x: c.call("", "logcumsumexp", nhwc(c, x), 2), 2, 3, 7, 5)
    yield one("logcumsumexp", "last_axis", lambda c, x: c.call("", "logcumsumexp", c.call("", "mul", x, 30.0), -1), 3, 17)


def of_one_or_two():
    """Functions of one element, or of two."""
    for op in ("lgamma", "special_gammaln"):
        yield one(op, "on_both_sides_of_0", lambda c, x, op=op: c.call("", op, c.call("", "mul", x, 7.0)), 3, 37)
    yield one("lgamma", "in_nhwc", lambda c, x: c.call("", "lgamma", c.call(
        "", "mul", c.call("", "abs", nhwc(c, x)), 16.0)), 2, 3, 7, 5)
    for op in ("erfinv", "special_erfinv"):
        yield one(op, "up_to_1", lambda c, x, op=op: c.call("", op, c.call("", "tanh", x)), 3, 37)
    yield one("heaviside", "zeros_beside_nhwc", lambda c, x: c.call("", "heaviside", c.call(
        "", "hardshrink", part(c, x, (2, 0, 6), (3, 0, 3)), 0.25), nhwc(c, x, 3)), 2, 3, 7, 5)
    yield one("heaviside", "integers", lambda c, x: c.call("", "heaviside", whole(c, c.call(
        "", "mul", x, 0.25)), whole(c, c.call("", "mul", x, 4.0))), 3, 17)
    for op in ("logaddexp", "logaddexp2"):
        yield one(op, "far_apart_in_nhwc", lambda c, x, op=op: c.call("", op, c.call(
            "", "mul", nhwc(c, x), 40.0), part(c, nhwc_again(c, x), (1, 0, 1))), 2, 3, 7, 5)


def pooled():
    """Pools that say where the largest stood, and what undoes them."""
    case = Case("max_pool2d_with_indices/of_images_in_nhwc")
    x = case.input(2, 3, 9, 7)
    yield case.output(*case.several(
        2, "", "max_pool2d_with_indices", nhwc(case, x), [3, 2], [2, 1], [1, 1], [1, 2], True))
    case = Case("max_pool2d_with_indices/without_batch")
    x = case.input(3, 7, 5)
    yield case.output(*case.several(2, "", "max_pool2d_with_indices", x, [2, 3]))
    case = Case("max_pool1d_with_indices/of_a_sequence")
    x = case.input(2, 3, 11)
    yield case.output(*case.several(2, "", "max_pool1d_with_indices", x, 3, 2, 1))
    case = Case("max_pool3d_with_indices/of_volumes")
    x = case.input(2, 2, 5, 7, 4)
    yield case.output(*case.several(2, "", "max_pool3d_with_indices", x, [2, 3, 2], [2, 2, 1], [0, 1, 1]))
    for axes, shape, sizes in ((1, (2, 3, 11), [4]), (2, (2, 3, 7, 5), [3, 4]), (3, (2, 2, 5, 7, 4), [2, 3, 3])):
        case = Case(f"adaptive_max_pool{axes}d/with_indices")
        x = case.input(*shape)
        yield case.output(*case.several(2, "", f"adaptive_max_pool{axes}d", x, sizes))
    for title, of in (("in_nhwc", nhwc), ("plain", lambda c, x: c.call("", "neg", x))):
        case = Case(f"max_unpool2d/{title}")
        x = case.input(2, 3, 8, 6)
        y, at = case.several(2, "", "max_pool2d_with_indices", of(case, x), [2, 2])
        yield case.output(case.call("", "max_unpool2d", case.call("", "mul", y, 2.0), at, [8, 6]))
    case = Case("max_unpool3d/of_volumes")
    x = case.input(2, 2, 5, 7, 4)
    y, at = case.several(2, "", "max_pool3d_with_indices", x, [2, 2, 2])
    yield case.output(case.call("", "max_unpool3d", y, at, [5, 7, 4], [2, 2, 2], [0, 0, 0]))


def further_forms():
    """Forms of operators that were there: scalars as vectors of one, products in a scatter, borders without batch."""
    for reduce in ("add", "multiply"):
        yield one("scatter", f"{reduce}_twice_in_one_place", lambda c, x, reduce=reduce: c.call(
            "", "scatter", x, 0, places(c, x, 4), c.call("", "mul", x, 2.0), reduce=reduce), 5, 7)
    yield one("scatter", "multiply_by_a_number", lambda c, x: c.call(
        "", "scatter", nhwc(c, x), 1, places(c, part(c, x, (1, 0, 2), (2, 0, 5), (3, 0, 3)), 4), 0.5,
        reduce="multiply"), 2, 3, 7, 5)
    case = Case("gather/of_a_scalar")
    x = case.input(3, 7)
    scalar, first = case.call("", "mean", x), case.call("", "argmax", part(case, case.call(
        "", "flatten", x), (0, 0, 1)))
    yield case.output(*[case.call("", "add", x, value) for value in (
        case.call("", "gather", scalar, 0, first), case.call("", "index_select", scalar, 0, first),
        case.call("", "scatter_add", scalar, 0, first, scalar),
        case.call("", "index_add", scalar, 0, first, scalar))])
    yield one("pad", "circle_without_batch", lambda c, x: c.call("", "_pad_circular", x, [2, 1, 1, 3]), 3, 7, 5)


def regions():
    """torchvision's grids over regions, and its deformed windows."""
    def boxes(c, x, count, images, height, width):
        """Regions (count, 5) of x's elements: image, left, top, right, bottom; some reach beyond the image."""
        flat = c.call("", "reshape", part(c, c.call("", "flatten", x), (0, 0, 5 * count)), [count, 5])
        image = c.call("", "to", places(c, part(c, flat, (1, 0, 1)), images), FLOAT32)
        corner = c.call("", "mul", part(c, flat, (1, 1, 3)), 3.0)
        size = c.call("", "mul", c.call("", "abs", part(c, flat, (1, 3, 5))), float(height + width))
        return c.call("", "cat", [image, corner, c.call("", "add", corner, size)], 1)

    def region(op, title, channels, *arguments):
        case = Case(f"{op}/{title}")
        x = case.input(2, 3, 9, 8)
        y = case.conv(x, 3, channels, (2, 3))
        return case.output(case.call("", f"torchvision::{op}", y, boxes(case, x, 6, 2, 8, 6), *arguments))

    yield region("roi_align", "two_samples", 5, 0.5, 3, 2, 2, False)
    yield region("roi_align", "as_many_as_there_are", 5, 1.0, 2, 3, -1, True)
    yield region("roi_align", "aligned", 4, 0.75, 3, 4, 1, True)
    for title, number, arguments in (("two_samples", 12, (0.5, 3, 2, 2)), ("as_many_as_there_are", 8, (1.0, 2, 2, -1))):
        case = Case(f"ps_roi_align/{title}")
        x = case.input(2, 3, 9, 8)
        y = case.conv(x, 3, number, (2, 3))
        yield case.output(case.several(
            2, "", "torchvision::ps_roi_align", y, boxes(case, x, 6, 2, 8, 6), *arguments)[0])
    for op, number, arguments in (("roi_pool", 5, (0.75, 3, 2)), ("ps_roi_pool", 12, (0.5, 3, 2))):
        case = Case(f"{op}/of_regions")
        x = case.input(2, 3, 9, 8)
        y = case.conv(x, 3, number, (2, 3))
        yield case.output(case.several(
            2, "", f"torchvision::{op}", y, boxes(case, x, 6, 2, 8, 6), *arguments)[0])

    def deformed(title, groups, offset_groups, mask, stride, padding, dilation):
        case = Case(f"deform_conv2d/{title}")
        x = case.input(2, 4, 7, 6)
        weight = case.parameter("dcn.weight", 6, 4 // groups, 3, 2)
        bias = case.parameter("dcn.bias", 6)
        taps = offset_groups * 6
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        offset = case.conv(x, 4, 2 * taps, (3, 2), name="offset", **options)
        weights = case.call("", "sigmoid", case.conv(x, 4, taps, (3, 2), name="mask", **options))
        if not mask:
            weights = case.call("", "slice", weights, 1, 0, 0)
        return case.output(case.call(
            "dcn", "torchvision::deform_conv2d", x, weight, offset, weights, bias, *stride, *padding, *dilation,
            groups, offset_groups, mask))

    yield deformed("plain", 1, 1, False, (1, 1), (1, 0), (1, 1))
    yield deformed("masked_in_groups", 2, 2, True, (2, 1), (2, 1), (1, 2))
