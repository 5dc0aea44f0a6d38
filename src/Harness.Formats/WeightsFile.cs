using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.TorchScript;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Opens weights that come apart from the model: <c>--weights</c>.</summary>
public static class WeightsFile
{
    /// <summary>Reads weights and fits them to a graph.</summary>
    /// <param name="spec">A safetensors file, an npz archive, a state dict or checkpoint of <c>torch.save</c>, a
    /// TorchScript archive, each told by content; or <c>seed:N</c> for made-up weights that are the same on every
    /// machine.</param>
    /// <param name="graph">The graph, whose parameters they must be.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException"><c>PAR1001</c> when unreadable, <c>PAR1003</c> when they do not
    /// fit.</exception>
    public static StateDict Open(string spec, Graph graph, Action<string>? note = null)
    {
        var weights = Map(spec, WeightSlots.Of(graph), note, out var file);
        using (file) return file is null ? weights : weights.Copied();
    }

    /// <summary>The same as views of the file, which the caller disposes when they are no longer needed; null for
    /// made-up weights, which have none.</summary>
    internal static StateDict Map(string spec, IReadOnlyList<WeightSlot> slots, Action<string>? note,
        out OpenedFile? file)
    {
        file = null;
        var name = new WeightsName(spec);
        if (!name.IsSeed)
        {
            var opened = OpenedFile.Open(spec);
            try
            {
                var weights = WeightSlots.Fit(spec, Read(opened, note), slots);
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

    static StateDict Read(OpenedFile file, Action<string>? note)
    {
        switch (FileKinds.Of(file))
        {
            case FileKind.Safetensors: return SafetensorsFile.View(file, out _);
            case FileKind.Zip: break;
            case FileKind.LegacyPickle:
                throw file.Bad(0,
                    "this is torch.save's old format (PyTorch 1.5 or older); load it and save it again with a newer " +
                    "PyTorch");
            case FileKind.Empty:
                throw file.Bad(0, FileKinds.NotAModel(FileKinds.Of(file)));
            default:
                throw file.Bad(0,
                    "these are no weights: expected safetensors, npz, or a state dict saved with torch.save");
        }
        var zip = ZipView.Open(file);
        if (FileKinds.PickleRoot(zip) is not { } root) return NpzFile.View(zip);
        return FileKinds.HasCode(zip, root) ? ModuleTree.StateDict(new ScriptArchive(zip, root))
            : TorchStateDict.Read(zip, root, note);
    }
}
