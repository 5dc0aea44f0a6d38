using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Formats.TorchScript;

/// <summary>What the executor knows of the values of a script that is being evaluated for inputs of known types and
/// shapes: each call is shown to it as it is met.</summary>
sealed class ScriptFacts(IReadOnlyList<Fact> inputs)
{
    readonly GraphFacts _facts = new();
    readonly Dictionary<int, int> _inputs = [];
    readonly Dictionary<(string, bool), int> _stored = [];
    readonly Dictionary<TracedCall, int> _calls = new(ReferenceEqualityComparer.Instance);

    /// <summary>Element type and shape of a tensor; null where they are not known.</summary>
    public Fact? Of(ScriptValue tensor) => IdOf(tensor) is { } id && _facts.MeaningOf(id) is ValueArgument value
        ? _facts.FactOf(value.Id) : null;

    /// <summary>The number, or list of numbers, that a value is; null where it is none or not known.</summary>
    public Argument? NumberOf(ScriptValue value) => IdOf(value) is { } id && _facts.MeaningOf(id) is { } meaning
        && IsNumber(meaning) ? meaning : null;

    /// <summary>Why nothing is known of a value; null where no operator is to blame.</summary>
    public Finding? RefusalOf(ScriptValue value) => IdOf(value) is { } id ? _facts.RefusalOf(id) : null;

    /// <summary>Shows a call.</summary>
    /// <returns>How many tensors it gives as a list; null where it gives no list.</returns>
    /// <exception cref="ModelException">PAR1004: its arguments do not fit each other.</exception>
    public int? Add(TracedCall call)
    {
        ImmutableArray<Argument> arguments = [.. call.Arguments.Select(ToArgument)];
        ImmutableArray<Keyword> keywords =
            [.. call.Keywords.Select(keyword => new Keyword(keyword.Name, ToArgument(keyword.Value)))];
        int id = _calls[call] = _facts.Add(call.Target, arguments, keywords, call.Place);
        return _facts.MeaningOf(id) is ListArgument list && list.Items.All(item => item is ValueArgument)
            ? list.Items.Length : null;
    }

    static bool IsNumber(Argument meaning) => meaning switch
    {
        ListArgument list => list.Items.All(IsNumber),
        ValueArgument => false,
        _ => true,
    };

    Argument ToArgument(ScriptValue value) => value switch
    {
        ConstantScriptValue constant => constant.Value,
        ListScriptValue list => list.Argument is { } known ? known : Argument.Of([.. list.Items.Select(ToArgument)]),
        _ => Argument.Value(IdOf(value) ?? _facts.AddUnknown()),
    };

    int? IdOf(ScriptValue value)
    {
        switch (value)
        {
            case InputScriptValue input:
                return _inputs.TryGetValue(input.Index, out int known) ? known
                    : _inputs[input.Index] = input.Index < inputs.Count
                        ? _facts.Add(inputs[input.Index]) : _facts.AddUnknown();
            case StoredScriptValue stored:
                if (_stored.TryGetValue((stored.Name, stored.IsParameter), out int id)) return id;
                return _stored[(stored.Name, stored.IsParameter)] = stored.IsParameter
                    ? _facts.Add(Fact.Of(stored.Tensor.Type, stored.Tensor.Shape)) : _facts.Add(stored.Tensor);
            case ResultScriptValue { Part: ResultScriptValue.Whole } whole:
                return _calls.TryGetValue(whole.Call, out int result) ? result : null;
            case ResultScriptValue part when _calls.TryGetValue(part.Call, out int of):
                return _facts.MeaningOf(of) switch
                {
                    ListArgument list => list.Items.ElementAtOrDefault(part.Part) is ValueArgument item
                        ? item.Id : null,
                    // The first is all that an op gives of several.
                    _ => part.Part == 0 ? of : null,
                };
            default: return null;
        }
    }
}
