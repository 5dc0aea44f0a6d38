"""What linen's and nnx's layers compute, given their parameters: the same in both."""
import numpy as np

from jax import lax
from jax import numpy as jnp
from jax import tree
from jax.nn import softmax


def canonical(*arrays, dtype=None, inexact=True):
    """The type that a layer computes in: the one it was given, or that of its operands, a real one."""
    if dtype is None:
        dtype = jnp.result_type(*(jnp.asarray(a) for a in arrays if a is not None))
        if inexact and not jnp.issubdtype(dtype, jnp.inexact):
            dtype = jnp.promote_types(jnp.float32, dtype)
    return dtype


def promoted(*arrays, dtype=None, inexact=True):
    to = canonical(*arrays, dtype=dtype, inexact=inexact)
    return [None if a is None else jnp.asarray(a, to) for a in arrays]


def first_given(name, *values):
    """A setting may be given to the call or to the constructor, and has to be."""
    for value in values:
        if value is not None:
            return value
    raise ValueError(f'Argument or attribute \'{name}\' must be given.')


def as_window(kernel_size):
    return (kernel_size,) if isinstance(kernel_size, int) else tuple(kernel_size)


def each(value, rank):
    return (1 if value is None else value,) * rank if value is None or isinstance(value, int) else tuple(value)


def padding_of(padding, rank, pairs):
    """What lax takes; `pairs` are the types in which a layer takes (low, high)."""
    if isinstance(padding, str):
        return padding
    if isinstance(padding, int):
        return [(padding, padding)] * rank
    if isinstance(padding, (tuple, list)) and len(padding) == rank:
        out = [(p, p) if isinstance(p, int) else tuple(p) if isinstance(p, pairs) and len(p) == 2 else None
               for p in padding]
        if None not in out:
            return out
    raise ValueError(f'Invalid padding format: {padding}, should be str, int, or a sequence of len {rank} where each '
                     f'element is an int or pair of ints.')


def _batched(x, rank, function):
    """The layer on one batch axis, whatever number of them there is."""
    x = jnp.asarray(x)
    heads = x.shape[:x.ndim - rank - 1]
    y = function(x if len(heads) == 1 else x.reshape((-1, *x.shape[len(heads):])))
    return y if len(heads) == 1 else y.reshape((*heads, *y.shape[1:]))


