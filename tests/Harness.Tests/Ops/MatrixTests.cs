using System.Reflection;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Ops;

/// <summary>Every op beside every proof that it computes what PyTorch computes. A cell is full when the list that the
/// proof works through names the op; an empty one needs a reason that stands here.</summary>
public sealed class MatrixTests
{
    const string Parse = "parse", Naive = "naive oracle", Golden = "golden case", Float32 = "cpu float32",
        Float64 = "cpu float64", Integers = "integers", Walk = "torch walk";

    static readonly string[] s_columns = [Parse, Naive, Golden, Float32, Float64, Integers, Walk];

    /// <summary>Why a cell is empty: sorted by op, each in the order of the columns.</summary>
    static readonly (string Op, string Column, string Why)[] s_reasons =
    [
        ("Atan2", Integers, "PyTorch makes floats of integers: a cast stands before it (case atan2/integers)"),
        ("Hypot", Integers, "PyTorch has none of integers"),
        ("LogAddExp", Integers, "PyTorch has none of integers"),
        ("MaxUnpool", Integers, "PyTorch has none of integers; its indices are integers in every case"),
        ("Xlogy", Integers, "PyTorch makes floats of integers: a cast stands before it (case xlogy/integers)"),
    ];

    static readonly Dictionary<OpDefinition, string> s_names = typeof(Op).Assembly.GetTypes()
        .Select(type => (type.Name, type.GetField("Definition", BindingFlags.Static | BindingFlags.NonPublic)))
        .Where(pair => pair.Item2?.FieldType == typeof(OpDefinition))
        .ToDictionary(pair => (OpDefinition)pair.Item2!.GetValue(null)!, pair => pair.Name);

    static readonly Dictionary<string, HashSet<string>> s_operators = new()
    {
        [Parse] = [.. ParseTests.Rows.Select(row => (string)row[0]).Select(text => Plain(text[..text.IndexOf('(')]))],
        [Naive] = [.. NaiveWalk.Arms.Keys.Select(name => Plain(name.Contains("::") ? name : $"aten::{name}"))],
        [Golden] = [.. OpCases.All.SelectMany(OperatorsOf)],
        [Float32] = [.. Recorded("float32").SelectMany(OperatorsOf)],
        [Float64] = [.. Recorded("float64").SelectMany(OperatorsOf)],
        [Walk] = [.. File.ReadLines(Path.Combine(
            NaiveWalkTests.Repository, "tests", "Harness.Tests", "Ops", "walk-arms.txt")).Select(Plain)],
    };

    // An op that does not say which types it takes gets floats: what is none is cast before it. What a composite is
    // said by has rows of its own.
    static readonly HashSet<string> s_takeIntegers = [.. typeof(Op).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsSubclassOf(typeof(Composite)) && !type.IsAbstract)
        .Where(type => type.GetMethod(nameof(Op.OperandType))!.DeclaringType != typeof(Op))
        .Select(type => type.Name)];

    // The ops that a case gives integers or Booleans to, as the program that runs says.
    static readonly HashSet<string> s_givenIntegers = [.. OpCases.All.Where(HasCast).SelectMany(OpsOnIntegers)];

    [Fact]
    public void Every_op_has_every_proof_or_a_reason()
    {
        var empty = OpSet.All.SelectMany(definition => s_columns
            .Where(column => !Has(definition, column) && Reason(s_names[definition], column) is null)
            .Select(column => $"{s_names[definition]}: no {column}"));
        empty.Should().BeEmpty("an op is added with its proofs, or with its reasons in the list above");
    }

    [Fact]
    public void Every_reason_is_needed_and_stands_in_its_place()
    {
        s_reasons.Should().OnlyContain(reason => OpSet.All.Any(definition =>
            reason.Op == s_names[definition] && !Has(definition, reason.Column)));
        s_reasons.Should().OnlyContain(reason => s_columns.Contains(reason.Column) && reason.Why.Length > 0);
        var places = s_reasons
            .Select(reason => (reason.Op, Array.IndexOf(s_columns, reason.Column))).ToArray();
        places.Should().Equal(places.Distinct().OrderBy(place => place.Item1, StringComparer.OrdinalIgnoreCase)
            .ThenBy(place => place.Item2));
    }

    [Fact]
    public void The_list_of_every_proof_names_operators() =>
        s_operators.Should()
            .OnlyContain(list => list.Value.Count >= OpSet.All.Length && list.Value.Contains("aten::conv2d"));

    // The oracle that records must know each spelling that the executor takes; elsewhere one stands for the op.
    static bool Has(OpDefinition definition, string column)
    {
        if (column == Integers)
            return !s_takeIntegers.Contains(s_names[definition]) || s_givenIntegers.Contains(s_names[definition]);
        var targets = definition.Operators.Select(name => Plain(name.Split('.')[0]));
        return column == Walk ? targets.All(s_operators[column].Contains) : targets.Any(s_operators[column].Contains);
    }

    static string? Reason(string op, string column) =>
        s_reasons.FirstOrDefault(reason => reason.Op == op && reason.Column == column).Why;

    // An operator in place is the operator.
    static string Plain(string target) => target.TrimEnd('_');

    static IEnumerable<string> OperatorsOf(string opCase) => GraphOf(opCase).GetProperty("calls").EnumerateArray()
        .Select(call => Plain(call.GetProperty("target").GetString()!));

    static bool HasCast(string opCase) => OperatorsOf(opCase).Any(name => name is "aten::to" or "aten::type_as");

    static IEnumerable<string> OpsOnIntegers(string opCase)
    {
        using var model = OpCases.Open(opCase);
        var program = NhwcPass.Apply(model, OpCases.Shapes(model));
        return program.Nodes
            .Where(node => node.Inputs.Any(input => !program.Values[input].Type.IsFloating()))
            .Select(node => node.Op.GetType().Name).ToArray();
    }

    static JsonElement GraphOf(string opCase) => JsonElement.Parse(File.ReadAllBytes(OpCases.PathOf(opCase)));

    // The op cases whose output is on record in this plan, which OutputBitsTests computes anew.
    static IEnumerable<string> Recorded(string plan) => File.ReadLines(OutputBits.File)
        .Select(line => line.Split(' '))
        .Where(words => words[1] == plan && words[0].StartsWith("ops/", StringComparison.Ordinal))
        .Select(words => words[0]["ops/".Length..]);
}
