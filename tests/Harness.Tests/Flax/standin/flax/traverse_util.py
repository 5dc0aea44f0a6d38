"""flax.traverse_util: nested dicts and their paths."""


class _Empty:
    pass


empty_node = _Empty()


def flatten_dict(xs, keep_empty_nodes=False, is_leaf=None, sep=None):
    out = {}

    def walk(node, path):
        if not isinstance(node, dict) or is_leaf is not None and is_leaf(path, node):
            out[path if sep is None else sep.join(path)] = node
            return
        if not node and keep_empty_nodes:
            out[path if sep is None else sep.join(path)] = empty_node
        for k, v in node.items():
            walk(v, (*path, k))
    if not isinstance(xs, dict):
        raise AssertionError(f'expected dict; got {type(xs)}')
    walk(xs, ())
    return out


def unflatten_dict(xs, sep=None):
    out = {}
    for path, value in xs.items():
        path = path.split(sep) if sep is not None else path
        node = out
        for k in path[:-1]:
            node = node.setdefault(k, {})
        node[path[-1]] = {} if value is empty_node else value
    return out
