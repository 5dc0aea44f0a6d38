using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>The bounds of a size.</summary>
/// <param name="Of">The size.</param>
/// <param name="Least">The least; null for none.</param>
/// <param name="Most">The most; null for none.</param>
public sealed record SizeRange(SizeExpression Of, long? Least, long? Most)
{
    /// <summary><c>from 4 to 40</c>.</summary>
    public override string ToString() => (Least, Most) switch
    {
        ({ } least, { } most) => $"from {least} to {most}",
        ({ } least, null) => $"from {least} on",
        (null, { } most) => $"up to {most}",
        _ => "of any size",
    };
}

/// <summary>What a file says of the sizes of its inputs: which vary, within which bounds, and which go
/// together.</summary>
/// <param name="Axes">For each input the size of each axis.</param>
/// <param name="Ranges">Bounds.</param>
/// <param name="Guards">What must hold besides: each is 0 where it does not.</param>
public sealed record SizeRules(
    ImmutableArray<ImmutableArray<SizeExpression>> Axes, ImmutableArray<SizeRange> Ranges,
    ImmutableArray<SizeExpression> Guards)
{
    /// <summary>Sizes that the program was made with; default where the file does not say.</summary>
    public ImmutableArray<Shape> Example { get; init; }

    /// <summary>What does not fit; null where all does.</summary>
    /// <param name="names">The inputs' names.</param>
    /// <param name="shapes">Their shapes.</param>
    public string? Misfit(ImmutableArray<string> names, ImmutableArray<Shape> shapes)
    {
        for (int i = 0; i < Axes.Length; i++)
        {
            if (shapes[i].Rank != Axes[i].Length)
                return $"input '{names[i]}' is {shapes[i]}, expected {Axes[i].Length} axes";
        }
        // By symbol: its size, and where that was seen.
        var known = new Dictionary<string, (long Size, int Input, int Axis)>(StringComparer.Ordinal);
        long? ValueOf(SizeSymbol symbol)
        {
            if (symbol.Axis is null) return known.TryGetValue(symbol.Name, out var seen) ? seen.Size : null;
            int at = names.IndexOf(symbol.Name);
            return at >= 0 && symbol.Axis < shapes[at].Rank ? shapes[at][symbol.Axis.Value] : null;
        }
        // Symbols alone come first: what is made of them follows.
        foreach (bool alone in (ReadOnlySpan<bool>)[true, false])
        {
            for (int i = 0; i < Axes.Length; i++)
            {
                for (int axis = 0; axis < Axes[i].Length; axis++)
                {
                    var (size, given) = (Axes[i][axis], (long)shapes[i][axis]);
                    string where = $"input '{names[i]}' has {given} along axis {axis}";
                    if (size is SizeSymbol != alone) continue;
                    SizeSymbol[] open = [.. size.Symbols.Where(symbol => ValueOf(symbol) is null).Distinct()];
                    if (open is [{ Axis: null } symbol])
                    {
                        if (!TrySolve(size, symbol, given, out long? solved))
                            return $"{where}, expected {size}{Bounds(size)}";
                        if (solved is { } found) known[symbol.Name] = (found, i, axis);
                    }
                    else if (size.Value(ValueOf) is { } wanted && wanted != given)
                    {
                        if (!size.Symbols.Any()) return $"{where}, expected {size}: the program was exported for it";
                        var (_, first, at) = known[size.Symbols.First().Name];
                        return $"{where}, expected {wanted}: it is {size}{Bounds(size)}, and input "
                            + $"'{names[first]}' has {shapes[first][at]} along axis {at}";
                    }
                }
            }
        }
        foreach (var range in Ranges)
        {
            // PyTorch exports for sizes from 2 on, and runs its programs with 0 and 1 too.
            if (range.Of.Value(ValueOf) is not { } size
                || !((range.Least > 2 && size < range.Least) || size > range.Most))
                continue;
            string axes = string.Join(", ", Axes.SelectMany((sizes, i) => sizes.Select((one, axis) => (one, i, axis)))
                .Where(one => one.one.Symbols.Intersect(range.Of.Symbols).Any())
                .Select(one => $"input '{names[one.i]}' has {shapes[one.i][one.axis]} along axis {one.axis}"
                    + (one.one.Equals(range.Of) ? "" : $" ({one.one})")));
            return $"{(axes.Length > 0 ? $"{axes}: " : "")}{range.Of} is {size}, the program takes it {range}";
        }
        foreach (var guard in Guards)
        {
            if (guard.Value(ValueOf) != 0) continue;
            string sizes = string.Join(", ",
                guard.Symbols.Distinct().Select(symbol => $"{symbol} is {ValueOf(symbol)}"));
            return $"{sizes}, the program takes sizes of which {guard}";
        }
        return null;
    }

    string Bounds(SizeExpression size)
    {
        string[] bounds = [.. size.Symbols.Distinct()
            .SelectMany(symbol => Ranges.Where(range => range.Of.Equals(symbol)))
            .Select(range => $"{range.Of} {range}")];
        return bounds.Length == 0 ? "" : $" ({string.Join(", ", bounds)})";
    }

    // The symbol of which a*symbol + b is what was given; false where no integer is. Nothing is found of what is no
    // such sum.
    static bool TrySolve(SizeExpression size, SizeSymbol symbol, long given, out long? solved)
    {
        solved = null;
        long? At(long value) => size.Value(other => other == symbol ? value : null);
        if (!IsSum(size) || At(0) is not { } none || At(1) is not { } one || one == none) return true;
        try
        {
            long factor = checked(one - none), rest = checked(given - none);
            if (rest % factor != 0 || rest / factor < 0) return false;
            solved = rest / factor;
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    static bool IsSum(SizeExpression size) => size is not SizeFunction function
        || (function.Name is "+" or "-" && function.Operands.All(IsSum))
        || (function.Name == "*" && function.Operands.All(IsSum)
            && function.Operands.Count(operand => operand.Symbols.Any()) <= 1);
}
