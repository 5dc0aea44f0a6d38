using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>Which array of which file each input of a model is: the one reading of <c>--input</c>, for every program
/// that takes it.</summary>
/// <remarks>A word is the path of a file or <c>name=file</c>. A file that is there by the whole word wins, since a path
/// may hold a <c>=</c> itself. Arrays with a name (<c>name=file</c>, the arrays of a <c>.npz</c>) go to the input of
/// that name; files without one go to the inputs that are left, in the order of <c>forward</c>.</remarks>
public static class InputFiles
{
    /// <summary>What a verb's help says about such words.</summary>
    public const string Help = "Once an input: a .npy in the order of forward, or name=file.npy, or a .npz that holds "
        + "inputs by name. Named ones are given first, the others go to the inputs that are left. A file that is there "
        + "by the whole word is taken as such, even where its path holds a '='.";

    /// <summary>One array an input, in the order of <c>forward</c>.</summary>
    /// <param name="graph">Whose inputs.</param>
    /// <param name="words">What follows each <c>--input</c>.</param>
    /// <exception cref="ModelException">PAR9003: a file is not there, a name is unknown or given twice, an input is
    /// given by nothing, files are left over, or an array is of another type than the integers that the graph
    /// states.</exception>
    public static ImmutableArray<Tensor> Read(Graph graph, ImmutableArray<string> words)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var ports = graph.Inputs;
        // Names first: files without one go to what those leave.
        var sources = new (string Word, Func<Tensor> Read)?[ports.Length];
        var unnamed = new List<string>();
        foreach (string word in words)
        {
            if (File.Exists(word))
            {
                if (!NpzFile.IsNamed(word)) unnamed.Add(word);
                else
                {
                    var arrays = NpzFile.Read(word);
                    if (arrays.Count == 0) throw Bad(word, "it holds no array");
                    foreach (var (name, tensor) in arrays) Give(name, word, () => tensor);
                }
                continue;
            }
            // Names and paths may hold a '=': the longest name that is an input's, else what stands before the first.
            int equals = ports.Where(port => word.StartsWith(port.Name + "=", StringComparison.Ordinal))
                .Select(port => port.Name.Length).DefaultIfEmpty(word.IndexOf('=')).Max();
            if (equals < 0) throw Bad(word, PathFault.OfFile(word)!);
            var (input, file) = (word[..equals], word[(equals + 1)..]);
            if (ports.All(port => port.Name != input))
                throw Bad(word, $"there is no such file, and no input '{input}': {Takes(ports)}");
            if (PathFault.OfFile(file, $"there is no file '{file}' for input '{input}'") is { } why)
                throw Bad(word, why);
            if (NpzFile.IsNamed(file))
                throw Bad(word, "a .npz names its arrays itself: give it without a name, or the array as a .npy");
            Give(input, word, () => NpyFile.Read(file));
        }

        int[] left = [.. Enumerable.Range(0, ports.Length).Where(i => sources[i] is null)];
        if (left.Length != unnamed.Count)
        {
            string rest = left.Length == ports.Length ? "" : left.Length == 0 ? ", all of them given by name"
                : $", left without a file: {string.Join(", ", left.Select(i => ports[i].Name))}";
            throw Bad("--input", $"{unnamed.Count} file{(unnamed.Count == 1 ? "" : "s")} without a name given, " +
                $"{Takes(ports)}{rest}; give each once, as name=file or in this order");
        }
        for (int i = 0; i < left.Length; i++)
        {
            string file = unnamed[i];
            sources[left[i]] = (file, () => NpyFile.Read(file));
        }
        return [.. ports.Select((port, i) => Checked(sources[i]!.Value.Read(), port, sources[i]!.Value.Word))];

        void Give(string name, string word, Func<Tensor> read)
        {
            int port = 0;
            while (port < ports.Length && ports[port].Name != name) port++;
            if (port == ports.Length) throw Bad(word, $"it holds '{name}', {Takes(ports)}; leave the array out");
            if (sources[port] is { Word: var first })
                throw Bad(word, $"input '{name}' is given twice, by '{first}' before; leave one of them out");
            sources[port] = (word, read);
        }
    }

    // A trace states no types, which reads as float32: what it is given is what it takes. Where integers or flags are
    // stated, others would be computed as such: wrapped around, or refused far from here.
    static Tensor Checked(Tensor tensor, Port port, string word) =>
        !port.Type.IsFloating() && tensor.Type != port.Type
        ? throw Bad(word, $"the array is {tensor}, input '{port.Name}' takes {port.Type.NumPyName()}")
        : tensor;

    static string Takes(ImmutableArray<Port> ports) =>
        $"the model has {ports.Length} input{(ports.Length == 1 ? "" : "s")} " +
        $"({string.Join(", ", ports.Select(port => port.Name))})";

    static ModelException Bad(string place, string message) => new(new Finding(Codes.BadUsage, place, message));
}
