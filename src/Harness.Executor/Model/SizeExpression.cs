using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>What a file says of a size that varies: a symbol, a number, or arithmetic of these.</summary>
public abstract record SizeExpression
{
    /// <summary>Its value, 1 and 0 for what holds and what does not; null where a symbol has none yet, and for
    /// functions that are not known.</summary>
    /// <param name="valueOf">What is known of symbols.</param>
    public abstract long? Value(Func<SizeSymbol, long?> valueOf);

    /// <summary>The symbols in it.</summary>
    public abstract IEnumerable<SizeSymbol> Symbols { get; }
}

/// <summary>A number.</summary>
/// <param name="Number">The number.</param>
public sealed record SizeNumber(long Number) : SizeExpression
{
    /// <inheritdoc/>
    public override long? Value(Func<SizeSymbol, long?> valueOf) => Number;

    /// <inheritdoc/>
    public override IEnumerable<SizeSymbol> Symbols => [];

    /// <inheritdoc/>
    public override string ToString() => $"{Number}";
}

/// <summary>A symbol: one name is one size wherever it stands. An axis of an input is one too.</summary>
/// <param name="Name">Its name: <c>s53</c>, or the input's.</param>
/// <param name="Axis">The axis of the input that is meant; null for a symbol.</param>
public sealed record SizeSymbol(string Name, int? Axis = null) : SizeExpression
{
    /// <inheritdoc/>
    public override long? Value(Func<SizeSymbol, long?> valueOf) => valueOf(this);

    /// <inheritdoc/>
    public override IEnumerable<SizeSymbol> Symbols => [this];

    /// <inheritdoc/>
    public override string ToString() => Axis is null ? Name : $"{Name}.shape[{Axis}]";
}

/// <summary>A function of sizes.</summary>
/// <param name="Name">The function, as Python or its symbols call it: <c>+</c>, <c>//</c>, <c>Max</c>.</param>
/// <param name="Operands">What it is given.</param>
public sealed record SizeFunction(string Name, ImmutableArray<SizeExpression> Operands) : SizeExpression
{
    /// <inheritdoc/>
    public override IEnumerable<SizeSymbol> Symbols => Operands.SelectMany(operand => operand.Symbols);

    /// <inheritdoc/>
    public override long? Value(Func<SizeSymbol, long?> valueOf)
    {
        var values = new long[Operands.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (Operands[i].Value(valueOf) is not { } value) return null;
            values[i] = value;
        }
        try
        {
            return Of(values);
        }
        catch (ArithmeticException)
        {
            return null;
        }
    }

    long? Of(long[] values) => (Name, values) switch
    {
        ("+", _) => values.Aggregate(0L, (x, y) => checked(x + y)),
        ("*", _) => values.Aggregate(1L, (x, y) => checked(x * y)),
        ("-", [var x]) => checked(-x),
        ("-", [var x, var y]) => checked(x - y),
        ("//", [var x, var y]) => FloorDivided(x, y),
        ("%", [var x, var y]) => checked(x - FloorDivided(x, y) * y),
        ("**", [var x, >= 0 and <= 64 and var y]) => Power(x, y),
        ("min", [_, ..]) => values.Min(),
        ("max", [_, ..]) => values.Max(),
        ("==", [var x, var y]) => x == y ? 1 : 0,
        ("!=", [var x, var y]) => x != y ? 1 : 0,
        ("<", [var x, var y]) => x < y ? 1 : 0,
        ("<=", [var x, var y]) => x <= y ? 1 : 0,
        (">", [var x, var y]) => x > y ? 1 : 0,
        (">=", [var x, var y]) => x >= y ? 1 : 0,
        ("not", [var x]) => x == 0 ? 1 : 0,
        ("and", _) => values.All(value => value != 0) ? 1 : 0,
        ("or", _) => values.Any(value => value != 0) ? 1 : 0,
        _ => null,
    };

    static long FloorDivided(long x, long y)
    {
        long quotient = checked(x / y);
        return x % y != 0 && x < 0 != y < 0 ? quotient - 1 : quotient;
    }

    static long Power(long x, long y)
    {
        long product = 1;
        for (; y > 0; y--) product = checked(product * x);
        return product;
    }

    /// <inheritdoc/>
    public bool Equals(SizeFunction? other) => other is not null && Name == other.Name
        && Operands.AsSpan().SequenceEqual(other.Operands.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Operands.Length);

    /// <inheritdoc/>
    public override string ToString() => Operands is [var only] ? $"{Name} {only}"
        : Name is "min" or "max" ? $"{Name}({string.Join(", ", Operands)})"
        : string.Join(Name == "*" ? "*" : $" {Name} ",
            Operands.Select(operand => operand is SizeFunction ? $"({operand})" : operand.ToString()));
}
