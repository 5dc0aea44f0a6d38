using Harness.Executor.Model;
using Harness.Formats.Pickle;
using Harness.Formats.Zip;

namespace Harness.Formats.Weights;

/// <summary>Reads what <c>torch.save</c> writes: archives of a pickle and its storages.</summary>
static class TorchStateDict
{
    const long MaxPickle = 64L << 20;

    /// <summary>The state dicts of a file that somebody saved.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="root">Its inner folder, with the slash.</param>
    /// <exception cref="ModelFormatException">The archive is damaged or holds no state dict.</exception>
    public static IReadOnlyList<WeightsCandidate> Read(ZipView zip, string root) => PickledWeights.In(
        Unpickled(zip, root, foreign: true), new StorageReader(zip, root + "data/"),
        message => zip.File.Bad(-1, message));

    /// <summary>The tensors of a dictionary that may hold none, as torch.export writes it.</summary>
    /// <exception cref="ModelFormatException">The archive is damaged or holds no dictionary.</exception>
    public static StateDict Tensors(ZipView zip, string root)
    {
        var found = Unpickled(zip, root, foreign: false) as PickleDict
            ?? throw zip.File.Bad(-1, "the file holds no dictionary; save model.state_dict()");
        var reader = new StorageReader(zip, root + "data/");
        var weights = new StateDict();
        foreach (var (key, value) in found.Items)
        {
            if (key is not string name || value is not PickleTensor pickled) continue;
            weights.Add(name, reader.Read(pickled, name));
        }
        return weights;
    }

    static object? Unpickled(ZipView zip, string root, bool foreign)
    {
        if (zip.Find(root + "byteorder") is { } order && !zip.Read(order, 16).Span.SequenceEqual("little"u8))
            throw zip.File.Bad(order.Offset,
                "the file was saved on a big-endian machine; save it again on a little-endian one");
        var entry = zip.Find(root + "data.pkl")!;
        Exception Error(long at, string message) =>
            zip.File.Bad(entry.IsStored ? entry.Offset + at : -1, $"'data.pkl': {message}");
        return new PickleMachine(zip.Read(entry, MaxPickle), Error, foreign).Run();
    }
}
