"""jax.tree: nested dicts, lists, tuples and what registers itself; None holds nothing."""
import builtins

_nodes = {}


def register(kind, flatten, unflatten):
    """`flatten(node)` gives (children, what else it takes); `unflatten(rest, children)` gives the node back."""
    _nodes[kind] = flatten, unflatten


class PyTreeDef:
    def __init__(self, build, children):
        self.build, self.children = build, children


_leaf = object()


def _open(node):
    """(children, how to build the node of them), or None for a leaf."""
    if node is None:
        return [], lambda _: None
    registered = next((_nodes[t] for t in type(node).__mro__ if t in _nodes), None)
    if registered:
        flat, unflatten = registered
        children, rest = flat(node)
        return list(children), lambda c: unflatten(rest, c)
    if isinstance(node, dict):
        keys = sorted(node)
        return [node[k] for k in keys], lambda c: dict(zip(keys, c))
    if isinstance(node, tuple):
        return list(node), (lambda c: type(node)(*c)) if hasattr(node, '_fields') else tuple
    if isinstance(node, list):
        return list(node), list
    return None


def flatten(tree, is_leaf=None):
    out = []

    def walk(node):
        opened = None if is_leaf is not None and is_leaf(node) else _open(node)
        if opened is None:
            out.append(node)
            return _leaf
        children, build = opened
        return PyTreeDef(build, [walk(c) for c in children])
    return out, walk(tree)


def unflatten(treedef, leaves):
    rest = iter(leaves)

    def walk(node):
        return next(rest) if node is _leaf else node.build([walk(c) for c in node.children])
    return walk(treedef)


def leaves(tree, is_leaf=None):
    return flatten(tree, is_leaf)[0]


def structure(tree):
    return flatten(tree)[1]


def _shape(treedef):
    return '*' if treedef is _leaf else [_shape(c) for c in treedef.children]


def map(f, tree, *rest, is_leaf=None):
    first, treedef = flatten(tree, is_leaf)
    others = [flatten(r, is_leaf) for r in rest]
    for values, other in others:
        if _shape(other) != _shape(treedef):
            raise ValueError('the trees have different structures')
    return unflatten(treedef, [f(*leaf) for leaf in zip(first, *(values for values, _ in others))])


def all(tree):
    return builtins.all(leaves(tree))
