"""jax.scipy: the special functions."""
from jax.scipy import special
