"""One case: a graph under construction, in the words of harness-graph version 1."""


class Value(str):
    """The name of a value; written as {"value": name}."""


class Case:
    """A graph and its name, `op/case`."""

    def __init__(self, name):
        self.name = name
        self.inputs, self.parameters, self.calls, self.outputs = [], [], [], []
        self.count = 0

    def input(self, *shape, name="x"):
        """Declares an input in PyTorch's axis order."""
        self.inputs.append({"name": name, "shape": list(shape), "type": "float32"})
        return Value(name)

    def parameter(self, name, *shape):
        """Declares an entry of the state dict."""
        self.parameters.append({"name": name, "shape": list(shape)})
        return Value(name)

    def call(self, module, target, *arguments, **keywords):
        """Adds a call and returns its one result."""
        return self.several(1, module, target, *arguments, **keywords)[0]

    def several(self, results, module, target, *arguments, **keywords):
        """Adds a call and returns its results."""
        values = [Value(f"v{self.count + i}") for i in range(1, results + 1)]
        self.count += results
        target = target if "::" in target else f"aten::{target}"
        call = {"module": module, "target": target, "arguments": [plain(item) for item in arguments]}
        if keywords:
            call["keywords"] = {key: plain(item) for key, item in keywords.items()}
        self.calls.append({**call, "results": values})
        return values

    def output(self, *values):
        """Declares the outputs, named by position, and returns the case."""
        self.outputs = [{"name": str(i), "value": value} for i, value in enumerate(values)]
        return self

    def conv(self, x, inputs, outputs, kernel=(3, 3), bias=True, name="conv", **options):
        """conv1d to conv3d, by the kernel, with its parameters; options: stride, padding, dilation, groups."""
        axes = len(kernel)
        groups = options.get("groups", 1)
        weight = self.parameter(name + ".weight", outputs, inputs // groups, *kernel)
        offset = self.parameter(name + ".bias", outputs) if bias else None
        padding = options.get("padding", (0, ) * axes)
        return self.call(name, f"conv{axes}d", x, weight, offset, options.get("stride", (1, ) * axes), padding,
                         options.get("dilation", (1, ) * axes), groups)

    def conv_transpose(self, x, inputs, outputs, kernel=(3, 3), bias=True, name="up", **options):
        """conv_transpose1d to conv_transpose3d, by the kernel, with its parameters; options: stride, padding,
        output_padding, groups, dilation."""
        axes = len(kernel)
        groups = options.get("groups", 1)
        weight = self.parameter(name + ".weight", inputs, outputs // groups, *kernel)
        offset = self.parameter(name + ".bias", outputs) if bias else None
        return self.call(name, f"conv_transpose{axes}d", x, weight, offset, options.get("stride", (1, ) * axes),
                         options.get("padding", (0, ) * axes), options.get("output_padding", (0, ) * axes), groups,
                         options.get("dilation", (1, ) * axes))

    def linear(self, x, inputs, outputs, bias=True, name="fc"):
        """linear with its parameters."""
        weight = self.parameter(name + ".weight", outputs, inputs)
        offset = self.parameter(name + ".bias", outputs) if bias else None
        return self.call(name, "linear", x, weight, offset)

    def batch_norm(self, x, channels, affine=True, eps=1e-5, name="bn"):
        """batch_norm in eval mode with its parameters."""
        weight = self.parameter(name + ".weight", channels) if affine else None
        bias = self.parameter(name + ".bias", channels) if affine else None
        mean = self.parameter(name + ".running_mean", channels)
        variance = self.parameter(name + ".running_var", channels)
        return self.call(name, "batch_norm", x, weight, bias, mean, variance, False, 0.1, eps, True)

    def layer_norm(self, x, *normalized, weight=True, bias=True, eps=1e-5, name="ln"):
        """layer_norm with its parameters."""
        scale = self.parameter(name + ".weight", *normalized) if weight else None
        offset = self.parameter(name + ".bias", *normalized) if bias else None
        return self.call(name, "layer_norm", x, list(normalized), scale, offset, eps, True)

    def graph(self):
        """The graph as plain data."""
        return {"format": "harness-graph", "version": 1, "inputs": self.inputs, "parameters": self.parameters,
                "calls": self.calls, "outputs": self.outputs}


def plain(argument):
    """An argument as JSON states it."""
    if isinstance(argument, Value):
        return {"value": str(argument)}
    if argument in (float("inf"), -float("inf")):
        return {"float": "inf" if argument > 0 else "-inf"}
    return [plain(item) for item in argument] if isinstance(argument, (list, tuple)) else argument


def one(op, title, build, *shape):
    """A case with one input of that shape and one output, the result of `build(case, x)`."""
    case = Case(f"{op}/{title}")
    return case.output(build(case, case.input(*shape)))
