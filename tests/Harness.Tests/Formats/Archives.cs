using System.IO.Compression;
using System.Text;
using Harness.Formats.Zip;

namespace Harness.Tests.Formats;

/// <summary>Archives with entries changed and their checksums right again: what a reader meets when a file lies on
/// purpose.</summary>
static class Archives
{
    /// <summary>The entries of a zip file, inflated.</summary>
    public static List<(string Name, byte[] Bytes)> Entries(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        var entries = new List<(string, byte[])>();
        foreach (var entry in zip.Entries)
        {
            using var plain = new MemoryStream();
            using (var stream = entry.Open()) stream.CopyTo(plain);
            entries.Add((entry.FullName, plain.ToArray()));
        }
        return entries;
    }

    /// <summary>A zip file of these entries.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        foreach (var (name, bytes) in entries) zip.Add(name, bytes);
        zip.Finish();
        return stream.ToArray();
    }

    /// <summary>An archive with one entry's content replaced.</summary>
    public static byte[] With(byte[] archive, string name, byte[] content) =>
        Zip(Entries(archive).Select(e => e.Name.EndsWith(name, StringComparison.Ordinal) ? (e.Name, content) : e));

    /// <summary>A TorchScript archive of one module class and this source, without tensors.</summary>
    /// <param name="source">The source.</param>
    /// <param name="attributes">Names of the module's attributes, and the opcodes of their values.</param>
    public static byte[] Script(string source, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        // GLOBAL '__torch__ M', EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, for each BINUNICODE and its value and SETITEM, BUILD,
        // STOP
        List<byte> module = [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "}"u8];
        foreach (var (name, value) in attributes)
        {
            module.AddRange([
                .. "X"u8, (byte)name.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(name),
                .. Encoding.Latin1.GetBytes(value), .. "s"u8]);
        }
        module.AddRange("b."u8);
        return Zip([("m/data.pkl", [.. module]), ("m/code/__torch__.py", Encoding.UTF8.GetBytes(source)),
            ("m/constants.pkl", [0x80, 2, .. ")."u8])]);
    }
}
