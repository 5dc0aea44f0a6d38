using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Program;

/// <summary>What is known of the values of a graph while it is still being written, call by call: what
/// <see cref="ShapedGraph"/> will find once it is whole. Of what is not supported nothing is known.</summary>
public sealed class GraphFacts
{
    readonly ShapedGraph _graph = ShapedGraph.Unwritten();
    readonly Dictionary<int, Finding> _refused = [];

    /// <summary>Adds an input, or a parameter.</summary>
    /// <returns>Its number here.</returns>
    public int Add(Fact fact) => _graph.Add(fact);

    /// <summary>Adds a tensor that is stored with the graph.</summary>
    public int Add(Tensor constant)
    {
        ArgumentNullException.ThrowIfNull(constant);
        return _graph.AddConstant(constant);
    }

    /// <summary>Adds a call of one result.</summary>
    /// <param name="target">The operator.</param>
    /// <param name="arguments">Positional arguments, with numbers of values here.</param>
    /// <param name="keywords">Keyword arguments.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ModelException">PAR1004: the arguments do not fit each other.</exception>
    public int Add(
        string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords, SourcePlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        int result = _graph.Add(null);
        var unknown = arguments.Concat(keywords.Select(keyword => keyword.Value)).Select(Unknown)
            .FirstOrDefault(value => value is not null);
        if (unknown is { } operand)
        {
            if (_refused.TryGetValue(operand, out var earlier)) _refused[result] = earlier;
            return result;
        }
        string name = $"{(place.Module.Length > 0 ? place.Module : target)}#{result}";
        try
        {
            if (_graph.Append(new Call(name, target, arguments, keywords, [result], place)) is { } misfit)
                throw new ModelException(misfit);
        }
        catch (ModelException e) when (e.Finding.Code == Codes.UnsupportedOp)
        {
            // A number that is not known hangs on a tensor's elements; nothing is wrong with the operator.
            if (!ScalarCalls.Knows(target)) _refused[result] = e.Finding;
        }
        return result;
    }

    /// <summary>Adds what nothing is known of.</summary>
    public int AddUnknown() => _graph.Add(null);

    /// <summary>What is known of a value; null for what is a number, a list or unknown.</summary>
    public Fact? FactOf(int value) => _graph.KnownFact(value);

    /// <summary>What a value stands for: a number, a list, another value, or itself.</summary>
    public Argument MeaningOf(int value) => _graph.Resolve(Argument.Value(value));

    /// <summary>Why nothing is known of a value; null where that has another reason than an operator that is not
    /// supported.</summary>
    public Finding? RefusalOf(int value) => _refused.GetValueOrDefault(value);

    // A value of an argument that nothing is known of; null where there is none.
    int? Unknown(Argument argument) => _graph.Resolve(argument) switch
    {
        ValueArgument value => _graph.KnownFact(value.Id) is null ? value.Id : null,
        ListArgument list => list.Items.Select(Unknown).FirstOrDefault(value => value is not null),
        _ => null,
    };
}
