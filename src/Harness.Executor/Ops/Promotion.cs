using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>PyTorch's type promotion for operands that meet in one op: of two categories (Boolean, integer, floating
/// point) the higher one wins, and of tensors with axes and numbers without axes the former decide inside a
/// category. Source: torch.result_type.</summary>
static class Promotion
{
    /// <summary>The type in which these operands meet.</summary>
    public static ElementType Of(ReadOnlySpan<Fact> inputs)
    {
        ElementType? dimensioned = null, scalars = null;
        foreach (var input in inputs)
        {
            ref var of = ref input.Shape.Rank > 0 ? ref dimensioned : ref scalars;
            of = of is { } other ? Wider(other, input.Type) : input.Type;
        }
        if (dimensioned is not { } wide) return scalars ?? ElementType.Float32;
        return scalars is { } narrow && Category(narrow) > Category(wide) ? narrow : wide;
    }

    /// <summary>The type in which operands of this type meet a number.</summary>
    public static ElementType With(ElementType type, Number number) =>
        !number.IsInteger ? ElementType.Float32 : type == ElementType.Bool ? ElementType.Int64 : type;

    /// <summary>Why a multiple of an operand of this type is not added: integers by a factor that is none, or Booleans
    /// where PyTorch takes none; null where it is.</summary>
    /// <param name="type">The type in which the operands meet.</param>
    /// <param name="alpha">The factor.</param>
    /// <param name="isInteger">True where the call states it as an integer.</param>
    public static string? MisfitOfScale(ElementType type, double alpha, bool isInteger) =>
        !type.IsFloating() && !isInteger
            ? $"alpha is {alpha}, expected an integer for {type.NumPyName()}; PyTorch refuses it too" : null;

    /// <summary>True where an integer type holds a number, or it is no limit at all.</summary>
    public static bool Holds(ElementType type, double number) => double.IsInfinity(number) || type switch
    {
        ElementType.UInt8 => number is >= byte.MinValue and <= byte.MaxValue,
        ElementType.Int8 => number is >= sbyte.MinValue and <= sbyte.MaxValue,
        ElementType.Int16 => number is >= short.MinValue and <= short.MaxValue,
        ElementType.Int32 => number is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };

    /// <summary>Why Booleans are not subtracted; null where there are none.</summary>
    public static string? MisfitOfFlags(ReadOnlySpan<Fact> inputs)
    {
        foreach (var input in inputs)
            if (input.Type == ElementType.Bool) return "Booleans are not subtracted; PyTorch refuses it too";
        return null;
    }

    /// <summary>Why an op that PyTorch has for floating-point numbers alone does not take these operands; null where it
    /// does.</summary>
    public static string? MisfitOfFloats(Op op, ReadOnlySpan<Fact> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!inputs[i].Type.IsFloating())
                return $"operand {i} is {inputs[i]}, {op.Name} takes floating-point numbers, in PyTorch too";
        }
        return null;
    }

    /// <summary>Why operands of these types are not divided with a remainder; null where they are.</summary>
    public static string? MisfitOfDivision(Binary op, ReadOnlySpan<Fact> inputs) => op.OperandType(0, inputs) switch
    {
        ElementType.Bool => "Booleans are not divided; PyTorch refuses it too",
        var type when !type.IsFloating() && op.Other?.Value == 0 =>
            "an integer is divided by 0; PyTorch refuses it too",
        _ => null,
    };

    static int Category(ElementType type) => type == ElementType.Bool ? 0 : type.IsFloating() ? 2 : 1;

    static ElementType Wider(ElementType a, ElementType b)
    {
        if (a == b) return a;
        int ca = Category(a), cb = Category(b);
        if (ca != cb) return ca > cb ? a : b;
        if (ca == 2) return ElementType.Float32;
        // uint8 beside a signed type of its own width needs the next one up.
        if ((a == ElementType.UInt8 && b == ElementType.Int8) || (a == ElementType.Int8 && b == ElementType.UInt8))
            return ElementType.Int16;
        return a.Size() >= b.Size() ? (a == ElementType.UInt8 ? b : a) : b;
    }
}
