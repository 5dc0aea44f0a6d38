"""flax.nnx."""
from flax._arithmetic import (avg_pool, combine_masks, make_attention_mask, make_causal_mask, max_pool,
                              min_pool, pool)
from flax.nnx import nn
from flax.nnx.layers import (BatchNorm, Bidirectional, Conv, ConvTranspose, Dropout, Einsum, Embed, GroupNorm,
                             GRUCell, InstanceNorm, LayerNorm, Linear, LinearGeneral, LSTMCell, MultiHeadAttention,
                             OptimizedLSTMCell, PReLU, RMSNorm, RNN, Sequential, SimpleCell, dot_product_attention)
from flax.nnx.module import (BatchStat, Cache, Dict, GraphDef, Intermediate, List, Module, Param, RngCount,
                             RngKey, Rngs, RngState, RngStream, State, Variable, clone, eval_shape, from_flat_state,
                             graphdef, iter_modules, merge, pop, replace_by_pure_dict, restore_int_paths, split, state,
                             to_flat_state, to_pure_dict, update)
from jax import jit
from jax.nn import (celu, elu, gelu, glu, hard_sigmoid, hard_silu, hard_swish, hard_tanh, initializers,
                    leaky_relu, log_sigmoid, log_softmax, logsumexp, one_hot, relu, relu6, selu, sigmoid, silu,
                    soft_sign, softmax, softplus, standardize, swish, tanh)


def data(value):
    return value


static = data
