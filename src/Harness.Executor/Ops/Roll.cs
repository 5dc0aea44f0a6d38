using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Elements moved along logical axes; what leaves at one end comes in at the other. Without axes the flattened
/// tensor is rolled. Source: torch.roll.</summary>
public sealed record Roll : Composite
{
    /// <summary>By how many places, an axis each.</summary>
    public required IntList Shifts { get; init; }

    /// <summary>The logical axes, negative counts from the last; none for the flattened tensor.</summary>
    public IntList Dims { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "roll");

    static Roll Parse(Bound call)
    {
        var shifts = IntList.Create(call.Ints("shifts").AsSpan());
        var dims = IntList.Create(call.Ints("dims").AsSpan());
        if (shifts.Count != (dims.Count == 0 ? 1 : dims.Count))
            throw call.Refuse($"shifts is {shifts} and dims {dims}, expected as many; PyTorch refuses it too");
        return new Roll { Shifts = shifts, Dims = dims };
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        foreach (int dim in Dims)
            if (Axis.Misfit(dim, inputs[0].Rank) is { } why) return why;
        return Dims.Count == 0 ? Axis.MisfitOfExtent(inputs[0].Elements) : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        var shape = calls.ShapeOf(x);
        if (Dims.Count == 0)
        {
            x = calls.Call("flattened", "aten::reshape", x, CallWriter.Ints(-1));
            calls.Give("aten::reshape", Along(calls, x, 0, Shifts[0], ""), CallWriter.Ints(shape));
            return;
        }
        for (int i = 0; i < Dims.Count && shape.Rank > 0; i++)
            x = Along(calls, x, Axis.Of(Dims[i], shape.Rank), Shifts[i], $"{i}");
        calls.Give("aten::alias", x);
    }

    static Argument Along(CallWriter calls, Argument x, int axis, int shift, string name)
    {
        int extent = calls.ShapeOf(x)[axis];
        if (extent == 0 || shift % extent == 0) return x;
        long first = extent - (((shift % extent) + extent) % extent);
        Argument dim = Argument.Of((long)axis), step = Argument.Of(1L);
        var head = calls.Call(
            $"head{name}", "aten::slice", x, dim, Argument.Of(0L), Argument.Of(first), step);
        var tail = calls.Call(
            $"tail{name}", "aten::slice", x, dim, Argument.Of(first), Argument.Of((long)extent), step);
        return calls.Call($"rolled{name}", "aten::cat", Argument.Of([tail, head]), dim);
    }
}
