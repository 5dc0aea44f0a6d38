"""Norms by the mean and variance of what they normalize."""
from case import one


def affine(case, channels, name, weight=True, bias=True):
    """weight and bias of a norm by channel, either of which may be missing."""
    return (case.parameter(name + ".weight", channels) if weight else None,
            case.parameter(name + ".bias", channels) if bias else None)


def group_norm():
    """Groups are neighbouring channels, which channels last lie apart from pixel to pixel."""
    def row(title, channels, groups, *shape, eps=1e-5, **options):
        def build(c, x):
            return c.call("gn", "group_norm", x, groups, *affine(c, channels, "gn", **options), eps, True)
        return one("group_norm", title, build, shape[0], channels, *shape[1:])

    def after_conv(c, x):
        y = c.call("gn", "group_norm", c.conv(x, 3, 6), 3, *affine(c, 6, "gn"), 1e-5, True)
        return c.call("", "relu", y)
    yield one("group_norm", "after_conv", after_conv, 2, 3, 7, 6)

    def residual(c, x):  # what follows is another's too
        y = c.call("gn", "group_norm", x, 2, *affine(c, 4, "gn"), 1e-6, True)
        return c.conv(c.call("", "silu", c.call("", "add", y, x)), 4, 2, padding=(1, 1))
    yield one("group_norm", "residual", residual, 2, 4, 5, 3)

    yield row("one_group", 5, 1, 2, 7, 3)
    yield row("of_each_channel", 5, 5, 2, 4, 3)
    yield row("not_affine", 6, 2, 2, 5, weight=False, bias=False, eps=1e-2)
    yield row("no_bias", 6, 3, 2, 3, 5, bias=False)
    yield row("no_weight", 6, 3, 2, 3, 5, weight=False)
    yield row("features", 12, 4, 5)
    yield row("volume", 4, 2, 2, 3, 5, 2)
    yield row("many_channels", 69, 23, 1, 3, 2)  # more than one piece of groups that no register divides

    def far_mean(c, x):  # far from 0, though not so far that libtorch's own float32 fails
        y = c.call("", "add", x, 4.0)
        return c.call("gn", "group_norm", y, 2, *affine(c, 4, "gn"), 1e-5, True)
    yield one("group_norm", "far_mean", far_mean, 1, 4, 5, 3)

    def of_part(c, x):  # some channels of a wider image
        y = c.call("", "slice", c.conv(x, 3, 7), 1, 2, 6, 1)
        return c.call("gn", "group_norm", y, 2, *affine(c, 4, "gn"), 1e-5, True)
    yield one("group_norm", "of_part", of_part, 2, 3, 7, 6)


def instance_norm():
    """Each plane by itself; in eval mode without running statistics too."""
    def row(title, channels, *shape, eps=1e-5, **options):
        def build(c, x):
            y = c.conv(x, 3, channels, (3, ) * (len(shape) - 1))
            weights = affine(c, channels, "norm", **options)
            return c.call("norm", "instance_norm", y, *weights, None, None, True, 0.1, eps, True)
        return one("instance_norm", title, build, shape[0], 3, *shape[1:])

    yield row("after_conv", 5, 2, 7, 6)
    yield row("not_affine", 5, 2, 7, 6, weight=False, bias=False, eps=1e-2)
    yield row("sequence", 5, 2, 11)
    yield row("volume", 3, 2, 5, 4, 6)

    def tracked(c, x):
        mean, variance = c.parameter("norm.running_mean", 3), c.parameter("norm.running_var", 3)
        return c.call("norm", "instance_norm", x, *affine(c, 3, "norm"), mean, variance, False, 0.1, 1e-3, True)
    yield one("instance_norm", "running_statistics", tracked, 2, 3, 5, 7)

    def chain(c, x):  # of CycleGAN
        y = c.call("pad", "pad", x, [1, 1, 1, 1], "constant", None)
        y = c.call("norm", "instance_norm", c.conv(y, 3, 4), None, None, None, None, True, 0.1, 1e-5, True)
        return c.conv(c.call("", "relu", y), 4, 2, name="next", padding=(1, 1))
    yield one("instance_norm", "between_convs", chain, 2, 3, 5, 4)


def batch_norm():
    """Without running statistics: by those of the batch, in eval mode too."""
    def row(title, *shape, eps=1e-5, **options):
        def build(c, x):
            weights = affine(c, shape[1], "bn", **options)
            return c.call("bn", "batch_norm", x, *weights, None, None, True, 0.1, eps, True)
        return one("batch_norm", title, build, *shape)

    yield row("of_batch", 3, 4, 5, 2)
    yield row("of_batch_features", 7, 5, weight=False)
    yield row("of_batch_sequence", 2, 67, 5, bias=False, eps=1e-2)
    yield row("of_batch_volume", 2, 3, 2, 5, 4, weight=False, bias=False)

    def volume(c, x):
        return c.batch_norm(c.conv(x, 2, 3, (2, 3, 1)), 3)
    yield one("batch_norm", "volume_after_conv", volume, 2, 2, 4, 5, 3)

    def standardized(c, weight):  # a weight brought to mean 0 and variance 1 filter by filter
        y = c.call("", "view", weight, [1, 4, -1])
        return c.call("", "batch_norm", y, None, None, None, None, True, 0.0, 1e-8, True)

    def filters(c, x):
        weight = c.parameter("conv.weight", 4, 3, 3, 3)
        kernel = c.call("", "view", standardized(c, weight), [4, 3, 3, 3])
        return c.call("conv", "conv2d", x, kernel, c.parameter("conv.bias", 4), [1, 1], [1, 1], [1, 1], 1)
    yield one("batch_norm", "standardized_kernel", filters, 2, 3, 5, 6)
