using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>What the operators mean on lists, tuples and dictionaries: Python's methods. Two variables may hold one
/// list, so what changes it changes it for both.</summary>
/// <param name="walk">Counts the work and the changes.</param>
sealed class ScriptContainers(ScriptWalk walk)
{
    /// <summary>A function whose first argument is a container; null for what is none.</summary>
    /// <exception cref="ScriptFault">What Python raises.</exception>
    /// <exception cref="OverflowException">The result is too large.</exception>
    public ScriptValue? Call(string name, IReadOnlyList<ScriptValue> arguments) => arguments[0] switch
    {
        ListScriptValue list => OfList(name, list, arguments),
        DictScriptValue dict => OfDict(name, dict, arguments),
        _ => null,
    };

    ScriptValue? OfList(string name, ListScriptValue list, IReadOnlyList<ScriptValue> arguments)
    {
        walk.Step(list.Items.Count);
        switch (name, arguments)
        {
            case ("len", [_]): return Number(list.Items.Count);
            case ("append", [_, var item]):
                Changed(list).Insert(list.Items.Count, item);
                return list;
            case ("insert", [_, var at, var item]):
                long place = Integer(at);
                if (place < 0) place = Math.Max(0, place + list.Items.Count);
                Changed(list).Insert((int)Math.Min(place, list.Items.Count), item);
                return ConstantScriptValue.None;
            case ("extend" or "add_", [_, ListScriptValue more]):
                foreach (var item in more.Items.ToArray()) Changed(list).Insert(list.Items.Count, item);
                return name == "extend" ? ConstantScriptValue.None : list;
            case ("pop", [_, ..]):
                return Changed(list).RemoveAt(Place(list, arguments.Count > 1 ? Integer(arguments[1]) : -1));
            case ("Delete", [_, var at]):
                Changed(list).RemoveAt(Place(list, Integer(at)));
                return ConstantScriptValue.None;
            case ("remove", [_, var item]):
                Changed(list).RemoveAt(IndexOf(list, item));
                return ConstantScriptValue.None;
            case ("clear", [_]):
                Changed(list).Order([]);
                return ConstantScriptValue.None;
            case ("reverse", [_]):
                Changed(list).Order(list.Items.Reverse());
                return ConstantScriptValue.None;
            case ("sort", [_, ..]) when !list.IsTuple:
                Changed(list).Order(Sorted(list, arguments));
                return ConstantScriptValue.None;
            case ("sorted", [_, ..]): return List(Sorted(list, arguments));
            case ("_set_item", [_, var at, var item]):
                Changed(list).Set(Place(list, Integer(at)), item);
                return list;
            case ("__getitem__", [_, var at]): return list.Items[Place(list, Integer(at))];
            case ("slice", [_, ..]): return Slice(list, arguments);
            case ("copy" or "list", [_]): return List(list.Items);
            case ("index", [_, var item]): return Number(IndexOf(list, item));
            case ("count", [_, var item]): return Number(list.Items.Count(one => AreEqual(one, item)));
            case ("__contains__", [_, var item]): return Truth(list.Items.Any(one => AreEqual(one, item)));
            case ("add", [_, ListScriptValue more]):
                walk.Step(more.Items.Count);
                return new ListScriptValue(list.Items.Concat(more.Items), list.IsTuple);
            case ("mul", [_, ConstantScriptValue { Value: IntArgument times }]): return Repeated(list, times.Number);
            case ("eq", [_, var other]) when other is ListScriptValue: return Truth(AreEqual(list, other));
            case ("ne", [_, var other]) when other is ListScriptValue: return Truth(!AreEqual(list, other));
            case ("sum", [_]) when Numbers(list) is { } terms:
                return new ConstantScriptValue(terms.Aggregate(
                    terms.FirstOrDefault() is FloatArgument ? Argument.Of(0.0) : Argument.Of(0L),
                    (sum, term) => ScriptNumbers.OfTwo("add", sum, term)!));
            case ("any", [_]) when Numbers(list) is { } flags:
                return Truth(flags.Any(flag => !ScriptNumbers.AreEqual(flag, Argument.Of(0L))));
            case ("all", [_]) when Numbers(list) is { } flags:
                return Truth(flags.All(flag => !ScriptNumbers.AreEqual(flag, Argument.Of(0L))));
            case ("min" or "max", [_]) when Numbers(list) is { } numbers:
                if (numbers.Count == 0) throw new ScriptFault($"{name}() arg is an empty sequence");
                return new ConstantScriptValue(
                    numbers.Aggregate((best, number) => ScriptNumbers.OfTwo(name, best, number)!));
            case ("dict", [_]): return Dict(list);
            default: return null;
        }
    }

