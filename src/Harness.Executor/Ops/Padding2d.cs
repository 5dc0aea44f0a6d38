namespace Harness.Executor.Ops;

/// <summary>Padding of a plane: rows above, columns left, rows below, columns right; negative amounts crop.</summary>
public readonly record struct Padding2d(int Top, int Left, int Bottom, int Right)
{
    /// <summary>PyTorch's (h, w) padding.</summary>
    public static Padding2d Symmetric(int h, int w) => new(h, w, h, w);
}
