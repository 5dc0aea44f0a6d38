using System.IO.Compression;
using System.Text;

namespace Harness.Benchmarks.Script;

/// <summary>TorchScript source as an archive that <c>torch.jit.load</c> reads: source that is compiled directly may
/// name ATen's operators only, an archive's any.</summary>
static class ScriptArchive
{
    // The newest file format that libtorch 2.10 reads, so that no operator is taken for an older one.
    const string Version = "10\n";

    /// <summary>A module <c>M</c> without attributes.</summary>
    /// <param name="methods">Its methods, indented by two.</param>
    public static byte[] Of(string methods)
    {
        var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            // An object of class __torch__.M with an empty state; an empty tuple.
            Add(zip, "data.pkl", [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "}b."u8]);
            Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(
                $"class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n{methods}"));
            Add(zip, "constants.pkl", [0x80, 2, .. ")."u8]);
            Add(zip, "version", Encoding.ASCII.GetBytes(Version));
        }
        return memory.ToArray();
    }

    static void Add(ZipArchive zip, string name, byte[] bytes)
    {
        using var stream = zip.CreateEntry($"m/{name}", CompressionLevel.NoCompression).Open();
        stream.Write(bytes);
    }
}
