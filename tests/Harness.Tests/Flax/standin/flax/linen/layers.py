"""linen's layers, with Flax's defaults. Parameters and names are linen's; what they compute is _arithmetic's."""
from typing import Any

import numpy as np

from flax import _arithmetic as a
from flax.linen.module import Module, compact
from jax import nn as jnn
from jax import numpy as jnp
from jax import random

_kernel, _bias = jnn.initializers.lecun_normal(), jnn.initializers.zeros
_ones = jnn.initializers.ones


class Dense(Module):
    features: int
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Any = _kernel
    bias_init: Any = _bias

    @compact
    def __call__(self, inputs):
        inputs = jnp.asarray(inputs)
        kernel = self.param('kernel', self.kernel_init, (inputs.shape[-1], self.features), self.param_dtype)
        bias = self.param('bias', self.bias_init, (self.features,), self.param_dtype) if self.use_bias else None
        inputs, kernel, bias = a.promoted(inputs, kernel, bias, dtype=self.dtype)
        y = a.contract(inputs, kernel, (-1,))
        return y if bias is None else y + bias


class DenseGeneral(Module):
    features: Any
    axis: Any = -1
    batch_dims: Any = ()
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    kernel_init: Any = _kernel
    bias_init: Any = _bias
    precision: Any = None

    @compact
    def __call__(self, inputs):
        if self.batch_dims:
            raise NotImplementedError('DenseGeneral(batch_dims=)')
        features, axis = ((v,) if isinstance(v, int) else tuple(v) for v in (self.features, self.axis))
        shape = (*(inputs.shape[i] for i in axis), *features)
        kernel = self.param('kernel', self.kernel_init, shape, self.param_dtype)
        bias = self.param('bias', self.bias_init, features, self.param_dtype) if self.use_bias else None
        inputs, kernel, bias = a.promoted(inputs, kernel, bias, dtype=self.dtype)
        y = a.contract(inputs, kernel, axis)
        return y if bias is None else y + bias


class Einsum(Module):
    shape: Any
    einsum_str: Any = None
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Any = _kernel
    bias_init: Any = _bias

    @compact
    def __call__(self, inputs, einsum_str=None):
        if self.use_bias:
            raise NotImplementedError('linen Einsum(use_bias=True)')
        kernel = self.param('kernel', self.kernel_init, self.shape, self.param_dtype)
        inputs, kernel = a.promoted(inputs, kernel, dtype=self.dtype)
        return jnp.einsum(einsum_str or self.einsum_str, inputs, kernel)


