using Harness.Executor.Model;

namespace Harness.Formats.Pickle;

// What a pickle may hold here. None is null; numbers, Booleans and strings are long, double, bool and string.

/// <summary>A list; shared and even cyclic, as Python's are, so walkers bound their depth.</summary>
sealed class PickleList
{
    /// <summary>The items.</summary>
    public List<object?> Items { get; } = [];
}

/// <summary>A tuple.</summary>
sealed class PickleTuple(object?[] items)
{
    /// <summary>The items.</summary>
    public object?[] Items { get; } = items;
}

/// <summary>A dictionary in insertion order, plain or <c>OrderedDict</c>.</summary>
sealed class PickleDict
{
    readonly Dictionary<object, int> _index = [];

    /// <summary>Keys and values, first insertion first.</summary>
    public List<KeyValuePair<object, object?>> Items { get; } = [];

    /// <summary>Sets a key; a later value replaces the earlier one in place, as in Python.</summary>
    public void Set(object key, object? value)
    {
        if (_index.TryGetValue(key, out int at))
        {
            Items[at] = KeyValuePair.Create(key, value);
            return;
        }
        _index[key] = Items.Count;
        Items.Add(KeyValuePair.Create(key, value));
    }
}

/// <summary>A name in a module; only those that <see cref="PickleMachine"/> knows can be called.</summary>
sealed record PickleGlobal(string Module, string Name)
{
    /// <summary><c>torch._utils._rebuild_tensor_v2</c>.</summary>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A storage beside the pickle: <c>data/&lt;key&gt;</c>.</summary>
/// <param name="Type">What one element is.</param>
/// <param name="Key">The entry's last name.</param>
/// <param name="Count">Elements.</param>
sealed record PickleStorage(ElementType Type, string Key, long Count)
{
    /// <summary>True where a storage of bytes is seen as one of these elements.</summary>
    public bool IsOfBytes { get; init; }
}

/// <summary>A strided view of a storage; nothing is checked yet.</summary>
sealed class PickleTensor(PickleStorage storage, long offset, long[] sizes, long[] strides)
{
    /// <summary>Where the elements are.</summary>
    public PickleStorage Storage { get; } = storage;

    /// <summary>First element, counted in elements.</summary>
    public long Offset { get; } = offset;

    /// <summary>Extents.</summary>
    public long[] Sizes { get; } = sizes;

    /// <summary>Strides in elements.</summary>
    public long[] Strides { get; } = strides;
}

/// <summary>An object of a class that the archive itself defines in <c>code/</c>.</summary>
sealed class PickleObject(string className)
{
    readonly Dictionary<string, object?> _attributes = new(StringComparer.Ordinal);

    /// <summary>Qualified: <c>__torch__.torch.nn.modules.conv.Conv2d</c>.</summary>
    public string ClassName { get; } = className;

    /// <summary>Attributes in the file's order.</summary>
    public List<string> Names { get; } = [];

    /// <summary>State that is no attribute dictionary: the class has its own <c>__getstate__</c>.</summary>
    public bool HasOwnState { get; set; }

    /// <summary>Sets an attribute.</summary>
    public void Set(string name, object? value)
    {
        if (!_attributes.ContainsKey(name)) Names.Add(name);
        _attributes[name] = value;
    }

    /// <summary>Looks an attribute up.</summary>
    public bool TryGet(string name, out object? value) => _attributes.TryGetValue(name, out value);
}

/// <summary>A member of an enumeration that the archive itself defines in <c>code/</c>.</summary>
sealed record PickleEnum(string ClassName, object? Value);
