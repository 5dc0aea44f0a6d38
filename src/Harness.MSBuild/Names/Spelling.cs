namespace Harness.MSBuild.Names;

/// <summary>Which name somebody may have meant. MSBuild's names have no case.</summary>
static class Spelling
{
    // Shorter ones have too many words for neighbours.
    const int Short = 6;

    /// <summary>The known name that this one is a slip of the pen away from: one letter, from seven letters on two,
    /// and never the first; null for none.</summary>
    public static string? Slip(string name, IEnumerable<string> known) => known
        .Where(one => one.Length >= Short && Same(one[0], name[0]))
        .Select(one => (Name: one, Distance: Distance(one, name)))
        .Where(one => one.Distance <= (one.Name.Length > Short ? 2 : 1))
        .OrderBy(one => one.Distance).Select(one => one.Name).FirstOrDefault();

    /// <summary>The known name that this one may stand for, where it is known to stand for one: a slip, or the
    /// beginning of either; null for none.</summary>
    public static string? Nearest(string name, IEnumerable<string> known) => Slip(name, known) ?? known
        .Where(one => one.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(one, StringComparison.OrdinalIgnoreCase))
        .MinBy(one => Math.Abs(one.Length - name.Length));

    /// <summary>How many letters are inserted, left out, exchanged for another or for their neighbour.</summary>
    public static int Distance(string a, string b)
    {
        // Rows of the table of all beginnings of both: the one before the last, the last, and this one.
        var (older, old, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            old[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(
                    Math.Min(row[j - 1], old[j]) + 1, old[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
            }
            (older, old, row) = (old, row, older);
        }
        return old[b.Length];
    }

    static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
