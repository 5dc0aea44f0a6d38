namespace Harness.Executor.Ops;

/// <summary>Zeros around an input, one number an axis of the window; negative amounts crop.</summary>
/// <param name="Low">Before the first element: in front, above, left.</param>
/// <param name="High">After the last one: behind, below, right.</param>
public readonly record struct WindowPadding(IntList Low, IntList High)
{
    /// <summary>PyTorch's padding: as much on both sides.</summary>
    public static WindowPadding Symmetric(IntList both) => new(both, both);

    /// <summary>No zeros along so many axes.</summary>
    public static WindowPadding None(int axes) => Symmetric(IntList.Repeat(0, axes));

    /// <summary>True where nothing is added or cut.</summary>
    public bool IsNone => Low.AllAre(0) && High.AllAre(0);
}
