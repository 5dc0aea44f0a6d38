using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>min(max(x, Min), Max)</c>: Hardtanh, ReLU6 (0 to 6) and clamp (a missing limit is infinite); NaN stays
/// NaN. Source: torch.nn.Hardtanh, torch.clamp.</summary>
/// <remarks>The upper limit is applied last, so that it wins where the limits cross, as in torch.clamp.</remarks>
public sealed record Hardtanh : Elementwise
{
    /// <summary>The lower limit.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>The upper limit.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "relu6", "hardtanh", "clamp", "clip", "clamp_min", "clamp_max");

    /// <summary>True where a limit of clamp is stated as a floating-point number: integers become such numbers then, as
    /// when they meet one elsewhere. Hardtanh and ReLU6 cut their limits down to integers instead.</summary>
    public bool Promotes { get; init; }

    /// <summary>True for clamp, which counts Booleans; Hardtanh and ReLU6 refuse them.</summary>
    public bool TakesFlags { get; init; }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        inputs[0].Type == ElementType.Bool && !TakesFlags
            ? $"operand 0 is {inputs[0]}, expected numbers; PyTorch refuses it too"
            : inputs[0].Type == ElementType.UInt8 && !TakesFlags && (Min < 0 || Max < 0)
                ? $"operand 0 is {inputs[0]}, and a limit is negative; PyTorch refuses it too" : null;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        if (Promotes || !TakesFlags || inputs[0].Type.IsFloating()) return null;
        var type = OperandType(0, inputs);
        bool holds = Promotion.Holds(type, Min) && Promotion.Holds(type, Max);
        return holds ? null : $"operand 0 is {inputs[0]}, which does not hold the limits {Min} and {Max}";
    }

    /// <summary>Integers stay what they are, unless clamp says otherwise.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        Promotes ? ElementType.Float32 : Promotion.With(inputs[operand].Type, 0);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => OperandType(0, inputs);

    static Hardtanh Parse(Bound call)
    {
        if (call.Has("min_val")) return new Hardtanh { Min = call.Float("min_val"), Max = call.Float("max_val") };
        if (!call.Has("min") && !call.Has("max")) return new Hardtanh { Min = 0, Max = 6 };
        double? min = call.Has("min") ? call.FloatOrNull("min") : null;
        double? max = call.Has("max") ? call.FloatOrNull("max") : null;
        if (min is null && max is null) throw call.Refuse("neither min nor max is given; PyTorch refuses it too");
        return new Hardtanh
        {
            Min = min ?? double.NegativeInfinity,
            Max = max ?? double.PositiveInfinity,
            TakesFlags = true,
            Promotes = (min is not null && !call.Number("min").IsInteger)
                || (max is not null && !call.Number("max").IsInteger),
        };
    }
}
