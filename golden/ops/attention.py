"""Attention by one call, and the norm that goes with it."""
from case import Case, one

BOOL = 11


def attention():
    """Queries, keys and values of different lengths, none of which another could stand for."""
    def row(title, query, key, value, mask=None, flags=False, causal=False, **keywords):
        case = Case(f"scaled_dot_product_attention/{title}")
        q, k, v = (case.input(*shape, name=name) for shape, name in ((query, "q"), (key, "k"), (value, "v")))
        m = case.input(*mask, name="mask") if mask else None
        if flags:
            m = case.call("", "to", case.call("", "relu", m), BOOL, False, False, None)
        return case.output(case.call("", "scaled_dot_product_attention", q, k, v, m, 0.0, causal, **keywords))

    yield row("plain", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6))
    yield row("of_one_head", (5, 4), (7, 4), (7, 3))
    yield row("of_rank_3", (2, 5, 4), (2, 7, 4), (2, 7, 3), scale=-0.75)
    yield row("of_rank_5", (2, 1, 3, 5, 4), (2, 2, 3, 7, 4), (2, 1, 7, 3), scale=2.0)
    yield row("causal", (2, 5, 4), (2, 7, 4), (2, 7, 3), causal=True)
    yield row("causal_with_few_keys", (2, 7, 4), (2, 5, 4), (2, 5, 3), causal=True)
    yield row("mask", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6), mask=(2, 1, 5, 7))
    yield row("mask_for_all_queries", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6), mask=(2, 1, 1, 7))
    yield row("mask_of_rank_1", (3, 5, 4), (3, 7, 4), (3, 7, 6), mask=(7, ))
    yield row("flags", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6), mask=(2, 1, 5, 7), flags=True)
    yield row("queries_that_see_nothing", (2, 3, 9, 4), (2, 3, 7, 4), (2, 3, 7, 6), mask=(9, 1), flags=True)
    yield row("shared_heads", (2, 6, 5, 4), (2, 3, 7, 4), (2, 2, 7, 6), enable_gqa=True)
    yield row("shared_heads_causal", (4, 5, 3), (2, 5, 3), (2, 5, 3), causal=True, enable_gqa=True, scale=1.5)
    yield row("many_keys", (2, 3, 8), (2, 301, 8), (2, 301, 5))  # more than one block of additions
    yield row("many_queries", (1, 2, 261, 3), (1, 2, 19, 3), (1, 2, 19, 2), causal=True)  # more than one piece

    def heads(c, x):
        qkv = c.call("", "view", c.linear(x, 6, 18, name="qkv"), [2, 5, 3, 2, 3])
        q, k, v = (c.call("", "select", c.call("", "permute", qkv, [2, 0, 3, 1, 4]), 0, i) for i in range(3))
        y = c.call("attn", "scaled_dot_product_attention", q, k, v, None, 0.0, False)
        y = c.call("", "reshape", c.call("", "transpose", y, 1, 2), [2, 5, 6])
        return c.linear(y, 6, 5, name="proj")
    yield one("scaled_dot_product_attention", "of_packed_heads", heads, 2, 5, 6)

    def pixels(c, x):  # channels last, and the keys' features lie apart
        y = c.conv(x, 3, 4)
        q = c.call("", "transpose", c.call("", "flatten", y, 2), 1, 2)
        k = c.call("", "transpose", c.call("", "flatten", c.conv(x, 3, 4, name="keys"), 2), 1, 2)
        return c.call("attn", "scaled_dot_product_attention", q, k, q, None, 0.0, False)
    yield one("scaled_dot_product_attention", "of_pixels", pixels, 2, 3, 5, 6)

    case = Case("scaled_dot_product_attention/stored_bias")
    q = case.input(2, 3, 5, 4, name="q")
    bias = case.parameter("bias", 1, 3, 5, 5)
    y = case.call("attn", "scaled_dot_product_attention", q, q, case.conv(q, 3, 3, (1, 1)), bias, 0.0, False)
    yield case.output(y)


def packed():
    """What nn.MultiheadAttention and nn.TransformerEncoderLayer are traced to without gradients."""
    def weights(c, width, name="self_attn"):
        return [c.parameter(f"{name}.in_proj_weight", 3 * width, width), c.parameter(f"{name}.in_proj_bias", 3 * width),
                c.parameter(f"{name}.out_proj.weight", width, width), c.parameter(f"{name}.out_proj.bias", width)]

    def to_itself(c, x):
        y = c.linear(x, 6, 8)
        return c.several(2, "self_attn", "_native_multi_head_attention", y, y, y, 8, 2, *weights(c, 8), None, False)[0]
    yield one("_native_multi_head_attention", "to_itself", to_itself, 2, 5, 6)

    for title, gelu, first in (("plain", False, False), ("gelu_norms_first", True, True)):
        def layer(c, x, gelu=gelu, first=first):
            y = c.linear(x, 6, 8)
            rest = [c.parameter(f"norm{i}.{end}", 8) for i in (1, 2) for end in ("weight", "bias")]
            rest += [c.parameter("linear1.weight", 12, 8), c.parameter("linear1.bias", 12),
                     c.parameter("linear2.weight", 8, 12), c.parameter("linear2.bias", 8)]
            return c.call("", "_transformer_encoder_layer_fwd", y, 8, 2, *weights(c, 8), gelu, first, 1e-5, *rest)
        yield one("_transformer_encoder_layer_fwd", title, layer, 2, 5, 6)


def rms_norm():
    """Not centered; without an epsilon it is that of the type."""
    def row(title, *shape, axes=1, weight=True, **keywords):
        def build(c, x):
            scale = c.parameter("norm.weight", *shape[-axes:]) if weight else None
            return c.call("norm", "rms_norm", x, list(shape[-axes:]), scale, *keywords.values())
        return one("rms_norm", title, build, *shape)

    yield row("of_features", 2, 5, 7, eps=1e-2)
    yield row("without_epsilon", 2, 5, 37)
    yield row("without_weight", 3, 7, weight=False, eps=1e-5)
    yield row("of_two_axes", 2, 3, 5, 7, axes=2, eps=1e-6)

    def image(c, x):
        return c.call("norm", "rms_norm", c.conv(x, 3, 5), [5, 6], c.parameter("norm.weight", 5, 6), 1e-5)
    yield one("rms_norm", "after_conv", image, 2, 3, 7, 8)
