using System.Globalization;
using System.Text.Json;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Tests.Conformance;

/// <summary>Says of a census of public models which have every operator that they use here, and what the others lack:
/// <c>docs/conformance.md</c> states the counts.</summary>
/// <remarks>A census is a JSON file: <c>names</c>, the operators with their overloads, and <c>models</c>, of each the
/// indices into them by spelling (<c>trace</c>, <c>export</c>, <c>core</c> …). It says nothing of arguments, shapes or
/// what a condition hangs on: what has all its operators may still be refused for a form.</remarks>
static class CensusCommand
{
    /// <summary>The word that makes the test assembly run it:
    /// <c>dotnet run --project tests/Harness.Tests -c Release -- census FILE</c>.</summary>
    public const string Verb = "census";

    // Python itself, which the readers evaluate: containers, control flow, what is asked of a tensor without its
    // elements, the graphs of a block that changes nothing. A condition on elements is refused there; no census tells.
    static readonly HashSet<string> s_language =
    [
        "prim::Constant[Tensor]", "prim::DictConstruct", "prim::If", "prim::ListConstruct", "prim::ListUnpack",
        "prim::Loop", "prim::RaiseException", "prim::TupleConstruct", "prim::TupleIndex", "prim::TupleUnpack",
        "prim::Uninitialized", "prim::device", "prim::dtype", "prim::unchecked_cast", "_operator.getitem", "get_attr",
        "hop::wrap_with_autocast", "hop::wrap_with_set_grad_enabled", "aten::_assert_tensor_metadata", "aten::__is__",
        "aten::__isnot__", "aten::format", "aten::tensor.int", "aten::tensor.float", "aten::tensor.bool",
    ];

    // Overloads of which no argument is a tensor, and what of them the readers evaluate.
    static readonly HashSet<string> s_plain =
        ["int", "float", "float_int", "int_float", "bool", "str", "t", "int_list", "str_list"];

    static readonly HashSet<string> s_ofPlain =
    [
        "add", "sub", "mul", "div", "floordiv", "remainder", "neg", "pow", "eq", "ne", "lt", "le", "gt", "ge",
        "__contains__", "slice", "list", "append", "len", "copy", "insert", "pop", "extend", "index",
    ];

    // What no operator stands for, and is refused.
    static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["prim::PythonOp"] = "a call of Python, which no archive holds",
        ["prim::SetAttr"] = "the module changes itself",
    };

    /// <summary>Prints what each model lacks, what is lacked by how many, and the counts.</summary>
    public static int Run(string file)
    {
        using var census = JsonDocument.Parse(File.ReadAllBytes(file));
        string[] names =
            [.. census.RootElement.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];
        var models = census.RootElement.GetProperty("models").EnumerateObject()
            .SelectMany(model => model.Value.EnumerateObject().Select(spelling => (model.Name, Spelling: spelling.Name,
                Lacks: spelling.Value.EnumerateArray().Select(index => names[index.GetInt32()])
                    .Where(name => !IsHere(name)).ToArray()))).ToList();
        foreach (var spelling in models.GroupBy(model => model.Spelling))
        {
            foreach (var (name, _, lacks) in spelling)
                if (lacks.Length > 0)
                    Console.WriteLine($"{spelling.Key} {name}: {string.Join(", ", lacks.Select(Told))}");
            foreach (var lack in spelling.SelectMany(model => model.Lacks).GroupBy(lack => lack)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal))
                Console.WriteLine($"{spelling.Key}: {lack.Count()} lack {Told(lack.Key)}");
            int count = spelling.Count(), whole = spelling.Count(model => model.Lacks.Length == 0);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{spelling.Key}: {whole} of {count} have every operator ({100.0 * whole / count:0.0} %)"));
        }
        return 0;
    }

    static string Told(string name) => s_refused.TryGetValue(name, out string? why) ? $"{name} ({why})" : name;

    /// <summary>Whether models that use an operator find it here.</summary>
    /// <param name="name">With its overload, as PyTorch's schemas have it: <c>aten::add_.Tensor</c>.</param>
    internal static bool IsHere(string name)
    {
        if (s_language.Contains(name)) return true;
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        // Python's operator module: numbers alone.
        if (name.StartsWith("_operator.", StringComparison.Ordinal)) return s_ofPlain.Contains(name[(dot + 1)..]);
        string target = dot < 0 ? name : name[..dot], overload = dot < 0 ? "" : name[(dot + 1)..];
        if (ScalarCalls.Knows(target)) return true;
        if (s_plain.Contains(overload) && s_ofPlain.Contains(target[(target.LastIndexOf(':') + 1)..])) return true;
        bool inPlace = target.EndsWith('_') && !target.EndsWith("__", StringComparison.Ordinal);
        string pure = (inPlace ? target[..^1] : target) + (overload.Length == 0 ? "" : $".{overload}");
        return OpSet.All.Any(op => op.Operators.Contains(name) || op.Operators.Contains(pure));
    }
}
