using Harness.Executor.Model;

namespace Harness.Tests.Cpu;

public sealed class KeptMemoryTests
{
    // Blocks of sizes that fit each other's places, and some that are more than is kept: whoever has one has it alone.
    [Fact]
    public void A_block_that_stays_is_given_to_one_at_a_time()
    {
        using var kept = new KeptMemory(24 << 20);
        Parallel.For(0, 8, worker =>
        {
            var random = new Random(worker);
            var held = new List<(BorrowedTensor Tensor, float Mark)>();
            for (int turn = 0; turn < 40; turn++)
            {
                float mark = (worker * 1000) + turn;
                int elements = random.Next(1, 9) << 18;
                held.Add((BorrowedTensor.Make(ElementType.Float32, [elements], bytes =>
                    System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).Fill(mark)), mark));
                if (held.Count < 3) continue;
                var (tensor, expected) = held[random.Next(held.Count)];
                held.Remove((tensor, expected));
                tensor.Tensor.As<float>().IndexOfAnyExcept(expected).Should().Be(-1);
                tensor.Dispose();
            }
            foreach (var (tensor, _) in held) tensor.Dispose();
        });
    }

    [Fact]
    public unsafe void A_block_serves_in_parts_and_joined_again()
    {
        const nuint Page = LargePages.Size;
        var pool = new PagePool { Most = 64 * Page };
        byte* whole = (byte*)pool.Take(32 * Page);
        pool.TryReturn(whole).Should().BeTrue();
        pool.TryReturn(whole).Should().BeFalse();
        byte*[] parts = [(byte*)pool.Take(16 * Page), (byte*)pool.Take((8 * Page) - 1), (byte*)pool.Take(8 * Page)];
        (parts[0] == whole && parts[1] == whole + (16 * Page) && parts[2] == whole + (24 * Page)).Should().BeTrue();
        foreach (int part in new[] { 0, 2, 1 }) pool.TryReturn(parts[part]).Should().BeTrue();
        // A small block would leave nothing for a large one.
        byte* small = (byte*)pool.Take(Page);
        (small < whole || small >= whole + (32 * Page)).Should().BeTrue();
        ((byte*)pool.Take(32 * Page) == whole).Should().BeTrue();
        pool.TryReturn(small).Should().BeTrue();
        pool.TryReturn(whole).Should().BeTrue();
        pool.Most = 0;
    }

    [Fact]
    public void What_lies_idle_goes_with_the_last_that_keeps_it()
    {
        var act = () =>
        {
            for (int turn = 0; turn < 3; turn++)
            {
                using var one = new KeptMemory(8 << 20);
                using var other = new KeptMemory(64 << 20);
                one.Dispose();
                one.Dispose();
                var borrowed = BorrowedTensor.Make(ElementType.UInt8, [5 << 20], bytes => bytes.Fill(1));
                other.Dispose();
                borrowed.Dispose();
            }
        };
        act.Should().NotThrow();
        FluentActions.Invoking(() => new KeptMemory(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
