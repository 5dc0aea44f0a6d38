using System.Runtime.InteropServices;
using System.Text;
using Harness.Executor.Model;

namespace Harness.Formats.Weights;

/// <summary>Weights from a number: the same bits on every machine, because each value takes nothing but integer
/// arithmetic and +, -, ×, ÷ and square root, which IEEE 754 rounds one way only. Each key has its own stream, so
/// adding a key moves no other.</summary>
/// <remarks>Scales keep activations alive: contractions are uniform with variance 1 / fan-in, norms scale by about 1
/// and have non-trivial statistics, biases are small. No value is zero and no tensor constant: faults must
/// show.</remarks>
static class SeededWeights
{
    /// <summary>One tensor per slot.</summary>
    /// <param name="source">The specification, for messages.</param>
    /// <param name="seed">The number.</param>
    /// <param name="slots">What the model needs.</param>
    /// <exception cref="ModelFormatException">A slot has no known shape, or holds integers that mean
    /// something.</exception>
    public static StateDict Make(string source, ulong seed, IReadOnlyList<WeightSlot> slots)
    {
        foreach (var slot in slots) Check(source, slot);
        // Each key has its own stream.
        var tensors = new Tensor[slots.Count];
        Parallel.For(0, slots.Count, i => tensors[i] = Make(seed, slots[i], slots[i].Shape!.Value));
        var weights = new StateDict();
        for (int i = 0; i < tensors.Length; i++) weights.Add(slots[i].Key, tensors[i]);
        return weights;
    }

    static void Check(string source, WeightSlot slot)
    {
        string? why = slot.Shape is not { } shape ? $"the model does not state the shape of '{slot.Key}'"
            : shape.Elements > Array.MaxLength / slot.Type.Size() ? $"'{slot.Key}' {shape} is beyond 2 GiB"
            : !slot.Type.IsFloating() && !IsCount(slot) && slot.Initial is null
                ? $"'{slot.Key}' holds {slot.Type.NumPyName()} values, which cannot be made up; give a weights file"
            : null;
        if (why is not null) throw new ModelFormatException(source, -1, Codes.WeightsDoNotFit, why);
    }

    static bool IsCount(WeightSlot slot) =>
        slot.Type == ElementType.Int64 && slot.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static Tensor Make(ulong seed, WeightSlot slot, Shape shape)
    {
        if (slot.Initial is { } initial) return initial;
        int size = (int)(shape.Elements * slot.Type.Size());
        if (IsCount(slot)) return new Tensor(slot.Type, shape, new byte[size]);
        var bytes = LargeArray.Of<byte>(size);
        var (least, most) = Range(slot.Key, shape);
        var random = new Xoshiro(seed, slot.Key);
        int count = (int)shape.Elements;
        switch (slot.Type)
        {
            case ElementType.Float32:
                var singles = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
                for (int n = 0; n < count; n++) singles[n] = (float)random.Next(least, most);
                break;
            case ElementType.Float64:
                var doubles = MemoryMarshal.Cast<byte, double>(bytes.AsSpan());
                for (int n = 0; n < count; n++) doubles[n] = (float)random.Next(least, most);
                break;
            case ElementType.Float16:
                var halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
                for (int n = 0; n < count; n++) halves[n] = (Half)random.Next(least, most);
                break;
            default:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
                for (int n = 0; n < count; n++)
                    words[n] = (ushort)(BitConverter.SingleToUInt32Bits((float)random.Next(least, most)) >> 16);
                break;
        }
        return new Tensor(slot.Type, shape, bytes);
    }

    static (double Least, double Most) Range(string key, Shape shape)
    {
        string last = key[(key.LastIndexOf('.') + 1)..];
        if (last == "running_var") return (0.5, 2);
        if (last == "running_mean") return (-0.5, 0.5);
        if (last.Contains("bias", StringComparison.Ordinal)) return (-0.125, 0.125);
        if (shape.Rank < 2) return (0.75, 1.25);
        double fanIn = 1;
        foreach (int extent in shape.AsSpan()[1..]) fanIn *= extent;
        double limit = Math.Sqrt(3 / Math.Max(fanIn, 1));
        return (-limit, limit);
    }

    // xoshiro256** of Blackman and Vigna, seeded by splitmix64 (https://prng.di.unimi.it); the key enters by FNV-1a.
    struct Xoshiro
    {
        ulong _a, _b, _c, _d;

        public Xoshiro(ulong seed, string key)
        {
            ulong state = 0xcbf29ce484222325;
            foreach (byte b in Encoding.UTF8.GetBytes(key)) state = (state ^ b) * 0x100000001b3;
            state ^= Split(ref seed);
            (_a, _b, _c, _d) = (Split(ref state), Split(ref state), Split(ref state), Split(ref state));
        }

        // An odd multiple of 2^-24 in (0, 1): never an end and never the middle, so no weight is zero.
        public double Next(double least, double most) =>
            least + (most - least) * ((((Step() >> 41) << 1) | 1) * (1.0 / (1 << 24)));

        ulong Step()
        {
            ulong result = ulong.RotateLeft(_b * 5, 7) * 9;
            ulong shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = ulong.RotateLeft(_d, 45);
            return result;
        }

        static ulong Split(ref ulong state)
        {
            ulong z = state += 0x9e3779b97f4a7c15;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
