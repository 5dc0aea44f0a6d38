"""Functions of PyTorch's that neither Flax nor JAX has. Images are channels last.

Exported source holds those that it uses: each is found by the two blank lines around
it and brings those that it calls.
"""

import jax
import jax.numpy as jnp
import numpy as np


def scaled_elu(x, alpha, scale, input_scale):
    """torch.nn.functional.elu with the two scales that JAX's lacks."""
    negative = alpha * jnp.expm1(input_scale * jnp.minimum(x, 0))
    return scale * jnp.where(x > 0, x, negative)


def softplus(x, beta, threshold):
    """torch.nn.Softplus: x itself beyond the threshold, which JAX's lacks."""
    bent = jnp.log1p(jnp.exp(jnp.minimum(beta * x, threshold))) / beta
    return jnp.where(beta * x > threshold, x, bent)


def softshrink(x, lambd):
    """torch.nn.Softshrink, which JAX lacks; NaN stays."""
    return jnp.where(x > lambd, x - lambd, jnp.where(x < -lambd, x + lambd, x * 0))


def round_decimals(x, decimals):
    """torch.round(x, decimals=…), which divides by the power of ten at last."""
    if decimals < 0:
        return jnp.round(x / 10.0**-decimals) * 10.0**-decimals
    return jnp.round(x * 10.0**decimals) / 10.0**decimals


def floor_divide(x, y):
    """torch.floor_divide of reals: infinite by zero, where jnp.floor_divide gives NaN."""
    rest = jnp.fmod(x, y)
    quotient = (x - rest) / y
    quotient = jnp.where((rest != 0) & ((rest < 0) != (y < 0)), quotient - 1, quotient)
    floor = jnp.floor(quotient)
    floor = jnp.where(quotient - floor > 0.5, floor + 1, floor)
    floor = jnp.where(quotient == 0, jnp.copysign(0.0, x / y), floor)
    return jnp.where(y == 0, x / y, floor)


def truncated_divide(x, y):
    """torch.div(x, y, rounding_mode="trunc") of integers; jnp.floor_divide rounds down."""
    floor = jnp.floor_divide(x, y)
    return jnp.where((floor < 0) & (floor * y != x), floor + 1, floor)


def heaviside(x, values):
    """torch.heaviside, which gives 0 for NaN where jnp.heaviside gives NaN."""
    return jnp.where(x == 0, values, (x > 0).astype(x.dtype))


def xlogy(x, y):
    """torch.xlogy: 0 where x is 0, but NaN where y is, where JAX's gives 0."""
    return jnp.where(x == 0, jnp.where(jnp.isnan(y), y, 0.0), x * jnp.log(y))


def lerp(x, y, weight):
    """torch.lerp, which counts from the nearer end."""
    way = y - x
    return jnp.where(jnp.abs(weight) < 0.5, x + weight * way, y + (weight - 1) * way)


def sign(x):
    """torch.sign, which gives 0 for NaN where jnp.sign gives NaN."""
    return jnp.where(jnp.isnan(x), 0, jnp.sign(x))


def var(x, correction, axis=None, keepdims=False):
    """torch.var with any correction; jnp.var takes no more than there are elements."""
    mean = x.mean(axis, keepdims=True)
    total = jnp.square(x - mean).sum(axis, keepdims=keepdims)
    count = x.size // max(1, mean.size)
    return total / max(0, count - correction)


def std(x, correction, axis=None, keepdims=False):
    """torch.std: the root of torch.var."""
    return jnp.sqrt(var(x, correction, axis, keepdims))


def normalize(x, axis, epsilon):
    """(x - mean) / sqrt(var + epsilon) over some axes, for norms that are no layer."""
    mean = x.mean(axis, keepdims=True)
    variance = jnp.square(x - mean).mean(axis, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + epsilon)


