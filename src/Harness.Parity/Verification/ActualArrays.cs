using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>The arrays of <see cref="ActualFiles"/> in PyTorch's axis order, paired with a golden by name
/// alone.</summary>
/// <param name="Outputs">One an output of the golden, in its order.</param>
/// <param name="Taps">Inner values by node.</param>
/// <param name="UnmatchedTaps">Names of taps that are no node of the golden's.</param>
sealed record ActualArrays(
    ImmutableArray<Tensor> Outputs, ImmutableDictionary<string, Tensor> Taps, ImmutableArray<string> UnmatchedTaps)
{
    // How many names a message lists: enough to see what is wrong, few enough for a line.
    const int Listed = 10;

    /// <summary>Reads and pairs them.</summary>
    /// <exception cref="ModelException">PAR9003: a file cannot be read, an output is missing, an array is none of the
    /// golden's, or no tap is.</exception>
    public static ActualArrays Read(GoldenCase golden, ActualFiles files)
    {
        var taps = files.Taps is { } path ? ReadTaps(golden, path) : [];
        var nodes = golden.Document.Probes.Select(probe => probe.Node).ToHashSet(StringComparer.Ordinal);
        return new ActualArrays(
            [.. ReadOutputs(golden, files.Outputs).Select((tensor, i) =>
                files.Layouts.ToTorch(golden.Document.Outputs[i].Name, tensor))],
            taps.Where(entry => nodes.Contains(entry.Key)).ToImmutableDictionary(
                entry => entry.Key, entry => files.Layouts.ToTorch(entry.Key, entry.Value), StringComparer.Ordinal),
            [.. taps.Keys.Where(name => !nodes.Contains(name))]);
    }

    /// <summary>The first names of a list, and how many more there are.</summary>
    public static string Names(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Listed))
        + (names.Count > Listed ? $" and {names.Count - Listed} more" : "");

    static IEnumerable<Tensor> ReadOutputs(GoldenCase golden, string path)
    {
        var arrays = ArrayFile.Read(path, out var single);
        string[] names = [.. golden.Document.Outputs.Select(port => port.Name)];
        if (single is not null)
        {
            return names.Length == 1 ? [single] : throw Refuse(path,
                $"it holds one array without a name, the golden has {names.Length} outputs " +
                $"({string.Join(", ", names)}); write a .npz that holds each by its name");
        }
        // All that is wrong in one line: who repairs one name repairs the others with it.
        string[] missing = [.. names.Where(name => !arrays.ContainsKey(name))];
        string[] extra = [.. arrays.Keys.Except(names)];
        if (missing.Length + extra.Length > 0)
        {
            var wrong = new List<string>();
            if (missing.Length > 0) wrong.Add($"outputs are missing: {string.Join(", ", missing)}");
            if (extra.Length > 0) wrong.Add($"arrays are no outputs of the golden: {string.Join(", ", extra)}");
            throw Refuse(path, $"{string.Join("; ", wrong)}; expected the outputs {string.Join(", ", names)}, each by "
                + "its name, as numpy.savez(file, **{name: array}) writes them");
        }
        return names.Select(name => arrays[name]);
    }

    static StateDict ReadTaps(GoldenCase golden, string path)
    {
        var probes = golden.Document.Probes;
        var taps = ArrayFile.Read(path, out var single);
        if (single is not null)
            throw Refuse(path, "it holds one array without a name; write a .npz that holds inner values by node");
        if (probes.IsEmpty) throw Refuse(path, "the golden has no probes that taps could be held to");
        if (!probes.Any(probe => taps.ContainsKey(probe.Node)))
        {
            throw Refuse(path, (taps.Count == 0 ? "it holds no array" :
                $"no array is a node of the golden's: {Names([.. taps.Keys])}")
                + $"; nodes are {Names([.. probes.Select(probe => probe.Node)])}");
        }
        return taps;
    }

    static ModelException Refuse(string path, string why) => new(new Finding(Codes.BadUsage, path, why));
}
