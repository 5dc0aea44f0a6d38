namespace Harness.Executor.Model;

/// <summary>While one of these lives, large blocks of memory that plans, sessions and borrowed tensors give back stay
/// with the process for the next that want as much. For programs that open one plan after the other: the system clears
/// every page that it hands out, which takes longer than what many a plan does with it.</summary>
/// <remarks>Process-wide. Blocks serve in parts too. What lies idle of whole blocks is bounded and goes back to the
/// system with the last of these; a block of which somebody has a part goes when that part is given back. No result
/// depends on it.</remarks>
public sealed class KeptMemory : IDisposable
{
    bool _disposed;

    /// <summary>Begins to keep.</summary>
    /// <param name="bytes">The most that lies idle; the largest of those that live at once counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public KeptMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        LargePages.Keep(bytes);
    }

    /// <summary>Gives back what lies idle, unless another still lives.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        LargePages.LetGo();
    }
}
