"""nnx's modules: plain Python objects whose Variables are a graph, found by attribute paths."""
import copy

import numpy as np

from flax import traverse_util
from jax import ShapeDtypeStruct, _core, random, tree
from jax import numpy as jnp
from jax._core import Array


class Variable:
    """A box for an array. It is used as the array; the array itself is `v[...]` or `v.get_value()`."""
    __array_priority__ = 2000

    def __init__(self, value, **metadata):
        if isinstance(value, Variable):
            value = value.get_value()
        object.__setattr__(self, '_value', value)
        object.__setattr__(self, '_metadata', metadata)

    def get_value(self):
        return self._value

    def set_value(self, value):
        object.__setattr__(self, '_value', value.get_value() if isinstance(value, Variable) else value)

    value = property(get_value, set_value)
    type = property(lambda self: type(self))

    def get_metadata(self):
        return self._metadata

    def replace(self, value=None, **metadata):
        out = copy.copy(self)
        out.set_value(self._value if value is None else value)
        object.__setattr__(out, '_metadata', {**self._metadata, **metadata})
        return out

    def copy(self):
        return self.replace()

    def __jax_array__(self):
        return jnp.asarray(self._value)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._value, dtype)

    def __getitem__(self, index):
        return self._value if index is Ellipsis else self._value[index]

    def __setitem__(self, index, value):
        # Only set_value takes another type: what is written in place becomes the array's own.
        self.set_value(jnp.asarray(self._value).at[index].set(value))

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return getattr(self._value, name)

    def __setattr__(self, name, value):
        if name == 'value':
            return self.set_value(value)
        raise AttributeError(f'cannot set {name} on a {type(self).__name__}')

    def __repr__(self):
        return f'{type(self).__name__}({self._value!r})'

    def __len__(self):
        return len(self._value)

    def __iter__(self):
        return iter(self._value)


def _passed_on(name):
    def method(self, *others):
        return getattr(jnp.asarray(self._value), name)(*(o._value if isinstance(o, Variable) else o for o in others))
    return method


for _operator in ('add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow', 'matmul'):
    for _name in (f'__{_operator}__', f'__r{_operator}__'):
        setattr(Variable, _name, _passed_on(_name))
for _operator in ('neg', 'pos', 'abs', 'invert', 'lt', 'le', 'gt', 'ge'):
    setattr(Variable, f'__{_operator}__', _passed_on(f'__{_operator}__'))


class Param(Variable):
    pass


class BatchStat(Variable):
    pass


class Cache(Variable):
    pass


class Intermediate(Variable):
    pass


class RngState(Variable):
    pass


class RngKey(RngState):
    pass


class RngCount(RngState):
    pass


# --- modules ---------------------------------------------------------------------------------------------------------
def _holds_data(value):
    if isinstance(value, (list, tuple)):
        return any(map(_holds_data, value))
    if isinstance(value, dict):
        return any(map(_holds_data, value.values()))
    return isinstance(value, (Variable, Module, Array, np.ndarray))


class Module:
    def __setattr__(self, name, value):
        if type(value) in (list, tuple, dict) and _holds_data(value):
            raise ValueError(f'Found data in a {type(value).__name__}, attribute {name!r} of {type(self).__name__}: '
                             f'use nnx.List or nnx.Dict')
        object.__setattr__(self, name, value)

    def _items(self):
        """The attributes that make up the graph, in the order of their names."""
        return sorted(vars(self).items())

    def _put(self, key, value):
        setattr(self, key, value)

    def set_attributes(self, *filters, raise_if_not_found=True, **attributes):
        found = set()
        for path, module in iter_modules(self):
            for name, value in attributes.items():
                if hasattr(module, name) and (not filters or any(_matches(f, path, module) for f in filters)):
                    found.add(name)
                    setattr(module, name, value)
        if raise_if_not_found and set(attributes) - found:
            raise ValueError(f'Could not find at least one instance of the following attributes: '
                             f'{sorted(set(attributes) - found)}')

    def eval(self, **attributes):
        self.set_attributes(deterministic=True, use_running_average=True, raise_if_not_found=False, **attributes)

    def train(self, **attributes):
        self.set_attributes(deterministic=False, use_running_average=False, raise_if_not_found=False, **attributes)

    def sow(self, variable_type, name, value):
        before = vars(self).get(name)
        setattr(self, name, variable_type((*(before.get_value() if before is not None else ()), value)))
        return True

    def iter_modules(self):
        return iter_modules(self)