class Conv(Module):
    features: int
    kernel_size: Any
    strides: Any = 1
    padding: Any = 'SAME'
    input_dilation: Any = 1
    kernel_dilation: Any = 1
    feature_group_count: int = 1
    use_bias: bool = True
    mask: Any = None
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Any = _kernel
    bias_init: Any = _bias

    @compact
    def __call__(self, inputs):
        if self.mask is not None:
            raise NotImplementedError('Conv(mask=)')
        channels, groups = inputs.shape[-1], self.feature_group_count
        assert channels % groups == 0
        shape = (*a.as_window(self.kernel_size), channels // groups, self.features)
        kernel = self.param('kernel', self.kernel_init, shape, self.param_dtype)
        bias = self.param('bias', self.bias_init, (self.features,), self.param_dtype) if self.use_bias else None
        inputs, kernel, bias = a.promoted(inputs, kernel, bias, dtype=self.dtype)
        return a.convolve(inputs, kernel, bias, strides=self.strides, padding=self.padding,
                          input_dilation=self.input_dilation, kernel_dilation=self.kernel_dilation, groups=groups,
                          pairs=(tuple, list))


class ConvTranspose(Module):
    features: int
    kernel_size: Any
    strides: Any = None
    padding: Any = 'SAME'
    kernel_dilation: Any = None
    use_bias: bool = True
    mask: Any = None
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Any = _kernel
    bias_init: Any = _bias
    transpose_kernel: bool = False

    @compact
    def __call__(self, inputs):
        if self.mask is not None:
            raise NotImplementedError('ConvTranspose(mask=)')
        ends = (self.features, inputs.shape[-1]) if self.transpose_kernel else (inputs.shape[-1], self.features)
        shape = (*a.as_window(self.kernel_size), *ends)
        kernel = self.param('kernel', self.kernel_init, shape, self.param_dtype)
        bias = self.param('bias', self.bias_init, (self.features,), self.param_dtype) if self.use_bias else None
        inputs, kernel, bias = a.promoted(inputs, kernel, bias, dtype=self.dtype)
        return a.convolve_transposed(inputs, kernel, bias, strides=self.strides, padding=self.padding,
                                     kernel_dilation=self.kernel_dilation, transpose_kernel=self.transpose_kernel,
                                     pairs=(tuple, list))


class Embed(Module):
    num_embeddings: int
    features: int
    dtype: Any = None
    param_dtype: Any = jnp.float32
    embedding_init: Any = _kernel

    def setup(self):
        self.embedding = self.param('embedding', self.embedding_init, (self.num_embeddings, self.features),
                                    self.param_dtype)

    def __call__(self, inputs):
        table, = a.promoted(self.embedding, dtype=self.dtype, inexact=False)
        return a.embed(inputs, table)

    def attend(self, query):
        query, table = a.promoted(query, self.embedding, dtype=self.dtype)
        return jnp.dot(query, table.T)


# --- norms -----------------------------------------------------------------------------------------------------------
def _affine(module, shape, bias=True):
    scale = module.param('scale', module.scale_init, shape, module.param_dtype) if module.use_scale else None
    has_bias = bias and module.use_bias
    return scale, module.param('bias', module.bias_init, shape, module.param_dtype) if has_bias else None


def _sizes(x, axes):
    return tuple(x.shape[i] for i in a.axes_of(axes, x.ndim))


class BatchNorm(Module):
    use_running_average: Any = None
    axis: Any = -1
    momentum: float = 0.99
    epsilon: float = 1e-5
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Any = _bias
    scale_init: Any = _ones
    axis_name: Any = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, use_running_average=None, *, mask=None):
        running = a.first_given('use_running_average', use_running_average, self.use_running_average)
        if mask is not None:
            raise NotImplementedError('BatchNorm(mask=)')
        x = jnp.asarray(x)
        features = a.axes_of(self.axis, x.ndim)
        axes = tuple(i for i in range(x.ndim) if i not in features)
        shape = _sizes(x, features)
        mean = self.variable('batch_stats', 'mean', lambda: jnp.zeros(shape, jnp.float32))
        var = self.variable('batch_stats', 'var', lambda: jnp.ones(shape, jnp.float32))
        if running:
            m, v = mean.value, var.value
        else:
            m, v = a.statistics(x, axes, dtype=self.dtype, fast=self.use_fast_variance)
            if not self.is_initializing():
                mean.value = self.momentum * mean.value + (1 - self.momentum) * m
                var.value = self.momentum * var.value + (1 - self.momentum) * v
        scale, bias = _affine(self, shape)
        return a.normalize(x, jnp.asarray(m), jnp.asarray(v), scale, bias, axes=axes, features=features,
                           epsilon=self.epsilon, dtype=self.dtype)


class LayerNorm(Module):
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Any = _bias
    scale_init: Any = _ones
    reduction_axes: Any = -1
    feature_axes: Any = -1
    axis_name: Any = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        scale, bias = _affine(self, _sizes(x, self.feature_axes))
        return a.layer_norm(x, scale, bias, epsilon=self.epsilon, reduction_axes=self.reduction_axes,
                            feature_axes=self.feature_axes, fast=self.use_fast_variance, dtype=self.dtype)


class RMSNorm(Module):
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_scale: bool = True
    scale_init: Any = _ones
    reduction_axes: Any = -1
    feature_axes: Any = -1
    axis_name: Any = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        scale, _ = _affine(self, _sizes(x, self.feature_axes), bias=False)
        return a.layer_norm(x, scale, None, epsilon=self.epsilon, reduction_axes=self.reduction_axes,
                            feature_axes=self.feature_axes, fast=True, dtype=self.dtype, centered=False)


