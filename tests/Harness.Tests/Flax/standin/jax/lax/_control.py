"""Loops and branches, run as Python runs them; a carry that changes its type is refused as jax refuses it."""
from jax import tree
from jax.numpy import asarray, concatenate, stack, take


def _arrays(values):
    return tree.map(asarray, values)


def _same_types(before, after):
    old, new = tree.flatten(before), tree.flatten(after)
    if len(old[0]) != len(new[0]):
        raise TypeError('the carry changes its structure')
    for a, b in zip(old[0], new[0]):
        if a.shape != b.shape or a.dtype != b.dtype and not a.weak_type:
            raise TypeError(f'the carry changes its type: {a.dtype}{list(a.shape)} becomes {b.dtype}{list(b.shape)}')
    return after


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    carry, rows = _arrays(init), []
    xs = _arrays(xs)
    n = length if length is not None else len(tree.leaves(xs)[0])
    for i in reversed(range(n)) if reverse else range(n):
        after, row = f(carry, tree.map(lambda a: a[i], xs))
        carry = _same_types(carry, _arrays(after))
        rows.append(_arrays(row))
    rows = rows[::-1] if reverse else rows
    return carry, tree.map(lambda *leaves: stack(leaves), *rows) if rows else None


def map(f, xs, *, batch_size=None):
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


def fori_loop(lower, upper, body_fun, init_val, *, unroll=None):
    carry = _arrays(init_val)
    for i in range(int(lower), int(upper)):
        carry = _same_types(carry, _arrays(body_fun(asarray(i), carry)))
    return carry


def while_loop(cond_fun, body_fun, init_val):
    carry = _arrays(init_val)
    while cond_fun(carry):
        carry = _same_types(carry, _arrays(body_fun(carry)))
    return carry


def cond(pred, true_fun, false_fun, *operands):
    return _arrays((true_fun if bool(pred) else false_fun)(*_arrays(operands)))


def switch(index, branches, *operands):
    return _arrays(branches[min(max(int(index), 0), len(branches) - 1)](*_arrays(operands)))


def associative_scan(fn, elems, reverse=False, axis=0):
    n = tree.leaves(elems)[0].shape[axis]
    rows, last = [], None
    for i in reversed(range(n)) if reverse else range(n):
        row = tree.map(lambda a: take(a, asarray([i]), axis), elems)
        last = row if last is None else fn(last, row)
        rows.append(last)
    return tree.map(lambda *leaves: concatenate(leaves, axis), *(rows[::-1] if reverse else rows))