class List(Module):
    """A list whose elements are named by their numbers."""

    def __init__(self, items=()):
        object.__setattr__(self, '_elements', list(items))

    def _items(self):
        return list(enumerate(self._elements))

    def _put(self, key, value):
        self._elements[key] = value

    def append(self, value):
        self._elements.append(value)

    def extend(self, values):
        self._elements.extend(values)

    def insert(self, index, value):
        self._elements.insert(index, value)

    def __getitem__(self, index):
        return self._elements[index]

    def __setitem__(self, index, value):
        self._elements[index] = value

    def __len__(self):
        return len(self._elements)

    def __iter__(self):
        return iter(self._elements)


class Dict(Module):
    """A dict whose values are named by their keys."""

    def __init__(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            vars(self)[key] = value

    def __getitem__(self, key):
        return vars(self)[key]

    def __setitem__(self, key, value):
        vars(self)[key] = value

    def _put(self, key, value):
        vars(self)[key] = value

    def __contains__(self, key):
        return key in vars(self)

    def __len__(self):
        return len(vars(self))

    def __iter__(self):
        return iter(vars(self))

    def keys(self):
        return vars(self).keys()

    def values(self):
        return vars(self).values()

    def items(self):
        return vars(self).items()


def _walk(node, path=(), seen=None):
    """(path, owner, key, what is there) for modules and leaves; what is shared comes once, where it is found first."""
    seen = set() if seen is None else seen
    seen.add(id(node))
    for key, value in node._items():
        if not isinstance(value, (Module, Variable, Array, np.ndarray)) or id(value) in seen:
            continue
        yield (*path, key), node, key, value
        if isinstance(value, Module):
            yield from _walk(value, (*path, key), seen)
        elif isinstance(value, Variable):
            seen.add(id(value))


def iter_modules(module):
    yield from ((path, value) for path, _, _, value in _walk(module) if isinstance(value, Module))
    yield (), module


# --- state -----------------------------------------------------------------------------------------------------------
class State(dict):
    """A nested dict of Variables; its keys are names and numbers."""

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def flat_state(self):
        return to_flat_state(self)


tree.register(State, lambda s: ([s[k] for k in _ordered(s)], _ordered(s)), lambda keys, c: State(zip(keys, c)))
tree.register(Variable, lambda v: ([v.get_value()], v), lambda v, c: v.replace(c[0]))


def _ordered(node):
    return sorted(node, key=lambda k: (isinstance(k, str), k))


def to_flat_state(state):
    out = []

    def visit(node, path):
        if isinstance(node, dict):
            for k in _ordered(node):
                visit(node[k], (*path, k))
        else:
            out.append((path, node))
    visit(state, ())
    return out


def from_flat_state(flat):
    out = State()
    for path, leaf in flat.items() if isinstance(flat, dict) else flat:
        node = out
        for k in path[:-1]:
            node = node.setdefault(k, State())
        node[path[-1]] = leaf
    return out


def _matches(filter_, path, value):
    if filter_ is Ellipsis or filter_ is True:
        return True
    if filter_ in (None, False):
        return False
    if isinstance(filter_, type):
        return isinstance(value, filter_)
    if isinstance(filter_, (tuple, list)):
        return any(_matches(f, path, value) for f in filter_)
    if isinstance(filter_, str):
        return filter_ in path
    return filter_(path, value)


def _leaves(module):
    return [(path, owner, key, leaf) for path, owner, key, leaf in _walk(module) if not isinstance(leaf, Module)]


def _sorted_into(module, filters, complete):
    groups = [[] for _ in filters]
    for path, _, _, leaf in _leaves(module):
        n = next((n for n, f in enumerate(filters) if _matches(f, path, leaf)), None)
        if n is not None:
            groups[n].append((path, leaf))
        elif complete:
            raise ValueError(f'Non-exhaustive filters, got a non-empty remainder: {path}')
    return [from_flat_state(g) for g in groups]


def state(module, *filters):
    """The module's own Variables: setting one sets the module's."""
    states = _sorted_into(module, filters or (...,), False)
    return states[0] if len(states) == 1 else tuple(states)


class GraphDef:
    """A module without the values of its leaves."""

    def __init__(self, module):
        self.skeleton = _copied(module)
        for _, owner, key, leaf in _leaves(self.skeleton):
            if isinstance(leaf, Variable):
                leaf.set_value(None)
            else:
                owner._put(key, np.zeros(0))


def _copied(module):
    """The same graph; arrays cannot change and stay where they are."""
    values = (leaf.get_value() if isinstance(leaf, Variable) else leaf for _, _, _, leaf in _leaves(module))
    return copy.deepcopy(module, {id(v): v for v in values if isinstance(v, (Array, np.ndarray, ShapeDtypeStruct))})


def graphdef(module):
    return GraphDef(module)


def split(module, *filters):
    return GraphDef(module), *_sorted_into(module, filters or (...,), True)


def _together(states):
    return {path: leaf for s in states for path, leaf in to_flat_state(s)}


def merge(graphdef, state, /, *states):
    given, module = _together((state, *states)), _copied(graphdef.skeleton)
    leaves = _leaves(module)
    paths = {path for path, *_ in leaves}
    if paths != given.keys():
        raise ValueError(f'Incorrect leaves: {sorted(map(str, paths ^ given.keys()))} are missing or not expected')
    for path, owner, key, leaf in leaves:
        new = given[path]
        if isinstance(leaf, Variable):
            leaf.set_value(new.get_value() if isinstance(new, Variable) else new)
        else:
            owner._put(key, new)
    return module


def clone(module):
    return merge(*split(module))


def update(module, state, /, *states):
    given = _together((state, *states))
    for path, owner, key, leaf in _leaves(module):
        if path in given:
            new = given.pop(path)
            new = new.get_value() if isinstance(new, Variable) else new
            if isinstance(leaf, Variable):
                leaf.set_value(new)
            else:
                owner._put(key, new)
    if given:
        raise ValueError(f'{sorted(map(str, given))} are not in the module')


def pop(module, *filters):
    taken = []
    for path, owner, key, leaf in _leaves(module):
        if any(_matches(f, path, leaf) for f in filters):
            taken.append((path, leaf))
            delattr(owner, key)
    return from_flat_state(taken)


def to_pure_dict(state, extract_fn=None):
    flat = ((p, v.get_value() if isinstance(v, Variable) else v) for p, v in to_flat_state(state))
    return traverse_util.unflatten_dict(dict(flat))


def restore_int_paths(pure_dict):
    flat = traverse_util.flatten_dict(pure_dict)
    return traverse_util.unflatten_dict({tuple(_number(k) for k in path): v for path, v in flat.items()})


def _number(key):
    return int(key) if isinstance(key, str) and key.isdigit() else key


def replace_by_pure_dict(state, pure_dict, replace_fn=None):
    """Writes the leaves that are given; those that are not stay as they are, without a word."""
    current = dict(to_flat_state(state))
    for path, value in traverse_util.flatten_dict(pure_dict).items():
        where = path if path in current else tuple(map(_number, path))
        if where not in current:
            raise ValueError(f'key in pure_dict not available in state: {path}')
        leaf = current[where]
        if isinstance(leaf, Variable):
            leaf.set_value(value)
        else:
            node = state
            for k in where[:-1]:
                node = node[k]
            node[where[-1]] = value


def eval_shape(fun, *args, **kwargs):
    """The module or tree that the function makes, with shapes in the place of arrays."""
    with _core.abstractly():
        out = fun(*args, **kwargs)

    def shape_of(a):
        return ShapeDtypeStruct(np.shape(a), getattr(a, 'dtype', None) or _core.kind_of(a)[0])
    if not isinstance(out, Module):
        return tree.map(shape_of, out)
    for _, owner, key, leaf in _leaves(out):
        if isinstance(leaf, Variable):
            leaf.set_value(shape_of(leaf.get_value()))
        else:
            owner._put(key, shape_of(leaf))
    return out


# --- random numbers --------------------------------------------------------------------------------------------------
class RngStream(Module):
    def __init__(self, tag, key):
        self.tag, self.key, self.count = tag, RngKey(key), RngCount(jnp.asarray(0, jnp.uint32))

    def __call__(self):
        key = random.fold_in(self.key.get_value(), int(self.count.get_value()))
        self.count.set_value(self.count.get_value() + 1)
        return key

    def fork(self):
        return RngStream(self.tag, self())


class Rngs(Module):
    """Streams by name; a name that was not given is the default's."""

    def __init__(self, default=None, **streams):
        for name, seed in {**({} if default is None else {'default': default}), **streams}.items():
            setattr(self, name, RngStream(name, seed if isinstance(seed, random.Key) else random.key(seed)))

    def __getattr__(self, name):
        if name.startswith('_') or 'default' not in vars(self):
            raise AttributeError(f'No RngStream named {name!r} found in Rngs.')
        return vars(self)['default']

    def __getitem__(self, name):
        return getattr(self, name)

    def __call__(self):
        return self.default()
