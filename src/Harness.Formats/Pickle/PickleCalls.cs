using Harness.Executor.Model;

namespace Harness.Formats.Pickle;

/// <summary>The few functions and classes that a pickle may name, and what each builds.</summary>
static class PickleCalls
{
    /// <summary>True for names that may stand in a pickle.</summary>
    public static bool IsKnown(string module, string name) => (module, name) switch
    {
        ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_parameter"
            or "_rebuild_parameter_with_state") => true,
        ("torch._tensor", "_rebuild_from_type_v2") => true,
        ("collections", "OrderedDict") => true,
        ("torch", "device" or "Size") => true,
        ("torch", _) => StorageType(name) is not null || OfTorch(name) is not null,
        ("torch.nn.parameter", "Parameter") => true,
        ("torch.storage", "UntypedStorage" or "_UntypedStorage") => true,
        ("torch.jit._pickle", "build_intlist" or "build_doublelist" or "build_boollist" or "build_tensorlist"
            or "restore_type_tag") => true,
        _ => IsScriptClass(new PickleGlobal(module, name)),
    };

    /// <summary>True for classes that the archive's own <c>code/</c> defines.</summary>
    public static bool IsScriptClass(PickleGlobal global) =>
        global.Module == "__torch__" || global.Module.StartsWith("__torch__.", StringComparison.Ordinal);

    /// <summary>What calling <paramref name="global"/> with these arguments builds.</summary>
    public static object? Call(PickleGlobal global, object?[] arguments, Func<string, Exception> bad) =>
        (global.Name, arguments) switch
        {
            ("_rebuild_tensor_v2",
                [PickleStorage storage, long offset, PickleTuple sizes, PickleTuple strides, _, _, ..]) =>
                arguments.Length == 6 || arguments is [.., null] or [.., PickleDict { Items: [] }]
                    ? new PickleTensor(storage, offset, Numbers(sizes, bad), Numbers(strides, bad))
                    : throw bad("tensor carries a conjugate or negative bit; call resolve_conj().resolve_neg() " +
                        "before saving"),
            // A tensor of a storage of bytes, which says its type itself.
            ("_rebuild_tensor_v3",
                [PickleStorage storage, long offset, PickleTuple sizes, PickleTuple strides, _, _, PickleGlobal type,
                    ..]) => OfTorch(type.Name) is { } element && storage.Type == ElementType.UInt8
                    ? new PickleTensor(
                        new PickleStorage(element, storage.Key, storage.Count / element.Size()) { IsOfBytes = true },
                        offset, Numbers(sizes, bad), Numbers(strides, bad))
                    : throw bad($"tensor has elements of {type}, which are not read"),
            // A tensor with attributes of its own, of which nothing is read.
            ("_rebuild_from_type_v2", [PickleGlobal rebuild, _, PickleTuple inner, _])
                when rebuild.Name.StartsWith("_rebuild_", StringComparison.Ordinal)
                    && IsKnown(rebuild.Module, rebuild.Name) && rebuild.Name != "_rebuild_from_type_v2" =>
                Call(rebuild, inner.Items, bad),
            ("_rebuild_parameter" or "_rebuild_parameter_with_state", [PickleTensor tensor, ..]) => tensor,
            ("OrderedDict", []) => new PickleDict(),
            // Python 2 gave the pairs at once.
            ("OrderedDict", [PickleList pairs]) => Pairs(pairs, bad),
            ("device", [string device, ..]) => device,
            ("Size", [PickleTuple extents]) => extents,
            ("build_intlist" or "build_doublelist" or "build_boollist" or "build_tensorlist", [PickleList list]) =>
                list,
            ("restore_type_tag", [var value, string]) => value,
            // Members of enumerations are made from what they stand for, and by no other call.
            (_, [long or double or string]) when IsScriptClass(global) =>
                new PickleEnum(global.ToString(), arguments[0]),
            _ => throw bad($"pickle calls {global} with arguments that PyTorch does not write"),
        };

    /// <summary>The storage that a persistent id names:
    /// <c>('storage', torch.FloatStorage, '0', 'cpu', 16)</c>.</summary>
    public static PickleStorage Storage(object? id, Func<string, Exception> bad) =>
        id is PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, ..] }
            && (StorageType(type.Name) ?? BytesOf(type)) is { } element && count >= 0
            ? new PickleStorage(element, key, count)
            : throw bad(id is PickleTuple { Items: ["storage", PickleGlobal unread, ..] }
                ? $"pickle has a storage of the type {unread}, which is not read"
                : "pickle has a persistent id that is no storage");

    static ElementType? BytesOf(PickleGlobal type) =>
        type.Module == "torch.storage" && type.Name.EndsWith("UntypedStorage", StringComparison.Ordinal)
            ? ElementType.UInt8 : null;

    static PickleDict Pairs(PickleList pairs, Func<string, Exception> bad)
    {
        var dict = new PickleDict();
        foreach (var item in pairs.Items)
        {
            object?[] pair = item switch
            {
                PickleTuple tuple => tuple.Items,
                PickleList list => [.. list.Items],
                _ => [],
            };
            if (pair is not [string key, var value]) throw bad("pickle has an OrderedDict of what are no pairs");
            dict.Set(key, value);
        }
        return dict;
    }

    /// <summary>The element type that <c>torch.NAME</c> is; null for other names.</summary>
    static ElementType? OfTorch(string name) => name switch
    {
        "float32" or "float" => ElementType.Float32,
        "float64" or "double" => ElementType.Float64,
        "float16" or "half" => ElementType.Float16,
        "bfloat16" => ElementType.BFloat16,
        "int64" or "long" => ElementType.Int64,
        "int32" or "int" => ElementType.Int32,
        "int16" or "short" => ElementType.Int16,
        "int8" => ElementType.Int8,
        "uint8" => ElementType.UInt8,
        "bool" => ElementType.Bool,
        _ => null,
    };

    static ElementType? StorageType(string name) => name switch
    {
        "FloatStorage" => ElementType.Float32,
        "DoubleStorage" => ElementType.Float64,
        "HalfStorage" => ElementType.Float16,
        "BFloat16Storage" => ElementType.BFloat16,
        "LongStorage" => ElementType.Int64,
        "IntStorage" => ElementType.Int32,
        "ShortStorage" => ElementType.Int16,
        "CharStorage" => ElementType.Int8,
        "ByteStorage" => ElementType.UInt8,
        "BoolStorage" => ElementType.Bool,
        _ => null,
    };

    static long[] Numbers(PickleTuple tuple, Func<string, Exception> bad)
    {
        if (tuple.Items.Length > 64) throw bad($"tensor of rank {tuple.Items.Length}; PyTorch stops at 64");
        var numbers = new long[tuple.Items.Length];
        for (int n = 0; n < numbers.Length; n++)
            numbers[n] = tuple.Items[n] is long number ? number : throw bad("tensor has an extent that is no integer");
        return numbers;
    }
}
