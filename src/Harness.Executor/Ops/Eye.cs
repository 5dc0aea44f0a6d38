using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Ones on the diagonal of a matrix of zeros. Source: torch.eye.</summary>
public sealed record Eye : Creation
{
    /// <summary>Rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns.</summary>
    public required int Columns { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "eye", "eye.m");

    static Eye Parse(Bound call) => new()
    {
        Rows = call.Int("n"),
        Columns = call.Int(call.Has("m") ? "m" : "n"),
        Type = ReadType(call) ?? ElementType.Float32,
    };

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Rows < 0 || Columns < 0 ? $"n and m are {Rows} and {Columns}, expected numbers from 0 on" : null;

    /// <inheritdoc/>
    protected override Shape ShapeFor(ReadOnlySpan<Shape> inputs) => [Rows, Columns];
}
