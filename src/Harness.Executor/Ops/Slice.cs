using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Every so-manieth element along one logical axis, between two limits: Python's <c>x[start:end:step]</c>, or
/// as many as are stated. Source: torch.Tensor.slice, torch.narrow.</summary>
public sealed record Slice : AxisPart
{
    /// <summary>The first index; negative counts from the end, and what lies outside is clamped.</summary>
    public int Start { get; init; }

    /// <summary>One past the last index; negative counts from the end, and what lies outside is clamped.</summary>
    public int End { get; init; } = int.MaxValue;

    /// <summary>The step, at least 1.</summary>
    public int Step { get; init; } = 1;

    /// <summary>How many elements from <see cref="Start"/> on, all of which must be there; null where
    /// <see cref="End"/> and <see cref="Step"/> decide.</summary>
    public int? Length { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "narrow", "slice.Tensor");

    static Slice Parse(Bound call) => call.Has("length")
        ? new Slice { Dim = call.Int("dim"), Start = call.Int("start"), Length = call.Int("length") }
        : call.Int("step") < 1
        ? throw call.Refuse($"step is {call.Int("step")}, expected a positive number; PyTorch refuses it too")
        : new Slice
        {
            Dim = call.Int("dim"),
            Start = call.IsNone("start") ? 0 : call.Clamped("start"),
            End = call.IsNone("end") ? int.MaxValue : call.Clamped("end"),
            Step = call.Int("step"),
        };

    /// <summary>Not as many are there as <see cref="Length"/> says.</summary>
    protected override string? MisfitOfAxis(Shape operand, int axis)
    {
        if (Length is not { } length) return null;
        int extent = operand[axis], start = Range(extent).First;
        return start < 0 || length < 0 || start > extent - (long)length
            ? $"{length} elements from {Start} on, the axis has {extent}"
            : null;
    }

    /// <summary>The first index and the number of elements along an axis of this extent.</summary>
    public (int First, int Count) Range(int extent)
    {
        if (Length is { } length) return (Start < 0 ? Start + extent : Start, length);
        int first = Clamp(Start, extent), end = Clamp(End, extent);
        return (first, end <= first ? 0 : (int)((end - first + (long)Step - 1) / Step));
    }

    static int Clamp(int index, int extent) => Math.Clamp(index < 0 ? index + extent : index, 0, extent);

    /// <inheritdoc/>
    public override bool IsView => Start == 0 && End == int.MaxValue && Step == 1 && Length is null;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = Axis.Of(Dim, x.Rank);
        return [[.. x.AsSpan()[..axis], Range(x[axis]).Count, .. x.AsSpan()[(axis + 1)..]]];
    }

    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value)
    {
        var (first, count) = Range(operand[Axis.Of(Dim, operand.Rank)]);
        // The end that leaves as many, however the call said it.
        long end = count == 0 ? first : first + ((count - 1L) * Step) + 1;
        return calls.Call("whole", "aten::slice_scatter", calls.Operands[0], value, Argument.Of((long)Dim),
            Argument.Of((long)first), Argument.Of(end), Argument.Of((long)Step));
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
