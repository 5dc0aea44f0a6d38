using Harness.Tests.Formats;

namespace Harness.Tests.Hostile;

/// <summary>Damages archives in what they hold: every checksum is right again, so that what lies behind it is
/// read.</summary>
static class DamagedZip
{
    /// <summary>An archive with one entry damaged by its kind, with entries in each other's place, missing, renamed or
    /// there twice, or damaged as a file like any other.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="honest">The archive.</param>
    public static byte[] Of(Random random, byte[] honest)
    {
        if (random.Next(4) == 0) return Damage.Bytes(random, honest);
        var entries = Archives.Entries(honest);
        for (int times = random.Next(5) == 0 ? 2 : 1; times > 0 && entries.Count > 0; times--)
        {
            // Sources, pickles and documents say more than elements do.
            int[] telling = [.. Enumerable.Range(0, entries.Count).Where(n => Telling(entries[n].Name))];
            int one = telling.Length > 0 && random.Next(8) > 0 ? telling[random.Next(telling.Length)]
                : random.Next(entries.Count);
            int two = random.Next(entries.Count);
            var (name, bytes) = entries[one];
            switch (random.Next(10))
            {
                case 0: (entries[one], entries[two]) = ((name, entries[two].Bytes), (entries[two].Name, bytes)); break;
                case 1: entries.RemoveAt(one); break;
                case 2: entries[one] = (entries[two].Name + (random.Next(2) == 0 ? "" : "x"), bytes); break;
                case 3: entries[one] = (Renamed(random, name), bytes); break;
                default: entries[one] = (name, Content(random, name, bytes)); break;
            }
        }
        return Archives.Zip(entries);
    }

    static bool Telling(string name) =>
        name.EndsWith(".pkl", StringComparison.Ordinal) || name.EndsWith(".py", StringComparison.Ordinal)
        || name.EndsWith(".json", StringComparison.Ordinal);

    static byte[] Content(Random random, string name, byte[] bytes) =>
        name.EndsWith(".pkl", StringComparison.Ordinal) ? Damage.Bytes(random, bytes, Damage.Pickle)
        : name.EndsWith(".py", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal)
            ? Damage.Text(random, bytes)
        : name.EndsWith(".npy", StringComparison.Ordinal) ? DamagedHeader.OfNpy(random, bytes)
        : Damage.Bytes(random, bytes);

    static string Renamed(Random random, string name) => random.Next(6) switch
    {
        0 => "../" + name,
        1 => "/" + name,
        2 => name.Replace('/', '\\'),
        3 => name + "/",
        4 => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] + "é",
        _ => string.Concat(Enumerable.Repeat("a/", 3000)) + name,
    };
}
