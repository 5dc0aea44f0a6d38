using System.Buffers.Binary;
using System.Text;

namespace Harness.Formats.Pickle;

/// <summary>Runs a pickle as PyTorch writes it (protocols 2 to 5) and builds tensors, containers and objects that hold
/// attributes, nothing else: no name in a pickle is ever imported or called.</summary>
/// <remarks>The machine has no recursion; each opcode takes memory in proportion to the bytes it stands in, and the
/// number of values is bounded, so a hostile file costs no more than a large honest one.</remarks>
/// <param name="bytes">The whole pickle.</param>
/// <param name="bad">Makes the error for an offset in <paramref name="bytes"/>.</param>
/// <param name="foreign">True for what people save: objects of any class are built, as their attributes and nothing
/// more. Elsewhere every class but the archive's own is refused by name.</param>
sealed class PickleMachine(ReadOnlyMemory<byte> bytes, Func<long, string, Exception> bad, bool foreign = false)
{
    const int MaxValues = 8_000_000;
    static readonly object Mark = new();
    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    readonly ReadOnlyMemory<byte> _bytes = bytes;
    readonly List<object?> _stack = [];
    readonly List<int> _marks = [];
    readonly Dictionary<uint, object?> _memo = [];
    int _at;
    int _opcodeAt;
    int _values;

    /// <summary>How many bytes the pickle took.</summary>
    public int End => _at;

    /// <summary>The storages that the pickle names, each once for each time.</summary>
    public List<PickleStorage> Storages { get; } = [];

    /// <summary>The value that the pickle leaves behind.</summary>
    public object? Run()
    {
        while (true)
        {
            _opcodeAt = _at;
            byte opcode = Take(1)[0];
            if (opcode == '.') break;
            Step(opcode);
        }
        if (_stack.Count != 1 || _marks.Count != 0)
            throw Bad($"pickle ends with {_stack.Count} values on the stack, one expected");
        return _stack[0];
    }