class GroupNorm(Module):
    num_groups: Any = 32
    group_size: Any = None
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Any = _bias
    scale_init: Any = _ones
    reduction_axes: Any = None
    axis_name: Any = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        groups = a.groups_of(x.shape[-1], self.num_groups, self.group_size)
        scale, bias = _affine(self, (x.shape[-1],))
        return a.group_norm(x, scale, bias, groups=groups, epsilon=self.epsilon, reduction_axes=self.reduction_axes,
                            fast=self.use_fast_variance, dtype=self.dtype)


class InstanceNorm(Module):
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Any = _bias
    scale_init: Any = _ones
    feature_axes: Any = -1
    axis_name: Any = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        scale, bias = _affine(self, _sizes(x, self.feature_axes))
        return a.instance_norm(x, scale, bias, epsilon=self.epsilon, feature_axes=self.feature_axes,
                               fast=self.use_fast_variance, dtype=self.dtype)


# --- attention -------------------------------------------------------------------------------------------------------
def dot_product_attention(query, key, value, bias=None, mask=None, broadcast_dropout=True, dropout_rng=None,
                          dropout_rate=0.0, deterministic=False, dtype=None, precision=None, module=None,
                          force_fp32_for_softmax=False):
    if not deterministic and dropout_rate > 0:
        raise NotImplementedError('dropout of attention weights')
    return a.attend(query, key, value, bias, mask, dtype=dtype, float32_softmax=force_fp32_for_softmax)


