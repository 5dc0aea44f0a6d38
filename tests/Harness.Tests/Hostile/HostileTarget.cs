namespace Harness.Tests.Hostile;

/// <summary>An honest file of a kind.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="Options">What a command line says besides, to read it.</param>
sealed record HonestFile(byte[] Bytes, params string[] Options);

/// <summary>A kind of file that users hand to a reader, and how it is damaged and read.</summary>
/// <param name="Name">As reports and command lines name it.</param>
/// <param name="FileName">Where it lies in the folder of a case.</param>
/// <param name="Damage">Damages one.</param>
/// <param name="Lines">Command lines that read it, of which a case takes one: the paths are relative to the
/// folder.</param>
/// <param name="Honest">Honest files.</param>
sealed record HostileTarget(
    string Name, string FileName, Func<Random, byte[], byte[]> Damage, string[] Lines, Lazy<HonestFile[]> Honest)
{
    /// <summary>Puts what the lines need besides into a folder.</summary>
    public Action<string> Prepare { get; init; } = _ => { };

    /// <summary>The damaged file of a case, and the words of the line that reads it: the same for the same
    /// numbers.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="number">Of the case.</param>
    public (byte[] Bytes, string[] Words) Draw(int seed, int number)
    {
        var random = new Random(Mixed(seed, number));
        var honest = Honest.Value;
        var one = honest[number % honest.Length];
        byte[] bytes = random.Next(12) switch
        {
            0 => one.Bytes[..random.Next(one.Bytes.Length)],
            // The head of one and the tail of another.
            1 when honest[random.Next(honest.Length)].Bytes is var other =>
                [.. one.Bytes[..random.Next(one.Bytes.Length)], .. other[random.Next(other.Length)..]],
            _ => Damage(random, one.Bytes),
        };
        string line = Lines[random.Next(Lines.Length)];
        return (bytes, [.. line.Split(' '), .. one.Options]);
    }

    // Names, seeds and numbers that are neighbours draw nothing alike.
    int Mixed(int seed, int number)
    {
        ulong mixed = 14695981039346656037;
        foreach (char letter in Name) mixed = (mixed ^ letter) * 1099511628211;
        foreach (int part in (ReadOnlySpan<int>)[seed, number]) mixed = (mixed ^ (uint)part) * 1099511628211;
        mixed ^= mixed >> 29;
        mixed *= 0xbf58476d1ce4e5b9;
        return (int)(mixed >> 33);
    }
}
