using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>What each op is in JAX, over arrays as they lie in memory. An op that is a layer of Flax's is here too, for
/// weights that are computed.</summary>
static partial class JaxColumn
{
    /// <summary>The expression of a node's results: of one result it, of several a tuple of them.</summary>
    /// <exception cref="ModelException">PAR1002: JAX has no words for it.</exception>
    public static Python Of(SourceCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Function(call) ?? Arithmetic(call) ?? Windows(call) ?? Norms(call) ?? Products(call) ?? Reductions(call)
            ?? Shapes(call) ?? Picks(call) ?? Creations(call) ?? Recurrences(call) ?? Regions(call)
            ?? throw call.Refuse("nobody wrote it yet");
    }

    static Python Text(string text) => Python.Of(text);

    static string Number(double value) => Python.Literal(value);

    static string Number(Number number) => number.IsInteger
        ? number.Integer.ToString(CultureInfo.InvariantCulture) : Python.Literal(number.Value);

    static string Ints(IEnumerable<int> values)
    {
        int[] all = [.. values];
        return $"({string.Join(", ", all)}{(all.Length == 1 ? "," : "")})";
    }

    static Python Method(Python x, string name, params IEnumerable<Python> arguments) =>
        Python.Call(Python.Join(x, Text("." + name)), arguments);

    /// <summary>A type by the name that JAX has for it; reals and int64 are of the precision in force.</summary>
    static string TypeName(ElementType type) => type switch
    {
        ElementType.Float32 => "float",
        ElementType.Bool => "bool",
        ElementType.Int64 => "int",
        _ => "jnp." + type.NumPyName(),
    };

    static Python? Function(SourceCall call)
    {
        var x = call.X;
        return call.Op switch
        {
            Abs => Python.Call("jnp.abs", x()),
            Acos => Python.Call("jnp.arccos", x()),
            Acosh => Python.Call("jnp.arccosh", x()),
            Asin => Python.Call("jnp.arcsin", x()),
            Asinh => Python.Call("jnp.arcsinh", x()),
            Atan => Python.Call("jnp.arctan", x()),
            Atanh => Python.Call("jnp.arctanh", x()),
            Ceil => Python.Call("jnp.ceil", x()),
            CELU op => Python.Call("jax.nn.celu", x(), Named("alpha", op.Alpha)),
            Cos => Python.Call("jnp.cos", x()),
            Cosh => Python.Call("jnp.cosh", x()),
            ELU { InputScale: 1, Scale: 1 } op => Python.Call("jax.nn.elu", x(), Named("alpha", op.Alpha)),
            ELU op => Python.Call(call.Function("scaled_elu"), x(), Named("alpha", op.Alpha),
                Named("scale", op.Scale), Named("input_scale", op.InputScale)),
            Erf => Python.Call("jax.lax.erf", x()),
            Erfc => Python.Call("jax.lax.erfc", x()),
            Erfinv => Python.Call("jax.lax.erf_inv", x()),
            Exp => Python.Call("jnp.exp", x()),
            Exp2 => Python.Call("jnp.exp2", x()),
            Expm1 => Python.Call("jnp.expm1", x()),
            Floor => Python.Call("jnp.floor", x()),
            Frac => Python.Join(x(), Text(" - "), Python.Call("jnp.trunc", x())),
            GELU op => Python.Call("jax.nn.gelu", x(), Python.Named("approximate", op.Approximate ? "True" : "False")),
            GLU op => Python.Call("jax.nn.glu", x(), Axis(call, op.Dim)),
            Hardshrink op => Python.Call("jnp.where", Python.Join(Python.Call("jnp.abs", x()),
                Text($" <= {Number(op.Lambda)}")), Text("0"), x()),
            Hardsigmoid => Python.Call("jax.nn.hard_sigmoid", x()),
            Hardswish => Python.Call("jax.nn.hard_swish", x()),
            Hardtanh { Min: 0, Max: 6 } when call.Result().Type.IsFloating() => Python.Call("jax.nn.relu6", x()),
            Hardtanh op => Clip(call, op),
            IsFinite => Python.Call("jnp.isfinite", x()),
            IsInf => Python.Call("jnp.isinf", x()),
            IsNan => Python.Call("jnp.isnan", x()),
            IsNegInf => Python.Join(x(), Text(" == -jnp.inf")),
            IsPosInf => Python.Join(x(), Text(" == jnp.inf")),
            LeakyReLU op => Python.Call(
                "jax.nn.leaky_relu", x(), Python.Named("negative_slope", Number(op.NegativeSlope))),
            Lgamma => Python.Call("jax.lax.lgamma", x()),
            Log => Python.Call("jnp.log", x()),
            Log10 => Python.Call("jnp.log10", x()),
            Log1p => Python.Call("jnp.log1p", x()),
            Log2 => Python.Call("jnp.log2", x()),
            LogSigmoid => Python.Call("jax.nn.log_sigmoid", x()),
            Mish => Python.Call("jax.nn.mish", x()),
            NanToNum op => Python.Call("jnp.nan_to_num", [x(), Named("nan", op.Nan),
                .. op.PosInf is { } high ? [Named("posinf", high)] : Array.Empty<Python>(),
                .. op.NegInf is { } low ? [Named("neginf", low)] : Array.Empty<Python>()]),
            Neg => Python.Join(Text("-"), x()),
            ReLU => Python.Call("jax.nn.relu", x()),
            Round { Decimals: 0 } => Python.Call("jnp.round", x()),
            Round op => Python.Call(call.Function("round_decimals"), x(),
                Text(op.Decimals.ToString(CultureInfo.InvariantCulture))),
            RReLU op => Python.Call("jax.nn.leaky_relu", x(),
                Python.Named("negative_slope", Number((op.Lower + op.Upper) / 2))),
            SELU => Python.Call("jax.nn.selu", x()),
            Sigmoid => Python.Call("jax.nn.sigmoid", x()),
            Sign => Python.Call(call.Result().Type.IsFloating() ? call.Function("sign") : "jnp.sign", x()),
            Signbit => Python.Call("jnp.signbit", x()),
            SiLU => Python.Call("jax.nn.silu", x()),
            Sin => Python.Call("jnp.sin", x()),
            Sinh => Python.Call("jnp.sinh", x()),
            Softplus op => Python.Call(call.Function("softplus"), x(), Named("beta", op.Beta),
                Named("threshold", op.Threshold)),
            Softshrink op => Python.Call(call.Function("softshrink"), x(), Text(Number(op.Lambda))),
            Tan => Python.Call("jnp.tan", x()),
            Tanh => Python.Call("jnp.tanh", x()),
            Threshold op => Python.Call("jnp.where", Python.Join(x(), Text($" <= {Literal(call, op.Limit)}")),
                Text(Literal(call, op.Value)), x()),
            Trunc => Python.Call("jnp.trunc", x()),
            Softmax op => Along(call, "jax.nn.softmax", op),
            LogSoftmax op => Along(call, "jax.nn.log_softmax", op),
            Cumulation op => Along(call, op.Product ? "jnp.cumprod" : "jnp.cumsum", op),
            LogCumsumExp op => Along(call, "jax.lax.cumlogsumexp", op),
            PReLU => Python.Call("jnp.where", Python.Join(x(), Text(" > 0")), x(),
                Python.Join(Slope(call), Text(" * "), x())),
            Harness.Executor.Ops.Cast => Cast(call),
            _ => null,
        };
    }