class MultiHeadDotProductAttention(Module):
    num_heads: int
    dtype: Any = None
    param_dtype: Any = jnp.float32
    qkv_features: Any = None
    out_features: Any = None
    broadcast_dropout: bool = True
    dropout_rate: float = 0.0
    deterministic: Any = None
    precision: Any = None
    kernel_init: Any = _kernel
    out_kernel_init: Any = None
    bias_init: Any = _bias
    out_bias_init: Any = None
    use_bias: bool = True
    attention_fn: Any = dot_product_attention
    decode: bool = False
    normalize_qk: bool = False
    force_fp32_for_softmax: bool = False

    @compact
    def __call__(self, inputs_q, inputs_k=None, inputs_v=None, *, mask=None, deterministic=None, dropout_rng=None,
                 sow_weights=False):
        if self.decode or sow_weights:
            raise NotImplementedError('MultiHeadDotProductAttention(decode=, sow_weights=)')
        inputs_k = inputs_q if inputs_k is None else inputs_k
        inputs_v = inputs_k if inputs_v is None else inputs_v
        features = self.qkv_features or inputs_q.shape[-1]
        assert features % self.num_heads == 0, \
            f'Memory dimension ({features}) must be divisible by number of heads ({self.num_heads}).'
        types = dict(dtype=self.dtype, param_dtype=self.param_dtype, use_bias=self.use_bias)
        heads = (self.num_heads, features // self.num_heads)
        query = DenseGeneral(heads, name='query', **types)(inputs_q)
        key = DenseGeneral(heads, name='key', **types)(inputs_k)
        value = DenseGeneral(heads, name='value', **types)(inputs_v)
        if self.normalize_qk:
            query = LayerNorm(name='query_ln', use_bias=False, dtype=self.dtype, param_dtype=self.param_dtype)(query)
            key = LayerNorm(name='key_ln', use_bias=False, dtype=self.dtype, param_dtype=self.param_dtype)(key)
        settled = True
        if self.dropout_rate > 0:
            settled = a.first_given('deterministic', deterministic, self.deterministic)
        extra = {'force_fp32_for_softmax': True} if self.force_fp32_for_softmax else {}
        x = self.attention_fn(query, key, value, mask=mask, dropout_rng=dropout_rng, dropout_rate=self.dropout_rate,
                              broadcast_dropout=self.broadcast_dropout, deterministic=settled, dtype=self.dtype,
                              precision=self.precision, **extra)
        return DenseGeneral(self.out_features or inputs_q.shape[-1], axis=(-2, -1), name='out', **types)(x)


class SelfAttention(MultiHeadDotProductAttention):
    @compact
    def __call__(self, inputs_q, mask=None, deterministic=None, dropout_rng=None, sow_weights=False):
        return super().__call__(inputs_q, mask=mask, deterministic=deterministic, dropout_rng=dropout_rng)


# --- recurrent -------------------------------------------------------------------------------------------------------
class RNNCellBase(Module):
    num_feature_axes = 1

    def initialize_carry(self, rng, input_shape):
        return jnp.zeros((*input_shape[:-1], self.features), self.param_dtype)

    def _dense(self, name, use_bias):
        return Dense(self.features, use_bias=use_bias, dtype=self.dtype, param_dtype=self.param_dtype, name=name)


class LSTMCell(RNNCellBase):
    features: int
    gate_fn: Any = jnn.sigmoid
    activation_fn: Any = jnp.tanh
    dtype: Any = None
    param_dtype: Any = jnp.float32

    @compact
    def __call__(self, carry, inputs):
        c, h = carry
        gates = [self._dense('i' + g, False)(inputs) + self._dense('h' + g, True)(h) for g in 'ifgo']
        return a.lstm(c, gates, self.gate_fn, self.activation_fn)

    def initialize_carry(self, rng, input_shape):
        zeros = jnp.zeros((*input_shape[:-1], self.features), self.param_dtype)
        return zeros, zeros


class OptimizedLSTMCell(LSTMCell):
    pass


class GRUCell(RNNCellBase):
    features: int
    gate_fn: Any = jnn.sigmoid
    activation_fn: Any = jnp.tanh
    dtype: Any = None
    param_dtype: Any = jnp.float32

    @compact
    def __call__(self, carry, inputs):
        h = carry
        r = self.gate_fn(self._dense('ir', True)(inputs) + self._dense('hr', False)(h))
        z = self.gate_fn(self._dense('iz', True)(inputs) + self._dense('hz', False)(h))
        n = self.activation_fn(self._dense('in', True)(inputs) + r * self._dense('hn', True)(h))
        h = (1.0 - z) * n + z * h
        return h, h


class SimpleCell(RNNCellBase):
    features: int
    activation_fn: Any = jnp.tanh
    residual: bool = False
    dtype: Any = None
    param_dtype: Any = jnp.float32

    @compact
    def __call__(self, carry, inputs):
        h = self._dense('i', True)(inputs) + self._dense('h', False)(carry)
        h = self.activation_fn(h + carry if self.residual else h)
        return h, h


class RNN(Module):
    cell: Any
    time_major: bool = False
    return_carry: bool = False
    reverse: bool = False
    keep_order: bool = False
    unroll: int = 1

    def __call__(self, inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None,
                 time_major=None, reverse=None, keep_order=None):
        return a.run_rnn(self, lambda shape: self.cell.initialize_carry(random.key(0), shape), inputs, initial_carry,
                         seq_lengths, return_carry, time_major, reverse, keep_order)


class Bidirectional(Module):
    forward_rnn: Any
    backward_rnn: Any
    merge_fn: Any = a.concatenate
    time_major: bool = False
    return_carry: bool = False

    def __call__(self, inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None,
                 time_major=None, reverse=None, keep_order=None):
        return a.run_both_ways(self, inputs, initial_carry, seq_lengths, return_carry, time_major)


# --- the rest --------------------------------------------------------------------------------------------------------
class PReLU(Module):
    param_dtype: Any = jnp.float32
    negative_slope_init: float = 0.01

    @compact
    def __call__(self, inputs):
        slope = self.param('negative_slope', lambda k: jnp.asarray(self.negative_slope_init, self.param_dtype))
        return jnp.where(inputs >= 0, inputs, jnp.asarray(slope, inputs.dtype) * inputs)


class Dropout(Module):
    rate: float
    broadcast_dims: Any = ()
    deterministic: Any = None
    rng_collection: str = 'dropout'

    @compact
    def __call__(self, inputs, deterministic=None, rng=None):
        if a.first_given('deterministic', deterministic, self.deterministic) or self.rate == 0:
            return inputs
        keep = 1.0 - self.rate
        kept = random.bernoulli(self.make_rng(self.rng_collection), keep, np.shape(inputs))
        return jnp.where(kept, inputs / keep, 0)


class Sequential(Module):
    layers: Any

    def __call__(self, *args, **kwargs):
        return a.run_in_turn(self.layers, args, kwargs)
