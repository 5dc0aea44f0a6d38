using System.Numerics;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>A register of <see cref="Width"/> elements: the one vocabulary in which kernels and operators are
/// written.</summary>
/// <typeparam name="L">The implementing struct itself.</typeparam>
/// <typeparam name="E">The element: <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <remarks>
/// Implemented by <see cref="Lanes1{E}"/>, <see cref="Lanes128{E}"/>, <see cref="Lanes256{E}"/> and
/// <see cref="Lanes512{E}"/>. Every member gives the same bits in every width, NaN payloads excepted: each is either
/// exact or correctly rounded per IEEE 754. A mask is a register whose elements are all ones or all zeros.
/// Methods that use it carry <c>AggressiveOptimization</c>, or <c>AggressiveInlining</c> when they are operators.
/// </remarks>
unsafe interface ILanes<L, E>
    where L : struct, ILanes<L, E>
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>Elements in one register.</summary>
    static abstract int Width { get; }

    /// <summary>All elements +0.</summary>
    static abstract L Zero { get; }

    /// <summary>Loads <see cref="Width"/> elements; no alignment is asked for.</summary>
    static abstract L Load(E* source);

    /// <summary>Loads the first <paramref name="count"/> elements, the others +0; touches no memory beyond
    /// them.</summary>
    /// <param name="source">First element.</param>
    /// <param name="count">0 to <see cref="Width"/>.</param>
    static abstract L LoadPartial(E* source, int count);

    /// <summary>Stores all elements.</summary>
    static abstract void Store(L value, E* destination);

    /// <summary>Stores the first <paramref name="count"/> elements; touches no memory beyond them.</summary>
    static abstract void StorePartial(L value, E* destination, int count);

    /// <summary>All elements <paramref name="value"/>.</summary>
    static abstract L Splat(E value);

    /// <summary>All elements the constant <paramref name="value"/>, rounded to the element type.</summary>
    static abstract L Of(double value);

    /// <summary>Sum.</summary>
    static abstract L operator +(L left, L right);

    /// <summary>Difference.</summary>
    static abstract L operator -(L left, L right);

    /// <summary>Product.</summary>
    static abstract L operator *(L left, L right);

    /// <summary>Quotient.</summary>
    static abstract L operator /(L left, L right);

    /// <summary>Sign flipped, of zeros and NaN too.</summary>
    static abstract L operator -(L value);

    /// <summary><c>a·b + c</c> with one rounding, in hardware or in software.</summary>
    static abstract L Fma(L a, L b, L c);

    /// <summary><see cref="Fma(L, L, L)"/> of <paramref name="a"/> and the elements at <paramref name="b"/>: one
    /// instruction where the processor multiplies from memory, which loading first does not become.</summary>
    static abstract L FmaAt(L a, E* b, L c);

    /// <summary>The smaller; NaN when either is NaN; −0 is below +0.</summary>
    static abstract L Min(L left, L right);

    /// <summary>The larger; NaN when either is NaN; +0 is above −0.</summary>
    static abstract L Max(L left, L right);

    /// <summary><paramref name="bound"/> where it is larger, else the value: one instruction on x86. NaN passes, and so
    /// does −0 where the bound is +0, as in PyTorch's clamp; the bound is no NaN.</summary>
    static abstract L AtLeast(L value, L bound);

    /// <summary><paramref name="bound"/> where it is smaller, else the value; the counterpart of
    /// <see cref="AtLeast"/>.</summary>
    static abstract L AtMost(L value, L bound);

    /// <summary><c>value · 2ⁿ</c> for an integral n, rounded once; n and n + 1 are at most twice the exponent
    /// range.</summary>
    static abstract L Scale(L value, L n);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract L Sqrt(L value);

    /// <summary>Sign cleared.</summary>
    static abstract L Abs(L value);

    /// <summary>Largest integer not above.</summary>
    static abstract L Floor(L value);

    /// <summary>Smallest integer not below.</summary>
    static abstract L Ceiling(L value);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract L Round(L value);

    /// <summary>Rounded towards zero.</summary>
    static abstract L Truncate(L value);

    /// <summary>Mask of <c>left &lt; right</c>; false with NaN.</summary>
    static abstract L LessThan(L left, L right);

    /// <summary>Mask of <c>left ≤ right</c>; false with NaN.</summary>
    static abstract L LessOrEqual(L left, L right);

    /// <summary>Mask of <c>left = right</c>; false with NaN.</summary>
    static abstract L Equal(L left, L right);

    /// <summary><paramref name="left"/> where the mask is set, else <paramref name="right"/>.</summary>
    static abstract L Select(L mask, L left, L right);

    /// <summary><paramref name="left"/> where <c>x &lt; y</c>, else <paramref name="right"/>: a comparison and a blend
    /// where a mask by itself would take a register more.</summary>
    static abstract L SelectLess(L x, L y, L left, L right);

    /// <summary>Bitwise and.</summary>
    static abstract L And(L left, L right);

    /// <summary>Bitwise or.</summary>
    static abstract L Or(L left, L right);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract L Xor(L left, L right);

    /// <summary><c>left &amp; ~right</c>.</summary>
    static abstract L AndNot(L left, L right);

    /// <summary>Each element's bit pattern shifted left.</summary>
    static abstract L ShiftLeft(L value, int count);

    /// <summary>Each element's bit pattern shifted right, zeros coming in.</summary>
    static abstract L ShiftRight(L value, int count);

    /// <summary>Sum of the bit patterns as integers, wrapping.</summary>
    static abstract L AddBits(L left, L right);
}
