using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Reference.Native;

/// <summary>What <see cref="GlibcxxRelaxation"/> found in a library.</summary>
public enum RelaxationOutcome
{
    /// <summary>The version is not asked for; nothing to do.</summary>
    NotNeeded,
    /// <summary>The version was asked for and is now optional.</summary>
    Relaxed,
    /// <summary>The version was optional already.</summary>
    AlreadyRelaxed,
    /// <summary>Symbols that may be called need the version, so that the demand is honest and stays.</summary>
    Kept,
}

/// <summary>
/// Makes a library that asks for <c>GLIBCXX_3.4.32</c> load where libstdc++ is older (Debian 12, Ubuntu 22.04, RHEL 9).
/// </summary>
/// <remarks>
/// GCC 13's <c>&lt;iostream&gt;</c> mentions <c>std::ios_base_library_init()</c> and nothing calls it: it only makes
/// the linker note that libstdc++ initialises its streams itself. Two edits say to the loader what is true, that both
/// may be missing: <c>VER_FLG_WEAK</c> on the version's entry in <c>.gnu.version_r</c>, <c>STB_WEAK</c> on the symbol
/// in <c>.dynsym</c>. Neither changes a length or an offset, and newer systems resolve both as before. Source: System V
/// ABI (gABI) chapters 4 and 5; LSB Core, "Symbol Versioning".</remarks>
public static class GlibcxxRelaxation
{
    /// <summary>The version of libstdc++'s symbols that is made optional.</summary>
    public const string Version = "GLIBCXX_3.4.32";

    /// <summary>The one symbol of that version that nothing calls: <c>std::ios_base_library_init()</c>.</summary>
    public const string Symbol = "_ZSt21ios_base_library_initv";

    const ushort WeakVersion = 2;
    const byte WeakBinding = 2;

    /// <summary>
    /// Writes <paramref name="source"/>, relaxed, to <paramref name="destination"/>; the two may be the same file.
    /// </summary>
    /// <remarks>The destination is replaced as a whole: a reader sees the old file or the new one, and a link to
    /// another file (a package's, say) is cut, never written through.</remarks>
    /// <exception cref="ModelException">PAR9001: the file is not a library that can be read.</exception>
    public static RelaxationOutcome Apply(string source, string destination)
    {
        byte[] image;
        try
        {
            image = File.ReadAllBytes(source);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelException(
                new Finding(Codes.LibTorchMissing, source, $"cannot be read: {exception.Message}"), exception);
        }
        RelaxationOutcome outcome;
        try
        {
            outcome = Apply(image);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelException(new Finding(Codes.LibTorchMissing, source, exception.Message), exception);
        }
        if (outcome == RelaxationOutcome.Relaxed || Path.GetFullPath(source) != Path.GetFullPath(destination))
            AtomicFile.Write(destination, image);
        return outcome;
    }

    /// <summary>Relaxes the library in <paramref name="image"/>, in place.</summary>
    /// <exception cref="InvalidDataException">It is not a 64-bit little-endian ELF file, or it is damaged.</exception>
    public static RelaxationOutcome Apply(Span<byte> image)
    {
        var elf = new ElfImage(image);
        if (!elf.TryFindVersion(Version, out var index, out var flagsAt))
            return RelaxationOutcome.NotNeeded;
        var bindings = new List<int>();
        foreach (var (name, bindingAt) in elf.SymbolsOfVersion(index))
        {
            if (name != Symbol)
                return RelaxationOutcome.Kept;
            bindings.Add(bindingAt);
        }
        var changed = (image[flagsAt] & WeakVersion) == 0;
        image[flagsAt] |= (byte)WeakVersion;
        foreach (var bindingAt in bindings)
        {
            changed |= image[bindingAt] >> 4 != WeakBinding;
            image[bindingAt] = (byte)((WeakBinding << 4) | (image[bindingAt] & 0xF));
        }
        return changed ? RelaxationOutcome.Relaxed : RelaxationOutcome.AlreadyRelaxed;
    }
}
