using Harness.Formats.Zip;

namespace Harness.Formats.Storage;

/// <summary>What a file's first bytes say it is.</summary>
enum FileKind
{
    Zip,
    Json,
    Safetensors,
    Npy,
    LegacyPickle,
    Program,
    Empty,
    Unknown,
}

/// <summary>Tells files by content.</summary>
static class FileKinds
{
    /// <summary>The kind of this file.</summary>
    public static FileKind Of(OpenedFile file)
    {
        var head = file.Span(0, (int)Math.Min(file.Length, 64));
        if (head.IsEmpty) return FileKind.Empty;
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8)) return FileKind.Zip;
        if (head.Length > 6 && head[0] == 0x93 && head[1..].StartsWith("NUMPY"u8)) return FileKind.Npy;
        // Before pickles: the length of a header may begin as they do.
        if (head.Length >= 9 && head[8] == (byte)'{' && BitConverter.ToUInt64(head) <= (ulong)file.Length)
            return FileKind.Safetensors;
        if (head.Length >= 10 && head[0] == 0x80 && head[1] is >= 2 and <= 5) return FileKind.LegacyPickle;
        if (head.StartsWith("MZ"u8)) return FileKind.Program;
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? FileKind.Json : FileKind.Unknown;
    }

    /// <summary>The folder that holds <c>data.pkl</c>, slash included; null when no single folder does.</summary>
    public static string? PickleRoot(ZipView zip)
    {
        var roots = zip.Entries.Select(e => e.Name)
            .Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1)
            .Select(name => name[..^"data.pkl".Length])
            .ToList();
        return roots.Count == 1 ? roots[0] : null;
    }

    /// <summary>True when the archive has TorchScript source: it is a model, not weights alone.</summary>
    public static bool HasCode(ZipView zip, string root) =>
        zip.Entries.Any(e => e.Name.StartsWith(root + "code/", StringComparison.Ordinal));

    /// <summary>Why a file of this kind is no model, and what to do.</summary>
    public static string NotAModel(FileKind kind) => kind switch
    {
        FileKind.Empty => "the file is empty; is the copy complete?",
        FileKind.Safetensors =>
            "this is a safetensors file: weights without a graph; pass it as weights, beside a model",
        FileKind.Npy => "this is a NumPy array, not a model",
        FileKind.Program => "this is a program or an assembly; name the module of TorchSharp's that is meant, as "
            + "net.dll#Namespace.Type",
        FileKind.LegacyPickle => "this is a pickle without a graph (torch.save of PyTorch 1.5 or older); "
            + "save a trace with torch.jit.trace(model.eval(), example).save(...)",
        FileKind.Json => "this is JSON, but no graph of ours",
        _ => "this is no model file: expected a traced TorchScript archive (torch.jit.trace(model.eval(), " +
            "example).save(...))",
    };

    /// <summary>Why a zip archive is no model, and what to do.</summary>
    public static string NotAModel(ZipView zip, string? root)
    {
        if (root is not null)
        {
            return "this is a state dict (torch.save): weights without a graph; pass it as weights, beside a model, " +
                "or save a trace "
                + "with torch.jit.trace(model.eval(), example).save(...)";
        }
        return zip.Entries.Count > 0 && zip.Entries.All(e => e.Name.EndsWith(".npy", StringComparison.Ordinal))
            ? "this is an npz archive: arrays without a graph; pass it as weights, beside a model"
            : "this zip archive is no TorchScript archive: it has no folder with 'data.pkl' and 'code/'; is it " +
                "complete?";
    }
}
