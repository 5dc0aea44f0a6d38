"""linen's modules: dataclasses that are bound to a place in a tree of variables while `init` or `apply` runs."""
import dataclasses
import functools
import inspect

import numpy as np

from flax import errors
from jax import eval_shape
from jax import random
from jax import numpy as jnp
from jax import tree

_stack = []  # the modules whose methods run now
_FROM_CONTEXT = object()


class _Run:
    """One call of init or apply: its variables, which collections may be written, its random numbers."""

    def __init__(self, variables, mutable, rngs, initializing, capture=False):
        self.variables, self.rngs, self.initializing, self.capture = variables, rngs, initializing, capture
        self.mutable = (lambda c: bool(mutable)) if isinstance(mutable, bool) else \
            (lambda c: c in ([mutable] if isinstance(mutable, str) else mutable))


class Scope:
    """The place of a module in the trees of a run, and the names taken there."""

    def __init__(self, run, path=()):
        self.run, self.path, self.taken = run, path, {}

    def reserve(self, name, kind, collection=None):
        """A submodule's name is its own; two variables may share theirs in two collections."""
        taken = self.taken.get(name, ())
        if taken and (collection is None or None in taken or collection in taken):
            raise errors.NameInUseError(f'Could not create {kind} "{name}" in {"/".join(self.path) or "the root"}: '
                                        f'Name in use.')
        self.taken[name] = (*taken, collection)

    def _node(self, collection, make=False):
        node = self.run.variables.setdefault(collection, {}) if make else self.run.variables.get(collection)
        for part in self.path:
            if node is None:
                return None
            node = node.setdefault(part, {}) if make else node.get(part)
        return node

    def has(self, collection, name):
        node = self._node(collection)
        return isinstance(node, dict) and name in node

    def get(self, collection, name, default=None):
        return self._node(collection)[name] if self.has(collection, name) else default

    def put(self, collection, name, value):
        if not self.run.mutable(collection):
            raise errors.ModifyScopeVariableError(f'Cannot update variable "{name}" in "{"/".join(self.path)}" because '
                                                  f'collection "{collection}" is immutable.')
        self._node(collection, make=True)[name] = value


class Variable:
    """What `Module.variable` gives."""

    def __init__(self, scope, collection, name):
        self._scope, self._collection, self._name = scope, collection, name

    @property
    def value(self):
        return self._scope.get(self._collection, self._name)

    @value.setter
    def value(self, value):
        self._scope.put(self._collection, self._name, value)


def compact(fun):
    fun.compact = True
    return fun


def nowrap(fun):
    fun.nowrap = True
    return fun


def _wrapped(fun):
    """A method in its context: set up, named, its submodules and parameters found where it is bound."""
    is_setup, is_compact = fun.__name__ == 'setup', hasattr(fun, 'compact')

    @functools.wraps(fun)
    def method(self, *args, **kwargs):
        state = self._state
        if not is_setup:
            self._set_up()
        if is_compact and self.scope is None:
            raise errors.CallCompactUnboundModuleError("Can't call compact methods on unbound modules")
        flag = 'in_setup' if is_setup else 'in_compact' if is_compact else None
        before = flag and getattr(state, flag)
        if flag:
            setattr(state, flag, True)
        _stack.append(self)
        try:
            out = fun(self, *args, **kwargs)
            capture = self.scope is not None and self.scope.run.capture
            if capture and (fun.__name__ == '__call__' if capture is True else capture(self, fun.__name__)):
                self.sow('intermediates', fun.__name__, out)
            return out
        finally:
            _stack.pop()
            if flag and not before:
                setattr(state, flag, False)
                state.count = {}
                if is_compact and self.scope is not None:
                    # A second call names its submodules again and finds the same variables.
                    self.scope.taken = dict(state.from_setup)
    method.nowrap = True
    return method


class _State:
    def __init__(self):
        self.in_setup = self.in_compact = self.is_set_up = False
        self.count, self.from_setup = {}, {}


