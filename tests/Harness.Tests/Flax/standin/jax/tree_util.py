"""jax.tree_util: the older names of jax.tree."""
from jax.tree import flatten as tree_flatten, leaves as tree_leaves, map as tree_map, unflatten as tree_unflatten
