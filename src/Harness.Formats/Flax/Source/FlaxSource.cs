using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Formats.Flax.Source;

/// <summary>One call of a layer of Flax's in the source: what can be looked at there from outside.</summary>
/// <param name="Path">The layer's path, its parts joined by points.</param>
/// <param name="Call">Which of the layer's calls, from 0.</param>
/// <param name="Value">What it gives, of the program's values.</param>
public sealed record LayerCall(string Path, int Call, int Value);

/// <summary>Flax source of a program: one class for each kind of module that the model has, the whole model last; and
/// what loads its parameters and checks both.</summary>
public sealed class FlaxSource
{
    readonly NhwcProgram _program;
    readonly FlaxApi _api;
    readonly string _name;
    readonly string _origin;
    readonly ImmutableArray<(string Path, string Type)> _unusual;

    /// <summary>Writes the source.</summary>
    /// <param name="program">The program.</param>
    /// <param name="api">Whose modules.</param>
    /// <param name="tree">The parameters as they are written.</param>
    /// <param name="types">Names of PyTorch's classes by the paths of modules, as far as they are known.</param>
    /// <param name="name">The class of the whole model, where that is not known.</param>
    /// <param name="origin">What the source says it was made of.</param>
    /// <exception cref="ModelException">PAR1002: something cannot be said in Flax or JAX.</exception>
    public FlaxSource(
        NhwcProgram program, FlaxApi api, FlaxTree tree, IReadOnlyDictionary<string, string> types, string name,
        string origin)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(types);
        if (types.TryGetValue("", out string? own) && SourceNames.IsAttribute(own)) name = own;
        (_program, _api, _name, _origin) = (program, api, name, origin);
        var functions = new SourceFunctions();
        var modules = new SourceTree(program, api, functions);
        Model = new SourceWriter(program, api, modules, functions, types, name, origin).Write();
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        LayerCalls = [.. modules.Calls.Select(call =>
        {
            string path = string.Join('.', call.Path);
            int count = calls[path] = calls.GetValueOrDefault(path, -1) + 1;
            return new LayerCall(path, count, call.Value);
        })];
        // Modules make float32 parameters; what the file has otherwise is stated.
        _unusual = [.. tree.Arrays.Where(array => array.Type.IsFloating() && array.Type != ElementType.Float32)
            .Select(array => (string.Join(Separator, array.Path), array.Type.NumPyName()))];
    }

    /// <summary><c>model.py</c>.</summary>
    public string Model { get; }

    /// <summary>The layers' calls, in order.</summary>
    public ImmutableArray<LayerCall> LayerCalls { get; }

    /// <summary>The file of parameters.</summary>
    public string ParametersName => _api == FlaxApi.Nnx ? "params.safetensors" : "params.msgpack";

    char Separator => _api == FlaxApi.Nnx ? '.' : '/';

    /// <summary>A class's name for a model of this name.</summary>
    public static string ClassName(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return SourceNames.ClassOf([model]);
    }

    /// <summary><c>load.py</c>: strict on both sides.</summary>
    public string Load()
    {
        string types = _unusual.IsEmpty ? "TYPES = {}" : "TYPES = {\n"
            + string.Concat(_unusual.Select(one => $"    \"{one.Path}\": \"{one.Type}\",\n")) + "}";
        return Template(_api == FlaxApi.Nnx ? "load_nnx.py" : "load_linen.py")
            .Replace("TYPES = {}", types, StringComparison.Ordinal)
            .Replace("INPUTS = ()", $"INPUTS = {Inputs()}", StringComparison.Ordinal);
    }

    /// <summary><c>check.py</c>.</summary>
    public string Check() => Template(_api == FlaxApi.Nnx ? "check_nnx.py" : "check_linen.py");

    // The generated class stands for Model, and its module for nothing else.
    string Template(string resource)
    {
        using var stream = typeof(FlaxSource).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Replace("TheModel", _name, StringComparison.Ordinal);
    }

    string Inputs()
    {
        var inputs = _program.Inputs.Select(port => _program.Values[port.Value]).Select(value =>
        {
            string shape = string.Join(", ", value.Physical.AsSpan().ToArray());
            string type = value.Type == ElementType.Bool ? "bool" : "jnp." + value.Type.NumPyName();
            return $"    jax.ShapeDtypeStruct(({shape}{(value.Physical.Rank == 1 ? "," : "")}), {type}),\n";
        });
        return $"(\n{string.Concat(inputs)})";
    }

    /// <summary><c>README.md</c>.</summary>
    /// <param name="version">The version of this program.</param>
    /// <param name="truth">Who computed golden.npz.</param>
    public string Readme(string version, string truth)
    {
        bool isNnx = _api == FlaxApi.Nnx;
        string inputs = string.Join(", ", _program.Inputs.Select(port => Port(port)));
        string outputs = string.Join(", ", _program.Outputs.Select(port => Port(port)));
        bool normalizes = _program.Nodes.Any(node => node.Op is Executor.Ops.BatchNorm2d);
        return string.Create(CultureInfo.InvariantCulture, $"""
            # {_name}

            Written by harness {version} from {_origin}: Flax {(isNnx ? "nnx" : "linen")}, channels last, float32
            parameters. Made for flax 0.12 and jax 0.10 or newer{(isNnx ? ", and safetensors" : "")}.

            ```
            pip install flax numpy{(isNnx ? " safetensors" : "")}
            python check.py          # drift from golden.npz in float64 and float32; exit code 1 beyond the limit
            python check.py --taps   # layer by layer: the first bad one is named
            ```

            Inputs: {inputs}. Outputs: {outputs}.

            ```python
            from load import load

            {(isNnx ? "model = load()\ny = model(x)" : "model, variables = load()\ny = model.apply(variables, x)")}
            ```

            - `model.py` names modules and parameters as PyTorch does; `conversion.json` says of each array which key of
              the state dict it is and how its axes were moved.
            - `load.py` refuses names, shapes and types that are not exactly the model's.
            - `golden.npz`: {truth}.
            - To fine-tune: dropout is not in the model, put it back where you want it.{(normalizes
                ? " BatchNorm runs on stored statistics: set `use_running_average=False` to train. Flax's momentum is "
                    + "1 - PyTorch's and is converted; Flax updates `var` with the biased variance, PyTorch with the "
                    + "unbiased one." : "")}

            """).ReplaceLineEndings("\n");
    }

    string Port(Port port)
    {
        var value = _program.Values[port.Value];
        string axes = value.Layout.IsIdentity ? "" : " (channels last)";
        return $"`{port.Name}` {value.Type.NumPyName()} {value.Physical}{axes}";
    }
}
