using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>What a <see cref="Pad"/> puts around a tensor.</summary>
public enum PadMode
{
    /// <summary>A constant.</summary>
    Constant,
    /// <summary>The elements behind the first and before the last, as in a mirror; these are not repeated.</summary>
    Reflect,
    /// <summary>The first element and the last.</summary>
    Replicate,
    /// <summary>The elements of the other end.</summary>
    Circular,
}

/// <summary>A constant around a tensor, or elements of its own; negative amounts crop. Source:
/// torch.nn.functional.pad, torch.nn.ReflectionPad2d, torch.nn.ReplicationPad2d, torch.nn.CircularPad2d.</summary>
public sealed record Pad : Op
{
    // PyTorch's numbers, in _pad_enum.
    static readonly PadMode[] s_numbered =
        [PadMode.Reflect, PadMode.Replicate, PadMode.Circular, PadMode.Constant];


    /// <summary>Amounts before and after, pair by pair, the LAST logical axis first: (left, right, top, bottom,
    /// …).</summary>
    public required IntList Amounts { get; init; }

    /// <summary>What the new elements hold.</summary>
    public double Value { get; init; }

    /// <summary>What they are.</summary>
    public PadMode Mode { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "_pad_circular", "_pad_enum", "constant_pad_nd", "pad", "reflection_pad1d", "reflection_pad2d",
        "reflection_pad3d", "replication_pad1d", "replication_pad2d", "replication_pad3d");

    static Pad Parse(Bound call)
    {
        var mode = ModeOf(call);
        var amounts = call.Ints(call.Has("padding") ? "padding" : "pad");
        if (amounts.Length % 2 != 0) throw call.Refuse($"pad has {amounts.Length} numbers, expected pairs");
        double value = call.Has("value") ? call.FloatOrNull("value") ?? 0 : 0;
        return mode != PadMode.Constant && value != 0
            ? throw call.Refuse($"value is {value}, which no mode but 'constant' takes; PyTorch refuses it too")
            : new Pad { Amounts = IntList.Create(amounts.AsSpan()), Value = value, Mode = mode };
    }

    static PadMode ModeOf(Bound call)
    {
        string name = call.Call.Target;
        if (name.Contains("reflection", StringComparison.Ordinal)) return PadMode.Reflect;
        if (name.Contains("replication", StringComparison.Ordinal)) return PadMode.Replicate;
        if (name.EndsWith("circular", StringComparison.Ordinal)) return PadMode.Circular;
        if (!call.Has("mode")) return PadMode.Constant;
        if (!call.IsText("mode"))
        {
            return call.Int("mode") is >= 0 and < 4 and var number
                ? s_numbered[number] : throw call.Refuse($"mode={call.Int("mode")}, expected 0 to 3");
        }
        return call.Text("mode") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "replicate" => PadMode.Replicate,
            "circular" => PadMode.Circular,
            var other => throw call.Refuse(
                $"mode='{other}', expected 'constant', 'reflect', 'replicate' or 'circular'"),
        };
    }

    /// <summary>What is added before and after one logical axis, counted from 0.</summary>
    public (int Before, int After) Of(int axis, int rank)
    {
        int at = 2 * (rank - 1 - axis);
        return at < Amounts.Count ? (Amounts[at], Amounts[at + 1]) : (0, 0);
    }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.Holds(inputs[0].Type, Value) ? null
        : $"operand 0 is {inputs[0]}, which does not hold {Value}; PyTorch refuses it too";

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Amounts.Count > 2 * x.Rank)
            return $"pad has {Amounts.Count} numbers, expected at most {2 * x.Rank} for {x}";
        for (int axis = 0; axis < x.Rank; axis++)
        {
            var (before, after) = Of(axis, x.Rank);
            long extent = (long)x[axis] + before + after;
            // An empty batch has nothing to mirror, and stays empty.
            bool kept = Mode == PadMode.Constant ? extent == 0 : (before, after) == (0, 0);
            if ((extent < 1 && !kept) || extent > int.MaxValue)
                return $"axis {axis} of {x} padded by ({before}, {after}) would have the extent {extent}";
        }
        return Mode == PadMode.Constant ? null : MisfitOfBorder(x);
    }

    // Sequences, images and volumes alone, padded along all axes but those of the batch and the channels.
    string? MisfitOfBorder(Shape x)
    {
        int axes = Amounts.Count / 2;
        bool whole = x.Rank == axes + 2;
        if (axes is < 1 or > 3 || !(whole || x.Rank == axes + 1))
            return $"pad has {Amounts.Count} numbers for {x}, expected a pair for all axes but the first two";
        if (Mode != PadMode.Circular && x.AsSpan()[(whole ? 1 : 0)..].Contains(0))
            return $"input is {x}, expected elements; PyTorch refuses it too";
        for (int axis = x.Rank - axes; axis < x.Rank; axis++)
        {
            var (before, after) = Of(axis, x.Rank);
            // What is cropped at one end is no source for the other.
            int left = Mode != PadMode.Circular ? x[axis] : x[axis] + Math.Min(before, 0) + Math.Min(after, 0);
            int most = Mode switch { PadMode.Reflect => left - 1, PadMode.Replicate => int.MaxValue, _ => left };
            if (before > most || after > most)
                return $"axis {axis} of {x} padded by ({before}, {after}), expected at most {most}";
        }
        return null;
    }

    /// <summary>The operand's index of each of the result's along one logical axis, for all modes but the constant;
    /// null where they are the same.</summary>
    /// <param name="axis">The axis, counted from 0.</param>
    /// <param name="rank">The operand's rank.</param>
    /// <param name="n">Its extent.</param>
    public int[]? From(int axis, int rank, int n)
    {
        var (before, after) = Of(axis, rank);
        if ((before, after) == (0, 0)) return null;
        // A circle is what is left of the operand.
        int first = Math.Max(-before, 0), period = n - first - Math.Max(-after, 0);
        var from = new int[n + before + after];
        for (int i = 0; i < from.Length; i++)
        {
            int at = i - before;
            from[i] = Mode switch
            {
                PadMode.Reflect => at < 0 ? -at : at >= n ? (2 * (n - 1)) - at : at,
                PadMode.Replicate => Math.Clamp(at, 0, n - 1),
                _ => first + ((((at - first) % period) + period) % period),
            };
        }
        return from;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        var extents = new int[x.Rank];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            var (before, after) = Of(axis, x.Rank);
            extents[axis] = x[axis] + before + after;
        }
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