    void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: Protocol(Take(1)[0]); break;
            case 0x95: Take(8); break; // FRAME: a hint for buffered readers
            case (byte)'(': _marks.Add(_stack.Count); Push(Mark); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: Push(Long(Take(1)[0])); break;
            case 0x8b: Push(Long(Length(4))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X': Push(Text(Length(4))); break;
            case 0x8c: Push(Text(Take(1)[0])); break;
            case 0x8d: Push(Text(Length(8))); break;
            case (byte)'U': Push(Text(Take(1)[0])); break;
            case (byte)'T': Push(Text(Length(4))); break;
            case (byte)')': Push(new PickleTuple([])); break;
            case 0x85: PushTuple(1); break;
            case 0x86: PushTuple(2); break;
            case 0x87: PushTuple(3); break;
            case (byte)'t': Push(new PickleTuple(PopToMark())); break;
            case (byte)']': Push(new PickleList()); break;
            case (byte)'}': Push(new PickleDict()); break;
            case (byte)'a': Append(Pop()); break;
            case (byte)'e': Appends(); break;
            case (byte)'s': SetItem(); break;
            case (byte)'u': SetItems(); break;
            case (byte)'q': _memo[Take(1)[0]] = Top(); break;
            case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
            case 0x94: _memo[(uint)_memo.Count] = Top(); break;
            case (byte)'h': Push(Recall(Take(1)[0])); break;
            case (byte)'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case (byte)'c': Push(Global(Line(), Line())); break;
            case 0x93: StackGlobal(); break;
            case (byte)'Q': Persistent(Pop()); break;
            case (byte)'R': Reduce(); break;
            case 0x81: NewObject(); break;
            case (byte)'b': Build(); break;
            // What networks of a trace never hold, and people's checkpoints do.
            case (byte)'B' when foreign: Push(Raw(Length(4))); break;
            case (byte)'C' when foreign: Push(Raw(Take(1)[0])); break;
            case 0x8e when foreign: Push(Raw(Length(8))); break;
            case 0x96 when foreign: Push(Raw(Length(8))); break;
            case 0x8f when foreign: Push(new PickleList()); break;
            case 0x90 when foreign: Appends(); break;
            case 0x91 when foreign: PushFrozen(); break;
            case 0x92 when foreign: Pop(); NewObject(); break;
            default: throw Bad($"pickle opcode 0x{opcode:x2} is not one that PyTorch writes");
        }
    }

    void Appends()
    {
        foreach (var item in PopToMark()) Append(item);
    }

    void Protocol(int version)
    {
        int last = foreign ? 5 : 4;
        if (version < 2 || version > last) throw Bad($"pickle protocol {version}; 2 to {last} are read");
    }

    void Persistent(object? id)
    {
        // The old format names a module's class so, with its source.
        if (foreign && id is PickleTuple { Items: ["module", PickleGlobal type, ..] })
        {
            Push(type);
            return;
        }
        var storage = PickleCalls.Storage(id, Bad);
        Storages.Add(storage);
        Push(storage);
    }

    void PushFrozen()
    {
        var items = PopToMark();
        var list = new PickleList();
        list.Items.AddRange(items);
        Push(list);
    }

    // Bytes, of which nothing is read.
    PickleObject Raw(int length)
    {
        Take(length);
        return new PickleObject("builtins.bytes");
    }

    PickleGlobal Global(string module, string name) =>
        PickleCalls.IsKnown(module, name) || (foreign && !ForeignCalls.IsDangerous(module, name))
            ? new PickleGlobal(module, name)
            : throw Bad($"pickle asks for '{module}.{name}', which is refused: only tensors, containers and the " +
                $"archive's own "
                + "classes are built; save a plain state dict or a trace");

    void StackGlobal()
    {
        if (Pop() is not string name || Pop() is not string module)
            throw Bad("pickle names a global by something that is no text");
        Push(Global(module, name));
    }

    void Reduce()
    {
        var given = Pop();
        // PyTorch makes a member of an enumeration from the bare value.
        if (Pop() is not PickleGlobal global || !(given is PickleTuple || PickleCalls.IsScriptClass(global)))
            throw Bad("pickle calls something that is no known function");
        var arguments = given as PickleTuple ?? new PickleTuple([given]);
        Push(!foreign || PickleCalls.IsKnown(global.Module, global.Name)
            ? PickleCalls.Call(global, arguments.Items, Bad)
            : ForeignCalls.Call(global, arguments.Items, Bad));
    }

    void NewObject()
    {
        if (Pop() is not PickleTuple arguments || Pop() is not PickleGlobal global
            || !(foreign || (arguments.Items.Length == 0 && PickleCalls.IsScriptClass(global))))
            throw Bad("pickle makes an object of a class that is not the archive's own");
        if (foreign && ForeignCalls.IsDictionary(global))
        {
            Push(new PickleDict());
            return;
        }
        Push(new PickleObject(global.ToString()));
    }

    void Build()
    {
        var state = Pop();
        switch (Top())
        {
            case PickleObject made when state is PickleDict attributes:
                foreach (var (name, value) in attributes.Items)
                {
                    if (name is not string text)
                        throw Bad($"an attribute of {made.ClassName} has a name that is no text");
                    made.Set(text, value);
                }
                break;
            case PickleObject made: made.HasOwnState = true; break;
            case PickleDict: break; // OrderedDict._metadata: module versions, no tensors
            case PickleTensor or PickleList when foreign: break; // attributes that somebody gave them
            default: throw Bad("pickle gives state to something that has none");
        }
    }

    void Append(object? item)
    {
        // Of a list of somebody's own class nothing is read.
        if (foreign && Top() is PickleObject) return;
        if (Top() is not PickleList list) throw Bad("pickle appends to something that is no list");
        list.Items.Add(item);
    }

    void SetItem()
    {
        var value = Pop();
        SetItem(Pop(), value);
    }

    void SetItem(object? key, object? value)
    {
        if (foreign && Top() is PickleObject) return;
        if (Top() is not PickleDict dict) throw Bad("pickle sets items of something that is no dictionary");
        if (foreign) key ??= Mark;
        if (key is null || !(foreign || key is string or long or bool))
            throw Bad("pickle has a dictionary key that is neither text nor integer");
        dict.Set(key, value);
    }

    void SetItems()
    {
        var items = PopToMark();
        if (items.Length % 2 != 0) throw Bad("pickle sets a key without a value");
        for (int n = 0; n < items.Length; n += 2) SetItem(items[n], items[n + 1]);
    }

    object? Recall(uint index) =>
        _memo.TryGetValue(index, out var value) ? value
            : throw Bad($"pickle recalls memo {index}, which was never stored");

    void Push(object? value)
    {
        if (++_values > MaxValues) throw Bad($"pickle builds more than {MaxValues} values");
        _stack.Add(value);
    }

    void PushTuple(int count)
    {
        var items = new object?[count];
        for (int n = count - 1; n >= 0; n--) items[n] = Pop();
        Push(new PickleTuple(items));
    }

    object? Top() =>
        _stack.Count > 0 && !ReferenceEquals(_stack[^1], Mark) ? _stack[^1]
            : throw Bad("pickle takes a value from an empty stack");

    object? Pop()
    {
        var value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Bad("pickle closes a mark that was never set");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        var items = new object?[_stack.Count - mark - 1];
        _stack.CopyTo(mark + 1, items, 0, items.Length);
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at) throw Bad("pickle ends in the middle; is the copy complete?");
        _at += count;
        return _bytes.Span.Slice(_at - count, count);
    }

    int Length(int width)
    {
        var raw = Take(width);
        ulong length = width == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(raw)
            : BinaryPrimitives.ReadUInt64LittleEndian(raw);
        return length <= (ulong)(_bytes.Length - _at)
            ? (int)length
            : throw Bad($"pickle claims {length} bytes of text, {_bytes.Length - _at} remain");
    }

    long Long(int width)
    {
        if (width > 8) throw Bad($"pickle holds an integer of {width} bytes; 64 bits are read");
        var raw = Take(width);
        long value = width > 0 && raw[^1] >= 0x80 ? -1 : 0;
        for (int n = width - 1; n >= 0; n--) value = (value << 8) | raw[n];
        return value;
    }

    string Text(int length)
    {
        try
        {
            return Strict.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad("pickle holds text that is not UTF-8");
        }
    }

    string Line()
    {
        int length = _bytes.Span[_at..].IndexOf((byte)'\n');
        if (length < 0) throw Bad("pickle ends inside a name");
        string text = Text(length);
        Take(1);
        return text;
    }

    Exception Bad(string message) => bad(_opcodeAt, message);
}
