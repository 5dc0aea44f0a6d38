using Harness.Executor.Model;

namespace Harness.Tests.Formats;

/// <summary>Damages a file in many ways and demands that a reader either still gives a value or throws a
/// ModelException: no other exception, no endless loop, no memory that the file does not pay for.</summary>
static class HostileBytes
{
    const long LargestAllocation = 256L << 20;

    /// <summary>Truncates at every <paramref name="stride"/>-th byte, flips bits, overwrites and moves bytes.</summary>
    public static void Demand(byte[] honest, int stride, int count, Action<byte[]> read)
    {
        for (int length = 0; length < honest.Length; length += stride) One(honest[..length], $"truncated to {length}");
        var random = new Random(20240711);
        for (int n = 0; n < count; n++)
        {
            byte[] bytes = [.. honest];
            switch (n % 3)
            {
                case 0: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 1:
                    for (int k = random.Next(8); k >= 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
                default:
                    int moved = Math.Min(random.Next(1, 64), bytes.Length);
                    Array.Copy(honest, random.Next(bytes.Length - moved + 1), bytes,
                        random.Next(bytes.Length - moved + 1), moved);
                    break;
            }
            One(bytes, $"damage {n}");
        }

        void One(byte[] bytes, string what)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
            }
            catch (ModelException)
            {
                // What a damaged file should give.
            }
            catch (Exception e)
            {
                Assert.Fail($"{what}: {e}");
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(LargestAllocation, what);
        }
    }
}
