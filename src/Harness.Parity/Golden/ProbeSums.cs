namespace Harness.Parity.Golden;

/// <summary>What all elements of an activation give together.</summary>
/// <param name="AbsMax">The largest finite magnitude.</param>
/// <param name="ArgMax">Where it is.</param>
/// <param name="L2">The Euclidean norm of the finite elements.</param>
/// <param name="Projection">Their <see cref="GoldenProbe.Projection"/>.</param>
/// <param name="NonFinite">How many are NaN or infinite.</param>
/// <param name="FirstNonFinite">Where the first of these is; -1 for none.</param>
public readonly record struct ProbeSums(
    double AbsMax, long ArgMax, double L2, double Projection, long NonFinite, long FirstNonFinite)
{
    /// <summary>The step of SplitMix64.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>The sums of a node's result.</summary>
    /// <param name="node">The call's name, which gives the weights of the projection.</param>
    /// <param name="values">All elements in PyTorch's axis order.</param>
    public static ProbeSums Of(string node, ReadOnlySpan<double> values)
    {
        double absMax = 0, squares = 0, projection = 0;
        long argMax = 0, nonFinite = 0, firstNonFinite = -1;
        // Another stream than that of the positions.
        ulong state = ~GoldenProbe.Seed(node);
        for (int i = 0; i < values.Length; i++)
        {
            state += Step;
            double value = values[i], magnitude = Math.Abs(value);
            if (!double.IsFinite(value))
            {
                if (nonFinite++ == 0) firstNonFinite = i;
                continue;
            }
            squares += value * value;
            projection += ((long)Mix(state) >> 11) * (1.0 / (1L << 52)) * value;
            if (magnitude > absMax) (absMax, argMax) = (magnitude, i);
        }
        return new ProbeSums(absMax, argMax, Math.Sqrt(squares), projection, nonFinite, firstNonFinite);
    }

    /// <summary>SplitMix64, fixed for ever: System.Random may change its sequence. Source:
    /// https://prng.di.unimi.it/splitmix64.c</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
