"""Convolutions, products and windows: a step for each cell of the window, over the whole array."""
import itertools
from collections import namedtuple

import numpy as np

from jax import _core
from jax._core import blank, convert, dtype_of, kind_of, value_of, wrap
from jax.numpy._reductions import _wide as wide

ConvDimensionNumbers = namedtuple('ConvDimensionNumbers', 'lhs_spec rhs_spec out_spec')


def conv_dimension_numbers(lhs_shape, rhs_shape, dimension_numbers):
    """The axes of (batch, feature, spatial…), (out, in, spatial…) and the result's (batch, feature, spatial…)."""
    if isinstance(dimension_numbers, ConvDimensionNumbers):
        return dimension_numbers
    n = len(lhs_shape)
    if dimension_numbers is None:
        return ConvDimensionNumbers(*(tuple(range(n)),) * 3)
    lhs, rhs, out = dimension_numbers
    if not len(lhs) == len(rhs) == len(out) == n == len(rhs_shape):
        raise ValueError(f'dimension_numbers {dimension_numbers} do not fit {lhs_shape} and {rhs_shape}')
    spatial = [c for c in lhs if c not in 'NC']
    return ConvDimensionNumbers(*(tuple(map(spec.index, [*heads, *spatial]))
                                  for spec, heads in ((lhs, 'NC'), (rhs, 'OI'), (out, 'NC'))))


