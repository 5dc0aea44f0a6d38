using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.TorchScript;

/// <summary>What a variable holds while the source is walked.</summary>
abstract class ScriptValue
{
    /// <summary>What an error message calls it.</summary>
    public abstract string Kind { get; }

    /// <summary>Values written out, containers inside containers included.</summary>
    public virtual long Leaves => 1;

    /// <summary>How many containers stand inside each other.</summary>
    public virtual int Depth => 0;
}

/// <summary>A list, tuple or dictionary. Containers share their items, so a few lines of source could describe 2^60
/// leaves, or a million levels: both are bounded where a container is made.</summary>
abstract class ContainerScriptValue : ScriptValue
{
    const long MaxLeaves = 1_000_000;
    const int MaxDepth = 64;

    /// <summary>Counts the items.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    protected ContainerScriptValue(IEnumerable<ScriptValue> items)
    {
        foreach (var item in items)
        {
            Leaves += item.Leaves;
            Depth = Math.Max(Depth, item.Depth);
        }
        Depth++;
        if (Leaves > MaxLeaves) throw new OverflowException($"a container of more than {MaxLeaves} values");
        if (Depth > MaxDepth) throw new OverflowException($"containers nested more than {MaxDepth} deep");
    }

    /// <inheritdoc/>
    public override long Leaves { get; }

    /// <inheritdoc/>
    public override int Depth { get; }
}

/// <summary>A number, string, Boolean or None known now.</summary>
sealed class ConstantScriptValue(Argument value) : ScriptValue
{
    /// <summary>The constant.</summary>
    public Argument Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => Value is NoneArgument ? "None" : $"the constant {Value}";
}

/// <summary>A list or tuple whose items are known one by one.</summary>
sealed class ListScriptValue(IReadOnlyList<ScriptValue> items, bool isTuple) : ContainerScriptValue(items)
{
    /// <summary>The items.</summary>
    public IReadOnlyList<ScriptValue> Items { get; } = items;

    /// <summary>As an argument, once computed: shared like the list itself.</summary>
    public ListArgument? Argument { get; set; }

    /// <inheritdoc/>
    public override string Kind => isTuple ? "a tuple" : "a list";
}

/// <summary>A dictionary with known text keys.</summary>
sealed class DictScriptValue(IReadOnlyList<(string Key, ScriptValue Value)> items)
    : ContainerScriptValue(items.Select(item => item.Value))
{
    /// <summary>Keys and values in order.</summary>
    public IReadOnlyList<(string Key, ScriptValue Value)> Items { get; } = items;

    /// <inheritdoc/>
    public override string Kind => "a dictionary";
}

/// <summary>A module, or another object of the archive's own classes.</summary>
/// <param name="made">The pickled object.</param>
/// <param name="path">How the root reaches it: <c>layer1.0.conv1</c>.</param>
sealed class ModuleScriptValue(PickleObject made, string path) : ScriptValue
{
    /// <summary>The pickled object.</summary>
    public PickleObject Made { get; } = made;

    /// <summary>How the root reaches it.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override string Kind => $"an object of class {Made.ClassName}";
}

/// <summary>An argument of the root's <c>forward</c>.</summary>
sealed class InputScriptValue(int index, string name) : ScriptValue
{
    /// <summary>Position, from 0.</summary>
    public int Index { get; } = index;

    /// <inheritdoc/>
    public override string Kind => $"the input '{name}'";
}

/// <summary>A tensor of the file: a state-dict entry when it has a key, a constant otherwise.</summary>
sealed class StoredScriptValue(string name, bool isParameter, Tensor tensor) : ScriptValue
{
    /// <summary>True for a state-dict entry that is a buffer.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>The state-dict key, or the constant's name.</summary>
    public string Name { get; } = name;

    /// <summary>True when the state dict has it.</summary>
    public bool IsParameter { get; } = isParameter;

    /// <summary>Its elements.</summary>
    public Tensor Tensor { get; } = tensor;

    /// <inheritdoc/>
    public override string Kind => $"the tensor '{Name}'";
}

/// <summary>A call as the walk meets it; how many results it has shows only when somebody takes them apart.</summary>
sealed class TracedCall(
    string target,
    IReadOnlyList<ScriptValue> arguments,
    IReadOnlyList<(string Name, ScriptValue Value)> keywords,
    SourcePlace place)
{
    /// <summary>The operator: <c>aten::conv2d</c>.</summary>
    public string Target { get; } = target;

    /// <summary>Positional arguments.</summary>
    public IReadOnlyList<ScriptValue> Arguments { get; } = arguments;

    /// <summary>Keyword arguments.</summary>
    public IReadOnlyList<(string Name, ScriptValue Value)> Keywords { get; } = keywords;

    /// <summary>Where it stands.</summary>
    public SourcePlace Place { get; } = place;

    /// <summary>The results, once taken apart; null while the result is one value.</summary>
    public ResultScriptValue[]? Parts { get; set; }
}

/// <summary>The result of a call: as a whole, or one part of it.</summary>
sealed class ResultScriptValue(TracedCall call, int part) : ScriptValue
{
    /// <summary>Marks the whole result.</summary>
    public const int Whole = -1;

    /// <summary>The call.</summary>
    public TracedCall Call { get; } = call;

    /// <summary>Which part, or <see cref="Whole"/>.</summary>
    public int Part { get; } = part;

    /// <inheritdoc/>
    public override string Kind => $"the result of {Call.Target}";
}
