using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.TorchScript;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Opens weights that come apart from the model: <c>--weights</c>.</summary>
public static class WeightsFile
{
    const string SeedPrefix = "seed:";

    /// <summary>Reads weights and fits them to a graph.</summary>
    /// <param name="spec">A safetensors file, an npz archive, a state dict or checkpoint of <c>torch.save</c>, a TorchScript
    /// archive, each told by content; or <c>seed:N</c> for made-up weights that are the same on every machine.</param>
    /// <param name="graph">The graph, whose parameters they must be.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException"><c>PAR1001</c> when unreadable, <c>PAR1003</c> when they do not fit.</exception>
    public static StateDict Open(string spec, Graph graph, Action<string>? note = null) => Open(spec, WeightSlots.Of(graph), note);

    internal static StateDict Open(string spec, IReadOnlyList<WeightSlot> slots, Action<string>? note)
    {
        if (!spec.StartsWith(SeedPrefix, StringComparison.Ordinal)) return WeightSlots.Fit(spec, Read(spec, note), slots);
        return ulong.TryParse(spec.AsSpan(SeedPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? SeededWeights.Make(spec, seed, slots)
            : throw new ModelFormatException(spec, -1, Codes.BadUsage, "a seed is a whole number from 0: seed:1");
    }

    static StateDict Read(string path, Action<string>? note)
    {
        using var file = MappedFile.Open(path);
        switch (FileKinds.Of(file))
        {
            case FileKind.Safetensors: return SafetensorsFile.Read(path);
            case FileKind.Zip: break;
            case FileKind.LegacyPickle:
                throw file.Bad(0, "this is torch.save's old format (PyTorch 1.5 or older); load it and save it again with a newer PyTorch");
            case FileKind.Empty or FileKind.GitLfsPointer:
                throw file.Bad(0, FileKinds.NotAModel(FileKinds.Of(file)));
            default:
                throw file.Bad(0, "these are no weights: expected safetensors, npz, or a state dict saved with torch.save");
        }
        var zip = ZipView.Open(file);
        if (FileKinds.PickleRoot(zip) is not { } root) return NpzFile.Read(zip);
        if (!FileKinds.HasCode(zip, root)) return TorchStateDict.Read(zip, root, note);
        var copies = new StateDict();
        foreach (var (key, tensor) in ModuleTree.StateDict(new ScriptArchive(zip, root)))
            copies.Add(key, new Tensor(tensor.Type, tensor.Shape, tensor.Bytes.ToArray()));
        return copies;
    }
}
