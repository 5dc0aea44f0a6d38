"""nnx's layers, with Flax's defaults. Variables and names are nnx's; what they compute is _arithmetic's."""
import numpy as np

from flax import _arithmetic as a
from flax.nnx.module import BatchStat, List, Module, Param, RngStream
from flax.nnx.nn.dtypes import promote_dtype
from jax import nn as jnn
from jax import numpy as jnp
from jax import random

_kernel, _bias, _ones = jnn.initializers.lecun_normal(), jnn.initializers.zeros, jnn.initializers.ones


def _param(init, rngs, shape, dtype):
    return Param(init(rngs.params(), shape, dtype))


def _value(variable):
    return None if variable is None else variable.get_value()


def _tuple(value):
    return (value,) if isinstance(value, int) else tuple(value)


class LinearGeneral(Module):
    def __init__(self, in_features, out_features, *, axis=-1, batch_axis=None, use_bias=True, dtype=None,
                 param_dtype=jnp.float32, kernel_init=_kernel, bias_init=_bias, precision=None,
                 promote_dtype=promote_dtype, rngs):
        if batch_axis:
            raise NotImplementedError('LinearGeneral(batch_axis=)')
        self.in_features, self.out_features, self.axis = _tuple(in_features), _tuple(out_features), _tuple(axis)
        self.dtype, self.promote_dtype = dtype, promote_dtype
        self.kernel = _param(kernel_init, rngs, (*self.in_features, *self.out_features), param_dtype)
        self.bias = _param(bias_init, rngs, self.out_features, param_dtype) if use_bias else None

    def __call__(self, inputs):
        inputs, kernel, bias = self.promote_dtype((inputs, _value(self.kernel), _value(self.bias)), dtype=self.dtype)
        y = a.contract(inputs, kernel, self.axis)
        return y if bias is None else y + bias


class Linear(Module):
    def __init__(self, in_features, out_features, *, use_bias=True, dtype=None, param_dtype=jnp.float32, precision=None,
                 kernel_init=_kernel, bias_init=_bias, promote_dtype=promote_dtype, rngs):
        self.in_features, self.out_features, self.use_bias = in_features, out_features, use_bias
        self.dtype, self.promote_dtype = dtype, promote_dtype
        self.kernel = _param(kernel_init, rngs, (in_features, out_features), param_dtype)
        self.bias = _param(bias_init, rngs, (out_features,), param_dtype) if use_bias else None

    def __call__(self, inputs):
        inputs, kernel, bias = self.promote_dtype((inputs, _value(self.kernel), _value(self.bias)), dtype=self.dtype)
        y = a.contract(inputs, kernel, (-1,))
        return y if bias is None else y + bias


class Einsum(Module):
    def __init__(self, einsum_str, kernel_shape, bias_shape=None, *, dtype=None, param_dtype=jnp.float32,
                 precision=None, kernel_init=_kernel, bias_init=_bias, promote_dtype=promote_dtype, rngs):
        self.einsum_str, self.dtype, self.promote_dtype = einsum_str, dtype, promote_dtype
        self.kernel = _param(kernel_init, rngs, kernel_shape, param_dtype)
        self.bias = None if bias_shape is None else _param(bias_init, rngs, bias_shape, param_dtype)

    def __call__(self, inputs, einsum_str=None):
        inputs, kernel, bias = self.promote_dtype((inputs, _value(self.kernel), _value(self.bias)), dtype=self.dtype)
        y = jnp.einsum(einsum_str or self.einsum_str, inputs, kernel)
        return y if bias is None else y + bias