def group_normalize(x, groups, epsilon):
    """torch.nn.functional.group_norm without its parameters."""
    n, *sizes, channels = x.shape
    parts = x.reshape(n, int(np.prod(sizes)), groups, channels // groups)
    return normalize(parts, (1, 3), epsilon).reshape(x.shape)


def rms_normalize(x, axis, epsilon=None):
    """torch.nn.functional.rms_norm; epsilon is the type's own where none is stated."""
    if epsilon is None:
        epsilon = jnp.finfo(x.dtype).eps
    return x * jax.lax.rsqrt(jnp.square(x).mean(axis, keepdims=True) + epsilon)


def conv_kernel_of_transposed(kernel, groups):
    """The kernel of the convolution that a transposed one is, of spread-out input.

    PyTorch's (in, out / groups, window) becomes (window, in / groups, out), reversed.
    """
    inputs, outputs, *window = kernel.shape
    kernel = jnp.flip(kernel, tuple(range(2, kernel.ndim)))
    kernel = kernel.reshape(groups, inputs // groups, outputs, *window)
    kernel = kernel.transpose(*range(3, kernel.ndim), 1, 0, 2)
    return kernel.reshape(*window, inputs // groups, groups * outputs)


def attention(
    query, key, value, mask=None, is_causal=False, scale=None, enable_gqa=False
):
    """torch.nn.functional.scaled_dot_product_attention: heads before the sequence.

    A query that sees no key gives zeros, where Flax averages all values.
    """
    if enable_gqa:
        key = jnp.repeat(key, query.shape[-3] // key.shape[-3], axis=-3)
        value = jnp.repeat(value, query.shape[-3] // value.shape[-3], axis=-3)
    if scale is None:
        scale = max(1, query.shape[-1]) ** -0.5
    scores = (query * scale) @ key.swapaxes(-1, -2)
    if is_causal:
        mask = jnp.tril(jnp.ones(scores.shape[-2:], bool))
    if mask is not None and mask.dtype == bool:
        scores = jnp.where(mask, scores, -jnp.inf)
    elif mask is not None:
        scores = scores + mask
    hidden = jnp.all(scores == -jnp.inf, axis=-1, keepdims=True)
    weights = jax.nn.softmax(jnp.where(hidden, 0, scores), axis=-1)
    return jnp.where(hidden, 0, weights) @ value


def pool_padding(sizes, window, strides, padding, dilation, ceil_mode):
    """Pairs of padding under which a pool has as many windows as PyTorch's.

    In ceil mode the last window may hang over, but starts no later than the input ends.
    """
    pairs = []
    for n, k, s, p, d in zip(sizes, window, strides, padding, dilation):
        span = d * (k - 1) + 1
        count = (n + 2 * p - span + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1
        pairs.append((p, max(p, (count - 1) * s + span - n - p)))
    return pairs


def max_pool(x, window, strides, padding, dilation, ceil_mode):
    """torch.nn.MaxPool with dilation and ceil_mode, which Flax's max_pool lacks."""
    pairs = pool_padding(x.shape[1:-1], window, strides, padding, dilation, ceil_mode)
    return jax.lax.reduce_window(
        x,
        -jnp.inf,
        jax.lax.max,
        (1, *window, 1),
        (1, *strides, 1),
        ((0, 0), *pairs, (0, 0)),
        window_dilation=(1, *dilation, 1),
    )


def window_sums(x, window, strides, pairs):
    """The sum of each window, what lies outside counting nothing."""
    return jax.lax.reduce_window(
        x,
        0.0,
        jax.lax.add,
        (1, *window, 1),
        (1, *strides, 1),
        ((0, 0), *pairs, (0, 0)),
    )


def avg_pool(x, window, strides, padding, ceil_mode, count_include_pad, divisor):
    """torch.nn.AvgPool with ceil_mode and divisor_override, which Flax's avg_pool lacks.

    Padding may count in the divisor; what hangs over it in ceil mode never does.
    """
    sizes = x.shape[1:-1]
    dilation = (1,) * len(window)
    pairs = pool_padding(sizes, window, strides, padding, dilation, ceil_mode)
    sums = window_sums(x, window, strides, pairs)
    if divisor is not None:
        return sums / divisor
    if count_include_pad:
        sizes = [n + 2 * p for n, p in zip(sizes, padding)]
        pairs = [(0, high - p) for (_, high), p in zip(pairs, padding)]
    ones = jnp.ones((1, *sizes, 1), x.dtype)
    return sums / window_sums(ones, window, strides, pairs)


def adaptive_windows(n, size):
    """Where each of an adaptive pool's windows begins and ends along an axis of n."""
    return [(i * n // size, -(-(i + 1) * n // size)) for i in range(size)]


def adaptive_avg_pool(x, sizes):
    """torch.nn.AdaptiveAvgPool, whose windows differ in size; axis by axis."""
    for axis, size in enumerate(sizes, start=1):
        windows = adaptive_windows(x.shape[axis], size)
        parts = [jax.lax.slice_in_dim(x, a, b, axis=axis) for a, b in windows]
        x = jnp.stack([part.mean(axis) for part in parts], axis)
    return x


def adaptive_max_pool(x, sizes):
    """torch.nn.AdaptiveMaxPool, whose windows differ in size; axis by axis."""
    for axis, size in enumerate(sizes, start=1):
        windows = adaptive_windows(x.shape[axis], size)
        parts = [jax.lax.slice_in_dim(x, a, b, axis=axis) for a, b in windows]
        x = jnp.stack([part.max(axis) for part in parts], axis)
    return x


def max_pool_with_indices(x, window, strides, padding, dilation, ceil_mode):
    """torch.nn.MaxPool(return_indices=True): what is largest, and its place in the plane.

    Of equal elements it is the first, of several NaN the last.
    """
    sizes = x.shape[1:-1]
    pairs = pool_padding(sizes, window, strides, padding, dilation, ceil_mode)
    padded = jnp.pad(x, ((0, 0), *pairs, (0, 0)), constant_values=-jnp.inf)
    spans = [d * (k - 1) + 1 for k, d in zip(window, dilation)]
    counts = [
        (n + low + high - span) // s + 1
        for n, (low, high), span, s in zip(sizes, pairs, spans, strides)
    ]
    most = jnp.full((x.shape[0], *counts, x.shape[-1]), -jnp.inf, x.dtype)
    place = jnp.full(most.shape, -1)
    for tap in np.ndindex(*window):
        cut = [slice(None)]
        at, inside = 0, True
        for axis, t in enumerate(tap):
            first, s = t * dilation[axis], strides[axis]
            cut.append(slice(first, first + (counts[axis] - 1) * s + 1, s))
            along = np.arange(counts[axis]) * s + first - padding[axis]
            along = along.reshape([-1 if i == axis else 1 for i in range(len(tap))])
            at = at * sizes[axis] + along
            inside = inside & (along >= 0) & (along < sizes[axis])
        element = padded[tuple(cut)]
        at, inside = np.asarray(at)[..., None], np.asarray(inside)[..., None]
        better = inside & ((element > most) | jnp.isnan(element) | (place < 0))
        most = jnp.where(better, element, most)
        place = jnp.where(better, at, place)
    return most, place


def adaptive_max_pool_with_indices(x, sizes):
    """torch.nn.AdaptiveMaxPool(return_indices=True), window by window."""
    extents = x.shape[1:-1]
    windows = [adaptive_windows(n, size) for n, size in zip(extents, sizes)]
    planes = np.arange(np.prod(extents)).reshape(extents)
    most, place = [], []
    for cell in np.ndindex(*sizes):
        cut = tuple(slice(*along[i]) for along, i in zip(windows, cell))
        part = x[(slice(None), *cut)].reshape(x.shape[0], -1, x.shape[-1])
        # The last NaN, or else the first of the largest.
        last = part.shape[1] - 1 - jnp.argmax(jnp.isnan(part[:, ::-1]), axis=1)
        index = jnp.where(jnp.isnan(part).any(axis=1), last, jnp.argmax(part, axis=1))
        most.append(part.max(axis=1))
        place.append(jnp.asarray(planes[cut].ravel())[index])
    shape = (x.shape[0], *sizes, x.shape[-1])
    return jnp.stack(most, 1).reshape(shape), jnp.stack(place, 1).reshape(shape)


def write_last(x, places, values):
    """Writes into a vector; of several writes to one place the last one stays.

    Which one does is left open by .at[…].set.
    """
    order = jnp.arange(places.size)
    last = jnp.full(x.size, -1).at[places].max(order)
    return x.at[jnp.where(last[places] == order, places, x.size)].set(
        values, mode="drop"
    )


def index_put(x, indices, values):
    """torch.index_put: x[indices] = values."""
    places = jnp.arange(x.size).reshape(x.shape)[indices]
    values = jnp.broadcast_to(values, places.shape)
    return write_last(x.ravel(), places.ravel(), values.ravel()).reshape(x.shape)


def scatter_places(x, index, axis):
    """Where in the flat array the elements stand that torch.scatter names."""
    cut = [slice(n) for n in index.shape]
    cut[axis] = slice(None)
    places = jnp.arange(x.size).reshape(x.shape)[tuple(cut)]
    return jnp.take_along_axis(places, index, axis=axis).ravel()


def scatter(x, index, source, axis):
    """torch.scatter: elements of the source, or a number, where the index says."""
    source = jnp.broadcast_to(source, index.shape).astype(x.dtype)
    places = scatter_places(x, index, axis)
    return write_last(x.ravel(), places, source.ravel()).reshape(x.shape)


def scatter_add(x, index, source, axis):
    """torch.scatter_add: the same, added."""
    source = jnp.broadcast_to(source, index.shape).astype(x.dtype)
    places = scatter_places(x, index, axis)
    return x.ravel().at[places].add(source.ravel()).reshape(x.shape)


def scatter_multiply(x, index, source, axis):
    """torch.scatter(reduce="multiply")."""
    source = jnp.broadcast_to(source, index.shape).astype(x.dtype)
    places = scatter_places(x, index, axis)
    return x.ravel().at[places].multiply(source.ravel()).reshape(x.shape)


def max_unpool(x, indices, sizes):
    """torch.nn.MaxUnpool: elements back at their places of the plane; channels first."""
    lead = x.shape[: x.ndim - len(sizes)]
    rows = int(np.prod(lead))
    extent = int(np.prod(sizes))
    places = indices.reshape(rows, -1) + extent * jnp.arange(rows)[:, None]
    flat = write_last(jnp.zeros(rows * extent, x.dtype), places.ravel(), x.ravel())
    return flat.reshape(*lead, *sizes)


def sorted_with_places(x, axis, descending):
    """torch.sort: elements in order and where they stood; equal ones keep their order."""
    places = jnp.argsort(x, axis=axis, stable=True, descending=descending)
    return jnp.take_along_axis(x, places, axis=axis), places.astype(int)


def top_k(x, k, axis, largest):
    """torch.topk along any axis: of equal elements the first, and NaN the largest."""
    values, places = sorted_with_places(x, axis, descending=largest)
    cut = [slice(None)] * axis + [slice(k)]
    return values[tuple(cut)], places[tuple(cut)]


def search_rows(rows, values, side):
    """torch.searchsorted of rows of their own; jnp.searchsorted takes one."""
    flat = jax.vmap(lambda row, some: jnp.searchsorted(row, some, side=side))(
        rows.reshape(-1, rows.shape[-1]), values.reshape(-1, values.shape[-1])
    )
    return flat.reshape(values.shape)


def vector_norm(x, order, axis=None, keepdims=False):
    """torch.linalg.vector_norm over any axes."""
    x = jnp.abs(x)
    if order == float("inf"):
        return x.max(axis, keepdims=keepdims)
    if order == -float("inf"):
        return x.min(axis, keepdims=keepdims)
    if order == 0:
        return (x != 0).astype(x.dtype).sum(axis, keepdims=keepdims)
    return (x**order).sum(axis, keepdims=keepdims) ** (1 / order)


def cdist(x, y, order):
    """torch.cdist: the distance of each row from each row."""
    return vector_norm(x[..., :, None, :] - y[..., None, :, :], order, axis=-1)


def tensor_unfold(x, axis, size, step):
    """torch.Tensor.unfold: windows of one axis, their elements along a new last one."""
    count = (x.shape[axis] - size) // step + 1
    windows = np.arange(count)[:, None] * step + np.arange(size)
    return jnp.moveaxis(jnp.take(x, windows, axis=axis), axis + 1, -1)


def unfold(x, kernel, dilation, padding, stride):
    """torch.nn.Unfold: (n, c, h, w) to (n, c * kh * kw, windows)."""
    x = jnp.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    n, c, *sizes = x.shape
    rows, columns = (
        (extent - d * (k - 1) - 1) // s + 1
        for extent, k, d, s in zip(sizes, kernel, dilation, stride)
    )
    taps = []
    for i, j in np.ndindex(*kernel):
        top, left = i * dilation[0], j * dilation[1]
        bottom = top + (rows - 1) * stride[0] + 1
        right = left + (columns - 1) * stride[1] + 1
        taps.append(x[:, :, top : bottom : stride[0], left : right : stride[1]])
    return jnp.stack(taps, 2).reshape(n, c * kernel[0] * kernel[1], rows * columns)


def fold_windows(x, sizes, kernel, dilation, padding, stride):
    """torch.nn.Fold: columns added up where their windows lie, to (n, c, h, w)."""
    height, width = (n + 2 * p for n, p in zip(sizes, padding))
    rows = (height - dilation[0] * (kernel[0] - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kernel[1] - 1) - 1) // stride[1] + 1
    x = x.reshape(x.shape[0], -1, *kernel, rows, columns)
    total = jnp.zeros((*x.shape[:2], height, width), x.dtype)
    for i, j in np.ndindex(*kernel):
        top, left = i * dilation[0], j * dilation[1]
        bottom = top + (rows - 1) * stride[0] + 1
        right = left + (columns - 1) * stride[1] + 1
        total = total.at[:, :, top : bottom : stride[0], left : right : stride[1]].add(
            x[:, :, i, j]
        )
    return total[
        :, :, padding[0] : height - padding[0], padding[1] : width - padding[1]
    ]


def resampled(x, axis, index, weight):
    """Sums of neighbours along one axis: index and weight are (outputs, neighbours)."""
    shape = [-1 if i == axis else 1 for i in range(x.ndim)]
    total = 0
    for places, weights in zip(np.transpose(index), np.transpose(weight)):
        part = jnp.take(x, places, axis=axis, mode="clip")
        total = total + part * jnp.asarray(weights.reshape(shape), x.dtype)
    return total


def resample_scale(n, size, scale, align_corners):
    """How far apart the places of neighbouring outputs are in the input."""
    if align_corners:
        return (n - 1) / (size - 1) if size > 1 else 0.0
    return 1 / scale if scale else n / size


def float32_floor(places, n):
    """PyTorch rounds a place to float32 before it is cut off to an index."""
    return np.minimum(np.floor(places.astype(np.float32)).astype(int), n - 1)


def cubic_weight(distance, a):
    """Keys' convolution kernel."""
    x = np.abs(distance)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def interpolate_nearest(x, sizes, scales, exact):
    """torch.nn.functional.interpolate, mode "nearest" or, exact, "nearest-exact"."""
    for axis, (size, scale) in enumerate(zip(sizes, scales), start=1):
        n = x.shape[axis]
        step = resample_scale(n, size, scale, False)
        index = float32_floor((np.arange(size) + (0.5 if exact else 0.0)) * step, n)
        x = jnp.take(x, index, axis=axis, mode="clip")
    return x


def interpolate_linear(x, sizes, scales, align_corners):
    """torch.nn.functional.interpolate, mode "linear", "bilinear" or "trilinear"."""
    for axis, (size, scale) in enumerate(zip(sizes, scales), start=1):
        n = x.shape[axis]
        if n == size:
            continue
        step = resample_scale(n, size, scale, align_corners)
        places = np.arange(size) * step
        if not align_corners:
            places = np.maximum(places + 0.5 * step - 0.5, 0)
        low = float32_floor(places, n)
        past = np.clip(places - low, 0, 1)
        index = np.stack([low, np.minimum(low + 1, n - 1)], 1)
        x = resampled(x, axis, index, np.stack([1 - past, past], 1))
    return x


def interpolate_cubic(x, sizes, scales, align_corners):
    """torch.nn.functional.interpolate, mode "bicubic": the border repeated."""
    for axis, (size, scale) in enumerate(zip(sizes, scales), start=1):
        n = x.shape[axis]
        step = resample_scale(n, size, scale, align_corners)
        places = np.arange(size) * step
        if not align_corners:
            places = places + 0.5 * step - 0.5
        low = float32_floor(places, n)
        past = np.clip(places - low, 0, 1)
        taps = np.arange(-1, 3)
        index = np.clip(low[:, None] + taps, 0, n - 1)
        x = resampled(x, axis, index, cubic_weight(taps - past[:, None], -0.75))
    return x


def interpolate_antialias(x, sizes, scales, cubic):
    """torch.nn.functional.interpolate(antialias=True), mode "bilinear" or "bicubic"."""
    for axis, (size, scale) in enumerate(zip(sizes, scales), start=1):
        n = x.shape[axis]
        step = resample_scale(n, size, scale, False)
        reach = (2 if cubic else 1) * max(step, 1)
        middle = (np.arange(size)[:, None] + 0.5) * step
        low = np.maximum((middle - reach + 0.5).astype(int), 0)
        high = np.minimum((middle + reach + 0.5).astype(int), n)
        index = low + np.arange((high - low).max())
        distance = (index - middle + 0.5) / max(step, 1)
        if cubic:
            weight = cubic_weight(distance, -0.5)
        else:
            weight = np.maximum(1 - np.abs(distance), 0)
        weight = np.where(index < high, weight, 0)
        x = resampled(
            x, axis, np.minimum(index, n - 1), weight / weight.sum(1)[:, None]
        )
    return x


def affine_grid(theta, sizes, align_corners):
    """torch.nn.functional.affine_grid: (n, axes, axes + 1) to (n, [d,] h, w, axes)."""
    along = []
    for n in sizes:
        at = np.arange(n)
        if not align_corners:
            along.append((2 * at + 1) / n - 1)
        else:
            along.append(2 * at / (n - 1) - 1 if n > 1 else np.zeros(1))
    # The last axis is x, the first coordinate.
    places = np.stack(np.meshgrid(*along, indexing="ij")[::-1] + [np.ones(sizes)], -1)
    return jnp.einsum("...j,nij->n...i", jnp.asarray(places, theta.dtype), theta)


def grid_places(at, extent, padding_mode, align_corners):
    """Places brought inside, unless there are zeros outside; NaN becomes 0."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, span = (0.0, extent - 1) if align_corners else (-0.5, extent)
        if span == 0:
            at = jnp.zeros_like(at)
        else:
            far = jnp.abs(at - low)
            turns, rest = jnp.floor(far / span), jnp.fmod(far, span)
            at = jnp.where(turns % 2 == 0, rest, span - rest) + low
    return jnp.where(at > 0, jnp.minimum(at, extent - 1), 0.0)


def cubic_taps(past):
    """Weights of the four neighbours of a place, which is so far past the second."""

    def near(x):
        return (1.25 * x - 2.25) * x * x + 1

    def far(x):
        return -0.75 * (((x - 5) * x + 8) * x - 4)

    return far(past + 1), near(past), near(1 - past), far(2 - past)


def grid_neighbours(at, extent, mode, padding_mode, align_corners):
    """The elements along one axis that a place is a sum of: indices and weights."""
    if align_corners:
        at = (at + 1) / 2 * (extent - 1)
    else:
        at = ((at + 1) * extent - 1) / 2
    if mode == "bicubic":
        low = jnp.floor(at)
        places = [
            grid_places(low + tap, extent, padding_mode, align_corners)
            for tap in range(-1, 3)
        ]
        return list(zip(places, cubic_taps(at - low)))
    at = grid_places(at, extent, padding_mode, align_corners)
    if mode == "nearest":
        return [(jnp.round(at), jnp.ones_like(at))]
    low = jnp.floor(at)
    return [(low, low + 1 - at), (low + 1, at - low)]


def grid_sample(x, grid, mode, padding_mode, align_corners):
    """torch.nn.functional.grid_sample: x is (n, [d,] h, w, c), the grid as PyTorch's."""
    axes = x.ndim - 2
    along = [
        grid_neighbours(
            # The last axis is x, the first coordinate.
            grid[..., axes - 1 - axis],
            x.shape[1 + axis],
            mode,
            padding_mode,
            align_corners,
        )
        for axis in range(axes)
    ]
    images = jnp.arange(x.shape[0]).reshape(-1, *[1] * axes)
    total = 0
    for taps in np.ndindex(*[len(neighbours) for neighbours in along]):
        index, weight, inside = [], 1, True
        for axis, tap in enumerate(taps):
            place, part = along[axis][tap]
            valid = (place >= 0) & (place < x.shape[1 + axis])
            index.append(jnp.where(valid, place, 0).astype(int))
            weight = weight * part
            inside = inside & valid
        elements = x[(images, *index)] * weight[..., None]
        total = total + jnp.where(inside[..., None], elements, 0)
    return total


def bilinear_at(x, images, rows, columns, groups):
    """Elements of (n, h, w, groups, c) at places between them, zeros outside."""
    height, width = x.shape[1:3]
    top, left = jnp.floor(rows), jnp.floor(columns)
    total = 0
    for down in range(2):
        for across in range(2):
            row, column = top + down, left + across
            weight = (1 - jnp.abs(rows - row)) * (1 - jnp.abs(columns - column))
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            at = jnp.where(inside, row, 0).astype(int)
            by = jnp.where(inside, column, 0).astype(int)
            elements = x[images, at, by, groups] * weight[..., None]
            total = total + jnp.where(inside[..., None], elements, 0)
    return total


def deform_conv(x, weight, offset, mask, bias, stride, padding, dilation, groups):
    """torchvision.ops.deform_conv2d: x channels last; weight, offset, mask as PyTorch's."""
    n, height, width, channels = x.shape
    outputs, inputs, *kernel = weight.shape
    taps = kernel[0] * kernel[1]
    rows, columns = offset.shape[2:]
    offset = offset.reshape(n, -1, taps, 2, rows, columns)
    moved = offset.shape[1]
    steps = []
    for axis, count in enumerate((rows, columns)):
        tap = np.arange(taps) // kernel[1] if axis == 0 else np.arange(taps) % kernel[1]
        out = np.arange(count) * stride[axis] - padding[axis]
        steps.append(tap[:, None] * dilation[axis] + out)
    down = jnp.asarray(steps[0][:, :, None], x.dtype) + offset[:, :, :, 0]
    across = jnp.asarray(steps[1][:, None, :], x.dtype) + offset[:, :, :, 1]
    images = jnp.arange(n).reshape(-1, 1, 1, 1, 1)
    parts = jnp.arange(moved).reshape(-1, 1, 1, 1)
    x = x.reshape(n, height, width, moved, channels // moved)
    read = bilinear_at(x, images, down, across, parts)
    if mask is not None:
        read = read * mask.reshape(n, moved, taps, rows, columns, 1)
    # (n, groups of offsets, taps, rows, columns, channels of one) to channels together.
    read = read.transpose(0, 3, 4, 2, 1, 5).reshape(
        n, rows, columns, taps, groups, inputs
    )
    weight = weight.reshape(groups, outputs // groups, inputs, taps)
    y = jnp.einsum("nhwtgc,goct->nhwgo", read, weight)
    return y.reshape(n, rows, columns, outputs) + bias


def region_weights(start, size, cells, samples, extent):
    """How much each element along an axis weighs in each cell of some regions.

    Sums of the weights of a cell's samples, (regions, cells, extent), and their number:
    as many as the cell spans elements where `samples` is 0.
    """
    cell = (size / cells)[:, None]
    count = jnp.full_like(cell, samples) if samples else jnp.ceil(cell)
    low = start[:, None] + cell * jnp.arange(cells)

    def sample(i, total):
        at = low + (i + 0.5) * (cell / count)
        inside = (at >= -1) & (at <= extent) & (i < count)
        at = jnp.clip(at, 0, extent - 1)[..., None]
        weight = jnp.maximum(1 - jnp.abs(jnp.arange(extent) - at), 0)
        return total + jnp.where(inside[..., None], weight, 0).astype(total.dtype)

    total = jnp.zeros((start.shape[0], cells, extent), start.dtype)
    most = samples or jnp.max(count, initial=0).astype(int)
    return jax.lax.fori_loop(0, most, sample, total), count[:, 0]


def roi_align(x, regions, scale, sizes, samples, aligned):
    """torchvision.ops.roi_align: (n, h, w, c) and (k, 5) to (k, height, width, c)."""
    half = 0.5 if aligned else 0.0
    left, top, right, bottom = (regions[:, 1:] * scale - half).T
    across, down = right - left, bottom - top
    if not aligned:
        across, down = jnp.maximum(across, 1), jnp.maximum(down, 1)
    rows, tall = region_weights(top, down, sizes[0], samples, x.shape[1])
    columns, wide = region_weights(left, across, sizes[1], samples, x.shape[2])
    images = x[regions[:, 0].astype(int)]
    sums = jnp.einsum("kph,kqw,khwc->kpqc", rows, columns, images)
    return sums / jnp.maximum(tall * wide, 1)[:, None, None, None]


def ps_roi_align(x, regions, scale, sizes, samples):
    """torchvision.ops.ps_roi_align: each cell reads channels of its own."""
    left, top, right, bottom = (regions[:, 1:] * scale - 0.5).T
    rows, tall = region_weights(top, bottom - top, sizes[0], samples, x.shape[1])
    columns, wide = region_weights(left, right - left, sizes[1], samples, x.shape[2])
    images = x[regions[:, 0].astype(int)]
    images = images.reshape(*images.shape[:3], -1, *sizes)
    sums = jnp.einsum("kph,kqw,khwcpq->kpqc", rows, columns, images)
    return sums / (tall * wide)[:, None, None, None]


def region_cells(low, high, scale, cells, extent, inclusive):
    """Which elements along an axis lie in each cell: (regions, cells, extent).

    Borders are rounded away from zero; the last element counts where it is inclusive.
    """

    def rounded(x):
        return jnp.where(x < 0, -jnp.floor(0.5 - x), jnp.floor(x + 0.5))

    first, last = rounded(low * scale)[:, None], rounded(high * scale)[:, None]
    cell = jnp.maximum(last - first + inclusive, 1) / cells
    begin = first + jnp.floor(cell * jnp.arange(cells))
    end = first + jnp.ceil(cell * (jnp.arange(cells) + 1))
    at = jnp.arange(extent)
    inside = (at >= begin[..., None]) & (at < end[..., None])
    return inside & (at < extent - 1 + inclusive)


def roi_pool(x, regions, scale, sizes):
    """torchvision.ops.roi_pool: the largest element of each cell, NaN never being it."""
    rows = region_cells(regions[:, 2], regions[:, 4], scale, sizes[0], x.shape[1], 1)
    columns = region_cells(regions[:, 1], regions[:, 3], scale, sizes[1], x.shape[2], 1)
    # torchvision starts from the smallest float32 in float64 too.
    least = jnp.asarray(np.finfo(np.float32).min, x.dtype)
    images = jnp.fmax(x[regions[:, 0].astype(int)], least)
    grid = []
    for i in range(sizes[0]):
        inside = rows[:, i, :, None, None]
        line = jnp.where(inside, images, least).max(axis=1)
        cells = []
        for j in range(sizes[1]):
            inside = columns[:, j, :, None]
            cells.append(jnp.where(inside, line, least).max(axis=1))
        grid.append(jnp.stack(cells, 1))
    filled = rows.any(axis=2)[:, :, None, None] & columns.any(axis=2)[:, None, :, None]
    return jnp.where(filled, jnp.stack(grid, 1), 0)


def ps_roi_pool(x, regions, scale, sizes):
    """torchvision.ops.ps_roi_pool: means of cells, each of channels of its own."""
    rows = region_cells(regions[:, 2], regions[:, 4], scale, sizes[0], x.shape[1], 0)
    columns = region_cells(regions[:, 1], regions[:, 3], scale, sizes[1], x.shape[2], 0)
    rows, columns = rows.astype(x.dtype), columns.astype(x.dtype)
    images = x[regions[:, 0].astype(int)]
    images = images.reshape(*images.shape[:3], -1, *sizes)
    sums = jnp.einsum("kph,kqw,khwcpq->kpqc", rows, columns, images)
    area = rows.sum(axis=2)[:, :, None] * columns.sum(axis=2)[:, None, :]
    return sums / jnp.maximum(area, 1)[..., None]


def rnn_tanh_cell(x, states, kernel_ih, kernel_hh, bias_ih=0.0, bias_hh=0.0):
    """torch.nn.RNNCell."""
    (h,) = states
    return (jnp.tanh(x @ kernel_ih + bias_ih + h @ kernel_hh + bias_hh),)


def rnn_relu_cell(x, states, kernel_ih, kernel_hh, bias_ih=0.0, bias_hh=0.0):
    """torch.nn.RNNCell(nonlinearity="relu")."""
    (h,) = states
    return (jax.nn.relu(x @ kernel_ih + bias_ih + h @ kernel_hh + bias_hh),)


def gru_cell(x, states, kernel_ih, kernel_hh, bias_ih=0.0, bias_hh=0.0):
    """torch.nn.GRUCell: the reset gate acts on the state's product with its bias."""
    (h,) = states
    reset, update, new = jnp.split(x @ kernel_ih + bias_ih, 3, axis=-1)
    reset_h, update_h, new_h = jnp.split(h @ kernel_hh + bias_hh, 3, axis=-1)
    new = jnp.tanh(new + jax.nn.sigmoid(reset + reset_h) * new_h)
    return ((h - new) * jax.nn.sigmoid(update + update_h) + new,)


def lstm_cell(
    x, states, kernel_ih, kernel_hh, bias_ih=0.0, bias_hh=0.0, kernel_hr=None
):
    """torch.nn.LSTMCell: states are (h, c), where Flax's carry is (c, h)."""
    h, c = states
    gates = x @ kernel_ih + bias_ih + h @ kernel_hh + bias_hh
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h if kernel_hr is None else h @ kernel_hr), c


def scan_cell(cell, x, states, parameters, reverse):
    """One layer in one direction over a sequence, time first."""

    def step(states, x):
        states = cell(x, states, *parameters)
        return states, states[0]

    return jax.lax.scan(step, states, x, reverse=reverse)


def recurrent(cell, x, states, parameters, directions, batch_first):
    """torch.nn.LSTM, GRU and RNN: layers of a cell, each in one or both directions.

    States are (layers * directions, n, h), parameters one tuple for each of these.
    """
    if batch_first:
        x = x.swapaxes(0, 1)
    dtype = jnp.result_type(x, *states, *parameters[0])
    states = [state.astype(dtype) for state in states]
    ends = []
    for layer in range(0, len(parameters), directions):
        outputs = []
        for run in range(layer, layer + directions):
            start = tuple(state[run] for state in states)
            end, output = scan_cell(cell, x, start, parameters[run], run > layer)
            ends.append(end)
            outputs.append(output)
        x = jnp.concatenate(outputs, axis=-1)
    if batch_first:
        x = x.swapaxes(0, 1)
    return x, *(jnp.stack(parts) for parts in zip(*ends))
