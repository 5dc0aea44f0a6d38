using Harness.Parity.Golden;

namespace Harness.Parity.Fuzz;

/// <summary>Seeded choices that are the same on every machine and in every year: SplitMix64.
/// https://prng.di.unimi.it/splitmix64.c</summary>
/// <param name="seed">Another stream for each.</param>
sealed class Dice(ulong seed)
{
    ulong _state = seed;

    ulong Next() => ProbeSums.Mix(_state += ProbeSums.Step);

    /// <summary>A number from 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True so many times in a hundred.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of these.</summary>
    public T Of<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    /// <summary>These in another order.</summary>
    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        for (int i = shuffled.Length - 1; i > 0; i--)
        {
            int other = Below(i + 1);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }
        return shuffled;
    }
}
