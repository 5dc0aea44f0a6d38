using System.IO.Compression;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class NpzFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static IEnumerable<KeyValuePair<string, Tensor>> Two =>
    [
        new("params/fc/kernel", Tensor.Of([2, 2], [1f, 2, 3, 4])),
        new("n", Tensor.Of([], [9L])),
    ];

    [Fact]
    public void A_compressed_archive_of_numpy_is_read()
    {
        var arrays = NpzFile.Read(Fixtures.Path("deflated.npz"));
        arrays.Keys.Should().Equal("params/fc/kernel", "n");
        arrays["params/fc/kernel"].ToDoubles().Should().Equal(0, .25, .5, .75, 1, 1.25);
        arrays["n"].ToString().Should().Be("int64 (3)");
    }

    [Fact]
    public void Writing_and_reading_keeps_names_order_and_values()
    {
        NpzFile.Write(_folder["x.npz"], Two);
        var read = NpzFile.Read(_folder["x.npz"]);
        read.Keys.Should().Equal("params/fc/kernel", "n");
        read["params/fc/kernel"].ToDoubles().Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void The_archive_is_one_that_other_programs_read_and_the_same_bytes_every_time()
    {
        NpzFile.Write(_folder["x.npz"], Two);
        NpzFile.Write(_folder["y.npz"], Two);
        File.ReadAllBytes(_folder["x.npz"]).Should().Equal(File.ReadAllBytes(_folder["y.npz"]));
        using var zip = ZipFile.OpenRead(_folder["x.npz"]);
        zip.Entries.Select(e => (e.FullName, e.CompressedLength, e.LastWriteTime.Year))
            .Should().Equal(("params/fc/kernel.npy", 144L, 1980), ("n.npy", 136L, 1980));
        using var stream = zip.Entries[0].Open();
        stream.CopyTo(Stream.Null);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        NpzFile.Write(_folder["x.npz"], Two);
        byte[] before = File.ReadAllBytes(_folder["x.npz"]);
        var write = () => NpzFile.Write(_folder["x.npz"], Two.Concat(Two));
        write.Should().Throw<ArgumentException>().WithMessage("*'params/fc/kernel'*");
        File.ReadAllBytes(_folder["x.npz"]).Should().Equal(before);
        Directory.GetFiles(_folder.Path).Should().ContainSingle();
    }

    [Fact]
    public void An_entry_that_claims_more_than_deflate_can_give_costs_no_memory()
    {
        byte[] bytes = Fixtures.Bytes("deflated.npz");
        int central = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(central + 24), 0x7fff_0000u);
        File.WriteAllBytes(_folder["x.npz"], bytes);
        var read = () => NpzFile.Read(_folder["x.npz"]);
        read.Should().Throw<ModelFormatException>().WithMessage("*claims 2147418112 bytes*impossible*");
    }

    [Fact]
    public void Damaged_archives_give_arrays_or_a_finding() =>
        HostileBytes.Demand(Fixtures.Bytes("deflated.npz"), 7, 600, bytes =>
        {
            File.WriteAllBytes(_folder["x.npz"], bytes);
            NpzFile.Read(_folder["x.npz"]);
        });
}
