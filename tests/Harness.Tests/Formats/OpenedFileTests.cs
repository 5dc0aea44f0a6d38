using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Storage;

namespace Harness.Tests.Formats;

public sealed class OpenedFileTests : IDisposable
{
    const int Length = 1_000_003;

    readonly TemporaryFolder _folder = new();
    readonly string _path;
    readonly byte[] _bytes = new byte[Length];

    public OpenedFileTests()
    {
        new Random(7).NextBytes(_bytes);
        _path = _folder["model.bin"];
        File.WriteAllBytes(_path, _bytes);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_part_is_what_the_file_holds_in_whatever_order_and_from_how_many_threads()
    {
        using var file = OpenedFile.Open(_path);
        var random = new Random(3);
        var parts = Enumerable.Range(0, 400).Select(_ => random.Next(Length))
            .Select(at => (At: at, Count: random.Next(0, Math.Min(Length - at, 300_000) + 1)))
            .Append((At: 0, Count: Length)).Append((At: Length, Count: 0)).ToArray();

        Parallel.ForEach(parts, part =>
        {
            var expected = _bytes.AsSpan(part.At, part.Count);
            file.Span(part.At, part.Count).SequenceEqual(expected).Should().BeTrue();
            file.Memory(part.At, part.Count).Span.SequenceEqual(expected).Should().BeTrue();
            using var stream = file.Stream(part.At, part.Count);
            var read = new byte[part.Count];
            stream.ReadExactly(read);
            read.AsSpan().SequenceEqual(expected).Should().BeTrue();
        });
    }

    // Of a mapped file this look would be the end of the process.
    [Fact]
    public void A_file_that_is_cut_while_it_is_open_is_PAR1001_where_it_ends_now()
    {
        using var file = OpenedFile.Open(_path);
        var tail = file.Memory(Length - 1000, 1000);
        var head = file.Memory(0, 64);

        // Programs of .NET ask each other, and Windows asks for all; elsewhere anybody may.
        if (OperatingSystem.IsWindows()) return;
        Truncate(_path, 500_000).Should().Be(0);

        head.Span.SequenceEqual(_bytes.AsSpan(0, 64)).Should().BeTrue("what was read stays");
        var look = () => tail.Span.Length;
        look.Should().Throw<ModelFormatException>().Where(e => e.Finding.Code == Codes.ModelUnreadable)
            .WithMessage("*ended here while it was read; it had 1000003 bytes when it was opened*");
        look.Should().Throw<ModelFormatException>("what was half read is not taken for read");
    }

    [DllImport("libc", EntryPoint = "truncate")]
    static extern int Truncate(string path, long length);

    [Fact]
    public void Nothing_is_read_of_a_file_that_is_closed()
    {
        var file = OpenedFile.Open(_path);
        var memory = file.Memory(5, 6);
        file.Dispose();
        file.Dispose();

        ((Func<int>)(() => memory.Span.Length)).Should().Throw<ObjectDisposedException>();
        ((Func<int>)(() => file.Span(0, 1).Length)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void An_empty_file_has_no_bytes()
    {
        File.WriteAllBytes(_path, []);
        using var file = OpenedFile.Open(_path);

        file.Length.Should().Be(0);
        file.Span(0, 0).Length.Should().Be(0);
    }
}
