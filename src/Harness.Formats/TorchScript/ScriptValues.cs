using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.TorchScript;

/// <summary>What a variable holds while the source is evaluated.</summary>
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
/// leaves, or a million levels: both are bounded where a container is made and where it grows.</summary>
abstract class ContainerScriptValue : ScriptValue
{
    /// <summary>The most values of a container.</summary>
    public const long MaxLeaves = 1_000_000;

    /// <summary>The most containers inside each other.</summary>
    public const int MaxDepth = 64;

    long _leaves;
    int _depth = 1;

    /// <inheritdoc/>
    public override long Leaves => _leaves;

    /// <inheritdoc/>
    public override int Depth => _depth;

    /// <summary>The attribute of a module that holds it; null for one that was made while running.</summary>
    public string? Attribute { get; init; }

    /// <summary>What is inside.</summary>
    public abstract IEnumerable<ScriptValue> Values { get; }

    /// <summary>Counts an item.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    protected void Count(ScriptValue item)
    {
        _leaves += item.Leaves;
        _depth = Math.Max(_depth, item.Depth + 1);
        if (_leaves > MaxLeaves) throw new OverflowException($"a container of more than {MaxLeaves} values");
        if (_depth > MaxDepth) throw new OverflowException($"containers nested more than {MaxDepth} deep");
    }
}

/// <summary>A number, string, Boolean or None known now.</summary>
sealed class ConstantScriptValue(Argument value) : ScriptValue
{
    /// <summary>Python's <c>None</c>.</summary>
    public static readonly ConstantScriptValue None = new(Argument.None);

    /// <summary>The constant.</summary>
    public Argument Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => Value is NoneArgument ? "None" : $"the constant {Value}";
}

/// <summary>A list, tuple or named tuple whose items are known one by one. Two variables may hold the same
/// list.</summary>
sealed class ListScriptValue : ContainerScriptValue
{
    readonly List<ScriptValue> _items;

    /// <summary>A list of these items.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    public ListScriptValue(IEnumerable<ScriptValue> items, bool isTuple)
    {
        _items = [.. items];
        IsTuple = isTuple;
        foreach (var item in _items) Count(item);
    }

    /// <summary>The items.</summary>
    public IReadOnlyList<ScriptValue> Items => _items;

    /// <inheritdoc/>
    public override IEnumerable<ScriptValue> Values => _items;

    /// <summary>True for a tuple.</summary>
    public bool IsTuple { get; }

    /// <summary>The names of a named tuple's fields; null for others.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>As an argument, once computed: shared like the list itself. Of a list that nobody changes any
    /// more.</summary>
    public ListArgument? Argument { get; set; }

    /// <summary>What it held when a call read it, and after how many changes of any list that was.</summary>
    public (ListScriptValue Value, long Changes)? Held { get; set; }

    /// <inheritdoc/>
    public override string Kind => Fields is not null ? "a named tuple" : IsTuple ? "a tuple" : "a list";

    /// <summary>Puts an item in.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    public void Insert(int at, ScriptValue item)
    {
        Count(item);
        _items.Insert(at, item);
    }

    /// <summary>Puts another item in a place.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    public void Set(int at, ScriptValue item)
    {
        Count(item);
        _items[at] = item;
    }

    /// <summary>Takes an item out.</summary>
    public ScriptValue RemoveAt(int at)
    {
        var item = _items[at];
        _items.RemoveAt(at);
        return item;
    }

    /// <summary>Puts the same items in another order.</summary>
    public void Order(IEnumerable<ScriptValue> items)
    {
        ScriptValue[] ordered = [.. items];
        _items.Clear();
        _items.AddRange(ordered);
    }
}

/// <summary>A dictionary. Its keys are known: text or numbers.</summary>
sealed class DictScriptValue : ContainerScriptValue
{
    readonly OrderedDictionary<Argument, ScriptValue> _items = [];

    /// <summary>Keys and values in order.</summary>
    public IReadOnlyDictionary<Argument, ScriptValue> Items => _items;

    /// <inheritdoc/>
    public override IEnumerable<ScriptValue> Values => _items.Values;

    /// <inheritdoc/>
    public override string Kind => "a dictionary";

    /// <summary>Sets the value of a key.</summary>
    /// <exception cref="OverflowException">Too many leaves or levels.</exception>
    public void Set(Argument key, ScriptValue value)
    {
        Count(value);
        _items[key] = value;
    }

    /// <summary>Takes a key out.</summary>
    public bool Remove(Argument key) => _items.Remove(key);

    /// <summary>Takes all out.</summary>
    public void Clear() => _items.Clear();
}

/// <summary>A module, or another object of the archive's own classes.</summary>
/// <param name="className">Its class: <c>__torch__.torch.nn.modules.conv.Conv2d</c>.</param>
/// <param name="path">How the root reaches it: <c>layer1.0.conv1</c>; where it was made, for one made while
/// running.</param>
/// <param name="made">The pickled object; null for one that was made while running.</param>
sealed class ModuleScriptValue(string className, string path, PickleObject? made) : ScriptValue
{
    /// <summary>Its class.</summary>
    public string ClassName { get; } = className;

    /// <summary>The pickled object.</summary>
    public PickleObject? Made { get; } = made;

    /// <summary>How the root reaches it.</summary>
    public string Path { get; } = path;

    /// <summary>The attributes of an object that was made while running.</summary>
    public Dictionary<string, ScriptValue> Fields { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Kind => $"an object of class {ClassName}";
}

/// <summary>A function of the archive, not called yet.</summary>
/// <param name="name">Qualified: <c>__torch__.torch.nn.functional.softmax</c>.</param>
sealed class FunctionScriptValue(string name) : ScriptValue
{
    /// <summary>Its qualified name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string Kind => $"the function {Name}";
}

/// <summary>A member of an enumeration.</summary>
/// <param name="className">Its class.</param>
/// <param name="name">The member's name.</param>
/// <param name="value">What it stands for.</param>
sealed class EnumScriptValue(string className, string name, ScriptValue value) : ScriptValue
{
    /// <summary>Its class.</summary>
    public string ClassName { get; } = className;

    /// <summary>The member's name.</summary>
    public string Name { get; } = name;

    /// <summary>What it stands for.</summary>
    public ScriptValue Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => $"{ClassName}.{Name}";
}

/// <summary>What is not known and not asked for: a variable without a value yet, a text with numbers that are no
/// integers.</summary>
/// <param name="kind">What it is.</param>
sealed class OpaqueScriptValue(string kind) : ScriptValue
{
    /// <inheritdoc/>
    public override string Kind { get; } = kind;
}

/// <summary>An argument of the root's <c>forward</c>.</summary>
sealed class InputScriptValue(int index, string name) : ScriptValue
{
    /// <summary>Position, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string Kind => $"the input '{Name}'";
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

/// <summary>A call as the source is evaluated; how many results it has shows only when somebody takes them
/// apart.</summary>
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

    /// <summary>True for a number, or a list of them, that is not known yet; false for tensors.</summary>
    public bool GivesNumber { get; init; }

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

    /// <summary>True for a number, or a list of them, that is not known yet.</summary>
    public bool IsNumber => Call.GivesNumber;

    /// <inheritdoc/>
    public override string Kind => $"the result of {Call.Target}";
}
