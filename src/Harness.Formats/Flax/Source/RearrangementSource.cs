using Harness.Executor.Model;

namespace Harness.Formats.Flax.Source;

/// <summary>A <see cref="Rearrangement"/> as an expression.</summary>
static class RearrangementSource
{
    /// <summary>The array after the move.</summary>
    public static Python Of(Python x, Rearrangement move)
    {
        var from = Groups(move.From);
        var to = Groups(move.To);
        if (from.Any(group => group.Length > 1))
        {
            // Of a merged axis all extents but one are known, or that is not.
            var extents = from.SelectMany((group, axis) => group.Length == 1 ? [$"{x.Flat()}.shape[{axis}]"]
                : group.Select((letter, i) => move.Sizes.TryGetValue(letter, out int size) ? $"{size}"
                    : i == 0 || group.Count(other => !move.Sizes.ContainsKey(other)) == 1
                        ? $"{x.Flat()}.shape[{axis}] // {group.Where(other => other != letter)
                            .Aggregate(1, (product, other) => product * move.Sizes[other])}"
                        : throw new InvalidOperationException($"{move} leaves extents open")));
            x = Python.Join(x, Python.Of($".reshape({string.Join(", ", extents)})"));
        }
        string letters = string.Concat(from), target = string.Concat(to);
        if (letters != target)
            x = Python.Join(x, Python.Of(
                $".transpose({string.Join(", ", target.Select(letter => letters.IndexOf(letter)))})"));
        if (move.Flip.Length > 0)
        {
            var axes = move.Flip.Select(letter => target.IndexOf(letter)).ToArray();
            x = Python.Call("jnp.flip", x, Python.Of(
                $"({string.Join(", ", axes)}{(axes.Length == 1 ? "," : "")})"));
        }
        if (to.All(group => group.Length == 1)) return x;
        // Merged axes: their extents' product is what is left.
        var shape = new List<string>();
        int open = to.Count(group => group.Length > 1);
        int at = 0;
        foreach (string group in to)
        {
            if (group.Length == 1) shape.Add($"{x.Flat()}.shape[{at}]");
            else if (open == 1) shape.Add("-1");
            else throw new InvalidOperationException($"{move} merges several axes");
            at += group.Length;
        }
        return Python.Join(x, Python.Of($".reshape({string.Join(", ", shape)})"));
    }

    static string[] Groups(string axes)
    {
        var groups = new List<string>();
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] != '(') groups.Add(axes[i].ToString());
            else
            {
                int close = axes.IndexOf(')', i);
                groups.Add(axes[(i + 1)..close]);
                i = close;
            }
        }
        return [.. groups];
    }
}
