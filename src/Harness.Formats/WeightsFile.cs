using Harness.Executor.Model;
using Harness.Formats.Architectures;
using Harness.Formats.Storage;
using Harness.Formats.TorchScript;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Opens weights that come apart from the model: <c>--weights</c>.</summary>
public static class WeightsFile
{
    /// <summary>Reads weights and fits them to a graph.</summary>
    /// <param name="spec">A safetensors file or the index of several, an npz archive, what <c>torch.save</c> writes (a
    /// state dict, a checkpoint, a whole module; old format or new), what TorchSharp saves, a TorchScript archive, each
    /// told by content; of a checkpoint that holds several state dicts the key of one after <c>#</c>; or <c>seed:N</c>
    /// for made-up weights that are the same on every machine.</param>
    /// <param name="graph">The graph, whose parameters they must be.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException"><c>PAR1001</c> when unreadable, <c>PAR1003</c> when they do not
    /// fit.</exception>
    public static StateDict Open(string spec, Graph graph, Action<string>? note = null)
    {
        var weights = Map(spec, WeightSlots.Of(graph), note, out var file);
        using (file) return file is null ? weights : weights.Copied();
    }

    /// <summary>Every state dict that a file of weights holds, by its key: empty for a file that is one.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Keys, and the names, types and shapes under each.</returns>
    /// <exception cref="ModelFormatException">PAR1001: unreadable, or no weights.</exception>
    public static IReadOnlyList<(string Key, IReadOnlyList<(string Name, ElementType Type, Shape Shape)> Tensors)> List(
        string path)
    {
        using var file = OpenedFile.Open(path);
        return [.. Read(file).Select(one => (one.Key,
            (IReadOnlyList<(string, ElementType, Shape)>)
                [.. one.Read().Select(entry => (entry.Key, entry.Value.Type, entry.Value.Shape))]))];
    }

    /// <summary>True for a file that holds weights and no graph, whether they can be read or not.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It cannot be opened.</exception>
    public static bool Is(string path)
    {
        using var file = OpenedFile.Open(path);
        switch (FileKinds.Of(file))
        {
            case FileKind.Safetensors or FileKind.LegacyPickle: return true;
            case FileKind.Json: return ShardedSafetensors.Is(file);
            case FileKind.Zip:
                var zip = ZipView.Open(file);
                return FileKinds.PickleRoot(zip) is { } root ? !FileKinds.HasCode(zip, root)
                    : zip.Entries.Count > 0 && zip.Entries.All(e => e.Name.EndsWith(".npy", StringComparison.Ordinal));
            default: return TorchSharpFile.TryView(file, out _);
        }
    }

    /// <summary>The same as views of the file, which the caller disposes when they are no longer needed; null for
    /// made-up weights, which have none.</summary>
    internal static StateDict Map(string spec, IReadOnlyList<WeightSlot> slots, Action<string>? note,
        out OpenedFile? file, PublishedKeys? published = null)
    {
        file = null;
        var name = new WeightsName(spec);
        if (!name.IsSeed)
        {
            var opened = OpenedFile.Open(name.File);
            try
            {
                var weights = WeightSlots.Choose(opened.Path, Read(opened), name.Key, slots, note, published);
                file = opened;
                return weights;
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
        return name.Seed is { } seed
            ? SeededWeights.Make(spec, (ulong)seed, slots)
            : throw new ModelFormatException(spec, -1, Codes.BadUsage, "a seed is a whole number from 0: seed:1");
    }

    static IReadOnlyList<WeightsCandidate> Read(OpenedFile file)
    {
        switch (FileKinds.Of(file))
        {
            case FileKind.Safetensors: return Only(SafetensorsFile.View(file, out _));
            case FileKind.Json when ShardedSafetensors.Is(file): return Only(ShardedSafetensors.View(file));
            case FileKind.Zip: break;
            case FileKind.LegacyPickle: return LegacyFile.Read(file);
            case FileKind.Empty:
                throw file.Bad(0, FileKinds.NotAModel(FileKinds.Of(file)));
            default:
                if (TorchSharpFile.TryView(file, out var weights)) return Only(weights);
                throw file.Bad(0, "these are no weights: expected safetensors (or the index of several), npz, or what "
                    + "torch.save or TorchSharp writes");
        }
        var zip = ZipView.Open(file);
        if (FileKinds.PickleRoot(zip) is not { } root) return Only(NpzFile.View(zip));
        return FileKinds.HasCode(zip, root) ? Only(ModuleTree.StateDict(new ScriptArchive(zip, root)))
            : TorchStateDict.Read(zip, root);
    }

    static WeightsCandidate[] Only(StateDict weights) => [new WeightsCandidate("", [.. weights.Keys], () => weights)];
}
