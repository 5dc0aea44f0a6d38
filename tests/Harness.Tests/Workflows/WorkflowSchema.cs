using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Tests.Naive;
using YamlDotNet.RepresentationModel;

namespace Harness.Tests.Workflows;

/// <summary>Holds a workflow to GitHub's own schema: keys, kinds of values, and which contexts an expression may read
/// where it stands.</summary>
sealed partial class WorkflowSchema
{
    const string Root = "workflow-root-strict", Kind = "is a text, a list or keys, and should be another of them";

    // What the schema does not list, since it may be called everywhere.
    static readonly string[] s_functions =
        ["contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON"];

    readonly JsonElement _definitions = JsonElement.Parse(File.ReadAllText(Path.Combine(
        NaiveWalkTests.Repository, "tests", "Harness.Tests", "Workflows", "Schema", "workflow-v1.0.min.json")))
        .GetProperty("definitions");

    /// <summary>What is wrong with a workflow, a line each.</summary>
    public IReadOnlyList<string> Faults(YamlNode workflow) => [.. Faults(workflow, Root, [])];

    List<string> Faults(YamlNode node, string type, ImmutableHashSet<string> contexts)
    {
        if (!_definitions.TryGetProperty(type, out var definition)) return BuiltIn(node, type, contexts);
        if (definition.TryGetProperty("context", out var names))
            contexts = contexts.Union(names.EnumerateArray().Select(name => name.GetString()!.Split('(')[0]));
        if (definition.TryGetProperty("one-of", out var choices))
            return choices.EnumerateArray().Select(choice => Faults(node, choice.GetString()!, contexts))
                // What is of the right kind says more of what is wrong.
                .MinBy(faults => (faults.Contains(At(node, Kind)) ? 1 : 0, faults.Count))!;
        if (definition.TryGetProperty("mapping", out var mapping)) return OfMapping(node, mapping, contexts);
        if (definition.TryGetProperty("sequence", out var sequence))
            return node is YamlSequenceNode items
                ? [.. items.SelectMany(item => Faults(item, sequence.GetProperty("item-type").GetString()!, contexts))]
                : [At(node, Kind)];
        if (definition.TryGetProperty("allowed-values", out var allowed))
        {
            var values = allowed.EnumerateArray().Select(value => value.GetString()!).ToList();
            return node is YamlScalarNode { Value: { } value } && values.Contains(value) ? []
                : [At(node, $"expected {string.Join(", ", values)}")];
        }
        string kind = ((string[])["string", "boolean", "number", "null"])
            .First(kind => definition.TryGetProperty(kind, out _));
        var faults = BuiltIn(node, kind, contexts, isExpression: type.EndsWith("-if", StringComparison.Ordinal));
        if (faults.Count > 0 || kind != "string") return faults;
        string text = ((YamlScalarNode)node).Value!;
        var rule = definition.GetProperty(kind);
        if (rule.TryGetProperty("constant", out var constant) && constant.GetString() != text)
            return [At(node, $"expected '{constant.GetString()}'")];
        return rule.TryGetProperty("require-non-empty", out _) && text.Length == 0 ? [At(node, "it is empty")] : [];
    }

    List<string> OfMapping(YamlNode node, JsonElement rule, ImmutableHashSet<string> contexts)
    {
        if (node is not YamlMappingNode mapping) return [At(node, Kind)];
        var faults = new List<string>();
        var properties = rule.TryGetProperty("properties", out var stated)
            ? stated.EnumerateObject().ToDictionary(property => property.Name, property => property.Value) : [];
        foreach (var (key, value) in mapping)
        {
            string name = ((YamlScalarNode)key).Value!;
            if (properties.Remove(name, out var property))
                faults.AddRange(Faults(value, TypeOf(property), contexts));
            else if (rule.TryGetProperty("loose-value-type", out var loose))
                faults.AddRange(Faults(value, loose.GetString()!, contexts));
            else
                faults.Add(At(key, $"'{name}' is no key here"));
        }
        foreach (var (name, property) in properties)
            if (property.ValueKind == JsonValueKind.Object && property.TryGetProperty("required", out _))
                faults.Add(At(node, $"'{name}' is missing"));
        return faults;
    }

    static string TypeOf(JsonElement property) =>
        property.ValueKind == JsonValueKind.String ? property.GetString()! : property.GetProperty("type").GetString()!;

    static List<string> BuiltIn(
        YamlNode node, string type, ImmutableHashSet<string> contexts, bool isExpression = false)
    {
        if (type == "any") return [.. node.AllNodes.OfType<YamlScalarNode>().SelectMany(s => Expressions(s, contexts))];
        if (type == "mapping") return node is YamlMappingNode ? [] : [At(node, Kind)];
        if (type == "sequence") return node is YamlSequenceNode ? [] : [At(node, Kind)];
        if (node is not YamlScalarNode scalar) return [At(node, Kind)];
        string text = scalar.Value ?? "";
        bool whole = text.StartsWith("${{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal);
        bool fits = type switch
        {
            "string" => true,
            "null" => text is "" or "null" or "~",
            "boolean" => whole || text is "true" or "false",
            _ => whole || double.TryParse(text, CultureInfo.InvariantCulture, out _),
        };
        return !fits ? [At(node, $"'{text}' is no {type}")]
            : isExpression && !text.Contains("${{", StringComparison.Ordinal) ? Reads(scalar, text, contexts)
            : Expressions(scalar, contexts);
    }

    static List<string> Expressions(YamlScalarNode node, ImmutableHashSet<string> contexts)
    {
        var faults = new List<string>();
        string text = node.Value ?? "";
        foreach (Match match in ExpressionPattern().Matches(text))
            faults.AddRange(Reads(node, match.Groups[1].Value, contexts));
        if (ExpressionPattern().Matches(text).Any(match => match.Groups[1].Value.Contains("${{"))
            || ExpressionPattern().Replace(text, "").Contains("${{", StringComparison.Ordinal))
            faults.Add(At(node, "an expression does not end"));
        return faults;
    }

    static List<string> Reads(YamlScalarNode node, string expression, ImmutableHashSet<string> contexts)
    {
        string code = LiteralPattern().Replace(expression, "0");
        return [.. NamePattern().Matches(code).Select(match => match.Value)
            .Where(name => !contexts.Contains(name)
                && !s_functions.Contains(name, StringComparer.OrdinalIgnoreCase) && name is not ("true" or "false"))
            .Select(name => At(node, $"'{name}' cannot be read here"))];
    }

    static string At(YamlNode node, string what) => $"line {node.Start.Line}: {what}";

    [GeneratedRegex(@"\$\{\{(.*?)\}\}", RegexOptions.Singleline)]
    private static partial Regex ExpressionPattern();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex LiteralPattern();

    // A name that follows no dot: a context or a function.
    [GeneratedRegex(@"(?<![\w.-])[A-Za-z_][\w-]*")]
    private static partial Regex NamePattern();
}
