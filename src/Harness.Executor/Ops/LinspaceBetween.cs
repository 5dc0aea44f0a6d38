using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>So many numbers in even steps between two of which at least one is a tensor without axes. Source:
/// torch.linspace.</summary>
/// <remarks>As a <see cref="Linspace"/>: the first half counts from the start, the second from the end.</remarks>
public sealed record LinspaceBetween : Composite
{
    /// <summary>The first number; null for operand 0.</summary>
    public Number? Start { get; init; }

    /// <summary>The last one; null for the last operand.</summary>
    public Number? End { get; init; }

    /// <summary>How many there are.</summary>
    public required int Steps { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "linspace.Tensor_Tensor", "linspace.Tensor_Scalar", "linspace.Scalar_Tensor");

    static LinspaceBetween Parse(Bound call)
    {
        // Rounded to float32 in every precision, which no cast of a result would repeat.
        if (!call.IsNone("dtype") && call.TypeOrNull("dtype") is var type and not ElementType.Float64)
        {
            throw call.Refuse(
                $"it computes in {type!.Value.NumPyName()} (dtype={call.Int("dtype")}), expected float64 or no type");
        }
        return new LinspaceBetween
        {
            Start = call["start"] is ValueArgument ? null : call.Number("start"),
            End = call["end"] is ValueArgument ? null : call.Number("end"),
            Steps = call.Int("steps"),
        };
    }

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFlags(inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        foreach (var input in inputs) if (input.Rank > 0) return $"an end is {input}, expected 0 axes";
        return Steps < 0 ? $"steps is {Steps}, expected a number from 0 on" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [[Steps]];

    internal override void Write(CallWriter calls)
    {
        Argument start = Start is { } from ? Argument.Of(from.Value) : calls.Operands[0];
        Argument end = End is { } to ? Argument.Of(to.Value) : calls.Operands[^1];
        // A number cannot stand first: what is taken away is the way from the start to the end.
        var back = Start is not null ? calls.Call("back", "aten::rsub", end, start)
            : calls.Call("back", "aten::sub", start, end);
        var step = calls.Call("step", "aten::div", back, Argument.Of(-1.0 * Math.Max(1, Steps - 1)));
        int half = Steps == 1 ? 1 : Steps / 2;
        var first = Along("first", Places("before", 0, half, 1), start);
        var second = Along("second", Places("behind", 1 - (Steps - half), 1, 1), end);
        calls.Give("aten::cat", Argument.Of([first, second]), Argument.Of(0L));

        Argument Places(string name, long begin, long stop, long by) => calls.Call(
            name, "aten::arange", Argument.Of((double)begin), Argument.Of((double)Math.Max(begin, stop)),
            Argument.Of((double)by));

        Argument Along(string name, Argument places, Argument end) => calls.Call(
            name, "aten::add", calls.Call($"{name}.steps", "aten::mul", places, step), end);
    }
}
