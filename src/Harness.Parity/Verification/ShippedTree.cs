using System.Collections.Immutable;
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
    readonly Variables _written;
    ImmutableArray<string>? _faults;

    ShippedTree(string path, FlaxMsgpackFile file, Variables written)
    {
        _path = path;
        _file = file;
        _written = written;
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
            var written = program.Variables;
            program = program.With(Bound(written, file));
            return new ShippedTree(path, file, written);
        }
        catch
        {
            file?.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Reads the same bytes back into another program; false where what it ships is not what was
    /// written.</summary>
    /// <param name="program">The program; gives way to the same one over what was read.</param>
    public bool TryBind(ref NhwcProgram program)
    {
        var (before, now) = (_written, program.Variables);
        bool same = before.Leaves.Length == now.Leaves.Length && before.Dropped.SequenceEqual(now.Dropped)
            && before.Leaves.Zip(now.Leaves).All(pair => IsSame(pair.First, pair.Second));
        if (same) program = program.With(Bound(now, _file));
        return same;
    }

    /// <summary>What <see cref="WeightCheck"/> finds in a program that is bound to this; what is in the bytes is looked
    /// for once.</summary>
    /// <param name="source">What the program is of.</param>
    /// <param name="program">The program.</param>
    public ImmutableArray<string> Faults(TorchModel source, NhwcProgram program)
    {
        _faults ??= WeightCheck.Faults(source, program.Variables);
        return [.. _faults.Value, .. FormCheck.Faults(program)];
    }

    // The same elements of the same tensor in memory, moved, named and read alike. Records compare lists by reference.
    static bool IsSame(Leaf one, Leaf other)
    {
        var (moves, moved) = (one.Rearrangement, other.Rearrangement);
        return one.Path.SequenceEqual(other.Path) && one.Aliases.SequenceEqual(other.Aliases)
            && moves.Sizes.SequenceEqual(moved.Sizes) && moves with { Sizes = moved.Sizes } == moved
            && one.Source.Type == other.Source.Type && one.Source.Shape == other.Source.Shape
            && one.Source.Bytes.Equals(other.Source.Bytes)
            && one with
            {
                Path = other.Path, Aliases = other.Aliases, Rearrangement = moved, Source = other.Source,
            } == other;
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