class Conv(Module):
    def __init__(self, in_features, out_features, kernel_size, strides=1, *, padding='SAME', input_dilation=1,
                 kernel_dilation=1, feature_group_count=1, use_bias=True, mask=None, dtype=None,
                 param_dtype=jnp.float32, precision=None, kernel_init=_kernel, bias_init=_bias,
                 promote_dtype=promote_dtype, rngs):
        if mask is not None:
            raise NotImplementedError('Conv(mask=)')
        assert in_features % feature_group_count == 0, 'feature_group_count must divide in_features'
        self.in_features, self.out_features, self.kernel_size = in_features, out_features, a.as_window(kernel_size)
        self.strides, self.padding, self.input_dilation = strides, padding, input_dilation
        self.kernel_dilation, self.feature_group_count = kernel_dilation, feature_group_count
        self.dtype, self.promote_dtype = dtype, promote_dtype
        shape = (*self.kernel_size, in_features // feature_group_count, out_features)
        self.kernel = _param(kernel_init, rngs, shape, param_dtype)
        self.bias = _param(bias_init, rngs, (out_features,), param_dtype) if use_bias else None

    def __call__(self, inputs):
        inputs, kernel, bias = self.promote_dtype((inputs, _value(self.kernel), _value(self.bias)), dtype=self.dtype)
        return a.convolve(inputs, kernel, bias, strides=self.strides, padding=self.padding,
                          input_dilation=self.input_dilation, kernel_dilation=self.kernel_dilation,
                          groups=self.feature_group_count, pairs=tuple)


class ConvTranspose(Module):
    def __init__(self, in_features, out_features, kernel_size, strides=None, *, padding='SAME', kernel_dilation=None,
                 use_bias=True, mask=None, dtype=None, param_dtype=jnp.float32, precision=None, kernel_init=_kernel,
                 bias_init=_bias, transpose_kernel=False, promote_dtype=promote_dtype, rngs):
        if mask is not None:
            raise NotImplementedError('ConvTranspose(mask=)')
        self.strides, self.padding, self.kernel_dilation = strides, padding, kernel_dilation
        self.transpose_kernel, self.dtype, self.promote_dtype = transpose_kernel, dtype, promote_dtype
        ends = (out_features, in_features) if transpose_kernel else (in_features, out_features)
        self.kernel = _param(kernel_init, rngs, (*a.as_window(kernel_size), *ends), param_dtype)
        self.bias = _param(bias_init, rngs, (out_features,), param_dtype) if use_bias else None

    def __call__(self, inputs):
        inputs, kernel, bias = self.promote_dtype((inputs, _value(self.kernel), _value(self.bias)), dtype=self.dtype)
        return a.convolve_transposed(inputs, kernel, bias, strides=self.strides, padding=self.padding,
                                     kernel_dilation=self.kernel_dilation, transpose_kernel=self.transpose_kernel,
                                     pairs=tuple)


class Embed(Module):
    def __init__(self, num_embeddings, features, *, dtype=None, param_dtype=jnp.float32, embedding_init=_kernel,
                 promote_dtype=promote_dtype, rngs):
        self.embedding = _param(embedding_init, rngs, (num_embeddings, features), param_dtype)
        self.num_embeddings, self.features, self.promote_dtype = num_embeddings, features, promote_dtype
        # The type of the table as it is built: weights that come later are narrowed to it.
        self.dtype = self.embedding.get_value().dtype if dtype is None else dtype

    def __call__(self, inputs):
        table, = self.promote_dtype((self.embedding.get_value(),), dtype=self.dtype, inexact=False)
        return a.embed(inputs, table)

    def attend(self, query):
        query, table = self.promote_dtype((query, self.embedding.get_value()), dtype=self.dtype)
        return jnp.dot(query, table.T)


# --- norms -----------------------------------------------------------------------------------------------------------
class _Norm(Module):
    def _affine(self, n, use_scale, use_bias, param_dtype, scale_init, bias_init, rngs):
        self.scale = _param(scale_init, rngs, (n,), param_dtype) if use_scale else None
        self.bias = _param(bias_init, rngs, (n,), param_dtype) if use_bias else None

    def _values(self, *inputs):
        return self.promote_dtype((*inputs, _value(self.scale), _value(self.bias)), dtype=self.dtype)


class BatchNorm(_Norm):
    def __init__(self, num_features, *, use_running_average=False, axis=-1, momentum=0.99, epsilon=1e-5, dtype=None,
                 param_dtype=jnp.float32, use_bias=True, use_scale=True, bias_init=_bias, scale_init=_ones,
                 axis_name=None, axis_index_groups=None, use_fast_variance=True, promote_dtype=promote_dtype, rngs):
        self.mean = BatchStat(jnp.zeros((num_features,), jnp.float32))
        self.var = BatchStat(jnp.ones((num_features,), jnp.float32))
        self.use_running_average, self.axis, self.momentum, self.epsilon = use_running_average, axis, momentum, epsilon
        self.use_fast_variance, self.dtype, self.promote_dtype = use_fast_variance, dtype, promote_dtype
        self._affine(num_features, use_scale, use_bias, param_dtype, scale_init, bias_init, rngs)

    def __call__(self, x, use_running_average=None, *, mask=None):
        running = a.first_given('use_running_average', use_running_average, self.use_running_average)
        if mask is not None:
            raise NotImplementedError('BatchNorm(mask=)')
        x, mean, var, scale, bias = self.promote_dtype(
            (x, self.mean.get_value(), self.var.get_value(), _value(self.scale), _value(self.bias)), dtype=self.dtype)
        features = a.axes_of(self.axis, x.ndim)
        axes = tuple(i for i in range(x.ndim) if i not in features)
        if not running:
            m, v = a.statistics(x, axes, dtype=self.dtype, fast=self.use_fast_variance)
            self.mean.set_value(self.momentum * mean + (1 - self.momentum) * m)
            self.var.set_value(self.momentum * var + (1 - self.momentum) * v)
            mean, var = m, v
        return a.normalize(x, mean, var, scale, bias, axes=axes, features=features, epsilon=self.epsilon,
                           dtype=self.dtype)


class LayerNorm(_Norm):
    def __init__(self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_bias=True,
                 use_scale=True, bias_init=_bias, scale_init=_ones, reduction_axes=-1, feature_axes=-1, axis_name=None,
                 axis_index_groups=None, use_fast_variance=True, promote_dtype=promote_dtype, rngs):
        self.epsilon, self.reduction_axes, self.feature_axes = epsilon, reduction_axes, feature_axes
        self.use_fast_variance, self.dtype, self.promote_dtype = use_fast_variance, dtype, promote_dtype
        self._affine(num_features, use_scale, use_bias, param_dtype, scale_init, bias_init, rngs)

    def __call__(self, x, *, mask=None):
        x, scale, bias = self._values(x)
        return a.layer_norm(x, scale, bias, epsilon=self.epsilon, reduction_axes=self.reduction_axes,
                            feature_axes=self.feature_axes, fast=self.use_fast_variance, dtype=self.dtype)


class RMSNorm(_Norm):
    def __init__(self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_scale=True,
                 scale_init=_ones, reduction_axes=-1, feature_axes=-1, axis_name=None,
                 axis_index_groups=None, use_fast_variance=True, promote_dtype=promote_dtype, rngs):
        self.epsilon, self.reduction_axes, self.feature_axes = epsilon, reduction_axes, feature_axes
        self.dtype, self.promote_dtype = dtype, promote_dtype
        self.scale = _param(scale_init, rngs, (num_features,), param_dtype) if use_scale else None

    def __call__(self, x, mask=None):
        x, scale = self.promote_dtype((x, _value(self.scale)), dtype=self.dtype)
        return a.layer_norm(x, scale, None, epsilon=self.epsilon, reduction_axes=self.reduction_axes,
                            feature_axes=self.feature_axes, fast=True, dtype=self.dtype, centered=False)


class GroupNorm(_Norm):
    def __init__(self, num_features, num_groups=32, group_size=None, *, epsilon=1e-6, dtype=None,
                 param_dtype=jnp.float32, use_bias=True, use_scale=True, bias_init=_bias, scale_init=_ones,
                 reduction_axes=None, axis_name=None, axis_index_groups=None, use_fast_variance=True,
                 promote_dtype=promote_dtype, rngs):
        self.num_groups = a.groups_of(num_features, num_groups, group_size)
        self.epsilon, self.reduction_axes = epsilon, reduction_axes
        self.use_fast_variance, self.dtype, self.promote_dtype = use_fast_variance, dtype, promote_dtype
        self._affine(num_features, use_scale, use_bias, param_dtype, scale_init, bias_init, rngs)

    def __call__(self, x, *, mask=None):
        x, scale, bias = self._values(x)
        # nnx repeats the statistics along axis 1, which scrambles them where spatial axes are not reduced.
        return a.group_norm(x, scale, bias, groups=self.num_groups, epsilon=self.epsilon,
                            reduction_axes=self.reduction_axes, fast=self.use_fast_variance, dtype=self.dtype,
                            repeat_axis=1)


class InstanceNorm(_Norm):
    def __init__(self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_bias=True,
                 use_scale=True, bias_init=_bias, scale_init=_ones, feature_axes=-1, axis_name=None,
                 axis_index_groups=None, use_fast_variance=True, promote_dtype=promote_dtype, rngs):
        self.epsilon, self.feature_axes = epsilon, feature_axes
        self.use_fast_variance, self.dtype, self.promote_dtype = use_fast_variance, dtype, promote_dtype
        self._affine(num_features, use_scale, use_bias, param_dtype, scale_init, bias_init, rngs)

    def __call__(self, x, *, mask=None):
        x, scale, bias = self._values(x)
        return a.instance_norm(x, scale, bias, epsilon=self.epsilon, feature_axes=self.feature_axes,
                               fast=self.use_fast_variance, dtype=self.dtype)


# --- attention -------------------------------------------------------------------------------------------------------
def dot_product_attention(query, key, value, bias=None, mask=None, broadcast_dropout=True, dropout_rng=None,
                          dropout_rate=0.0, deterministic=False, dtype=None, precision=None, module=None,
                          promote_dtype=promote_dtype, is_causal=False):
    query, key, value = promote_dtype((query, key, value), dtype=dtype)
    if dropout_rate > 0:
        if not deterministic:
            raise NotImplementedError('dropout of attention weights')
        return a.attend(query, key, value, bias, mask)
    mask = None if mask is None else jnp.asarray(mask) != 0
    if query.ndim <= 4:
        return jnn.dot_product_attention(query, key, value, bias, mask, is_causal=is_causal)
    query, key, value, bias, mask = (x if x is None else x.reshape((-1, *x.shape[-3:]))
                                     for x in (query, key, value, bias, mask))
    raise NotImplementedError('attention of more than one batch axis')


class MultiHeadAttention(Module):
    def __init__(self, num_heads, in_features, qkv_features=None, out_features=None, num_kv_heads=None,
                 in_kv_features=None, *, dtype=None, param_dtype=jnp.float32, broadcast_dropout=True, dropout_rate=0.0,
                 deterministic=None, precision=None, kernel_init=_kernel, out_kernel_init=None, bias_init=_bias,
                 out_bias_init=None, use_bias=True, attention_fn=dot_product_attention, decode=None, normalize_qk=False,
                 rngs, keep_rngs=True):
        features = qkv_features or in_features
        if features % num_heads:
            raise ValueError(f"Memory dimension ({features}) must be divisible by 'num_heads' heads ({num_heads}).")
        depth, types = features // num_heads, dict(dtype=dtype, param_dtype=param_dtype, use_bias=use_bias, rngs=rngs)
        kv_in, kv_heads = in_kv_features or in_features, num_kv_heads or num_heads
        self.num_heads, self.deterministic, self.decode, self.dtype = num_heads, deterministic, decode, dtype
        self.dropout_rate, self.broadcast_dropout, self.precision = dropout_rate, broadcast_dropout, precision
        self.attention_fn = attention_fn
        self.query = LinearGeneral(in_features, (num_heads, depth), **types)
        self.key = LinearGeneral(kv_in, (kv_heads, depth), **types)
        self.value = LinearGeneral(kv_in, (kv_heads, depth), **types)
        norm = dict(use_bias=False, dtype=dtype, param_dtype=param_dtype, rngs=rngs)
        self.query_ln = LayerNorm(depth, **norm) if normalize_qk else None
        self.key_ln = LayerNorm(depth, **norm) if normalize_qk else None
        self.out = LinearGeneral((num_heads, depth), out_features or in_features, axis=(-2, -1), **types)
        self.rngs = rngs.dropout.fork() if keep_rngs and dropout_rate > 0 else None

    def __call__(self, inputs_q, inputs_k=None, inputs_v=None, *, mask=None, deterministic=None, rngs=None,
                 sow_weights=False, decode=None, is_causal=False):
        inputs_k = inputs_q if inputs_k is None else inputs_k
        inputs_v = inputs_k if inputs_v is None else inputs_v
        query, key, value = self.query(inputs_q), self.key(inputs_k), self.value(inputs_v)
        if self.query_ln is not None:
            query, key = self.query_ln(query), self.key_ln(key)
        if a.first_given('decode', decode, self.decode) or sow_weights:
            raise NotImplementedError('MultiHeadAttention(decode=True, sow_weights=True)')
        settled = a.first_given('deterministic', deterministic, self.deterministic) if self.dropout_rate > 0 else True
        causal = {'is_causal': True} if is_causal else {}
        x = self.attention_fn(query, key, value, mask=mask, dropout_rng=rngs, dropout_rate=self.dropout_rate,
                              broadcast_dropout=self.broadcast_dropout, deterministic=settled, dtype=self.dtype,
                              precision=self.precision, module=None, **causal)
        return self.out(x)


# --- recurrent -------------------------------------------------------------------------------------------------------
class _Cell(Module):
    num_feature_axes = 1

    def _init(self, in_features, hidden_features, dtype, param_dtype):
        self.in_features, self.hidden_features = in_features, hidden_features
        self.dtype, self.param_dtype = dtype, param_dtype

    def initialize_carry(self, input_shape, rngs=None, carry_init=None):
        return jnp.zeros((*input_shape[:-1], self.hidden_features), self.param_dtype)


class _LSTM(_Cell):
    def initialize_carry(self, input_shape, rngs=None, carry_init=None):
        zeros = super().initialize_carry(input_shape)
        return zeros, zeros


class LSTMCell(_LSTM):
    def __init__(self, in_features, hidden_features, *, gate_fn=jnn.sigmoid, activation_fn=jnp.tanh, dtype=None,
                 param_dtype=jnp.float32, keep_rngs=False, rngs):
        self._init(in_features, hidden_features, dtype, param_dtype)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        for gate in ('i', 'f_', 'g', 'o'):
            setattr(self, 'i' + gate, Linear(in_features, hidden_features, use_bias=False, dtype=dtype,
                                             param_dtype=param_dtype, rngs=rngs))
            setattr(self, 'h' + gate[0], Linear(hidden_features, hidden_features, dtype=dtype,
                                                param_dtype=param_dtype, rngs=rngs))

    def __call__(self, carry, inputs):
        c, h = carry
        gates = [self.ii(inputs) + self.hi(h), self.if_(inputs) + self.hf(h), self.ig(inputs) + self.hg(h),
                 self.io(inputs) + self.ho(h)]
        return a.lstm(c, gates, self.gate_fn, self.activation_fn)


class OptimizedLSTMCell(_LSTM):
    def __init__(self, in_features, hidden_features, *, gate_fn=jnn.sigmoid, activation_fn=jnp.tanh, dtype=None,
                 param_dtype=jnp.float32, keep_rngs=False, rngs):
        self._init(in_features, hidden_features, dtype, param_dtype)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        types = dict(dtype=dtype, param_dtype=param_dtype, rngs=rngs)
        self.dense_i = Linear(in_features, 4 * hidden_features, use_bias=False, **types)
        self.dense_h = Linear(hidden_features, 4 * hidden_features, **types)

    def __call__(self, carry, inputs):
        c, h = carry
        gates = jnp.split(self.dense_i(inputs) + self.dense_h(h), 4, axis=-1)
        return a.lstm(c, gates, self.gate_fn, self.activation_fn)


class GRUCell(_Cell):
    def __init__(self, in_features, hidden_features, *, gate_fn=jnn.sigmoid, activation_fn=jnp.tanh, dtype=None,
                 param_dtype=jnp.float32, keep_rngs=False, rngs):
        self._init(in_features, hidden_features, dtype, param_dtype)
        self.gate_fn, self.activation_fn = gate_fn, activation_fn
        types = dict(dtype=dtype, param_dtype=param_dtype, rngs=rngs)
        self.dense_i = Linear(in_features, 3 * hidden_features, **types)
        self.dense_h = Linear(hidden_features, 3 * hidden_features, use_bias=False, **types)

    def __call__(self, carry, inputs):
        h = carry
        x, y = (jnp.split(d, 3, axis=-1) for d in (self.dense_i(inputs), self.dense_h(h)))
        r, z = self.gate_fn(x[0] + y[0]), self.gate_fn(x[1] + y[1])
        h = (1.0 - z) * self.activation_fn(x[2] + r * y[2]) + z * h
        return h, h


class SimpleCell(_Cell):
    def __init__(self, in_features, hidden_features, *, dtype=jnp.float32, param_dtype=jnp.float32, carry_init=None,
                 residual=False, activation_fn=jnp.tanh, keep_rngs=False, rngs):
        self._init(in_features, hidden_features, dtype, param_dtype)
        self.residual, self.activation_fn = residual, activation_fn
        types = dict(dtype=dtype, param_dtype=param_dtype, rngs=rngs)
        self.dense_h = Linear(hidden_features, hidden_features, use_bias=False, **types)
        self.dense_i = Linear(in_features, hidden_features, **types)

    def __call__(self, carry, inputs):
        h = self.dense_i(inputs) + self.dense_h(carry)
        h = self.activation_fn(h + carry if self.residual else h)
        return h, h


class RNN(Module):
    def __init__(self, cell, *, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1,
                 rngs=None):
        self.cell, self.time_major, self.return_carry = cell, time_major, return_carry
        self.reverse, self.keep_order = reverse, keep_order
        self.rngs = None if rngs is None else rngs if isinstance(rngs, RngStream) else rngs.carry.fork()

    def __call__(self, inputs, *, initial_carry=None, seq_lengths=None, return_carry=None, time_major=None,
                 reverse=None, keep_order=None, rngs=None):
        return a.run_rnn(self, self.cell.initialize_carry, inputs, initial_carry, seq_lengths,
                         return_carry, time_major, reverse, keep_order)


class Bidirectional(Module):
    def __init__(self, forward_rnn, backward_rnn, *, merge_fn=a.concatenate, time_major=False, return_carry=False,
                 rngs=None):
        self.forward_rnn, self.backward_rnn, self.merge_fn = forward_rnn, backward_rnn, merge_fn
        self.time_major, self.return_carry = time_major, return_carry

    def __call__(self, inputs, *, initial_carry=None, seq_lengths=None, return_carry=None, time_major=None,
                 reverse=None, keep_order=None, rngs=None):
        return a.run_both_ways(self, inputs, initial_carry, seq_lengths, return_carry, time_major)


# --- the rest --------------------------------------------------------------------------------------------------------
class PReLU(Module):
    def __init__(self, negative_slope_init=0.01, *, param_dtype=jnp.float32):
        self.negative_slope = Param(jnp.asarray(negative_slope_init, param_dtype))

    def __call__(self, inputs):
        return jnp.where(inputs >= 0, inputs, jnp.asarray(self.negative_slope.get_value(), inputs.dtype) * inputs)


class Dropout(Module):
    def __init__(self, rate, *, broadcast_dims=(), deterministic=False, rng_collection='dropout', rngs=None):
        self.rate, self.broadcast_dims, self.deterministic = rate, broadcast_dims, deterministic
        self.rngs = None if rngs is None else rngs if isinstance(rngs, RngStream) else rngs[rng_collection].fork()

    def __call__(self, inputs, *, deterministic=None, rngs=None):
        if a.first_given('deterministic', deterministic, self.deterministic) or self.rate == 0:
            return inputs
        stream = self.rngs if rngs is None else rngs.dropout if hasattr(rngs, 'dropout') else rngs
        if stream is None:
            raise ValueError('`deterministic` is False, but no `rngs` argument was provided to Dropout')
        keep = 1.0 - self.rate
        return jnp.where(random.bernoulli(stream(), keep, np.shape(inputs)), inputs / keep, 0)


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = List(layers)

    def __call__(self, *args, rngs=None, **kwargs):
        return a.run_in_turn(self.layers, args, kwargs)
