using System.Globalization;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>One number for many.</summary>
static partial class JaxColumn
{
    static Python? Reductions(SourceCall call)
    {
        switch (call.Op)
        {
            case Var op:
            {
                string name = op.Root ? "jnp.std" : "jnp.var";
                var spread = op.Correction <= op.Count(call.Operand(0).Shape) - 1 && op.Correction >= 0
                    && op.Correction == Math.Truncate(op.Correction)
                    ? Reduced(call, op, name, Python.Named("ddof", Text($"{op.Correction:F0}")))
                    : Reduced(call, op, call.Function(op.Root ? "std" : "var"), Named("correction", op.Correction));
                return op.WithMean ? Python.Tuple(spread, Reduced(call, op, "jnp.mean")) : spread;
            }
            case VectorNorm op:
                return op.Order == 2
                    ? Python.Call("jnp.sqrt", Reduced(Python.Call("jnp.square", call.X()), call, op, "jnp.sum"))
                    : Reduced(call, op, call.Function("vector_norm"), Named("order", op.Order));
            case LogSumExp op:
                return Reduced(call, op, "jax.nn.logsumexp");
            case CountNonzero op:
                return Reduced(call, op, "jnp.count_nonzero");
            case Reduction op:
                return Reduced(call, op, op switch
                {
                    Harness.Executor.Ops.Sum => "jnp.sum",
                    Mean => "jnp.mean",
                    Prod => "jnp.prod",
                    Amax => "jnp.max",
                    Amin => "jnp.min",
                    All => "jnp.all",
                    Any => "jnp.any",
                    _ => throw call.Refuse("nobody wrote it yet"),
                });
            case Extreme op:
                return Extremes(call, op);
            default:
                return null;
        }
    }

    static Python Reduced(SourceCall call, Reduction op, string function, params ReadOnlySpan<Python> more) =>
        Reduced(call.X(), call, op, function, more);

    static Python Reduced(
        Python x, SourceCall call, Reduction op, string function, params ReadOnlySpan<Python> more)
    {
        int rank = call.Operand(0).Shape.Rank;
        int[] axes = call.Axes(op.AxesOf(rank));
        var arguments = new List<Python> { x };
        if (axes.Length < rank)
            arguments.Add(Python.Named("axis", axes.Length == 1
                ? axes[0].ToString(CultureInfo.InvariantCulture) : Ints(axes)));
        arguments.AddRange(more);
        if (op.KeepDims) arguments.Add(Python.Named("keepdims", "True"));
        return Python.Call(function, arguments);
    }

    static Python Extremes(SourceCall call, Extreme op)
    {
        string which = op.Smallest ? "min" : "max";
        int rank = call.Operand(0).Shape.Rank;
        // The first index in PyTorch's order of axes.
        var x = op.Dim is null ? call.Plain() : call.X();
        var arguments = new List<Python> { x };
        if (op.Dim is { } dim && rank > 0)
            arguments.Add(Python.Named("axis", $"{call.Axis(dim)}"));
        if (op.KeepDims) arguments.Add(Python.Named("keepdims", "True"));
        var index = Method(Python.Call($"jnp.arg{which}", arguments), "astype", Text("int"));
        return op.IndexOnly ? index : Python.Tuple(Python.Call($"jnp.{which}", arguments), index);
    }
}
