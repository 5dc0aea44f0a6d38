using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.TorchScript;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Opens model files. The first bytes tell the format, never the name.</summary>
public static class ModelFile
{
    /// <summary>Reads a model: a traced TorchScript archive.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model; dispose it when its tensors are no longer needed.</returns>
    /// <exception cref="ModelFormatException">The file cannot be read: <c>PAR1001</c> when damaged or of another kind,
    /// <c>PAR1002</c> when it holds what is not supported.</exception>
    public static TorchModel Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static TorchModel Read(MappedFile file)
    {
        var kind = FileKinds.Of(file);
        if (kind != FileKind.Zip) throw file.Bad(0, FileKinds.NotAModel(kind));
        var zip = ZipView.Open(file);
        string? root = FileKinds.PickleRoot(zip);
        if (root is not null && zip.Entries.Any(e => e.Name.StartsWith(root + "code/", StringComparison.Ordinal)))
            return TorchScriptFile.Read(zip, root);
        throw file.Bad(-1, FileKinds.NotAModel(zip, root));
    }
}
