using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Export;

/// <summary>The values of a graph by their names; a graph in a graph has its own.</summary>
/// <param name="archive">For messages.</param>
sealed class ExportScope(ExportArchive archive)
{
    readonly Dictionary<string, Argument> _values = new(StringComparer.Ordinal);

    /// <summary>Names a value.</summary>
    /// <exception cref="FormatException">The name is taken.</exception>
    public void Define(string name, Argument value)
    {
        if (!_values.TryAdd(name, value)) throw new FormatException($"'{name}' is defined twice");
    }

    /// <summary>What a name stands for.</summary>
    /// <exception cref="FormatException">Nothing.</exception>
    public Argument this[string name] => _values.TryGetValue(name, out var value) ? value
        : throw new FormatException($"'{name}' is used before anything defines it");

    /// <summary>An argument as a document states it.</summary>
    /// <exception cref="ModelFormatException">PAR1002: nothing that an operator is given here.</exception>
    public Argument Read(JsonElement union)
    {
        var (key, value) = union.Union();
        return key switch
        {
            "as_none" => Argument.None,
            "as_tensor" or "as_sym_int" or "as_sym_float" or "as_sym_bool" => Single(key, value),
            "as_tensors" => List(value, item => this[item.Text("name")]),
            "as_optional_tensor" => value.ValueKind == JsonValueKind.Null ? Argument.None : Read(value),
            "as_optional_tensors" => List(value, Read),
            "as_nested_tensors" => List(value, items => List(items, item => this[item.Text("name")])),
            "as_int" => Argument.Of(value.GetInt64()),
            "as_ints" => List(value, item => Argument.Of(item.GetInt64())),
            "as_int_lists" => List(value, items => List(items, item => Argument.Of(item.GetInt64()))),
            "as_sym_ints" or "as_sym_floats" or "as_sym_bools" => List(value, item => Single(key[..^1], item)),
            "as_float" => Argument.Of(value.Number()),
            "as_floats" => List(value, item => Argument.Of(item.Number())),
            "as_float_lists" => List(value, items => List(items, item => Argument.Of(item.Number()))),
            "as_bool" => Argument.Of(value.GetBoolean()),
            "as_bools" => List(value, item => Argument.Of(item.GetBoolean())),
            "as_string" => Argument.Of(value.Text()),
            "as_strings" => List(value, item => Argument.Of(item.Text())),
            "as_scalar_type" => Argument.Of(ExportTypes.Torch(value.GetInt64())
                ?? throw archive.Unsupported($"elements of {ExportTypes.Name(value.GetInt64())} are not supported")),
            "as_memory_format" => ExportTypes.MemoryFormat(value.GetInt64()) is { } format ? Argument.Of(format)
                : throw new FormatException($"memory format {value.GetInt64()} is unknown"),
            "as_layout" => ExportTypes.Layout(value.GetInt64()) is { } layout ? Argument.Of(layout)
                : throw archive.Unsupported("sparse layouts are not supported"),
            "as_device" => Argument.Of(value.Text("type")),
            "as_complex" => throw archive.Unsupported("complex numbers are not supported"),
            _ => throw archive.Unsupported($"arguments of the kind '{key}' are not supported"),
        };
    }

    // {"name": …}, or of a number that follows from sizes {"as_name": …} or the number that it was found to be.
    Argument Single(string key, JsonElement value)
    {
        if (key == "as_tensor") return this[value.Text("name")];
        var (kind, stated) = value.Union();
        return kind switch
        {
            "as_name" => this[stated.Text()],
            "as_int" => Argument.Of(stated.GetInt64()),
            "as_float" => Argument.Of(stated.Number()),
            "as_bool" => Argument.Of(stated.GetBoolean()),
            _ => throw new FormatException($"a number has the key '{kind}'"),
        };
    }

    static Argument List(JsonElement items, Func<JsonElement, Argument> read) =>
        Argument.Of([.. items.EnumerateArray().Select(read)]);
}
