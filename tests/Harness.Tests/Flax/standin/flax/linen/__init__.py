"""flax.linen."""
from flax._arithmetic import avg_pool, combine_masks, make_attention_mask, make_causal_mask, max_pool, pool
from flax.errors import *
from flax.linen.layers import (BatchNorm, Bidirectional, Conv, ConvTranspose, Dense, DenseGeneral, Dropout,
                               Einsum, Embed, GroupNorm, GRUCell, InstanceNorm, LayerNorm, LSTMCell,
                               MultiHeadDotProductAttention, OptimizedLSTMCell, PReLU, RMSNorm, RNN, SelfAttention,
                               Sequential, SimpleCell, dot_product_attention)
from flax.linen.module import Module, compact, nowrap
from jax.nn import (celu, elu, gelu, glu, hard_sigmoid, hard_silu, hard_swish, hard_tanh, initializers,
                    leaky_relu, log_sigmoid, log_softmax, logsumexp, one_hot, relu, relu6, selu, sigmoid, silu,
                    soft_sign, softmax, softplus, standardize, swish, tanh)

MultiHeadAttention = MultiHeadDotProductAttention