    static Python Named(string name, double value) => Python.Named(name, Number(value));

    static Python Axis(SourceCall call, int dim) =>
        Python.Named("axis", $"{call.Axis(dim) - call.Operand(0).Shape.Rank}");

    // jax.lax counts no axis from the end. PyTorch takes a scalar for a vector of one.
    static Python Along(SourceCall call, string function, AlongAxis op)
    {
        if (call.Operand(0).Shape.Rank == 0)
            return Method(Python.Call(function, Method(call.X(), "reshape", Text("1")), Python.Named("axis", "0")),
                "reshape", Text("()"));
        return Python.Call(function, call.X(), function.StartsWith("jax.lax", StringComparison.Ordinal)
            ? Python.Named("axis", $"{call.Axis(op.Dim)}") : Axis(call, op.Dim));
    }

    static Python Clip(SourceCall call, Hardtanh op)
    {
        bool real = call.Result().Type.IsFloating();
        string Limit(double value) => double.IsInfinity(value) ? "None"
            : real ? Number(value) : Math.Truncate(value).ToString("F0", CultureInfo.InvariantCulture);
        return Python.Call("jnp.clip", call.X(), Text(Limit(op.Min)), Text(Limit(op.Max)));
    }

    // A slope a channel, logical axis 1; one slope is for all.
    static Python Slope(SourceCall call)
    {
        var slope = call.Operand(1);
        int rank = call.Operand(0).Shape.Rank;
        if (slope.Shape.Elements == 1) return rank > 0 ? call.X(1) : Method(call.X(1), "reshape", Text("()"));
        int at = call.Axis(1);
        return at == rank - 1 ? call.X(1) : Python.Join(
            call.X(1), Text($"[:, {string.Join(", ", Enumerable.Repeat("None", rank - 1 - at))}]"));
    }

    static Python Cast(SourceCall call)
    {
        ElementType from = call.Operand(0).Type, to = call.Result().Type;
        if (from == to) return call.X();
        // What a narrow type does not hold wraps around, as in PyTorch; XLA takes the nearest that it holds.
        if (from.IsFloating() && to is ElementType.UInt8 or ElementType.Int8 or ElementType.Int16)
            return Method(Method(call.X(), "astype", Text("int")), "astype", Text(TypeName(to)));
        return Method(call.X(), "astype", Text(TypeName(to)));
    }
}