    ScriptValue? OfDict(string name, DictScriptValue dict, IReadOnlyList<ScriptValue> arguments)
    {
        walk.Step(dict.Items.Count);
        switch (name, arguments)
        {
            case ("len", [_]): return Number(dict.Items.Count);
            case ("keys" or "list", [_]): return List(dict.Items.Keys.Select(key => new ConstantScriptValue(key)));
            case ("values", [_]): return List(dict.Values);
            case ("items", [_]):
                return List(dict.Items.Select(item => new ListScriptValue(
                    [new ConstantScriptValue(item.Key), item.Value], isTuple: true)));
            case ("__getitem__", [_, var key]): return dict.Items.TryGetValue(Key(key), out var found) ? found
                : throw new ScriptFault($"the dictionary has no key {Key(key)}");
            case ("get", [_, var key, ..]): return dict.Items.TryGetValue(Key(key), out var known) ? known
                : arguments.ElementAtOrDefault(2) ?? ConstantScriptValue.None;
            case ("setdefault", [_, var key, var other]):
                if (dict.Items.TryGetValue(Key(key), out var there)) return there;
                Changed(dict).Set(Key(key), other);
                return other;
            case ("_set_item", [_, var key, var value]):
                Changed(dict).Set(Key(key), value);
                return ConstantScriptValue.None;
            case ("pop", [_, var key, ..]):
                if (!dict.Items.TryGetValue(Key(key), out var taken))
                {
                    return arguments.ElementAtOrDefault(2)
                        ?? throw new ScriptFault($"the dictionary has no key {Key(key)}");
                }
                Changed(dict).Remove(Key(key));
                return taken;
            case ("Delete", [_, var key]):
                return Changed(dict).Remove(Key(key)) ? ConstantScriptValue.None
                    : throw new ScriptFault($"the dictionary has no key {Key(key)}");
            case ("clear", [_]):
                Changed(dict).Clear();
                return ConstantScriptValue.None;
            case ("update", [_, DictScriptValue more]):
                foreach (var (key, value) in more.Items.ToArray()) Changed(dict).Set(key, value);
                return ConstantScriptValue.None;
            case ("copy" or "dict", [_]):
                var copy = new DictScriptValue();
                foreach (var (key, value) in dict.Items) copy.Set(key, value);
                return copy;
            case ("__contains__", [_, var key]): return Truth(dict.Items.ContainsKey(Key(key)));
            case ("eq" or "ne", [_, DictScriptValue]):
                return Truth(AreEqual(dict, arguments[1]) == (name == "eq"));
            default: return null;
        }
    }

