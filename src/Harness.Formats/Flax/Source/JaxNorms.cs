using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Norms that are no layer of Flax's: over several axes, over the batch, or by parameters that are computed or
/// are not there.</summary>
static partial class JaxColumn
{
    static Python? Norms(SourceCall call)
    {
        switch (call.Op)
        {
            case BatchNorm2d op:
            {
                var x = Python.Join(Text("("), call.X(), Text(" - "), call.Weight(op.MeanOperand), Text(") * "),
                    Python.Call("jax.lax.rsqrt", Infix(call.Weight(op.MeanOperand + 1), "+", Text(Number(op.Eps)))));
                return Affine(x, op.Scale ? call.Weight(1) : null, op.Bias ? call.Weight(op.Scale ? 2 : 1) : null);
            }
            case GroupNorm op:
                return Affine(
                    Python.Call(call.Function("group_normalize"), call.X(),
                        Python.Named("groups", Python.Constant(op.NumGroups, "num_groups")), Named("epsilon", op.Eps)),
                    op.Scale ? call.Weight(1) : null, op.Bias ? call.Weight(op.Scale ? 2 : 1) : null);
            case InstanceNorm op:
            {
                int first = op.OverBatch ? 0 : 1, rank = call.Operand(0).Shape.Rank;
                return Affine(
                    Python.Call(call.Function("normalize"), call.X(),
                        Python.Named("axis", Ints(Enumerable.Range(first, rank - 1 - first))),
                        Named("epsilon", op.Eps)),
                    op.Scale ? call.Weight(1) : null, op.Bias ? call.Weight(op.Scale ? 2 : 1) : null);
            }
            case LayerNorm op:
                return Affine(
                    Python.Call(call.Function("normalize"), call.X(), LastAxes(op), Named("epsilon", op.Eps)),
                    op.Scale ? OfLastAxes(call, 1) : null, op.Bias ? OfLastAxes(call, op.Scale ? 2 : 1) : null);
            case RMSNorm op:
            {
                var arguments = new List<Python> { call.X(), LastAxes(op) };
                if (op.Eps is { } eps) arguments.Add(Named("epsilon", eps));
                return Affine(Python.Call(call.Function("rms_normalize"), arguments),
                    op.Scale ? OfLastAxes(call, 1) : null, null);
            }
            default:
                return null;
        }
    }

    static Python Affine(Python x, Python? scale, Python? bias)
    {
        if (scale is not null) x = Infix(x, "*", scale);
        return bias is null ? x : Infix(x, "+", bias);
    }

    // They lie innermost.
    static Python LastAxes(LastAxesNorm op)
    {
        int count = op.NormalizedShape.Count;
        return Python.Named("axis", count == 1 ? "-1" : Ints(Enumerable.Range(-count, count)));
    }

    // A stored one lies as the operand does.
    static Python OfLastAxes(SourceCall call, int operand) => call.Operand(operand).Leaf is not null ? call.X(operand)
        : call.Lying(operand, Broadcast.Restrict(call.Operand(0).Layout, call.Operand(operand).Shape.Rank));
}