@dataclasses.dataclass(eq=False, repr=False)
class Module:
    parent: object = dataclasses.field(default=_FROM_CONTEXT, kw_only=True)
    name: str = dataclasses.field(default=None, kw_only=True)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        fields = vars(cls).get('__annotations__', {})
        for name, fun in list(vars(cls).items()):
            method = inspect.isfunction(fun) and name not in fields and not hasattr(fun, 'nowrap')
            if method and (name == '__call__' or not name.startswith('__')):
                setattr(cls, name, _wrapped(fun))
        dataclasses.dataclass(eq=False, repr=False)(cls)

    def __post_init__(self):
        object.__setattr__(self, '_state', _State())
        object.__setattr__(self, 'scope', None)
        if self.parent is _FROM_CONTEXT:
            object.__setattr__(self, 'parent', _stack[-1] if _stack else None)
        if isinstance(self.parent, Scope):
            object.__setattr__(self, 'scope', self.parent)
        elif isinstance(self.parent, Module):
            state = self.parent._state
            if state.in_setup and self.name is None:
                return  # named by the attribute that it will be
            if not (state.in_setup or state.in_compact):
                raise errors.AssignSubModuleError(f'Submodule {type(self).__name__} must be defined in `setup()` or in '
                                                  f'a method wrapped in `@compact`')
            if self.name is None:
                kind = type(self).__name__
                object.__setattr__(self, 'name', f'{kind}_{state.count.setdefault(kind, 0)}')
                state.count[kind] += 1
            self._attach()
        object.__setattr__(self, '_made', True)

    def _attach(self):
        parent = self.parent.scope
        if parent is not None:
            self.parent._reserve(self.name, 'submodule')
            object.__setattr__(self, 'scope', Scope(parent.run, (*parent.path, self.name)))
        object.__setattr__(self, '_made', True)

    def setup(self):
        pass

    def _set_up(self):
        if self.scope is None or self._state.is_set_up:
            return
        self._state.is_set_up = True
        for field in dataclasses.fields(self):
            if field.name not in ('parent', 'name'):
                object.__setattr__(self, field.name, self._adopt(field.name, getattr(self, field.name), {}))
        setup = type(self).setup
        if setup is not Module.setup:
            self.setup()

    def _adopt(self, name, value, clones):
        """Names the modules in an attribute after it; one made outside is cloned, as often as it occurs, once."""
        if isinstance(value, Module):
            if value.parent is None:
                key = id(value)
                clones[key] = value = clones[key] if key in clones else value.clone(name=None, parent=None)
            if value.name is None:
                object.__setattr__(value, 'parent', self)
                object.__setattr__(value, 'name', name)
                before, self._state.in_setup = self._state.in_setup, True
                value._attach()
                self._state.in_setup = before
            return value
        if isinstance(value, (list, tuple)):
            parts = [self._adopt(f'{name}_{i}', v, clones) for i, v in enumerate(value)]
            return type(value)(*parts) if hasattr(value, '_fields') else tuple(parts)
        if isinstance(value, dict):
            return {k: self._adopt(f'{name}_{k}', v, clones) for k, v in value.items()}
        return value

    def __setattr__(self, name, value):
        if self.__dict__.get('_state') is None:
            object.__setattr__(self, name, value)
        elif not self._state.in_setup:
            if '_made' in self.__dict__:
                raise errors.SetAttributeFrozenModuleError(f'Can\'t set {name}={value} for Module of type '
                                                           f'{type(self).__name__}: Module instance is frozen outside '
                                                           f'of setup method.')
            object.__setattr__(self, name, value)
        else:
            object.__setattr__(self, name, self._adopt(name, value, {}))

    def __getattr__(self, name):
        state = self.__dict__.get('_state')
        if state is not None and not state.is_set_up and self.__dict__.get('scope') is not None:
            self._set_up()
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f'"{type(self).__name__}" object has no attribute "{name}"')

    def clone(self, **updates):
        kept = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}
        return type(self)(**{**kept, **updates})

    # --- what a method may ask of its module ---
    def _open(self):
        if self.scope is None:
            raise ValueError(f'{type(self).__name__} is unbound: it has variables only within init or apply')
        return self.scope

    def param(self, name, init_fn, *init_args):
        scope = self._open()
        if not (self._state.in_setup or self._state.in_compact):
            raise ValueError('Parameters must be initialized in `setup()` or in a method wrapped in `@compact`')
        self._reserve(name, 'param', 'params')
        if not scope.has('params', name):
            if not scope.run.mutable('params'):
                raise errors.ScopeParamNotFoundError(f'Could not find parameter named "{name}" in scope '
                                                     f'"/{"/".join(scope.path)}".')
            scope.put('params', name, tree.map(jnp.asarray, init_fn(self.make_rng('params'), *init_args)))
        value = scope.get('params', name)
        if not scope.run.initializing:
            want = eval_shape(lambda: init_fn(random.key(0), *init_args))
            if np.shape(value) != want.shape:
                raise errors.ScopeParamShapeError(f'Initializer expected to generate shape {want.shape} but got shape '
                                                  f'{np.shape(value)} for parameter "{name}" in '
                                                  f'"/{"/".join(scope.path)}".')
        return value

    def _reserve(self, name, kind, collection=None):
        self.scope.reserve(name, kind, collection)
        if self._state.in_setup:
            self._state.from_setup[name] = self.scope.taken[name]

    def variable(self, col, name, init_fn=None, *init_args):
        scope = self._open()
        self._reserve(name, 'variable', col)
        if not scope.has(col, name):
            if not scope.run.mutable(col) or init_fn is None:
                raise errors.ScopeVariableNotFoundError(f'No Variable named "{name}" for collection "{col}" exists in '
                                                        f'"/{"/".join(scope.path)}".')
            scope.put(col, name, tree.map(jnp.asarray, init_fn(*init_args)))
        return Variable(scope, col, name)

    def get_variable(self, col, name, default=None):
        return self._open().get(col, name, default)

    def has_variable(self, col, name):
        return self._open().has(col, name)

    def put_variable(self, col, name, value):
        self._open().put(col, name, value)

    def sow(self, col, name, value):
        scope = self._open()
        if not scope.run.mutable(col):
            return False
        scope.put(col, name, (*scope.get(col, name, ()), value))
        return True

    def make_rng(self, name='params'):
        rngs = self._open().run.rngs
        if name not in rngs and 'params' not in rngs:
            raise errors.InvalidRngError(f'{type(self).__name__} needs PRNG for "{name}"')
        return random.fold_in(rngs.get(name, rngs.get('params')), len(self.scope.path))

    def is_initializing(self):
        return self._open().run.initializing

    def is_mutable_collection(self, col):
        return self._open().run.mutable(col)

    @property
    def path(self):
        return self._open().path

    @property
    def variables(self):
        run = self._open().run.variables
        return {c: node for c in run if (node := self.scope._node(c)) is not None}

    # --- from outside ---
    def _bound(self, run):
        return self.clone(parent=Scope(run))

    def _call(self, run, method, args, kwargs):
        bound = self._bound(run)
        method = '__call__' if method is None else method
        fun = getattr(type(bound), method) if isinstance(method, str) else getattr(method, '__func__', method)
        return fun(bound, *args, **kwargs)

    def init_with_output(self, rngs, *args, method=None, mutable=True, capture_intermediates=False, **kwargs):
        rngs = rngs if isinstance(rngs, dict) else {'params': rngs}
        keep = (lambda c: c != 'intermediates') if mutable is True else (lambda c: c in mutable)
        run = _Run({}, True, rngs, True, capture_intermediates)
        y = self._call(run, method, args, kwargs)
        return y, {c: v for c, v in run.variables.items() if keep(c)}

    def init(self, rngs, *args, **kwargs):
        return self.init_with_output(rngs, *args, **kwargs)[1]

    def apply(self, variables, *args, rngs=None, method=None, mutable=False, capture_intermediates=False, **kwargs):
        if not isinstance(variables, dict) or any(not isinstance(v, dict) for v in variables.values()):
            raise ValueError('The first argument passed to an apply function should be a dictionary of collections.')
        if 'params' in variables.get('params', {}):
            raise errors.ApplyScopeInvalidVariablesStructureError('Expected the first argument passed to an apply '
                                                                  'function to be a dict with no nested "params"')
        rngs = {} if rngs is None else rngs if isinstance(rngs, dict) else {'params': rngs}
        run = _Run(_copied(variables), mutable, rngs, False, capture_intermediates)
        y = self._call(run, method, args, kwargs)
        return y if mutable is False else (y, {c: v for c, v in run.variables.items() if run.mutable(c)})

    def bind(self, variables, *, rngs=None, mutable=False):
        return self._bound(_Run(_copied(variables), mutable, rngs or {}, False))


def _copied(node):
    return {k: _copied(v) for k, v in node.items()} if isinstance(node, dict) else node