    /// <summary>True where two values are the same; of tensors that is not known.</summary>
    /// <exception cref="ScriptFault">A tensor is compared.</exception>
    public bool AreEqual(ScriptValue a, ScriptValue b)
    {
        walk.Step();
        switch (a, b)
        {
            case (ConstantScriptValue x, ConstantScriptValue y):
                return ScriptNumbers.IsNumber(x.Value) && ScriptNumbers.IsNumber(y.Value)
                    ? ScriptNumbers.AreEqual(x.Value, y.Value) : x.Value.Equals(y.Value);
            case (ListScriptValue x, ListScriptValue y):
                return x.Items.Count == y.Items.Count && Inside(() =>
                    x.Items.Zip(y.Items).All(pair => AreEqual(pair.First, pair.Second)));
            case (DictScriptValue x, DictScriptValue y):
                return x.Items.Count == y.Items.Count && Inside(() => x.Items.All(item =>
                    y.Items.TryGetValue(item.Key, out var other) && AreEqual(item.Value, other)));
            case (EnumScriptValue x, EnumScriptValue y): return x.ClassName == y.ClassName && x.Name == y.Name;
            case (ModuleScriptValue x, ModuleScriptValue y):
                return ReferenceEquals(x, y) || (x.Made is not null && ReferenceEquals(x.Made, y.Made));
            case (ConstantScriptValue { Value: NoneArgument }, _) or (_, ConstantScriptValue { Value: NoneArgument }):
                return b is ConstantScriptValue { Value: NoneArgument } && a is ConstantScriptValue;
            default: throw new ScriptFault($"{a.Kind} is compared with {b.Kind}", FaultKind.Unknown);
        }
    }

    // A list may hold itself.
    bool Inside(Func<bool> compare)
    {
        if (++_depth > ContainerScriptValue.MaxDepth)
            throw new OverflowException($"containers nested more than {ContainerScriptValue.MaxDepth} deep");
        bool same = compare();
        _depth--;
        return same;
    }

    int _depth;

    T Changed<T>(T container)
        where T : ContainerScriptValue
    {
        if (container.Attribute is { } attribute)
        {
            throw new ScriptFault($"the module changes its attribute '{attribute}', and the next inference would find "
                + "it changed: that", FaultKind.Unsupported);
        }
        walk.Changes++;
        return container;
    }

    static ListScriptValue Slice(ListScriptValue list, IReadOnlyList<ScriptValue> arguments)
    {
        var (from, count, step) = Range(list.Items.Count, arguments);
        return new ListScriptValue(Enumerable.Range(0, count).Select(n => list.Items[from + n * step]), list.IsTuple);
    }

    /// <summary>What <c>x[start:end:step]</c> takes: the first place, how many, and the step.</summary>
    /// <exception cref="ScriptFault">The step is none.</exception>
    public static (int From, int Count, int Step) Range(int length, IReadOnlyList<ScriptValue> arguments)
    {
        long step = arguments.ElementAtOrDefault(3) is { } stated and not ConstantScriptValue { Value: NoneArgument }
            ? Integer(stated) : 1;
        if (step == 0) throw new ScriptFault("slice step cannot be zero");
        long least = step > 0 ? 0 : -1, most = step > 0 ? length : length - 1;
        long from = Bound(arguments.ElementAtOrDefault(1), step > 0 ? least : most);
        long to = Bound(arguments.ElementAtOrDefault(2), step > 0 ? most : least);
        step = Math.Clamp(step, -(long)length - 1, (long)length + 1);
        long count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step;
        return ((int)from, (int)Math.Max(0, count), (int)step);

        long Bound(ScriptValue? stated, long other)
        {
            if (stated is null or ConstantScriptValue { Value: NoneArgument }) return other;
            long at = Integer(stated);
            return Math.Clamp(at < 0 ? Math.Max(at, -(long)length - 1) + length : at, least, most);
        }
    }

    ListScriptValue Repeated(ListScriptValue list, long times)
    {
        long most = times <= 0 ? 0 : times;
        if (list.Items.Count > 0 && most > ContainerScriptValue.MaxLeaves / list.Items.Count)
            throw new OverflowException($"a container of more than {ContainerScriptValue.MaxLeaves} values");
        walk.Step(most * list.Items.Count);
        return new ListScriptValue(
            Enumerable.Range(0, list.Items.Count == 0 ? 0 : (int)most).SelectMany(_ => list.Items), list.IsTuple);
    }

