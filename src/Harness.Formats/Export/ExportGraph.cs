using System.Collections.Immutable;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Formats.Export;

/// <summary>Reads the graph of an exported program.</summary>
/// <param name="archive">Where it and its constants lie.</param>
sealed class ExportGraph(ExportArchive archive)
{
    const int MaxDepth = 32;
    const string Operators = "torch.ops.", HigherOrder = "torch.ops.higher_order.";

    readonly GraphBuilder _builder = new();
    readonly ExportWrites _writes = new(archive);
    readonly Dictionary<string, Tensor> _unsaved = new(StringComparer.Ordinal);
    readonly List<(string Name, ImmutableArray<SizeExpression> Axes, Shape? Example)> _sizes = [];
    string _at = "the signature";

    /// <summary>Buffers that are not saved with the weights, by their names.</summary>
    public IReadOnlyDictionary<string, Tensor> Unsaved => _unsaved;

    /// <summary>Names of modules' classes by the modules' paths.</summary>
    public Dictionary<string, string> ModuleTypes { get; } = new(StringComparer.Ordinal);

    /// <summary>The graph of a document.</summary>
    /// <exception cref="ModelFormatException">PAR1001: it is damaged; PAR1002: it holds what is not
    /// supported.</exception>
    public Graph Read(JsonElement program)
    {
        try
        {
            CheckVersion(program);
            var module = program.GetProperty("graph_module");
            var graph = module.GetProperty("graph");
            var signature = module.GetProperty("signature");
            var scope = new ExportScope(archive);
            // What the root takes and returns, as Python calls it.
            var root = module.Items("module_call_graph").Where(entry => entry.Text("fqn").Length == 0)
                .Select(entry => entry.Maybe("signature")).FirstOrDefault();
            Inputs(graph, signature, InputNames(root), scope);
            foreach (var node in graph.Items("nodes")) Node(node, scope, 0);
            _at = "the outputs";
            Outputs(root?.Maybe("out_spec")?.Text(), graph, signature, scope);
            _at = "the bounds of sizes";
            return _builder.Build() with { Sizes = Sizes(program) };
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException
            or JsonException or IndexOutOfRangeException)
        {
            throw archive.Bad(
                $"'{archive.Document}' is not what torch.export writes, at {_at}: {e.Message.ReplaceLineEndings(" ")}",
                e);
        }
    }

    SizeRules Sizes(JsonElement program)
    {
        var ranges = ImmutableArray.CreateBuilder<SizeRange>();
        foreach (var range in program.Maybe("range_constraints")?.EnumerateObject() ?? default)
        {
            if (SizeReader.Read(range.Name) is { } of)
                ranges.Add(new SizeRange(of, Bound(range.Value, "min_val"), Bound(range.Value, "max_val")));
        }
        var guards = ImmutableArray.CreateBuilder<SizeExpression>();
        foreach (var guard in program.Maybe("guards_code")?.EnumerateArray() ?? default)
            if (SizeReader.Read(guard.Text(), InputOf) is { } condition) guards.Add(condition);
        return new SizeRules([.. _sizes.Select(input => input.Axes)], ranges.ToImmutable(), guards.ToImmutable())
        {
            Example = _sizes.TrueForAll(input => input.Example is not null)
                ? [.. _sizes.Select(input => input.Example!.Value)] : default,
        };
    }

    // No bound is null, and an infinity of SymPy's a text.
    static long? Bound(JsonElement range, string name) =>
        range.Maybe(name) is { ValueKind: JsonValueKind.Number } bound && bound.TryGetInt64(out long number)
            ? number : null;

    // ['xs'][0] is called xs_0.
    string? InputOf(string path)
    {
        if (path.Length < 3) return null;
        string name = string.Concat(path[1..^1].Replace("][", "_", StringComparison.Ordinal)
            .Where(c => c is not ('\'' or '"')));
        return _sizes.Exists(input => input.Name == name) ? name : null;
    }

