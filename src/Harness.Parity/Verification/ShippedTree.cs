using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;

namespace Harness.Parity.Verification;

/// <summary>The tree that <c>convert</c> writes, written to a file and read back: what a plan packs from here on are
/// the bytes that ship, never PyTorch's own tensors.</summary>
sealed class ShippedTree : IDisposable
{
    readonly string _path;
    readonly FlaxMsgpackFile _file;

    ShippedTree(string path, FlaxMsgpackFile file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Writes a program's variables and reads them back.</summary>
    /// <param name="program">The program; gives way to the same one over what was read.</param>
    /// <exception cref="ModelException">The bytes do not hold the tree.</exception>
    public static ShippedTree Bind(ref NhwcProgram program)
    {
        // In a file and not held: a model's weights are in memory once.
        string path = Path.Combine(Path.GetTempPath(), $"harness-{Guid.NewGuid():n}.msgpack");
        FlaxMsgpackFile? file = null;
        try
        {
            FlaxMsgpack.Write(path, FlaxTree.Of(program.Variables).Arrays);
            file = FlaxMsgpackFile.Open(path);
            // Where the system lets an open file go nameless, nothing is left of it whatever ends the process.
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            program = program.With(Bound(program.Variables, file));
            return new ShippedTree(path, file);
        }
        catch
        {
            file?.Dispose();
            File.Delete(path);
            throw;
        }
    }

    static Variables Bound(Variables variables, FlaxMsgpackFile file)
    {
        var shipped = file.Entries.ToDictionary(entry => string.Join('/', entry.Path), StringComparer.Ordinal);
        if (shipped.Count != variables.Leaves.Length)
            throw Lost($"the tree has {variables.Leaves.Length} leaves, its bytes hold {shipped.Count}");
        return variables with
        {
            Leaves = [.. variables.Leaves.Select(leaf => shipped.TryGetValue(leaf.FullPath, out var entry)
                ? leaf with { Elements = () => Read(file, entry, leaf) }
                : throw Lost($"the tree's bytes do not hold '{leaf.FullPath}'"))],
        };
    }

    static BorrowedTensor Read(FlaxMsgpackFile file, FlaxEntry entry, Leaf leaf)
    {
        var elements = file.Borrow(entry);
        if (entry.Type == leaf.Type || !FlaxTypes.Holds(leaf.Type, entry.Type)) return elements;
        // A 64-bit weight that was narrowed without loss means what it meant.
        using (elements) return BorrowedTensor.Of(FlaxTypes.Convert(elements.Tensor, leaf.Type, leaf.TorchKey));
    }

    static ModelException Lost(string why) => new(new Finding(Codes.WeightsRoundTrip, "", why));

    /// <summary>Lets go of the bytes; programs bound to them must not be run afterwards.</summary>
    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}