    static List<ScriptValue> Sorted(ListScriptValue list, IReadOnlyList<ScriptValue> arguments)
    {
        bool descending = arguments.ElementAtOrDefault(1) is ConstantScriptValue { Value: BoolArgument { Flag: true } };
        var sorted = new List<ScriptValue>(list.Items);
        if (Numbers(list) is not null)
        {
            sorted = [.. descending
                ? sorted.OrderByDescending(NumberOf, NumberOrder.Instance)
                : sorted.OrderBy(NumberOf, NumberOrder.Instance)];
        }
        else if (sorted.All(item => item is ConstantScriptValue { Value: TextArgument }))
        {
            sorted = [.. descending
                ? sorted.OrderByDescending(TextOf, StringComparer.Ordinal)
                : sorted.OrderBy(TextOf, StringComparer.Ordinal)];
        }
        else
        {
            throw new ScriptFault("a list of what are no numbers or texts is sorted", FaultKind.Unknown);
        }
        return sorted;

        static Argument NumberOf(ScriptValue value) => ((ConstantScriptValue)value).Value;

        static string TextOf(ScriptValue value) => ((TextArgument)((ConstantScriptValue)value).Value).Text;
    }

    sealed class NumberOrder : IComparer<Argument>
    {
        public static readonly NumberOrder Instance = new();

        public int Compare(Argument? x, Argument? y) =>
            ScriptNumbers.OfTwo("lt", x!, y!) is BoolArgument { Flag: true } ? -1
                : ScriptNumbers.OfTwo("gt", x!, y!) is BoolArgument { Flag: true } ? 1 : 0;
    }

    static DictScriptValue Dict(ListScriptValue pairs)
    {
        var dict = new DictScriptValue();
        foreach (var pair in pairs.Items)
        {
            if (pair is not ListScriptValue { Items: [var key, var value] })
                throw new ScriptFault("a dictionary is made of what are no pairs");
            dict.Set(Key(key), value);
        }
        return dict;
    }

    int IndexOf(ListScriptValue list, ScriptValue item)
    {
        for (int n = 0; n < list.Items.Count; n++)
            if (AreEqual(list.Items[n], item)) return n;
        throw new ScriptFault("the list has no such item");
    }

    static int Place(ListScriptValue list, long at)
    {
        long from = at < 0 ? at + list.Items.Count : at;
        return from >= 0 && from < list.Items.Count ? (int)from
            : throw new ScriptFault($"index {at} into {list.Items.Count} items");
    }

    /// <summary>A key as a dictionary holds it.</summary>
    /// <exception cref="ScriptFault">It is not known.</exception>
    public static Argument Key(ScriptValue key) =>
        key is ConstantScriptValue { Value: TextArgument or IntArgument or FloatArgument or BoolArgument } known
            ? known.Value
            : throw new ScriptFault($"{key.Kind} is the key of a dictionary", FaultKind.Unknown);

    // Null where one is no number.
    static List<Argument>? Numbers(ListScriptValue list)
    {
        var numbers = new List<Argument>(list.Items.Count);
        foreach (var item in list.Items)
        {
            if (item is not ConstantScriptValue constant || !ScriptNumbers.IsNumber(constant.Value)) return null;
            numbers.Add(constant.Value);
        }
        return numbers;
    }

    static long Integer(ScriptValue value) => value is ConstantScriptValue { Value: IntArgument number }
        ? number.Number : throw new ScriptFault($"an index is {value.Kind}", FaultKind.Unknown);

    static ListScriptValue List(IEnumerable<ScriptValue> items) => new(items, isTuple: false);

    static ConstantScriptValue Number(long number) => new(Argument.Of(number));

    static ConstantScriptValue Truth(bool flag) => new(Argument.Of(flag));
}

/// <summary>Why a function gives nothing.</summary>
enum FaultKind
{
    /// <summary>Python would raise.</summary>
    Raised,

    /// <summary>Only a tensor's elements, or the inputs' shapes, tell.</summary>
    Unknown,

    /// <summary>It is known and is not done.</summary>
    Unsupported,
}

/// <summary>A function gives nothing.</summary>
sealed class ScriptFault(string message, FaultKind kind = FaultKind.Raised) : Exception(message)
{
    /// <summary>Why.</summary>
    public FaultKind Kind { get; } = kind;
}
