using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Executor.Schema;

/// <summary>The kinds of value that schemas speak of.</summary>
public enum ValueKind
{
    /// <summary>A tensor.</summary>
    Tensor,
    /// <summary>An integer.</summary>
    Int,
    /// <summary>An integer that may follow from sizes.</summary>
    SymInt,
    /// <summary>A floating-point number.</summary>
    Float,
    /// <summary>A Boolean.</summary>
    Bool,
    /// <summary>A number of any kind.</summary>
    Scalar,
    /// <summary>A string.</summary>
    Str,
    /// <summary>A device: <c>'cpu'</c>.</summary>
    Device,
    /// <summary>An element type, as PyTorch's number for it.</summary>
    ScalarType,
    /// <summary>A memory format, as PyTorch's number for it.</summary>
    MemoryFormat,
    /// <summary>A layout (strided, sparse), as PyTorch's number for it.</summary>
    Layout,
    /// <summary>A generator of random numbers, which no model file can hold.</summary>
    Generator,
    /// <summary>A type variable: any type, the same wherever it stands in a schema.</summary>
    Variable,
}

/// <summary>A type as a schema writes it: <c>Tensor(a!)</c>, <c>SymInt[2]?</c>, <c>Tensor?[]</c>.</summary>
/// <param name="Kind">What it is, or what the items of a list are.</param>
/// <param name="Name">The kind as the schema writes it.</param>
public sealed record SchemaType(ValueKind Kind, string Name)
{
    /// <summary>What is said of the memory of the value, or of a list's items.</summary>
    public AliasSet? Alias { get; init; }

    /// <summary>True for a list.</summary>
    public bool IsList { get; init; }

    /// <summary>True when items of a list may be <c>None</c>.</summary>
    public bool ItemsOptional { get; init; }

    /// <summary>How many items a list has when one value stands for all; 0 where a list must be given.</summary>
    public int Length { get; init; }

    /// <summary>What is said of the memory of the list itself.</summary>
    public AliasSet? ListAlias { get; init; }

    /// <summary>True when the value may be <c>None</c>.</summary>
    public bool IsOptional { get; init; }

    /// <summary>True when the operator writes into the value.</summary>
    public bool IsWritten => Alias is { IsWritten: true } || ListAlias is { IsWritten: true };

    /// <summary>The kind with this name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    internal static ValueKind KindOf(ReadOnlySpan<char> name) => name switch
    {
        "Tensor" => ValueKind.Tensor,
        "int" => ValueKind.Int,
        "SymInt" => ValueKind.SymInt,
        "float" => ValueKind.Float,
        "bool" => ValueKind.Bool,
        "Scalar" => ValueKind.Scalar,
        "str" => ValueKind.Str,
        "Device" => ValueKind.Device,
        "ScalarType" => ValueKind.ScalarType,
        "MemoryFormat" => ValueKind.MemoryFormat,
        "Layout" => ValueKind.Layout,
        "Generator" => ValueKind.Generator,
        "t" or ['t', >= '1' and <= '9'] => ValueKind.Variable,
        _ => throw new FormatException($"the type '{name}' is unknown"),
    };

    /// <summary>True when an argument fits.</summary>
    internal bool Takes(Argument value)
    {
        if (value is NoneArgument) return IsOptional;
        if (value is ListArgument list)
        {
            if (!IsList) return Kind == ValueKind.Variable;
            foreach (var item in list.Items)
                if (!(item is NoneArgument ? ItemsOptional : TakesOne(item))) return false;
            return true;
        }
        // PyTorch broadcasts one number to int[n].
        return (!IsList || Length > 0) && TakesOne(value);
    }

    bool TakesOne(Argument value) => Kind switch
    {
        ValueKind.Variable => true,
        _ when value is ValueArgument => Kind == ValueKind.Tensor,
        ValueKind.Int or ValueKind.SymInt or ValueKind.ScalarType or ValueKind.MemoryFormat or ValueKind.Layout =>
            value is IntArgument,
        ValueKind.Float => value is FloatArgument or IntArgument,
        ValueKind.Bool => value is BoolArgument or IntArgument { Number: 0 or 1 },
        ValueKind.Scalar => value is IntArgument or FloatArgument or BoolArgument,
        ValueKind.Str or ValueKind.Device => value is TextArgument,
        _ => false,
    };

    /// <summary>The schema's text.</summary>
    public override string ToString()
    {
        string text = Alias is null ? Name : $"{Name}({Alias})";
        if (IsList)
        {
            string length = Length == 0 ? "" : Length.ToString(CultureInfo.InvariantCulture);
            text += $"{(ItemsOptional ? "?" : "")}[{length}]{(ListAlias is null ? "" : $"({ListAlias})")}";
        }
        return IsOptional ? text + "?" : text;
    }
}
