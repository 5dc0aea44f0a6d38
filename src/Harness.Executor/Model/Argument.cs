using System.Collections.Immutable;
using System.Globalization;

namespace Harness.Executor.Model;

/// <summary>One argument of a <see cref="Call"/>, as the file states it.</summary>
public abstract record Argument
{
    /// <summary>Python's <c>None</c>.</summary>
    public static readonly Argument None = new NoneArgument();

    /// <summary>A reference to a value of the graph: a tensor, or a number computed while running
    /// (<c>aten::size</c>).</summary>
    public static Argument Value(int id) => new ValueArgument(id);

    /// <summary>An integer.</summary>
    public static Argument Of(long value) => new IntArgument(value);

    /// <summary>A floating-point number.</summary>
    public static Argument Of(double value) => new FloatArgument(value);

    /// <summary>A Boolean.</summary>
    public static Argument Of(bool value) => new BoolArgument(value);

    /// <summary>A string.</summary>
    public static Argument Of(string value) => new TextArgument(value);

    /// <summary>A list or tuple.</summary>
    public static Argument Of(ImmutableArray<Argument> items) => new ListArgument(items);
}

/// <summary>Python's <c>None</c>.</summary>
public sealed record NoneArgument : Argument
{
    /// <inheritdoc/>
    public override string ToString() => "None";
}

/// <summary>A reference to a value of the graph.</summary>
/// <param name="Id">The value's number in its graph.</param>
public sealed record ValueArgument(int Id) : Argument
{
    /// <inheritdoc/>
    public override string ToString() => $"%{Id}";
}

/// <summary>An integer.</summary>
public sealed record IntArgument(long Number) : Argument
{
    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A floating-point number.</summary>
public sealed record FloatArgument(double Number) : Argument
{
    /// <inheritdoc/>
    public override string ToString() => Number.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A Boolean.</summary>
public sealed record BoolArgument(bool Flag) : Argument
{
    /// <inheritdoc/>
    public override string ToString() => Flag ? "True" : "False";
}

/// <summary>A string.</summary>
public sealed record TextArgument(string Text) : Argument
{
    /// <inheritdoc/>
    public override string ToString() => $"'{Text}'";
}

/// <summary>A list or tuple of arguments.</summary>
public sealed record ListArgument(ImmutableArray<Argument> Items) : Argument
{
    /// <inheritdoc/>
    public bool Equals(ListArgument? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Items) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Items)}]";
}
