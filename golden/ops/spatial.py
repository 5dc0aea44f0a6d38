"""Cases of ops that move pixels to other places: interpolation, borders, unfolded windows, samples."""
from case import Case, one
from integers import FLOAT32, INT64


def upsample():
    """jax.image.resize takes the element at the middle of the output's; PyTorch's nearest the one at its first
    corner. What a scale says and what the sizes say are two numbers."""
    def row(title, shape, op, *arguments, conv=True):
        axes = len(shape) - 2
        return one(op, title, lambda c, x: c.call("up", op, c.conv(x, shape[1], 4, (3, ) * axes) if conv else x,
                                                  *arguments), *shape)

    yield row("factor_2", (2, 3, 5, 7), "upsample_nearest2d", None, [2.0, 2.0])
    yield row("sizes_down_and_up", (2, 3, 9, 5), "upsample_nearest2d", [3, 11], None)  # 7 to 3: 0, 2, 4; not 1, 3, 5
    yield row("stated_scales", (2, 3, 7, 8), "upsample_nearest2d", [12, 9], 2.4, 1.6)  # 5 to 12 is not 2.5 times
    yield row("fractions", (2, 3, 9, 9), "upsample_nearest2d", None, [0.6, 1.7])
    yield row("plain_layout", (2, 3, 5, 4), "upsample_nearest2d", [10, 3], conv=False)
    yield one("upsample_nearest2d", "beside_a_skip_connection", lambda c, x: c.conv(c.call("", "cat", [
        c.call("up", "upsample_nearest2d", c.conv(x, 3, 5, (2, 2), stride=(2, 2), name="down"), None, [2.0, 2.0]), x],
        1), 8, 4, padding=(1, 1)), 2, 3, 6, 8)  # written where the concatenation is, with zeros around
    yield row("factor_3", (2, 3, 9), "upsample_nearest1d", None, [3.0])
    yield row("down", (2, 3, 9), "upsample_nearest1d", [4], None)
    yield row("by_axis", (1, 3, 4, 5, 6), "upsample_nearest3d", None, [2.0, 1.0, 1.5])
    yield row("sizes", (2, 3, 7, 9), "_upsample_nearest_exact2d", [3, 11], None)  # 5 to 3: 0, 2, 4
    yield row("scale", (2, 3, 9), "_upsample_nearest_exact1d", None, [0.6])
    yield row("sizes", (1, 3, 5, 4, 6), "_upsample_nearest_exact3d", [2, 5, 3], None)

    yield row("factor_2", (2, 3, 5, 7), "upsample_bilinear2d", None, False, [2.0, 2.0])
    yield row("aligned", (2, 3, 5, 7), "upsample_bilinear2d", [7, 11], True, None)
    yield row("down_without_filter", (2, 3, 11, 9), "upsample_bilinear2d", [4, 3], False, None)  # resize antialiases
    yield row("stated_scales", (2, 3, 7, 8), "upsample_bilinear2d", [12, 9], False, 2.4, 1.6)
    yield row("fractions", (2, 3, 9, 9), "upsample_bilinear2d", None, False, [0.6, 1.7])
    yield row("aligned_to_one", (2, 3, 5, 7), "upsample_bilinear2d", [1, 5], True, None)  # 0, not 0 / 0
    yield row("one_axis", (2, 3, 5, 7), "upsample_bilinear2d", [3, 9], False, None)  # the other keeps its extent
    yield row("plain_layout", (2, 3, 5, 4), "upsample_bilinear2d", [10, 3], False, conv=False)
    yield row("many_channels", (1, 37, 4, 3), "upsample_bilinear2d", [5, 7], True, conv=False)
    yield row("up", (2, 3, 9), "upsample_linear1d", [11], False, None)
    yield row("aligned", (2, 3, 9), "upsample_linear1d", None, True, [1.8])
    yield row("factor_2", (1, 3, 4, 5, 4), "upsample_trilinear3d", None, False, [2.0, 2.0, 2.0])
    yield row("aligned", (1, 3, 5, 4, 5), "upsample_trilinear3d", [5, 2, 4], True)

    yield row("up", (2, 3, 5, 7), "upsample_bicubic2d", [7, 9], False, None)  # -3/4 here, -1/2 in jax.image
    yield row("aligned", (2, 3, 5, 7), "upsample_bicubic2d", [7, 9], True, None)
    yield row("down", (2, 3, 9, 8), "upsample_bicubic2d", None, False, [0.6, 0.5])
    yield one("upsample_bicubic2d", "position_embedding", lambda c, x: c.call("", "add", x, c.call(
        "up", "upsample_bicubic2d", c.parameter("table", 1, 5, 3, 3), [4, 6], False, None)), 2, 5, 4, 6)
    yield row("down", (2, 3, 11, 9), "_upsample_bicubic2d_aa", [4, 3], False, None)  # -1/2 with the filter
    yield row("up_and_down", (2, 3, 6, 11), "_upsample_bicubic2d_aa", [7, 4], False, None)
    yield row("stated_scales", (2, 3, 11, 9), "_upsample_bilinear2d_aa", None, False, [0.5, 0.3])
    yield row("down", (2, 3, 11, 9), "_upsample_bilinear2d_aa", [4, 3], False, None)


