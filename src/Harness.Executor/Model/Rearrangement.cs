using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Harness.Executor.Model;

/// <summary>A move of a tensor's elements, written with one letter an axis: <c>oihw → hwio</c>,
/// <c>o(chw) → (hwc)o</c>, <c>(gi)ohw → hwi(go)</c>. Parentheses merge axes into one. The only code that permutes
/// weights.</summary>
/// <param name="From">The source's axes.</param>
/// <param name="To">The target's axes: the same letters.</param>
/// <param name="Sizes">Extents of letters that a merged source axis does not determine.</param>
/// <param name="Flip">Letters whose index is reversed: a transposed convolution's window.</param>
public sealed record Rearrangement(string From, string To, ImmutableSortedDictionary<char, int> Sizes, string Flip = "")
{
    /// <summary>A plain permutation: <c>oihw → hwio</c>.</summary>
    public Rearrangement(string from, string to) : this(from, to, ImmutableSortedDictionary<char, int>.Empty) { }

    /// <summary>The identity on any shape.</summary>
    public static readonly Rearrangement None = new("", "");

    /// <summary>True when nothing moves.</summary>
    public bool IsIdentity => From == To && Flip.Length == 0;

    /// <summary>The move back.</summary>
    public Rearrangement Inverse => this with { From = To, To = From };

    /// <summary>This move and then another as one; null where axes are merged or reversed, which takes two.</summary>
    public Rearrangement? Then(Rearrangement next)
    {
        ArgumentNullException.ThrowIfNull(next);
        bool IsPlain(Rearrangement move) => move.Flip.Length == 0 && move.From.All(char.IsLetter)
            && move.To.All(char.IsLetter);
        return IsPlain(this) && IsPlain(next) && next.From.Length == To.Length
            ? new Rearrangement(From, string.Concat(next.To.Select(letter => To[next.From.IndexOf(letter)])))
            : null;
    }

    /// <summary>The target's shape.</summary>
    /// <exception cref="ArgumentException">The shape does not have these axes.</exception>
    public Shape Apply(Shape source)
    {
        if (IsIdentity) return source;
        var sizes = Extents(source);
        return Shape.Create(
            [.. Groups(To).Select(g => g.Aggregate(1, (product, letter) => checked(product * sizes[letter])))]);
    }

    /// <summary>The target, element by element a bit-exact copy; the source itself when nothing moves.</summary>
    /// <exception cref="ArgumentException">The shape does not have these axes.</exception>
    public Tensor Apply(Tensor source)
    {
        if (IsIdentity) return source;
        var bytes = LargeArray.Of<byte>(source.Bytes.Length);
        Apply(source, bytes);
        return new Tensor(source.Type, Apply(source.Shape), bytes);
    }

    /// <summary>The same for one use.</summary>
    /// <exception cref="ArgumentException">The shape does not have these axes.</exception>
    public BorrowedTensor Borrow(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return IsIdentity
            ? BorrowedTensor.Of(source)
            : BorrowedTensor.Make(source.Type, Apply(source.Shape), bytes => Apply(source, bytes));
    }

    /// <summary>The target's elements where they lie in a source of this shape: one stride an axis of the target. Null
    /// where an axis of the target is several of the source's.</summary>
    /// <exception cref="ArgumentException">The shape does not have these axes.</exception>
    public (nint Origin, nint[] Strides)? StridesIn(Shape source)
    {
        if (IsIdentity) return (0, StridedCopy.ContiguousStrides(source.AsSpan()));
        return To.Contains('(', StringComparison.Ordinal)
            ? null
            : StridesOf(Extents(source), To);
    }

    // Strides in the source, letter by letter of the target; a flipped one walks backwards from its last element.
    (nint Origin, nint[] Strides) StridesOf(Dictionary<char, int> sizes, ReadOnlySpan<char> target)
    {
        nint stride = 1, origin = 0;
        var strides = new nint[target.Length];
        for (int at = From.Length - 1; at >= 0; at--)
        {
            char letter = From[at];
            if (!char.IsLetter(letter)) continue;
            int extent = sizes[letter];
            bool flips = Flip.Contains(letter, StringComparison.Ordinal);
            if (flips) origin += (extent - 1) * stride;
            strides[target.IndexOf(letter)] = flips ? -stride : stride;
            stride *= extent;
        }
        return (origin, strides);
    }

    void Apply(Tensor source, Span<byte> bytes)
    {
        var sizes = Extents(source.Shape);
        char[] order = [.. To.Where(char.IsLetter)];
        int[] extents = [.. order.Select(letter => sizes[letter])];
        var (origin, from) = StridesOf(sizes, order);
        // Bits move, whatever they mean.
        switch (source.Type.Size())
        {
            case 8: Move<ulong>(source.Bytes.Span, bytes, extents, from, origin); break;
            case 4: Move<uint>(source.Bytes.Span, bytes, extents, from, origin); break;
            case 2: Move<ushort>(source.Bytes.Span, bytes, extents, from, origin); break;
            default: Move<byte>(source.Bytes.Span, bytes, extents, from, origin); break;
        }
    }

    static void Move<T>(ReadOnlySpan<byte> source, Span<byte> target, int[] extents, nint[] strides, nint origin)
        where T : unmanaged => StridedCopy.Copy(
            extents, StridedCopy.ContiguousStrides(extents), strides,
            MemoryMarshal.Cast<byte, T>(target), MemoryMarshal.Cast<byte, T>(source), origin);

    Dictionary<char, int> Extents(Shape source)
    {
        var groups = Groups(From);
        if (groups.Count != source.Rank) throw Mismatch(source);
        var sizes = new Dictionary<char, int>();
        for (int axis = 0; axis < groups.Count; axis++)
        {
            long known = 1;
            char open = '\0';
            foreach (char letter in groups[axis])
            {
                if (Sizes.TryGetValue(letter, out int size)) sizes[letter] = size;
                else if (open == '\0') open = letter;
                else throw new ArgumentException($"'{From}': the sizes of '{open}' and '{letter}' are both open");
                known *= sizes.GetValueOrDefault(letter, 1);
            }
            if (open != '\0')
            {
                if (known == 0 || source[axis] % known != 0) throw Mismatch(source);
                sizes[open] = (int)(source[axis] / known);
            }
            else if (known != source[axis]) throw Mismatch(source);
        }
        return sizes;
    }

    ArgumentException Mismatch(Shape source) =>
        new($"shape {source} does not have the axes '{From}' with " +
            $"{string.Join(", ", Sizes.Select(s => $"{s.Key}={s.Value}"))}");

    internal static List<string> Groups(string axes)
    {
        var groups = new List<string>();
        for (int at = 0; at < axes.Length; at++)
        {
            if (axes[at] != '(')
            {
                groups.Add(axes[at].ToString());
                continue;
            }
            int close = axes.IndexOf(')', at);
            groups.Add(axes[(at + 1)..close]);
            at = close;
        }
        return groups;
    }

    /// <summary><c>oihw → hwio</c>.</summary>
    public override string ToString() =>
        IsIdentity ? "as is" : Flip.Length == 0 ? $"{From} → {To}" : $"{From} → {To}, {Flip} reversed";
}
