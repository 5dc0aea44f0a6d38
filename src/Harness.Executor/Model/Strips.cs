namespace Harness.Executor.Model;

/// <summary>Work on memory that falls into strips, of which no two touch the same element.</summary>
static class Strips
{
    /// <summary>Elements that are worth waking others for.</summary>
    public const long Many = 1 << 20;

    /// <summary>Does all of them, in any order.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="threads">How many may be done at once.</param>
    /// <param name="make">Told which.</param>
    public static void For(int count, int threads, Action<int> make)
    {
        if (threads > 1 && count > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, make);
            return;
        }
        for (int strip = 0; strip < count; strip++) make(strip);
    }
}
