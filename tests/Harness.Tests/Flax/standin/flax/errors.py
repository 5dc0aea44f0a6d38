"""flax.errors: what linen raises."""


class FlaxError(Exception):
    pass


class NameInUseError(FlaxError):
    pass


class ScopeParamNotFoundError(FlaxError):
    pass


class ScopeVariableNotFoundError(FlaxError):
    pass


class ScopeParamShapeError(FlaxError):
    pass


class ModifyScopeVariableError(FlaxError):
    pass


class AssignSubModuleError(FlaxError):
    pass


class SetAttributeFrozenModuleError(FlaxError):
    pass


class CallCompactUnboundModuleError(FlaxError):
    pass


class InvalidRngError(FlaxError):
    pass


class ApplyScopeInvalidVariablesStructureError(FlaxError):
    pass