def borders():
    """numpy calls replicate 'edge' and circular 'wrap'; its 'symmetric' repeats the outermost element too."""
    def row(title, op, *arguments, shape=(2, 3, 7, 6)):
        return one(op, title,
                   lambda c, x: c.call("", op, c.conv(x, shape[1], 4, (3, ) * (len(shape) - 2)), *arguments), *shape)

    yield row("reflect", "pad", [1, 3, 2, 0], "reflect")  # 5 x 4 after the convolution
    yield row("reflect_and_crop", "pad", [-1, 2, 2, -1], "reflect")
    yield row("replicate", "pad", [1, 6, 2, 0], "replicate", None)
    yield row("circular", "pad", [4, 1, 2, 0], "circular")
    yield row("circular_and_crop", "pad", [-1, 2, 2, -1], "circular")  # wraps around what is left
    yield one("pad", "reflect_plain_layout", lambda c, x: c.call("", "pad", x, [2, 1, 1, 2], "reflect"), 2, 3, 4, 5)
    yield one("pad", "reflect_without_batch", lambda c, x: c.call("", "pad", x, [2, 1], "reflect"), 3, 5)
    yield row("before_conv", "reflection_pad2d", [1, 1, 1, 1])
    yield row("sequence", "reflection_pad1d", [4, 2], shape=(2, 3, 9))
    yield row("volume", "reflection_pad3d", [1, 0, 0, 1, 2, 1], shape=(1, 3, 5, 4, 6))
    yield row("sequence", "replication_pad1d", [4, -2], shape=(2, 3, 9))
    yield row("image", "replication_pad2d", [1, 2, 3, 0])
    yield row("volume", "replication_pad3d", [1, 0, 0, 1, 2, 1], shape=(1, 3, 5, 4, 6))
    yield row("image", "_pad_circular", [1, 2, 3, 0])
    yield row("replicate", "_pad_enum", [1, 2, 3, 0], 1)

    case = Case("pad/circular_integers")  # PyTorch wraps any type around, and mirrors floats alone
    x = case.call("", "to", case.call("", "mul", case.input(2, 3, 5, 4), 9.0), INT64)
    yield case.output(case.call("", "to", case.call("", "pad", x, [1, 2, 0, 3], "circular"), FLOAT32))


def adaptive_max_pool():
    """Cells as an adaptive average's, the first result alone."""
    def row(op, sizes, *shape):
        case = Case(f"{op}/cells_overlap")
        x = case.input(*shape)
        x = case.conv(x, shape[1], 4, (3, ) * (len(shape) - 2))
        return case.output(case.several(2, "pool", op, x, sizes)[0])

    yield row("adaptive_max_pool1d", [3], 2, 3, 10)  # 8 elements: 0 to 2, 2 to 5, 5 to 7
    yield row("adaptive_max_pool2d", [4, 3], 2, 3, 8, 7)
    yield row("adaptive_max_pool3d", [2, 3, 5], 1, 3, 5, 6, 6)
    case = Case("adaptive_max_pool2d/more_cells_than_elements")
    yield case.output(case.several(2, "pool", "adaptive_max_pool2d", case.input(2, 3, 2, 3), [5, 4])[0])


