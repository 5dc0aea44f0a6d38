using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A use of an operator that its op refuses: a call whose arguments are all ordinary but these. Why it is
/// refused says the op itself, when it is asked.</summary>
/// <param name="Operator">The operator with its overload: <c>aten::conv2d.padding</c>.</param>
/// <param name="Arguments">What is not ordinary, as schemas write it: <c>padding="reflect"</c>.</param>
public sealed record RefusedForm(string Operator, ImmutableArray<string> Arguments)
{
    const string Node = "call";

    /// <summary>The finding of the op, PAR1001 or PAR1002.</summary>
    /// <exception cref="InvalidOperationException">The op takes the call.</exception>
    public Finding Finding
    {
        get
        {
            try
            {
                OpSet.Parse(Call(Operator, Arguments));
            }
            catch (ModelException e)
            {
                return e.Finding;
            }
            throw new InvalidOperationException($"{Operator}({this}) is no longer refused");
        }
    }

    /// <summary>The op's words, without the name of the call.</summary>
    public string Reason
    {
        get
        {
            string message = Finding.Message, name = $"'{Node}'";
            int at = message.IndexOf(name, StringComparison.Ordinal);
            return message[(at + name.Length)..].TrimStart(':', ' ');
        }
    }

    /// <summary>A call of an operator with ordinary arguments: tensors for tensors, ones for sizes.</summary>
    /// <param name="name">The operator with its overload.</param>
    /// <param name="stated">Arguments that are given, each as <c>name=value</c>.</param>
    internal static Call Call(string name, ImmutableArray<string> stated)
    {
        var signature = SchemaTable.Find(name)
            ?? throw new InvalidOperationException($"the table of schemas lacks '{name}'");
        var given = stated.Select(text => text.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => SchemaReader.ReadValue(pair[1]), StringComparer.Ordinal);
        // By name alone: a schema permits that for every parameter.
        var arguments = ImmutableArray.CreateBuilder<Keyword>();
        int tensors = 0;
        foreach (var parameter in signature.Parameters)
        {
            // A limit may be left out, though not every one.
            bool isGiven = parameter.Type.Kind == ValueKind.Tensor || parameter.Default is null
                || (parameter.Type is { Kind: ValueKind.Scalar, IsOptional: true });
            if (given.Remove(parameter.Name, out var value)) arguments.Add(new Keyword(parameter.Name, value));
            // A batch norm that is given no statistics can only take those of the batch.
            else if (parameter.Name == "training" && signature.Target.Contains("batch_norm", StringComparison.Ordinal)
                && signature.Parameters.All(other => other.Name != "running_mean"))
                arguments.Add(new Keyword(parameter.Name, Argument.Of(true)));
            else if (isGiven)
                arguments.Add(new Keyword(parameter.Name, Ordinary(name, parameter, ref tensors)));
        }
        if (given.Count > 0)
            throw new InvalidOperationException($"'{name}' has no argument {string.Join(", ", given.Keys)}");
        return new Call(
            Node, signature.Target, [], arguments.ToImmutable(), [tensors], SourcePlace.Unknown);
    }

    static Argument Ordinary(string name, Parameter parameter, ref int tensors)
    {
        var type = parameter.Type;
        // A mode that may be left out, and scales where sizes stand.
        if (type is { IsOptional: true, Kind: ValueKind.Str }
            or { IsOptional: true, IsList: true, Kind: ValueKind.Float }) return Argument.None;
        var one = type.Kind switch
        {
            ValueKind.Tensor => Argument.Value(tensors++),
            ValueKind.Float => Argument.Of(1.0),
            ValueKind.Bool => Argument.Of(false),
            // An exponent of 1 is none.
            ValueKind.Scalar => Argument.Of(2),
            // PyTorch's number of float32.
            ValueKind.ScalarType => Argument.Of(6),
            ValueKind.Device => Argument.Of("cpu"),
            ValueKind.Str => Argument.Of(parameter.Name switch { "ord" => "fro", "reduce" => "add", _ => "valid" }),
            _ => Argument.Of(1),
        };
        if (!type.IsList) return one;
        // Windows have two axes where not even the name says how many; a list of tensors holds one.
        int count = type.Kind == ValueKind.Tensor ? 1
            : type.Length == 0 ? Window.AxesOf(name) ?? 2 : type.Length;
        return Argument.Of([.. Enumerable.Repeat(one, count)]);
    }

    /// <summary><c>padding="same", stride=[2, 1]</c>.</summary>
    public override string ToString() => string.Join(", ", Arguments);
}
