namespace Harness.Parity.Verification;

/// <summary>Memory that serves the checks of one case after the other: the system clears what it has not given before,
/// which takes longer than what becomes of it.</summary>
sealed class Scratch
{
    /// <summary>What a float64 run's values are read into.</summary>
    public ValueReader Values { get; } = new();

    /// <summary>Operands of a segment's nodes, rounded.</summary>
    public Slab<float> Singles { get; } = new();

    /// <summary>Results of a segment's nodes, and their scales.</summary>
    public Slab<double> Doubles { get; } = new();

    /// <summary>Holds nothing of an earlier case any more, however that one ended.</summary>
    public void Clear()
    {
        Values.Forget();
        Singles.Clear();
        Doubles.Clear();
    }
}