    void NoteSizes(string name, JsonElement meta)
    {
        var axes = ImmutableArray.CreateBuilder<SizeExpression>();
        var example = new List<int>();
        foreach (var size in meta.Items("sizes"))
        {
            var (key, value) = size.Union();
            var hint = key == "as_int" ? value : value.Maybe("hint")?.Maybe("as_int");
            if (hint is { } number && number.TryGetInt32(out int extent)) example.Add(extent);
            // Of what is not known here nothing is held to anything: a symbol of its own.
            axes.Add(key == "as_int" ? new SizeNumber(value.GetInt64())
                : SizeReader.Read(value.Text("expr_str")) ?? new SizeSymbol($"{name}.{axes.Count}"));
        }
        _sizes.Add((name, axes.ToImmutable(), example.Count == axes.Count ? Shape.Create([.. example]) : null));
    }

    void CheckVersion(JsonElement program)
    {
        var version = program.GetProperty("schema_version");
        long major = version.GetProperty("major").GetInt64();
        if (major is not (7 or 8))
            throw archive.Unsupported($"schema {major}.{version.GetProperty("minor").GetInt64()} of torch.export; "
                + "7 and 8 are read (PyTorch 2.5 and later)");
    }

    // As forward calls them, where each is one tensor; the graph's own names are mended ones.
    static string[]? InputNames(JsonElement? root) => root?.Maybe("forward_arg_names") is { } names
        ? [.. names.EnumerateArray().Select(name => name.Text())] : null;

