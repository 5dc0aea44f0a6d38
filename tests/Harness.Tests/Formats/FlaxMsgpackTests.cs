using System.Collections.Immutable;
using CsCheck;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class FlaxMsgpackTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static byte[] Written(long chunkLimit, params (string Path, Tensor Tensor)[] leaves)
    {
        using var stream = new MemoryStream();
        FlaxMsgpack.Write(stream, leaves.Select(l => (l.Path.Split('/').ToImmutableArray(), l.Tensor)), chunkLimit);
        return stream.ToArray();
    }

    static byte[] Written(params (string Path, Tensor Tensor)[] leaves) => Written(FlaxMsgpack.ChunkLimit, leaves);

    static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    static Tensor Ramp(int elements) =>
        Tensor.Of([elements], Enumerable.Range(0, elements).Select(n => (float)n).ToArray());

    // The vectors below are what flax.serialization.msgpack_serialize gave.

    [Fact]
    public void A_tree_is_the_bytes_that_flax_writes_with_sorted_keys() =>
        Written(
            ("params/fc/kernel", Tensor.Of([2, 2], [1f, 2, 3, 4])),
            ("params/fc/bias", Tensor.Of([2], [0.5f, -1])))
        .Should().Equal(
            Hex("81 a6 706172616d73 81 a2 6663 82 a4 62696173 c7 15 01 93 91 02 a7 666c6f61743332 c4 08 " +
            "0000003f000080bf "
            + "a6 6b65726e656c c7 1e 01 93 92 02 02 a7 666c6f61743332 c4 10 0000803f000000400000404000008040"));

    [Fact]
    public void A_scalar_of_sixteen_bytes_takes_the_fixed_extension() =>
        Written(("s", Tensor.Of([], [2f]))).Should()
            .Equal(Hex("81 a1 73 d8 01 93 90 a7 666c6f61743332 c4 04 00000040"));

    [Theory]
    [InlineData(1, "c7 11 01 93 91 01 a7 666c6f61743332 c4 04")]
    [InlineData(20, "c7 5d 01 93 91 14 a7 666c6f61743332 c4 50")]
    [InlineData(200, "c8 032f 01 93 91 cc c8 a7 666c6f61743332 c5 0320")]
    [InlineData(20000, "c9 00013892 01 93 91 cd 4e20 a7 666c6f61743332 c6 00013880")]
    public void Headers_grow_with_the_array(int elements, string header)
    {
        byte[] expected = [0x81, 0xa1, (byte)'w', .. Hex(header), .. new byte[elements * 4]];
        Written(("w", Tensor.Of([elements], new float[elements]))).Should().Equal(expected);
    }

    [Fact]
    public void An_array_beyond_the_limit_becomes_flat_chunks()
    {
        var tensor = Tensor.Of([2, 3], [0f, 1, 2, 3, 4, 5]);
        Written(16, ("w", tensor)).Should().Equal(Hex(
            "81 a1 77 83 b9 5f5f6d73677061636b5f6368756e6b65645f61727261795f5f c3 a5 7368617065 82 a1 30 02 a1 31 03 "
            + "a6 6368756e6b73 82 a1 30 c7 1d 01 93 91 04 a7 666c6f61743332 c4 10 00000000 0000803f 00000040 00004040 "
            + "a1 31 c7 15 01 93 91 02 a7 666c6f61743332 c4 08 00008040 0000a040"));
        Written(24, ("w", tensor)).Should().HaveCount(3 + 3 + 38, "an array of exactly the limit stays whole");
    }

    [Fact]
    public void Keys_sort_by_code_point_not_by_utf16()
    {
        var scalar = Tensor.Of([], [0f]);
        byte[] bytes =
            Written(("\U0001F600", scalar), ("\uFF21", scalar), ("b", scalar), ("B10", scalar), ("B9", scalar));
        File.WriteAllBytes(_folder["x"], bytes);
        FlaxMsgpack.Read(_folder["x"]).Select(l => l.Path.Single()).Should()
            .Equal("B10", "B9", "b", "\uFF21", "\U0001F600");
    }

    [Fact]
    public void Many_children_take_the_longer_map_header() =>
        Written([.. Enumerable.Range(0, 16).Select(n => ($"k{n:d2}", Tensor.Of([], [0f])))]).Take(7)
            .Should().Equal(0xde, 0, 16, 0xa3, (byte)'k', (byte)'0', (byte)'0');

    [Theory]
    [InlineData("a/b", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "a/b")]
    public void A_path_is_one_leaf_and_nothing_else(string first, string second)
    {
        var write = () => Written((first, Ramp(1)), (second, Ramp(1)));
        write.Should().Throw<ArgumentException>().WithMessage($"*'{second}' is taken*");
    }

    [Fact]
    public void Reading_gives_back_every_type_shape_and_bit()
    {
        Gen.Select(Gen.Enum<ElementType>(), Gen.Int[0, 5].Array[0, 4], Gen.Int[1, 64])
            .SelectMany((type, extents, limit) =>
            Gen.Byte.Array[extents.Aggregate(1, (a, b) => a * b) * type.Size()]
                .Select(bytes => (Tensor: new Tensor(type, Shape.Create(extents), bytes), limit)))
            .Sample(one =>
            {
                File.WriteAllBytes(_folder["x"], Written(one.limit, ("a/b", one.Tensor), ("a/c", one.Tensor)));
                var read = FlaxMsgpack.Read(_folder["x"]);
                return read.Count == 2
                    && read.All(l => l.Tensor.Type == one.Tensor.Type && l.Tensor.Shape == one.Tensor.Shape
                    && l.Tensor.Bytes.Span.SequenceEqual(one.Tensor.Bytes.Span));
            }, iter: 200, threads: 1);
    }

    [Fact]
    public void Damaged_files_give_a_tree_or_a_finding() =>
        HostileBytes.Demand(Written(16, ("params/w", Ramp(9)), ("params/v", Ramp(2)), ("z", Tensor.Of([], [1f]))), 2,
            600, bytes =>
        {
            File.WriteAllBytes(_folder["x"], bytes);
            FlaxMsgpack.Read(_folder["x"]);
        });
}
