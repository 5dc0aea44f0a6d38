"""jax.image: a matrix of weights an axis, as jax builds it."""
import enum

import numpy as np

from jax import numpy as jnp
from jax._core import inexact, kind_of, value_of, wrap


class ResizeMethod(enum.Enum):
    NEAREST, LINEAR, LANCZOS3, LANCZOS5, CUBIC, CUBIC_PYTORCH = range(6)


NAMES = {'nearest': 'nearest', 'linear': 'linear', 'bilinear': 'linear', 'trilinear': 'linear', 'triangle': 'linear',
         'lanczos3': 'lanczos3', 'lanczos5': 'lanczos5', 'cubic': 'cubic', 'bicubic': 'cubic', 'tricubic': 'cubic',
         'cubic-pytorch': 'cubic-pytorch', 'bicubic-pytorch': 'cubic-pytorch', 'area': 'area'}


def _cubic(a):
    """Keys' kernel."""
    def kernel(x):
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.where(x >= 2, 0, np.where(x >= 1, far, near))
    return kernel


def _lanczos(radius):
    def kernel(x):
        y = radius * np.sin(np.pi * x) * np.sin(np.pi * x / radius)
        out = np.where(x > 1e-3, y / np.where(x != 0, np.pi ** 2 * x ** 2, 1), 1)
        return np.where(x > radius, 0, out)
    return kernel


KERNELS = {'linear': lambda x: np.maximum(0, 1 - x), 'lanczos3': _lanczos(3.0), 'lanczos5': _lanczos(5.0),
           'cubic': _cubic(-0.5), 'cubic-pytorch': _cubic(-0.5)}


def _name(method):
    name = method.name.lower().replace('_', '-') if isinstance(method, ResizeMethod) else method
    if name not in NAMES:
        raise ValueError(f'Unknown resize method "{method}"')
    return NAMES[name]


def weights(n, o, scale, translation, name, antialias):
    """(n, o): how much of each cell of the input is in each cell of the output."""
    inverse = 1 / scale
    at = (np.arange(o) + 0.5) * inverse - translation * inverse - 0.5
    if name == 'cubic-pytorch' and not antialias:
        # PyTorch's: its own kernel, and the border's cells repeated instead of weights made to sum to one.
        w, low = np.zeros((n, o)), np.floor(at).astype(int)
        for cell in range(-1, 3):
            np.add.at(w, (np.clip(low + cell, 0, n - 1), np.arange(o)), _cubic(-0.75)(np.abs(at - low - cell)))
        return w
    width = np.maximum(inverse, 1) if antialias else 1.0
    w = KERNELS[name](np.abs(at[None] - np.arange(n)[:, None]) / width)
    total = w.sum(0, keepdims=True)
    w = np.where(np.abs(total) > 1000 * np.finfo(np.float32).eps, w / np.where(total != 0, total, 1), 0)
    return np.where((at >= -0.5) & (at <= n - 0.5), w, 0)


def area(n, o):
    """(n, o): the share of each cell of the input that each cell of the output covers."""
    edges, cells = np.arange(o + 1) * (n / o), np.arange(n)[:, None]
    covered = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    return np.maximum(covered, 0) * (o / n)


def scale_and_translate(image, shape, spatial_dims, scale, translation, method, antialias=True, precision=None):
    name = _name(method)
    if name in ('nearest', 'area'):
        raise ValueError(f'{name} is not supported for scale_and_translate')
    return _weighted(image, spatial_dims, [
        weights(image.shape[axis], shape[axis], float(scale[i]), float(translation[i]), name, antialias)
        for i, axis in enumerate(spatial_dims)])


def _weighted(image, axes, matrices):
    dtype = inexact(kind_of(image)[0])
    out = value_of(image).astype(dtype)
    for axis, w in zip(axes, matrices):
        out = np.moveaxis(np.tensordot(out, w.astype(dtype), ((axis,), (0,))), -1, axis)
    return wrap(out, dtype)


def resize(image, shape, method, antialias=True, precision=None):
    name, image = _name(method), jnp.asarray(image)
    if len(shape) != image.ndim:
        raise ValueError(f'shape must have {image.ndim} sizes, not {len(shape)}')
    dims = [i for i, (n, o) in enumerate(zip(image.shape, shape)) if n != o]
    if name == 'nearest':
        for i in dims:
            n = image.shape[i]
            at = np.floor((np.arange(shape[i], dtype=np.float32) + np.float32(0.5)) * np.float32(n)
                          / np.float32(shape[i])).astype(np.int32)
            image = jnp.take(image, at, axis=i)
        return image
    if name == 'area':
        return _weighted(image, dims, [area(image.shape[i], shape[i]) for i in dims])
    scale = [shape[i] / image.shape[i] for i in dims]
    return scale_and_translate(image, shape, dims, scale, [0.0] * len(dims), method, antialias)
