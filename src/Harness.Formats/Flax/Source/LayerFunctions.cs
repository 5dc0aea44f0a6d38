namespace Harness.Formats.Flax.Source;

/// <summary>Functions that make the model's layers: what most layers of a kind have is written once.</summary>
sealed class LayerFunctions
{
    // Fewer layers, or fewer arguments in common, are written out.
    const int LeastLayers = 3, LeastArguments = 2;

    static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["Conv"] = "conv", ["ConvTranspose"] = "conv_transpose", ["Dense"] = "dense", ["Linear"] = "linear",
        ["BatchNorm"] = "batch_norm", ["LayerNorm"] = "layer_norm", ["GroupNorm"] = "group_norm",
        ["InstanceNorm"] = "instance_norm", ["RMSNorm"] = "rms_norm", ["Embed"] = "embed",
    };

    // What a reader looks for at the layer.
    static readonly string[] s_own = ["kernel_size", "strides", "padding", "num_groups"];

    readonly Dictionary<string, Dictionary<string, Python>> _common = new(StringComparer.Ordinal);

    /// <summary>Finds what the layers of a tree have in common.</summary>
    public LayerFunctions(IEnumerable<SourceScope> scopes)
    {
        var layers = scopes.SelectMany(scope => scope.Members).OfType<SourceLayer>()
            .Select(layer => layer.Constructor).OfType<PythonList>().GroupBy(one => one.Target.Flat());
        foreach (var group in layers)
        {
            PythonList[] all = [.. group];
            if (all.Length < LeastLayers || !s_names.ContainsKey(KindOf(group.Key))) continue;
            var common = new Dictionary<string, Python>(StringComparer.Ordinal);
            foreach (var argument in all.SelectMany(one => one.Items.OfType<PythonNamed>())
                .Where(argument => !s_own.Contains(argument.Name)).GroupBy(argument => argument.Name))
            {
                var most = argument.GroupBy(one => one.Value.Flat()).MaxBy(one => one.Count())!;
                if (argument.Count() == all.Length && 2 * most.Count() >= all.Length)
                    common[argument.Key] = most.First().Value;
            }
            if (common.Count >= LeastArguments) _common[group.Key] = common;
        }
    }

    /// <summary>The layer by its function, where there is one.</summary>
    public Python Of(Python constructor) => constructor is PythonList list
        && _common.TryGetValue(list.Target.Flat(), out var common)
            ? Python.Call(s_names[KindOf(list.Target.Flat())], list.Items.Where(item =>
                item is not PythonNamed named || !common.TryGetValue(named.Name, out var usual)
                || usual.Flat() != named.Value.Flat()))
            : constructor;

    /// <summary>The functions.</summary>
    public void Write(PythonLines lines)
    {
        foreach (var (target, common) in _common.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            lines.Line(0, "");
            lines.Line(0, "");
            lines.Line(0, $"def {s_names[KindOf(target)]}(*args, **kwargs):");
            lines.Line(1, $"\"\"\"{target} with what most of this model's have.\"\"\"");
            lines.Statement(1, "usual = ", Python.Call(
                "dict", common.Select(one => Python.Named(one.Key, one.Value))));
            lines.Line(1, $"return {target}(*args, **(usual | kwargs))");
        }
    }

    static string KindOf(string target) => target[(target.LastIndexOf('.') + 1)..];
}