def convolve(x, kernel, bias, *, strides, padding, input_dilation, kernel_dilation, groups, pairs):
    window = kernel.shape[:-2]
    rank = len(window)
    strides, inner, outer = (each(v, rank) for v in (strides, input_dilation, kernel_dilation))
    pads = padding_of(padding, rank, pairs)

    def apply(x):
        way = pads
        if way in ('CIRCULAR', 'REFLECT', 'CAUSAL'):
            sizes = [(k - 1) * d + 1 for k, d in zip(window, outer)]
            if way == 'CAUSAL' and rank != 1:
                raise ValueError('Causal padding is only implemented for 1D convolutions.')
            widths = [(s - 1, 0) if way == 'CAUSAL' else ((s - 1) // 2, s // 2) for s in sizes]
            mode = {'CIRCULAR': 'wrap', 'REFLECT': 'reflect', 'CAUSAL': 'constant'}[way]
            x, way = jnp.pad(x, [(0, 0), *widths, (0, 0)], mode=mode), 'VALID'
        spatial = 'DHW'[-rank:]
        y = lax.conv_general_dilated(x, kernel, strides, way, inner, outer,
                                     (f'N{spatial}C', f'{spatial}IO', f'N{spatial}C'), groups)
        return y if bias is None else y + bias
    return _batched(x, rank, apply)


def convolve_transposed(x, kernel, bias, *, strides, padding, kernel_dilation, transpose_kernel, pairs):
    rank = kernel.ndim - 2
    pads = padding_of(padding, rank, pairs)
    if pads == 'CIRCULAR':
        raise NotImplementedError('ConvTranspose with CIRCULAR padding')

    def apply(x):
        y = lax.conv_transpose(x, kernel, each(strides, rank), pads, each(kernel_dilation, rank),
                               transpose_kernel=transpose_kernel)
        return y if bias is None else y + bias
    return _batched(x, rank, apply)


def contract(x, kernel, axis):
    """The axes of x against the first ones of the kernel."""
    axes = tuple(a % x.ndim for a in axis)
    return lax.dot_general(x, kernel, ((axes, tuple(range(len(axes)))), ((), ())))


def embed(ids, table):
    ids = jnp.asarray(ids)
    if not jnp.issubdtype(ids.dtype, jnp.integer):
        raise ValueError('Input type must be an integer or unsigned integer.')
    if table.shape[0] == 1:
        return jnp.broadcast_to(table, (*ids.shape, table.shape[1]))
    return jnp.take(table, ids, axis=0)


# --- norms -----------------------------------------------------------------------------------------------------------
def axes_of(axes, ndim):
    return tuple(a % ndim for a in ((axes,) if isinstance(axes, int) else axes))


def statistics(x, axes, *, dtype=None, centered=True, fast=True):
    """(mean, variance), in float32 at least; the fast variance loses what x's mean has in digits, as Flax's does."""
    x = jnp.asarray(x, jnp.promote_types(jnp.result_type(x) if dtype is None else dtype, jnp.float32))
    if not centered:
        return 0.0, jnp.mean(jnp.square(x), axes)
    mean = jnp.mean(x, axes)
    if fast:
        return mean, jnp.maximum(0.0, jnp.mean(jnp.square(x), axes) - jnp.square(mean))
    return mean, jnp.mean(jnp.square(x - jnp.expand_dims(mean, axes)), axes)


def normalize(x, mean, var, scale, bias, *, axes, features, epsilon, dtype=None):
    shape = [1 if i in axes else n for i, n in enumerate(x.shape)]
    wide = [n if i in features else 1 for i, n in enumerate(x.shape)]
    mean, var = (v if isinstance(v, float) else v.reshape(shape) for v in (mean, var))
    factor = lax.rsqrt(var + epsilon)
    factor = factor if scale is None else factor * jnp.asarray(scale).reshape(wide)
    y = (x - mean) * factor
    y = y if bias is None else y + jnp.asarray(bias).reshape(wide)
    return jnp.asarray(y, canonical(x, scale, bias, dtype=dtype))


def layer_norm(x, scale, bias, *, epsilon, reduction_axes, feature_axes, fast, dtype=None, centered=True):
    x = jnp.asarray(x)
    axes, features = axes_of(reduction_axes, x.ndim), axes_of(feature_axes, x.ndim)
    mean, var = statistics(x, axes, dtype=dtype, centered=centered, fast=fast)
    return normalize(x, mean, var, scale, bias, axes=axes, features=features, epsilon=epsilon, dtype=dtype)


def groups_of(channels, num_groups, group_size):
    if (num_groups is None) == (group_size is None):
        raise ValueError('Either `num_groups` or `group_size` should be specified, but not both of them.')
    groups = channels // group_size if num_groups is None else num_groups
    if channels % groups or group_size is not None and channels % group_size:
        raise ValueError(f'Number of groups ({groups}) does not divide the number of channels ({channels}).')
    return groups


def group_norm(x, scale, bias, *, groups, epsilon, reduction_axes, fast, dtype=None, repeat_axis=-1):
    x = jnp.asarray(x)
    axes = tuple(range(1, x.ndim)) if reduction_axes is None else axes_of(reduction_axes, x.ndim)
    if axes[-1] != x.ndim - 1:
        raise ValueError('The last reduction axis of GroupNorm must be the feature axis.')
    size = x.shape[-1] // groups
    mean, var = statistics(x.reshape((*x.shape[:-1], groups, size)), (*axes[:-1], x.ndim), dtype=dtype, fast=fast)
    mean, var = (jnp.repeat(v, size, axis=repeat_axis) for v in (mean, var))
    return normalize(x, mean, var, scale, bias, axes=axes[:-1], features=(x.ndim - 1,), epsilon=epsilon, dtype=dtype)


def instance_norm(x, scale, bias, *, epsilon, feature_axes, fast, dtype=None):
    x = jnp.asarray(x)
    features = axes_of(feature_axes, x.ndim)
    axes = tuple(i for i in range(1, x.ndim) if i not in features)
    mean, var = statistics(x, axes, dtype=dtype, fast=fast)
    return normalize(x, mean, var, scale, bias, axes=axes, features=features, epsilon=epsilon, dtype=dtype)


# --- attention -------------------------------------------------------------------------------------------------------
def make_attention_mask(query_input, key_input, pairwise_fn=jnp.multiply, extra_batch_dims=0, dtype=jnp.float32):
    mask = pairwise_fn(jnp.expand_dims(query_input, -1), jnp.expand_dims(key_input, -2))
    mask = jnp.expand_dims(mask, -3)
    return jnp.expand_dims(mask, tuple(range(extra_batch_dims))).astype(dtype)


def make_causal_mask(x, extra_batch_dims=0, dtype=jnp.float32):
    at = jnp.broadcast_to(jnp.arange(x.shape[-1], dtype=jnp.int32), x.shape)
    return make_attention_mask(at, at, jnp.greater_equal, extra_batch_dims, dtype)


def combine_masks(*masks, dtype=jnp.float32):
    given = [m for m in masks if m is not None]
    if not given:
        return None
    out = given[0]
    for m in given[1:]:
        out = jnp.logical_and(out, m)
    return out.astype(dtype)


def attend(query, key, value, bias=None, mask=None, *, dtype=None, float32_softmax=False):
    query, key, value = promoted(query, key, value, dtype=dtype)
    query = query / jnp.sqrt(query.shape[-1]).astype(query.dtype)
    weights = jnp.einsum('...qhd,...khd->...hqk', query, key)
    weights = weights if bias is None else weights + bias
    weights = weights if mask is None else jnp.where(mask, weights, jnp.finfo(weights.dtype).min)
    soft = softmax(weights.astype(jnp.float32) if float32_softmax else weights).astype(query.dtype)
    return jnp.einsum('...hqk,...khd->...qhd', soft, value)


# --- pools -----------------------------------------------------------------------------------------------------------
def pool(inputs, init, reduce_fn, window_shape, strides, padding):
    heads = inputs.ndim - len(window_shape) - 1
    strides = strides or (1,) * len(window_shape)
    assert len(window_shape) == len(strides), f'len({window_shape}) must equal len({strides})'
    strides, dims = (1,) * heads + strides + (1,), (1,) * heads + window_shape + (1,)
    if not isinstance(padding, str):
        padding = tuple(map(tuple, padding))
        assert len(padding) == len(window_shape) and all(len(p) == 2 for p in padding), f'padding {padding}'
        padding = ((0, 0),) * heads + padding + ((0, 0),)
    return lax.reduce_window(jnp.asarray(inputs), init, reduce_fn, dims, strides, padding)


def avg_pool(inputs, window_shape, strides=None, padding='VALID', count_include_pad=True):
    y = pool(inputs, 0.0, lax.add, window_shape, strides, padding)
    if count_include_pad:
        return y / np.prod(window_shape).item()
    heads = inputs.ndim - len(window_shape) - 1
    ones = jnp.ones((*(1,) * heads, *inputs.shape[heads:-1], 1), y.dtype)
    return y / pool(ones, 0.0, lax.add, window_shape, strides, padding)


def max_pool(inputs, window_shape, strides=None, padding='VALID'):
    return pool(inputs, -jnp.inf, lax.max, window_shape, strides, padding)


def min_pool(inputs, window_shape, strides=None, padding='VALID'):
    return pool(inputs, jnp.inf, lax.min, window_shape, strides, padding)


# --- recurrent -------------------------------------------------------------------------------------------------------
def lstm(c, gates, sigmoid, tanh):
    i, f, g, o = sigmoid(gates[0]), sigmoid(gates[1]), tanh(gates[2]), sigmoid(gates[3])
    c = f * c + i * g
    h = o * tanh(c)
    return (c, h), h


def flip_sequences(x, lengths, time_axis):
    """The sequences backwards; each within its own length, where lengths are given."""
    if lengths is None:
        return jnp.flip(x, time_axis)
    n = x.shape[time_axis]
    at = np.arange(n) if time_axis == 1 else np.arange(n)[:, None]
    ends = np.asarray(lengths)[:, None] if time_axis == 1 else np.asarray(lengths)[None]
    at = (np.flip(at, -1 if time_axis == 1 else 0) + ends) % n
    at = at.reshape(at.shape + (1,) * (x.ndim - 2))
    return jnp.take_along_axis(x, jnp.asarray(np.broadcast_to(at, x.shape)), axis=time_axis)


def given(*values):
    return next(v for v in values if v is not None)


def concatenate(x, y):
    return jnp.concatenate([x, y], axis=-1)


def run_rnn(rnn, carry_of, x, carry, lengths, return_carry, time_major, reverse, keep_order):
    """An RNN layer: what its call leaves open is as its constructor has it; `carry_of(shape)` makes a first carry."""
    major = given(time_major, rnn.time_major)
    if carry is None:
        carry = carry_of(x.shape[1:] if major else (x.shape[0], *x.shape[2:]))
    return run_cell(rnn.cell, x, carry, lengths=lengths, time_major=major,
                    return_carry=given(return_carry, rnn.return_carry), reverse=given(reverse, rnn.reverse),
                    keep_order=given(keep_order, rnn.keep_order))


def run_both_ways(layer, x, carry, lengths, return_carry, time_major):
    first, second = (None, None) if carry is None else carry
    options = dict(seq_lengths=lengths, return_carry=True, time_major=given(time_major, layer.time_major))
    ahead, y = layer.forward_rnn(x, initial_carry=first, reverse=False, **options)
    back, z = layer.backward_rnn(x, initial_carry=second, reverse=True, keep_order=True, **options)
    merged = layer.merge_fn(y, z)
    return ((ahead, back), merged) if given(return_carry, layer.return_carry) else merged


def run_in_turn(layers, args, kwargs):
    for layer in layers:
        out = layer(*args, **kwargs)
        args, kwargs = (out, {}) if isinstance(out, tuple) else ((), out) if isinstance(out, dict) else ((out,), {})
    return out


def run_cell(cell, x, carry, *, lengths, time_major, return_carry, reverse, keep_order):
    """What RNN does with a cell: (carry, x) -> (carry, y) over the time axis."""
    axis = 0 if time_major else 1
    x = jnp.asarray(x)
    x = tree.map(lambda a: flip_sequences(a, lengths, axis), x) if reverse else x

    def step(carry, x):
        carry, y = cell(carry, x)
        return carry, (carry, y)
    last, (carries, y) = lax.scan(step, carry, x if time_major else jnp.swapaxes(x, 0, 1))
    if lengths is not None:
        rows = jnp.arange(y.shape[1])
        last = tree.map(lambda a: a[jnp.asarray(lengths) - 1, rows], carries)
    y = y if time_major else jnp.swapaxes(y, 0, 1)
    y = flip_sequences(y, lengths, axis) if reverse and keep_order else y
    return (last, y) if return_carry else y