    void Inputs(JsonElement graph, JsonElement signature, string[]? names, ExportScope scope)
    {
        JsonElement[] specs = [.. signature.Items("input_specs")], inputs = [.. graph.Items("inputs")];
        if (specs.Length != inputs.Length)
            throw new FormatException($"{specs.Length} inputs are specified and {inputs.Length} are there");
        // By name at once: to look each up would take the square of their number.
        var tensors = graph.GetProperty("tensor_values").EnumerateObject()
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Value, StringComparer.Ordinal);
        int given = specs.Count(spec => spec.Union().Key is "user_input" or "constant_input"), at = 0;
        for (int i = 0; i < specs.Length; i++)
        {
            var (kind, spec) = specs[i].Union();
            bool isGiven = kind is "user_input" or "constant_input";
            string? called = isGiven && names?.Length == given ? names[at] : null;
            if (isGiven) at++;
            Input(kind, spec, inputs[i], called, tensors, scope);
        }
    }

    void Input(
        string kind, JsonElement spec, JsonElement input, string? called, Dictionary<string, JsonElement> tensors,
        ExportScope scope)
    {
        var (form, value) = input.Union();
        if (kind is "custom_obj" or "token")
            throw archive.Unsupported(
                $"the program takes a script object ({spec.Maybe("custom_obj_name")?.ToString() ?? kind}), which is "
                + "not supported; export a model of tensors");
        if (form == "as_sym_int" && kind == "user_input")
            throw archive.Unsupported("the program takes a number that varies, which is not supported; export it "
                + "with the number as a constant");
        // A number or a text that export fixed stands in the nodes already.
        if (form != "as_tensor") return;
        string name = value.Text("name");
        var meta = ExportTensor.Read(tensors[name]);
        if (meta.Type is not { } type)
            throw archive.Unsupported(
                $"'{name}' has elements of {ExportTypes.Name(meta.Number)}, which are not supported");
        switch (kind)
        {
            case "user_input":
                Define(_builder.Input(called ?? name, meta.Shape, type), $"the input '{called ?? name}'");
                NoteSizes(called ?? name, tensors[name]);
                break;
            case "parameter":
                string key = spec.Text("parameter_name");
                Define(_builder.Parameter(key, meta.Shape, type), $"the parameter '{key}'");
                break;
            case "buffer":
                string buffer = spec.Text("buffer_name");
                if (spec.Maybe("persistent") is { ValueKind: JsonValueKind.False })
                    _unsaved[buffer] = Constant(buffer, meta);
                Define(_builder.Parameter(buffer, meta.Shape, type, isBuffer: true), $"the buffer '{buffer}'");
                break;
            case "tensor_constant":
                string constant = spec.Text("tensor_constant_name");
                Define(_builder.Constant(constant, Constant(constant, meta)), $"the constant '{constant}'");
                break;
            default: throw archive.Unsupported($"inputs of the kind '{kind}' are not supported");
        }

        void Define(int id, string what)
        {
            scope.Define(name, Argument.Value(id));
            _writes.Keep(id, what);
        }
    }

    Tensor Constant(string name, ExportTensor meta)
    {
        var tensor = archive.Constant(name)
            ?? throw archive.Bad($"the constant '{name}' is not in the archive; is the copy complete?");
        if (tensor.Type != meta.Type || tensor.Shape != meta.Shape)
            throw archive.Bad($"the constant '{name}' is {tensor.Type.NumPyName()} {tensor.Shape}, and the graph says "
                + $"{meta.Type?.NumPyName()} {meta.Shape}");
        return tensor;
    }

    void Node(JsonElement node, ExportScope scope, int depth)
    {
        string target = node.Text("target");
        var results = node.Items("outputs").SelectMany(Results).ToArray();
        _at = results is [{ } first, ..] ? $"node '{first}' ({target})" : target;
        if (target.StartsWith(HigherOrder, StringComparison.Ordinal))
        {
            Nested(node, target[HigherOrder.Length..], results, scope, depth);
            return;
        }
        var (name, overload) = Operator(target);
        // What a cast's operand was found to be when the model was exported.
        if (name == "aten::_assert_tensor_metadata") return;
        var place = ExportPlace.Of(node, archive.Document);
        foreach (var (path, type) in ExportPlace.Modules(node)) ModuleTypes[path] = type;
        var (arguments, keywords) = Arguments(node, name, overload, scope);
        var ids = _builder.Call(name, arguments, keywords, results.Length, place);
        for (int i = 0; i < results.Length; i++)
            if (results[i] is { } result) scope.Define(result, Argument.Value(ids[i]));
        _writes.Visit(name, overload, arguments, keywords, ids, place);
    }

    // The names of a node's results; null for what is none.
    static IEnumerable<string?> Results(JsonElement output)
    {
        var (key, value) = output.Union();
        return key switch
        {
            "as_tensor" => [value.Text("name")],
            "as_tensors" => value.EnumerateArray().Select(item => (string?)item.Text("name")),
            "as_optional_tensors" => value.EnumerateArray().SelectMany(Results),
            "as_sym_int" or "as_sym_float" or "as_sym_bool" => [value.Maybe("as_name")?.GetString()],
            "as_none" => [null],
            _ => throw new FormatException($"a result of the kind '{key}'"),
        };
    }

    /// <summary><c>torch.ops.aten.conv2d.padding</c> is <c>aten::conv2d</c> and <c>padding</c>; what is no operator of
    /// PyTorch's keeps its module as a namespace: <c>_operator::add</c>.</summary>
    static (string Name, string Overload) Operator(string target)
    {
        string[] parts = target.StartsWith(Operators, StringComparison.Ordinal) ? target[Operators.Length..].Split('.')
            : [];
        if (parts.Length >= 3)
            return ($"{parts[0]}::{string.Join('.', parts[1..^1])}", parts[^1] == "default" ? "" : parts[^1]);
        int dot = target.LastIndexOf('.');
        return dot < 0 ? ($"torch::{target}", "") : ($"{target[..dot]}::{target[(dot + 1)..]}", "");
    }

    static (ImmutableArray<Argument>, ImmutableArray<Keyword>) Arguments(
        JsonElement node, string name, string overload, ExportScope scope)
    {
        var signature = SchemaTable.Find(overload.Length == 0 ? name : $"{name}.{overload}");
        var positional = ImmutableArray.CreateBuilder<Argument>();
        var keywords = ImmutableArray.CreateBuilder<Keyword>();
        foreach (var input in node.Items("inputs"))
        {
            string called = input.Maybe("name")?.GetString() ?? "";
            var value = scope.Read(input.GetProperty("arg"));
            int at = positional.Count;
            // Old releases do not say which are given by position, so the schema does.
            bool isNext = keywords.Count == 0 && (signature is null
                ? input.Maybe("kind")?.GetInt64() is not 2
                : at < signature.Parameters.Length && !signature.Parameters[at].IsKeywordOnly
                    && signature.Parameters[at].Name == called);
            if (isNext) positional.Add(value);
            else keywords.Add(new Keyword(called, value));
        }
        return (positional.ToImmutable(), keywords.ToImmutable());
    }

    // A block that only sets how gradients are kept, or a cast that is off, is its own graph put in place.
    void Nested(JsonElement node, string target, string?[] results, ExportScope scope, int depth)
    {
        JsonElement[] arguments = [.. node.Items("inputs").Select(input => input.GetProperty("arg"))];
        var (skipped, isPlain) = target switch
        {
            "wrap_with_set_grad_enabled" => (1, true),
            "wrap_with_autocast" => (4, arguments.Length > 2
                && arguments[2].Union() is ("as_bool", { ValueKind: JsonValueKind.False })),
            _ => (0, false),
        };
        if (!isPlain)
            throw archive.Unsupported($"{ExportPlace.Of(node, archive.Document)}: {_at}: " + (skipped == 4
                ? "autocast rounds to half precision in its arithmetic, which no float32 or float64 run does; export "
                    + "the model without autocast"
                : $"the higher-order operator '{target}' is not supported; write the model without it, or export it "
                    + "with arguments that decide it"));
        if (depth >= MaxDepth) throw new FormatException("graphs are nested too deep");
        if (arguments.Length <= skipped || arguments[skipped].Union() is not ("as_graph", var stated))
            throw new FormatException($"'{target}' has no graph");
        var graph = stated.GetProperty("graph");
        var inner = new ExportScope(archive);
        JsonElement[] inputs = [.. graph.Items("inputs")];
        if (inputs.Length != arguments.Length - skipped - 1)
            throw new FormatException($"a graph of {inputs.Length} inputs is given {arguments.Length - skipped - 1}");
        for (int i = 0; i < inputs.Length; i++)
            if (Results(inputs[i]).Single() is { } called) inner.Define(called, scope.Read(arguments[skipped + 1 + i]));
        foreach (var one in graph.Items("nodes")) Node(one, inner, depth + 1);
        JsonElement[] outputs = [.. graph.Items("outputs")];
        Argument[] values =
        [
            .. outputs.Select(inner.Read).SelectMany(value => value is ListArgument list ? list.Items : [value]),
        ];
        if (values.Length != results.Length)
            throw new FormatException($"'{target}' has {results.Length} results, its graph {values.Length}");
        for (int i = 0; i < results.Length; i++)
            if (results[i] is { } result) scope.Define(result, values[i]);
    }

    void Outputs(string? structure, JsonElement graph, JsonElement signature, ExportScope scope)
    {
        JsonElement[] specs = [.. signature.Items("output_specs")], outputs = [.. graph.Items("outputs")];
        if (specs.Length != outputs.Length)
            throw new FormatException($"{specs.Length} outputs are specified and {outputs.Length} are there");
        if (specs.FirstOrDefault(spec => spec.Union().Key != "user_output")
            is { ValueKind: JsonValueKind.Object } other)
            throw archive.Unsupported(Refused(other));
        var names = ExportOutputs.Names(structure, outputs.Length);
        var used = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < outputs.Length; i++)
        {
            // None, and numbers and texts that are the same whatever goes in.
            if (outputs[i].Union().Key != "as_tensor") continue;
            string unique = names[i].Length == 0 ? "0" : names[i];
            if (!used.Add(unique)) throw archive.Unsupported($"the program returns two outputs named '{unique}'");
            _builder.Output(unique, scope.Read(outputs[i]) is ValueArgument { Id: var id } ? id
                : throw new FormatException($"output '{unique}' is no tensor"));
        }
        if (used.Count == 0) throw archive.Unsupported("the program returns no tensor");
    }

    static string Refused(JsonElement specification)
    {
        var (kind, spec) = specification.Union();
        return kind switch
        {
            "buffer_mutation" => ExportWrites.Text($"the buffer '{spec.Text("buffer_name")}'"),
            "parameter_mutation" => ExportWrites.Text($"the parameter '{spec.Maybe("parameter_name")}'"),
            "user_input_mutation" => ExportWrites.Text($"the input '{spec.Text("user_input_name")}'"),
            "loss_output" or "gradient_to_parameter" or "gradient_to_user_input" =>
                "the program computes gradients; export the model alone, in model.eval()",
            _ => $"outputs of the kind '{kind}' are not supported",
        };
    }
}
