using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Harness.Executor.Model;
using Harness.Reference.Native;

namespace Harness.Reference.Tests;

public sealed class NativeRelaxationTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-relax-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_version_and_its_symbol_become_weak_and_nothing_else_changes()
    {
        var library = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol);
        var image = library.Image.ToArray();

        GlibcxxRelaxation.Apply(image.AsSpan()).Should().Be(RelaxationOutcome.Relaxed);

        image[library.FlagsAt].Should().Be(2);
        image[library.BindingAt].Should().Be((2 << 4) | 2, "the binding turns weak and the type (STT_FUNC) stays");
        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != library.Image[i]);
        changed.Should().BeEquivalentTo([library.FlagsAt, library.BindingAt]);
    }

    [Fact]
    public void A_second_time_changes_nothing()
    {
        var image = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol).Image;
        GlibcxxRelaxation.Apply(image.AsSpan());
        var once = image.ToArray();

        GlibcxxRelaxation.Apply(image.AsSpan()).Should().Be(RelaxationOutcome.AlreadyRelaxed);
        image.Should().Equal(once);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.30", GlibcxxRelaxation.Symbol, RelaxationOutcome.NotNeeded)]
    [InlineData(GlibcxxRelaxation.Version, "_ZNSt6chrono4tzdbE", RelaxationOutcome.Kept)]
    public void What_must_stay_stays(string version, string symbol, RelaxationOutcome expected)
    {
        var library = Library(version, symbol);
        var image = library.Image.ToArray();

        GlibcxxRelaxation.Apply(image.AsSpan()).Should().Be(expected);
        image.Should().Equal(library.Image);
    }

    [Fact]
    public void A_library_without_version_demands_needs_nothing()
    {
        var image = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol).Image;
        // Section 4 is .gnu.version_r; type 0 makes it absent.
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(64 + 4 * 64 + 4), 0);
        GlibcxxRelaxation.Apply(image.AsSpan()).Should().Be(RelaxationOutcome.NotNeeded);
    }

    [Fact]
    public void Whatever_byte_is_missing_the_file_is_refused_and_not_read_beyond_its_end()
    {
        var image = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol).Image;
        for (var length = 0; length < image.Length; length++)
        {
            var act = () => GlibcxxRelaxation.Apply(image.AsSpan()[..length]);
            act.Should().Throw<InvalidDataException>($"only {length} of {image.Length} bytes are there");
        }
    }

    [Fact]
    public void A_damaged_byte_never_escapes_as_another_exception()
    {
        var image = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol).Image;
        for (var at = 0; at < image.Length; at++)
            foreach (byte value in new byte[] { 0, 1, 0x7f, 0x80, 0xff })
            {
                var damaged = image.ToArray();
                damaged[at] = value;
                try
                {
                    GlibcxxRelaxation.Apply(damaged.AsSpan());
                }
                catch (InvalidDataException)
                {
                    // Refused by name, which is what is wanted where the damage shows.
                }
            }
    }

    [Theory]
    [InlineData(4, 1, "64-bit")]
    [InlineData(5, 2, "little-endian")]
    [InlineData(0, (byte)'M', "not an ELF file")]
    public void Other_kinds_of_file_are_refused_by_name(int at, byte value, string reason)
    {
        var image = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol).Image;
        image[at] = value;
        var path = Write("library.so", image);

        var act = () => GlibcxxRelaxation.Apply(path, path);

        var finding = act.Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.LibTorchMissing);
        finding.Place.Should().Be(path);
        finding.Message.Should().Contain(reason);
        File.ReadAllBytes(path).Should().Equal(image);
    }

    [Fact]
    public void A_missing_file_is_a_finding()
    {
        var path = Path.Combine(_folder.FullName, "absent.so");
        var act = () => GlibcxxRelaxation.Apply(path, path);
        act.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.LibTorchMissing);
    }

    [Fact]
    public void The_source_is_left_alone_and_a_link_to_it_is_cut()
    {
        var library = Library(GlibcxxRelaxation.Version, GlibcxxRelaxation.Symbol);
        var source = Write("package.so", library.Image);
        var destination = Path.Combine(_folder.FullName, "output", "copy.so");
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        File.CreateSymbolicLink(destination, source);

        GlibcxxRelaxation.Apply(source, destination).Should().Be(RelaxationOutcome.Relaxed);

        File.ReadAllBytes(source).Should().Equal(library.Image);
        File.ReadAllBytes(destination)[library.FlagsAt].Should().Be(2);
        File.ResolveLinkTarget(destination, returnFinalTarget: false).Should().BeNull();
        Directory.GetFiles(Path.GetDirectoryName(destination)!).Should().Equal(destination);
    }

    [Fact]
    public void A_file_that_needs_no_edit_is_copied_and_not_rewritten_in_place()
    {
        var library = Library("GLIBCXX_3.4.30", GlibcxxRelaxation.Symbol);
        var source = Write("package.so", library.Image);
        var before = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(source, before);

        GlibcxxRelaxation.Apply(source, source).Should().Be(RelaxationOutcome.NotNeeded);
        File.GetLastWriteTimeUtc(source).Should().Be(before);

        var destination = Path.Combine(_folder.FullName, "copy.so");
        GlibcxxRelaxation.Apply(source, destination);
        File.ReadAllBytes(destination).Should().Equal(library.Image);
    }

    [Fact]
    public void The_build_relaxes_the_shim_it_puts_beside_libtorch()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var shim = Path.Combine(NativeReference.Directory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        GlibcxxRelaxation.Apply(File.ReadAllBytes(shim)).Should().Be(RelaxationOutcome.AlreadyRelaxed);
    }

    [Fact]
    public void The_verb_answers_bad_files_with_one_line_and_exit_code_2()
    {
        var path = Write("notes.txt", "no library"u8.ToArray());
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments = [Path.Combine(NativeReference.Directory, "Harness.Reference.dll"), "relax", path];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().Be(2);
        error.TrimEnd().Should().Be($"{path}: error PAR9001: is not an ELF file; expected a Linux shared library");
    }

    string Write(string name, byte[] image)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, image);
        return path;
    }

    /// <summary>
    /// The smallest ELF file with what the loader reads: strings, one undefined function, its version, the demand.
    /// The section headers stand first, so that cutting the file cuts what they describe.
    /// </summary>
    static (byte[] Image, int FlagsAt, int BindingAt) Library(string version, string symbol)
    {
        var names = $"\0{symbol}\0{version}\0libstdc++.so.6\0";
        var strings = Encoding.ASCII.GetBytes(names);
        const int Headers = 64, Sections = 5;
        const int Data = Headers + Sections * 64;
        // A symbol is 24 bytes, a version 2, a file's demand and a version's 16 each; the first symbol is empty.
        const int Symbols = Data, Versions = Symbols + 48, Demands = Versions + 4, Strings = Demands + 32;
        var image = new byte[Strings + strings.Length];
        strings.CopyTo(image, Strings);

        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(image, 0);
        Put(0x28, Headers, 8);
        Put(0x3A, 64, 2);
        Put(0x3C, Sections, 2);
        Section(1, 3, Strings, strings.Length, 0, 0);
        Section(2, 11, Symbols, 48, 1, 1);
        Section(3, 0x6fffffff, Versions, 4, 2, 0);
        Section(4, 0x6ffffffe, Demands, 32, 1, 1);

        const int Index = 7;
        Put(Symbols + 24, names.IndexOf(symbol, StringComparison.Ordinal), 4);
        image[Symbols + 28] = (1 << 4) | 2;
        Put(Versions + 2, Index, 2);
        Put(Demands, 1, 2);
        Put(Demands + 2, 1, 2);
        Put(Demands + 4, names.IndexOf("libstdc++", StringComparison.Ordinal), 4);
        Put(Demands + 8, 16, 4);
        Put(Demands + 16 + 6, Index, 2);
        Put(Demands + 16 + 8, names.IndexOf(version, StringComparison.Ordinal), 4);
        return (image, Demands + 16 + 4, Symbols + 28);

        void Section(int index, long type, long offset, long length, long link, long extra)
        {
            var at = Headers + index * 64;
            Put(at + 4, type, 4);
            Put(at + 24, offset, 8);
            Put(at + 32, length, 8);
            Put(at + 40, link, 4);
            Put(at + 44, extra, 4);
        }

        void Put(int at, long value, int length)
        {
            for (var b = 0; b < length; b++)
                image[at + b] = (byte)(value >> (8 * b));
        }
    }
}
