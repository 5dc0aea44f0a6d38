using System.Buffers.Binary;
using System.Text;

namespace Harness.Reference.Native;

/// <summary>
/// The version demands and dynamic symbols of a 64-bit little-endian ELF file, found through its section headers.
/// </summary>
/// <remarks>Every offset is checked against the file: a damaged file is refused, never read beyond its end.</remarks>
ref struct ElfImage
{
    const uint DynamicSymbols = 11;
    const uint VersionDemands = 0x6ffffffe;
    const uint SymbolVersions = 0x6fffffff;
    const int SectionHeaderLength = 64;
    const int SymbolLength = 24;
    // The top bit of a symbol's version hides it from static linking; the rest is the index.
    const int VersionIndexMask = 0x7fff;

    readonly ReadOnlySpan<byte> _image;

    /// <summary>Checks the identification bytes.</summary>
    /// <exception cref="InvalidDataException">Not ELF, not 64-bit, or not little-endian.</exception>
    public ElfImage(ReadOnlySpan<byte> image)
    {
        if (image.Length < 64 || !image.StartsWith("\u007fELF"u8))
            throw new InvalidDataException("is not an ELF file; expected a Linux shared library");
        if (image[4] != 2 || image[5] != 1)
            throw new InvalidDataException("is not a 64-bit little-endian ELF file; libtorch has no other");
        _image = image;
    }

    /// <summary>Finds the demand for a version: the index symbols use for it, and where its flags stand.</summary>
    public readonly bool TryFindVersion(string version, out int index, out int flagsAt)
    {
        index = flagsAt = 0;
        if (!TryFindSection(VersionDemands, out var demands))
            return false;
        var names = Section((int)demands.Link);
        var file = demands.Offset;
        for (var f = 0; f < demands.Extra; f++)
        {
            // Elf64_Verneed: version, count, file name, first entry, next file.
            var entry = file + UInt32(file + 8);
            for (var e = UInt16(file + 2); e > 0; e--)
            {
                // Elf64_Vernaux: hash, flags, index, name, next entry.
                if (Text(names, UInt32(entry + 8)) == version)
                {
                    index = UInt16(entry + 6);
                    flagsAt = checked((int)entry) + 4;
                    return true;
                }
                entry += UInt32(entry + 12);
            }
            var next = UInt32(file + 12);
            if (next == 0)
                break;
            file += next;
        }
        return false;
    }

    /// <summary>Names the dynamic symbols that carry a version, each with the offset of its binding byte.</summary>
    public readonly List<(string Name, int BindingAt)> SymbolsOfVersion(int index)
    {
        if (!TryFindSection(DynamicSymbols, out var symbols) || !TryFindSection(SymbolVersions, out var versions))
            throw new InvalidDataException("asks for symbol versions and lists no dynamic symbols; it is damaged");
        var names = Section((int)symbols.Link);
        var found = new List<(string, int)>();
        for (long s = 0; s < symbols.Length / SymbolLength; s++)
        {
            if ((UInt16(versions.Offset + 2 * s) & VersionIndexMask) != index)
                continue;
            var symbol = symbols.Offset + SymbolLength * s;
            found.Add((Text(names, UInt32(symbol)), checked((int)symbol) + 4));
        }
        return found;
    }

    readonly bool TryFindSection(uint type, out ElfSection section)
    {
        for (var s = 0; s < UInt16(0x3C); s++)
        {
            section = Section(s);
            if (section.Type == type)
                return true;
        }
        section = default;
        return false;
    }

    // Elf64_Shdr: name, type, flags, address, offset, size, link, info, …
    readonly ElfSection Section(int index)
    {
        var at = UInt64(0x28) + (long)index * SectionHeaderLength;
        var section = new ElfSection(
            UInt32(at + 4), UInt64(at + 24), UInt64(at + 32), UInt32(at + 40), UInt32(at + 44));
        // SHT_NOBITS (8) occupies no bytes of the file.
        if (section.Type != 8 && section.Offset > _image.Length - section.Length)
            throw Damaged(section.Offset);
        return section;
    }

    readonly string Text(ElfSection names, long offset)
    {
        var bytes = At(names.Offset + offset, 1);
        var end = bytes.IndexOf((byte)0);
        return end < 0 ? throw Damaged(names.Offset + offset) : Encoding.UTF8.GetString(bytes[..end]);
    }

    readonly int UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

    readonly uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

    readonly long UInt64(long offset)
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(At(offset, 8));
        return value <= int.MaxValue ? (long)value : throw Damaged(offset);
    }

    readonly ReadOnlySpan<byte> At(long offset, int length) =>
        offset >= 0 && offset <= _image.Length - length ? _image[(int)offset..] : throw Damaged(offset);

    static InvalidDataException Damaged(long offset) =>
        new($"is a damaged ELF file: what it keeps at offset {offset} lies beyond its end");
}

/// <summary>A section of an ELF file, in bytes; <c>sh_link</c> and <c>sh_info</c> with it.</summary>
readonly record struct ElfSection(uint Type, long Offset, long Length, uint Link, uint Extra);