def unfold():
    """conv_general_dilated_patches puts the channels first too, and what is behind them in its own layout."""
    def columns(title, *arguments, shape=(2, 3, 7, 6), conv=True):
        return one("im2col", title, lambda c, x: c.call(
            "", "im2col", c.conv(x, shape[1], 4) if conv else x, *arguments), *shape)

    yield columns("stride_2_padding_1", [3, 2], [1, 1], [1, 0], [2, 1])
    yield columns("dilated_plain_layout", [2, 3], [3, 1], [0, 2], [1, 2], conv=False)
    yield one("im2col", "without_batch", lambda c, x: c.call("", "im2col", x, [2, 2], [1, 1], [1, 1], [2, 2]), 3, 5, 4)
    yield one("im2col", "then_linear", lambda c, x: c.linear(c.call("", "transpose", c.call(
        "", "im2col", c.conv(x, 3, 4), [2, 2], [1, 1], [0, 0], [2, 2]), 1, 2), 16, 5), 2, 3, 8, 6)

    def image(title, rows, count, *arguments):
        return one("col2im", title, lambda c, x: c.call("", "col2im", x, *arguments), 2, rows, count)

    yield image("windows_overlap", 18, 16, [7, 5], [3, 2], [1, 1], [1, 0], [2, 1])
    yield image("dilated_with_gaps", 8, 12, [7, 9], [2, 2], [2, 1], [0, 1], [2, 3])
    yield one("col2im", "without_batch", lambda c, x: c.call("", "col2im", x, [4, 4], [2, 2], [1, 1], [0, 0], [2, 2]),
              12, 4)
    yield one("col2im", "before_conv", lambda c, x: c.conv(c.call(
        "", "col2im", x, [5, 6], [3, 3], [1, 1], [1, 1], [1, 1]), 2, 4), 2, 18, 30)


def samples():
    """map_coordinates counts in elements from the first axis on; a grid in halves of the image from the last."""
    def row(title, op, image, grid, *arguments, factor=1.4):
        case = Case(f"{op}/{title}")
        x, places = case.input(*image), case.input(*grid, name="grid")
        x = case.conv(x, image[1], 4, (3, ) * (len(image) - 2))
        return case.output(case.call("", op, x, case.call("", "mul", places, factor), *arguments))

    yield row("zeros", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 0, 0, False)
    yield row("zeros_aligned", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 0, 0, True)
    yield row("border", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 0, 1, False, factor=2.5)
    yield row("reflection", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 0, 2, False, factor=4.0)  # more than once
    yield row("reflection_aligned", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 0, 2, True, factor=4.0)
    yield row("nearest", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 1, 0, False)
    yield row("nearest_reflection", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 1, 2, True, factor=3.0)
    yield row("bicubic", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 2, 0, False)
    yield row("bicubic_border", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 2, 1, True)
    yield row("bicubic_reflection", "grid_sampler", (2, 3, 7, 6), (2, 4, 5, 2), 2, 2, False, factor=2.5)
    yield row("volume", "grid_sampler", (2, 3, 5, 6, 4), (2, 2, 3, 4, 3), 0, 0, False)
    yield row("volume_nearest", "grid_sampler_3d", (1, 3, 5, 6, 4), (1, 2, 3, 4, 3), 1, 1, True)
    yield row("image", "grid_sampler_2d", (2, 3, 7, 6), (2, 4, 5, 2), 0, 0, False)

    def halves(title, *image):  # -1/2, 0 and 1/2 are half-way between two of 2 and 4 elements
        case = Case(f"grid_sampler/{title}")
        places = case.input(1, *[3] * (len(image) - 2), len(image) - 2, name="grid")
        places = case.call("", "to", case.call("", "to", case.call("", "mul", places, 1.99), INT64), FLOAT32)
        return case.output(case.call("", "grid_sampler", case.input(*image), case.call("", "mul", places, 0.5), 1, 1,
                                     False))

    yield halves("nearest_halves", 1, 5, 4, 2)  # to even; PyTorch 1.13 rounded a volume's away from zero

    def affine(title, size, aligned, *theta):
        return one("affine_grid_generator", title,
                   lambda c, x: c.call("", "affine_grid_generator", x, size, aligned), *theta)

    yield affine("image", [2, 3, 5, 4], False, 2, 2, 3)
    yield affine("image_aligned", [2, 3, 5, 4], True, 2, 2, 3)
    yield affine("volume", [1, 3, 3, 5, 4], False, 1, 3, 4)
    yield affine("one_row", [2, 3, 1, 4], True, 2, 2, 3)  # 0, not -1
    case = Case("affine_grid_generator/then_sampled")
    x, theta = case.input(2, 3, 6, 7), case.input(2, 2, 3, name="theta")
    grid = case.call("", "affine_grid_generator", theta, [2, 4, 5, 4], False)
    yield case.output(case.call("", "grid_sampler", case.conv(x, 3, 4), grid, 0, 0, False))
