using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Parity;

/// <summary>Faults of what a node computes: another argument, another axis, another op. Each gives null for a node that
/// cannot have it.</summary>
static class OpFaults
{
    public static NhwcProgram? Epsilon(NhwcProgram model, NhwcNode node) =>
        node.Op switch
        {
            BatchNorm2d norm => WithOp(model, node, norm with { Eps = 100 * norm.Eps }),
            LayerNorm norm => WithOp(model, node, norm with { Eps = 100 * norm.Eps }),
            Normalizing norm => WithOp(model, node, norm with { Eps = 100 * norm.Eps }),
            _ => null,
        };

    public static NhwcProgram? CountIncludePad(NhwcProgram model, NhwcNode node) =>
        node.Op is AvgPool pool ? WithOp(model, node, pool with { CountIncludePad = !pool.CountIncludePad }) : null;

    public static NhwcProgram? OtherGelu(NhwcProgram model, NhwcNode node) =>
        node.Op is GELU gelu ? WithOp(model, node, gelu with { Approximate = !gelu.Approximate }) : null;

    public static NhwcProgram? PaddingLast(NhwcProgram model, NhwcNode node) => Padded(model, node, last: true);

    public static NhwcProgram? PaddingFirst(NhwcProgram model, NhwcNode node) => Padded(model, node, last: false);

    static NhwcProgram? Padded(NhwcProgram model, NhwcNode node, bool last)
    {
        if (node.Op is Pad pad)
        {
            var turned = pad.Amounts.Select((_, i) => pad.Amounts[i ^ 1]);
            return last ? null : Fitting(model, node, pad with { Amounts = [.. turned] });
        }
        if (node.Op is not Conv { SamePadding: false, Padding: { } padding } convolution) return null;
        IntList none = IntList.Repeat(0, convolution.Axes);
        IntList all = [.. padding.Low.Zip(padding.High, (low, high) => low + high)];
        var moved = last ? new WindowPadding(none, all) : new WindowPadding(all, none);
        return moved == padding ? null : WithOp(model, node, convolution with { Padding = moved });
    }

    public static NhwcProgram? NoFunction(NhwcProgram model, NhwcNode node) =>
        node.Op is Elementwise and not Identity && node.Inputs.Length == 1
            ? Fitting(model, node, new Identity()) : null;

    public static NhwcProgram? OtherAxis(NhwcProgram model, NhwcNode node)
    {
        if (node.Inputs.IsEmpty) return null;
        int rank = model.Values[node.Inputs[0]].Shape.Rank;
        int Next(int axis) => (Axis.Of(axis, rank) + 1) % Math.Max(rank, 1);
        return node.Op switch
        {
            Softmax op when rank > 1 => Fitting(model, node, op with { Dim = Next(op.Dim) }),
            LogSoftmax op when rank > 1 => Fitting(model, node, op with { Dim = Next(op.Dim) }),
            Mean { Dims.Count: 1 } op => Fitting(model, node, op with { Dims = [Next(op.Dims[0])] }),
            Sum { Dims.Count: 1 } op => Fitting(model, node, op with { Dims = [Next(op.Dims[0])] }),
            Permute { Dims.Count: > 1 } op => Fitting(
                model, node, op with { Dims = [.. op.Dims.Take(op.Dims.Count - 2), op.Dims[^1], op.Dims[^2]] }),
            _ => null,
        };
    }

    public static NhwcProgram? OtherRounding(NhwcProgram model, NhwcNode node) => node.Op switch
    {
        AvgPool op => Fitting(model, node, op with { CeilMode = !op.CeilMode }),
        MaxPool op => Fitting(model, node, op with { CeilMode = !op.CeilMode }),
        _ => null,
    };

    public static NhwcProgram? OtherConstant(NhwcProgram model, NhwcNode node) => node.Op switch
    {
        LeakyReLU op => Fitting(model, node, op with { NegativeSlope = op.NegativeSlope * 2 }),
        ELU op => Fitting(model, node, op with { Alpha = op.Alpha * 1.5 }),
        Hardtanh { Max: < double.PositiveInfinity } op => Fitting(model, node, op with { Max = op.Max * 0.5 }),
        Hardtanh op => Fitting(model, node, op with { Min = (op.Min * 0.5) + 0.25 }),
        Add op => Fitting(model, node, op with { Alpha = op.Alpha * 2 }),
        Sub op => Fitting(model, node, op with { Alpha = op.Alpha * 2 }),
        Pad op => Fitting(model, node, op with { Value = op.Value + 1 }),
        _ => null,
    };

    public static NhwcProgram? OffByOne(NhwcProgram model, NhwcNode node) => node.Op switch
    {
        Select op => Fitting(model, node, op with { Index = op.Index + 1 })
            ?? Fitting(model, node, op with { Index = op.Index - 1 }),
        Slice { Length: not null } op => Fitting(model, node, op with { Start = op.Start + 1 })
            ?? Fitting(model, node, op with { Start = op.Start - 1 }),
        Slice op => Fitting(model, node, op with { Start = op.Start + 1, End = Later(op.End) })
            ?? Fitting(model, node, op with { Start = op.Start - 1, End = op.End - 1 }),
        _ => null,
    };

    static int Later(int end) => end == int.MaxValue ? end : end + 1;

    public static NhwcProgram? Exchanged(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not (Sub or Div or Rsub or Cat or MatMul) || node.Inputs.Length < 2) return null;
        var (a, b) = (model.Values[node.Inputs[0]], model.Values[node.Inputs[1]]);
        if (a.Fact != b.Fact || a.Layout != b.Layout || node.Inputs[0] == node.Inputs[1]
            || a.Leaf is not null || b.Leaf is not null) return null;
        return model with
        {
            Nodes = model.Nodes.Replace(node, node with
            {
                Inputs = node.Inputs.SetItem(0, node.Inputs[1]).SetItem(1, node.Inputs[0]), Call = null,
            }),
        };
    }

    public static NhwcProgram? OtherPool(NhwcProgram model, NhwcNode node) => node.Op switch
    {
        MaxPool op when op.Dilation.All(n => n == 1) => Fitting(model, node, new AvgPool
        {
            Kernel = op.Kernel, Stride = op.Stride, Padding = op.Padding, CeilMode = op.CeilMode,
        }),
        AvgPool op => Fitting(model, node, new MaxPool
        {
            Kernel = op.Kernel, Stride = op.Stride, Padding = op.Padding, CeilMode = op.CeilMode,
            Dilation = IntList.Repeat(1, op.Kernel.Count),
        }),
        _ => null,
    };

    // Another op that takes the same and gives the same; null where it would be refused instead of being wrong.
    static NhwcProgram? Fitting(NhwcProgram model, NhwcNode node, Op op)
    {
        if (op == node.Op) return null;
        Fact[] facts = [.. node.Inputs.Select(input => model.Values[input].Fact)];
        Placed[] placed = [.. node.Inputs.Select(input => model.Values[input].Placed)];
        if (op.Misfit(facts) is not null) return null;
        bool same = op.Infer(facts).SequenceEqual(node.Outputs.Select(output => model.Values[output].Fact))
            && op.Arrange(placed) is var wanted && wanted.Inputs.SequenceEqual(placed.Select(input => input.Layout))
            && wanted.Outputs.SequenceEqual(node.Outputs.Select(output => model.Values[output].Layout));
        return same ? WithOp(model, node, op) : null;
    }

    static NhwcProgram WithOp(NhwcProgram model, NhwcNode node, Op op) =>
        model with { Nodes = model.Nodes.Replace(node, node with { Op = op, Call = null }) };
}
