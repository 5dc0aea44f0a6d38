using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A recurrent layer, or one step of one: sequences one element after another, each with the state that the
/// one before left.</summary>
/// <remarks>
/// <para>Operands: the input, (t, n, i), (n, t, i) or of a cell (n, i); the states, (layers · directions, n, h) or of a
/// cell (n, h); layer by layer, and in a layer direction by direction, <c>weight_ih</c>, <c>weight_hh</c>, where there
/// are biases <c>bias_ih</c> and <c>bias_hh</c>, and where outputs are projected <c>weight_hr</c>. The gates of a
/// weight stand below each other.</para>
/// <para>Results: the outputs of the last layer for each element, those of its directions side by side, unless it is a
/// cell; and the states at the end.</para>
/// <para>Each product is a chain of fused multiply-adds from the bias on, in the order of features.</para>
/// </remarks>
public abstract record Recurrent : Op
{
    /// <summary>Layers, each of which reads the outputs of the one before.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>True when every layer runs backwards too.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>True when the input's first axis is the batch.</summary>
    public bool BatchFirst { get; init; }

    /// <summary>True when each weight comes with a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>True for one step of one layer.</summary>
    public bool IsCell { get; init; }

    /// <summary>True when outputs and their state are projected to fewer features.</summary>
    public bool Projected { get; init; }

    /// <summary>How many rows a weight has for each feature of the state.</summary>
    public abstract int Gates { get; }

    /// <summary>How many states there are.</summary>
    public abstract int States { get; }

    /// <summary>1 or 2.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>How many parameters a direction of a layer has.</summary>
    public int Parameters => 2 + (Bias ? 2 : 0) + (Projected ? 1 : 0);

    /// <summary>The operand that is a parameter of a direction of a layer.</summary>
    /// <param name="run">The layer times directions, and the direction.</param>
    /// <param name="parameter">Which one.</param>
    public int OperandOf(int run, int parameter) => 1 + States + (run * Parameters) + parameter;

    int Operands => OperandOf(Layers * Directions, 0);

    /// <summary>What a call of a whole layer, or of a cell, says of any of them.</summary>
    internal static T Read<T>(Bound call, T op) where T : Recurrent
    {
        if (!call.Has("num_layers"))
        {
            if (call.IsNone("b_ih") != call.IsNone("b_hh")) throw call.Refuse("one of b_ih and b_hh, expected both");
            return op with { IsCell = true, Bias = !call.IsNone("b_ih") };
        }
        int layers = call.Int("num_layers");
        if (layers < 1) throw call.Refuse($"num_layers={layers}, expected at least 1");
        if (call.Bool("train") && call.Float("dropout") != 0 && layers > 1) throw call.RefuseTraining();
        op = op with
        {
            Layers = layers,
            Bidirectional = call.Bool("bidirectional"),
            BatchFirst = call.Bool("batch_first"),
            Bias = call.Bool("has_biases"),
        };
        // Nothing but their number tells that outputs are projected.
        int parameters = call.Operands.Length - 1 - op.States;
        return op.States == 2 && parameters == layers * op.Directions * (op.Parameters + 1)
            ? op with { Projected = true }
            : op;
    }

    /// <summary>Features of the state that gates make.</summary>
    public int HiddenOf(ReadOnlySpan<Shape> inputs) => inputs[OperandOf(0, 0)][0] / Gates;

    int OutputOf(ReadOnlySpan<Shape> inputs) =>
        Projected ? inputs[OperandOf(0, Parameters - 1)][0] : HiddenOf(inputs);

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) =>
        operands.Length > OperandOf(0, 0) && operands[OperandOf(0, 0)] is { Rank: 2 } w
            ? [IsCell ? [0, w[1]] : [0, 0, w[1]]]
            : [];

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != Operands) return $"{inputs.Length} operands, expected {Operands}";
        var x = inputs[0];
        int rank = IsCell ? 2 : 3;
        if (x.Rank != rank) return $"input is {x}, expected {rank} axes";
        if (inputs[OperandOf(0, 0)] is not { Rank: 2 } first || first[0] % Gates != 0)
            return $"weight_ih is {inputs[OperandOf(0, 0)]}, expected ({Gates} · h, {x[-1]})";
        if (Projected && inputs[OperandOf(0, Parameters - 1)].Rank != 2)
            return $"weight_hr is {inputs[OperandOf(0, Parameters - 1)]}, expected 2 axes";
        int hidden = HiddenOf(inputs), output = OutputOf(inputs), batch = x[IsCell || BatchFirst ? 0 : 1];
        for (int state = 0; state < States; state++)
        {
            int features = state == 0 ? output : hidden;
            Shape wanted = IsCell ? [batch, features] : [Layers * Directions, batch, features];
            if (inputs[1 + state] != wanted) return $"state {state} is {inputs[1 + state]}, expected {wanted}";
        }
        for (int run = 0; run < Layers * Directions; run++)
        {
            int features = run < Directions ? x[-1] : Directions * output, rows = Gates * hidden;
            for (int parameter = 0; parameter < Parameters; parameter++)
            {
                Shape wanted = parameter == 0 ? [rows, features]
                    : parameter == 1 ? [rows, output]
                    : Projected && parameter == Parameters - 1 ? [output, hidden]
                    : [rows];
                int operand = OperandOf(run, parameter);
                if (inputs[operand] != wanted) return $"parameter {parameter} of run {run} is {inputs[operand]}, " +
                    $"expected {wanted}";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var states = inputs[1..(1 + States)];
        if (IsCell) return [.. states];
        var x = inputs[0];
        return [[x[0], x[1], Directions * OutputOf(inputs)], .. states];
    }

    /// <summary>All in PyTorch's order.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Arrangements.Current(inputs);
        for (int i = 0; i <= States; i++) wanted[i] = Permutation.Identity(inputs[i].Shape.Rank);
        int rank = IsCell ? 2 : 3;
        return new Arrangement(
            [.. wanted], [.. Enumerable.Repeat(Permutation.Identity(rank), States + (IsCell ? 0 : 1))]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights
    {
        get
        {
            var rules = ImmutableArray.CreateBuilder<WeightRule>(Layers * Directions * Parameters);
            for (int run = 0; run < Layers * Directions; run++)
            {
                string of = IsCell ? "" : $"_l{run / Directions}{(run % Directions == 1 ? "_reverse" : "")}";
                rules.Add(Kernel(OperandOf(run, 0), "kernel_ih" + of));
                rules.Add(Kernel(OperandOf(run, 1), "kernel_hh" + of));
                if (Bias)
                {
                    rules.Add(WeightRule.OfFeatures(OperandOf(run, 2), "bias_ih" + of));
                    rules.Add(WeightRule.OfFeatures(OperandOf(run, 3), "bias_hh" + of));
                }
                if (Projected) rules.Add(Kernel(OperandOf(run, Parameters - 1), "kernel_hr" + of));
            }
            return rules.MoveToImmutable();
        }
    }

    static WeightRule Kernel(int operand, string leaf) =>
        new(operand, leaf, new Rearrangement("oi", "io"), LeafForm.Dense);

    // Two layers in both directions over 100 steps are off by 2.2e-6 here and by 5.5e-6 in libtorch's own float32.
    /// <inheritdoc/>
    public override Float32Bound Float32Bound => new(10, "each step starts from what the one before has rounded");

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output)
    {
        long weights = 0, steps = IsCell ? output[0] : (long)output[0] * output[1];
        foreach (var parameter in inputs[(1 + States)..]) weights += parameter.Elements;
        return 2 * steps * weights;
    }
}
