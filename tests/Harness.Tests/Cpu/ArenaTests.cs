using CsCheck;
using Harness.Executor.Cpu;

namespace Harness.Tests.Cpu;

public sealed class ArenaTests
{
    static readonly Gen<(int Size, int First, int Length)[]> s_buffers =
        Gen.Select(Gen.Int[1, 5000], Gen.Int[0, 30], Gen.Int[0, 10]).Array[1, 60];

    [Fact]
    public void Buffers_alive_together_never_overlap() => s_buffers.Sample(buffers =>
    {
        long[] sizes = [.. buffers.Select(b => (long)b.Size)];
        Lifetime[] lives = [.. buffers.Select(b => new Lifetime(b.First, b.First + b.Length))];
        var arena = Arena.Place(sizes, lives);
        for (int i = 0; i < sizes.Length; i++)
        {
            if (arena.Offsets[i] % Arena.Alignment != 0 || arena.Offsets[i] + sizes[i] > arena.Bytes) return false;
            for (int j = 0; j < i; j++)
            {
                bool apart = arena.Offsets[i] + sizes[i] <= arena.Offsets[j] || arena.Offsets[j]
                    + sizes[j] <= arena.Offsets[i];
                if (!apart && lives[i].Overlaps(lives[j])) return false;
            }
        }
        return true;
    });

    [Fact]
    public void The_arena_is_at_least_what_is_alive_and_at_most_everything() => s_buffers.Sample(buffers =>
    {
        long[] sizes = [.. buffers.Select(b => (long)b.Size)];
        Lifetime[] lives = [.. buffers.Select(b => new Lifetime(b.First, b.First + b.Length))];
        long bytes = Arena.Place(sizes, lives).Bytes;
        return bytes >= Arena.LowerBound(sizes, lives) && bytes <= sizes.Sum(s => (s + 63) / 64 * 64);
    });

    [Fact]
    public void A_chain_needs_the_two_largest_neighbours()
    {
        long[] sizes = [640, 1280, 64, 640];
        Lifetime[] lives = [new(0, 1), new(1, 2), new(2, 3), new(3, 4)];
        Arena.Place(sizes, lives).Bytes.Should().Be(1920);
    }
}