def same_padding(n, window, stride):
    total = max((-(-n // stride) - 1) * stride + window - n, 0)
    return total // 2, total - total // 2


def padtype_to_pads(in_shape, window_shape, window_strides, padding):
    if padding.upper() == 'VALID':
        return [(0, 0)] * len(in_shape)
    if padding.upper() != 'SAME':
        raise ValueError(f'Unrecognized padding type: expected VALID or SAME, got {padding}')
    return [same_padding(*p) for p in zip(in_shape, window_shape, window_strides)]


def spread(a, low_high_interior, fill):
    """lax.pad: cells between, then cells around, of which a negative number are cut off."""
    for axis, (low, high, interior) in enumerate(low_high_interior):
        if interior and a.shape[axis]:
            shape = list(a.shape)
            shape[axis] = (shape[axis] - 1) * (interior + 1) + 1
            wider = np.full(shape, fill, a.dtype)
            wider[(slice(None),) * axis + (slice(None, None, interior + 1),)] = a
            a = wider
        if low > 0 or high > 0:
            widths = [(0, 0)] * a.ndim
            widths[axis] = max(low, 0), max(high, 0)
            a = np.pad(a, widths, constant_values=fill)
        if low < 0 or high < 0:
            a = a[(slice(None),) * axis + (slice(max(-low, 0), a.shape[axis] - max(-high, 0)),)]
    return a


def taps(shape, window, strides, dilation):
    """(sizes of the result, for each cell of the window the slices of the padded array under it)."""
    out = [max(0, (n - (k - 1) * d - 1) // s + 1) for n, k, s, d in zip(shape, window, strides, dilation)]
    return out, (tuple(slice(i * d, i * d + (o - 1) * s + 1, s) if o else slice(0, 0)
                       for i, d, o, s in zip(cell, dilation, out, strides))
                 for cell in itertools.product(*map(range, window)))


def conv_general_dilated(lhs, rhs, window_strides, padding, lhs_dilation=None, rhs_dilation=None,
                         dimension_numbers=None, feature_group_count=1, batch_group_count=1, precision=None,
                         preferred_element_type=None):
    (kind, _), (other, _) = kind_of(lhs), kind_of(rhs)
    if kind != other:
        raise TypeError(f'lax.conv_general_dilated requires arguments to have the same dtypes, got {kind}, {other}')
    if batch_group_count != 1:
        raise NotImplementedError('batch_group_count')
    to = kind if preferred_element_type is None else dtype_of(preferred_element_type)
    numbers = conv_dimension_numbers(lhs.shape, rhs.shape, dimension_numbers)
    n = len(lhs.shape) - 2
    strides, ones = tuple(window_strides), (1,) * n
    inner, outer = tuple(lhs_dilation or ones), tuple(rhs_dilation or ones)
    x = np.transpose(value_of(lhs), (numbers.lhs_spec[0], *numbers.lhs_spec[2:], numbers.lhs_spec[1]))
    w = np.transpose(value_of(rhs), (*numbers.rhs_spec[2:], numbers.rhs_spec[1], numbers.rhs_spec[0]))
    window = w.shape[:n]
    if x.shape[-1] != w.shape[-2] * feature_group_count or w.shape[-1] % feature_group_count:
        raise ValueError(f'conv_general_dilated: {x.shape[-1]} features, {feature_group_count} groups, '
                         f'a kernel of {w.shape[-2]} to {w.shape[-1]}')
    if isinstance(padding, str):
        if any(d != 1 for d in inner):
            raise ValueError('String padding is not implemented for transposed convolution using this op.')
        dilated = [(k - 1) * d + 1 for k, d in zip(window, outer)]
        sizes = [(s - 1) * d + 1 for s, d in zip(x.shape[1:-1], inner)]
        padding = padtype_to_pads(sizes, dilated, strides, padding)
    pads = [(low, high, d - 1) for (low, high), d in zip(padding, inner, strict=True)]
    x = spread(convert(x, wide(kind)), [(0, 0, 0), *pads, (0, 0, 0)], 0)
    w = convert(w, wide(kind))
    out, cells = taps(x.shape[1:-1], window, strides, outer)
    back = np.argsort([numbers.out_spec[0], *numbers.out_spec[2:], numbers.out_spec[1]])
    shape = (x.shape[0], *out, w.shape[-1])
    if _core.abstract:
        return blank([shape[i] for i in back], to)
    g, rows = feature_group_count, x.shape[0] * int(np.prod(out))
    depthwise = w.shape[-2] == 1 and w.shape[-1] == g
    total = np.zeros((rows, g) if depthwise else (g, rows, w.shape[-1] // g), x.dtype)
    for cell, kernel in zip(cells, w.reshape(-1, *w.shape[-2:])):
        under = x[(slice(None), *cell)].reshape(rows, g, -1)
        if depthwise:
            total += under[:, :, 0] * kernel[0]
        else:
            grouped = kernel.reshape(kernel.shape[0], g, -1).transpose(1, 0, 2)
            total += np.ascontiguousarray(under.transpose(1, 0, 2)) @ np.ascontiguousarray(grouped)
    total = total if depthwise else total.transpose(1, 0, 2)
    return wrap(total.reshape(shape).transpose(back), to)


def conv(lhs, rhs, window_strides, padding, precision=None):
    return conv_general_dilated(lhs, rhs, window_strides, padding)


def conv_with_general_padding(lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, precision=None):
    return conv_general_dilated(lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation)


def _transposed_padding(k, s, padding):
    if padding == 'SAME':
        total = k + s - 2
        low = k - 1 if s > k - 1 else -(-total // 2)
    elif padding == 'VALID':
        total, low = k + s - 2 + max(k - s, 0), k - 1
    else:
        raise ValueError('Padding mode must be `SAME` or `VALID`.')
    return low, total - low


def conv_transpose(lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, transpose_kernel=False,
                   precision=None, preferred_element_type=None):
    n = len(lhs.shape) - 2
    if dimension_numbers is None:
        spatial = 'HWD'[:n]
        dimension_numbers = f'N{spatial}C', f'{spatial}IO', f'N{spatial}C'
    numbers = conv_dimension_numbers(lhs.shape, rhs.shape, dimension_numbers)
    outer = tuple(rhs_dilation or (1,) * n)
    if isinstance(padding, str):
        window = [(rhs.shape[a] - 1) * d + 1 for a, d in zip(numbers.rhs_spec[2:], outer)]
        padding = [_transposed_padding(k, s, padding) for k, s in zip(window, strides)]
    if transpose_kernel:
        flipped = np.swapaxes(np.flip(value_of(rhs), numbers.rhs_spec[2:]), *numbers.rhs_spec[:2])
        rhs = wrap(flipped, *kind_of(rhs))
    return conv_general_dilated(lhs, rhs, (1,) * n, padding, strides, outer, numbers,
                                preferred_element_type=preferred_element_type)


def conv_general_dilated_patches(lhs, filter_shape, window_strides, padding, lhs_dilation=None, rhs_dilation=None,
                                 dimension_numbers=None, precision=None, preferred_element_type=None):
    """The cells under the window become channels, the input's channel slowest: a convolution with an identity."""
    numbers = conv_dimension_numbers(lhs.shape, lhs.shape, dimension_numbers)
    channels, cells = lhs.shape[numbers.lhs_spec[1]], int(np.prod(filter_shape))
    kernel = np.tile(np.eye(cells).reshape(cells, 1, *filter_shape), (channels, 1, *(1,) * len(filter_shape)))
    rhs = np.transpose(kernel, np.argsort(numbers.rhs_spec))
    return conv_general_dilated(lhs, wrap(rhs, kind_of(lhs)[0]), window_strides, padding, lhs_dilation, rhs_dilation,
                                numbers, feature_group_count=channels)


def reduce_window(operand, init_value, computation, window_dimensions, window_strides, padding, base_dilation=None,
                  window_dilation=None):
    dtype, weak = kind_of(operand)
    ones = (1,) * len(operand.shape)
    base, dilation = tuple(base_dilation or ones), tuple(window_dilation or ones)
    if isinstance(padding, str):
        sizes = [(s - 1) * d + 1 for s, d in zip(operand.shape, base)]
        padding = padtype_to_pads(sizes, [(k - 1) * d + 1 for k, d in zip(window_dimensions, dilation)],
                                  window_strides, padding)
    fill = convert(value_of(init_value), dtype)
    pads = [(low, high, d - 1) for (low, high), d in zip(padding, base, strict=True)]
    x = spread(value_of(operand), pads, fill)
    out, cells = taps(x.shape, window_dimensions, window_strides, dilation)
    total = wrap(np.full(out, fill, x.dtype), dtype)
    for cell in cells:
        total = computation(total, wrap(x[cell], dtype))
    return wrap(total._value, dtype, weak)


def dot_general(lhs, rhs, dimension_numbers, precision=None, preferred_element_type=None, out_sharding=None):
    (kind, _), (other, _) = kind_of(lhs), kind_of(rhs)
    if kind != other:
        raise TypeError(f'dot_general requires equal element types here, got {kind} and {other}')
    (over, rover), (batch, rbatch) = dimension_numbers
    a, b = value_of(lhs), value_of(rhs)
    if [a.shape[i] for i in (*over, *batch)] != [b.shape[i] for i in (*rover, *rbatch)]:
        raise TypeError(f'dot_general requires contracting and batch dimensions to have the same shapes: '
                        f'{a.shape}, {b.shape}, {dimension_numbers}')
    free = [i for i in range(a.ndim) if i not in over and i not in batch]
    rfree = [i for i in range(b.ndim) if i not in rover and i not in rbatch]
    to = kind if preferred_element_type is None else dtype_of(preferred_element_type)
    heads, left, right = ([x.shape[i] for i in axes] for x, axes in ((a, batch), (a, free), (b, rfree)))
    if _core.abstract:
        return blank((*heads, *left, *right), to)
    between, many = int(np.prod([a.shape[i] for i in over])), lambda sizes: int(np.prod(sizes))
    a = convert(a, wide(kind)).transpose(*batch, *free, *over).reshape(*heads, many(left), between)
    b = convert(b, wide(kind)).transpose(*rbatch, *rover, *rfree).reshape(*heads, between, many(right))
    return wrap((a @ b).reshape(*heads, *left, *right), to)
