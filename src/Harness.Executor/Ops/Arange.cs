using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Numbers in even steps, the end left out: <c>start, start + step, …</c>. Source: torch.arange.</summary>
/// <remarks>Integers where all three are, unless the call says otherwise. Each is <c>start + i · step</c> by
/// itself.</remarks>
public sealed record Arange : Creation
{
    /// <summary>The first number.</summary>
    public Number Start { get; init; } = 0;

    /// <summary>Where they end.</summary>
    public required Number End { get; init; }

    /// <summary>From one to the next.</summary>
    public Number Step { get; init; } = 1;

    internal static readonly OpDefinition Definition =
        OpDefinition.Of(Parse, "arange", "arange.start", "arange.start_step");

    static Arange Parse(Bound call)
    {
        var op = new Arange
        {
            Start = call.Has("start") ? call.Number("start") : 0,
            End = call.Number("end"),
            Step = call.Has("step") ? call.Number("step") : 1,
            Type = ElementType.Float32,
        };
        bool integers = op.Start.IsInteger && op.End.IsInteger && op.Step.IsInteger;
        op = op with { Type = ReadType(call) ?? (integers ? ElementType.Int64 : ElementType.Float32) };
        if (!op.Type.IsFloating() && !integers)
            throw call.Refuse($"{op.Type.NumPyName()} from numbers that are no integers, expected integers");
        return op.Count is >= 0 and <= int.MaxValue ? op : throw call.Refuse(
            $"start, end and step are {op.Start.Value}, {op.End.Value} and {op.Step.Value}; PyTorch refuses it too");
    }

    // As many steps as reach the end, the last of which may pass it.
    double Count => Math.Ceiling((End.Value - Start.Value) / Step.Value);

    /// <inheritdoc/>
    protected override Shape ShapeFor(ReadOnlySpan<Shape> inputs) => [(int)Count];
}
