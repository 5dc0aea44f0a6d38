using Harness.Executor.Model;

namespace Harness.Formats.Pickle;

/// <summary>The few functions and classes that a pickle may name, and what each builds.</summary>
static class PickleCalls
{
    /// <summary>True for names that may stand in a pickle.</summary>
    public static bool IsKnown(string module, string name) => (module, name) switch
    {
        ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_parameter" or "_rebuild_parameter_with_state") => true,
        ("collections", "OrderedDict") => true,
        ("torch", "device" or "Size") => true,
        ("torch", _) => StorageType(name) is not null,
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
            ("_rebuild_parameter" or "_rebuild_parameter_with_state", [PickleTensor tensor, ..]) => tensor,
            ("OrderedDict", []) => new PickleDict(),
            ("device", [string device, ..]) => device,
            ("Size", [PickleTuple extents]) => extents,
            ("build_intlist" or "build_doublelist" or "build_boollist" or "build_tensorlist", [PickleList list]) =>
                list,
            ("restore_type_tag", [var value, string]) => value,
            _ => throw bad($"pickle calls {global} with arguments that PyTorch does not write"),
        };

    /// <summary>The storage that a persistent id names:
    /// <c>('storage', torch.FloatStorage, '0', 'cpu', 16)</c>.</summary>
    public static PickleStorage Storage(object? id, Func<string, Exception> bad) =>
        id is PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, ..] }
            && StorageType(type.Name) is { } element && count >= 0
            ? new PickleStorage(element, key, count)
            : throw bad("pickle has a persistent id that is no storage");

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
