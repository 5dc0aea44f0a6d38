using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>So many numbers in even steps, both ends among them. Source: torch.linspace.</summary>
/// <remarks>The first half counts from the start, the second from the end, as PyTorch's does: both ends are
/// exact.</remarks>
public sealed record Linspace : Creation
{
    /// <summary>The first number.</summary>
    public required double Start { get; init; }

    /// <summary>The last one.</summary>
    public required double End { get; init; }

    /// <summary>How many there are.</summary>
    public required int Steps { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "linspace");

    static Linspace Parse(Bound call)
    {
        if (ReadType(call) is { } type && !type.IsFloating())
            throw call.Refuse($"it gives {type.NumPyName()} (dtype={call.Int("dtype")}), expected float32 or float64");
        return new Linspace
        {
            Start = call.Float("start"), End = call.Float("end"), Steps = call.Int("steps"), Type = ElementType.Float32,
        };
    }

    /// <summary>The number at an index.</summary>
    internal double At(long index)
    {
        if (Steps == 1) return Start;
        double step = (End - Start) / (Steps - 1);
        return index < Steps / 2 ? Start + (step * index) : End - (step * (Steps - 1 - index));
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Steps < 0 ? $"steps is {Steps}, expected a number from 0 on" : null;

    /// <inheritdoc/>
    protected override Shape ShapeFor(ReadOnlySpan<Shape> inputs) => [Steps];
}
