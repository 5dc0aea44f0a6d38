namespace Harness.Tests.Naive;

/// <summary>One number for height and one for width, as PyTorch's arguments have them.</summary>
readonly record struct Pair(int H, int W)
{
    public static implicit operator Pair(int both) => new(both, both);

    public static implicit operator Pair((int H, int W) pair) => new(pair.H, pair.W);
}

/// <summary>The arguments of a convolution, with PyTorch's defaults.</summary>
sealed record ConvArguments
{
    public Pair Stride { get; init; } = 1;

    /// <summary>Rows above and columns left, and below and right unless <see cref="PaddingAfter"/> is given.</summary>
    public Pair Padding { get; init; } = 0;

    /// <summary>Rows below and columns right, for <c>padding='same'</c> with an even kernel.</summary>
    public Pair? PaddingAfter { get; init; }

    public Pair OutputPadding { get; init; } = 0;

    public Pair Dilation { get; init; } = 1;

    public int Groups { get; init; } = 1;

    /// <summary>These arguments with PyTorch's padding 'same' for that kernel; an odd one goes behind.</summary>
    public ConvArguments Same(Pair kernel)
    {
        Pair total = (Dilation.H * (kernel.H - 1), Dilation.W * (kernel.W - 1));
        Pair before = (total.H / 2, total.W / 2);
        return this with { Padding = before, PaddingAfter = (total.H - before.H, total.W - before.W) };
    }
}

/// <summary>The arguments of a pool, with PyTorch's defaults.</summary>
sealed record PoolArguments
{
    /// <summary>Null means the kernel.</summary>
    public Pair? Stride { get; init; }

    public Pair Padding { get; init; } = 0;

    /// <summary>Max pools only.</summary>
    public Pair Dilation { get; init; } = 1;

    public bool CeilMode { get; init; }

    /// <summary>Average pools only.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>Average pools only.</summary>
    public int? DivisorOverride { get; init; }
}
