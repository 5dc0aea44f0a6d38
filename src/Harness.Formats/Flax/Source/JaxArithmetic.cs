using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Functions of several tensors, element by element.</summary>
static partial class JaxColumn
{
    static Python? Arithmetic(SourceCall call)
    {
        switch (call.Op)
        {
            case Add op:
                return Added(call, op, "+", op.Alpha, op.AlphaIsInteger);
            case Sub op:
                return Added(call, op, "-", op.Alpha, op.AlphaIsInteger);
            case Rsub op:
            {
                var (first, second) = Terms(call, op);
                return Infix(second, "-", Scaled(first, op.Alpha, op.AlphaIsInteger));
            }
            case Mul op:
                return call.Result().Type == ElementType.Bool
                    ? Call(call, op, "jnp.logical_and") : Infix(call, op, "*");
            case Div { Rounding: DivRounding.None } op:
                return Infix(call, op, "/");
            case Div { Rounding: DivRounding.Floor } op:
                return call.Result().Type.IsFloating() ? Call(call, op, call.Function("floor_divide"))
                    : Call(call, op, "jnp.floor_divide");
            case Div op:
                return call.Result().Type.IsFloating()
                    ? Python.Call("jnp.trunc", Infix(call, op, "/"))
                    : Call(call, op, call.Function("truncated_divide"));
            case Pow op:
                return Power(call, op);
            case Atan2 op:
                return Call(call, op, "jnp.arctan2");
            case Maximum op:
                return Call(call, op, "jnp.maximum");
            case Minimum op:
                return Call(call, op, "jnp.minimum");
            case Fmax op:
                return Call(call, op, "jnp.fmax");
            case Fmin op:
                return Call(call, op, "jnp.fmin");
            case Fmod op:
                return Call(call, op, "jnp.fmod");
            case Remainder op:
                return Call(call, op, "jnp.remainder");
            case Hypot op:
                return Call(call, op, "jnp.hypot");
            case Heaviside op:
                return Call(call, op, call.Function("heaviside"));
            case LogAddExp op:
                return Call(call, op, op.OfTwo ? "jnp.logaddexp2" : "jnp.logaddexp");
            case Xlogy op:
                return Call(call, op, call.Function("xlogy"));
            case Comparison op:
            {
                string sign = op.Relation switch
                {
                    Relation.Eq => "==",
                    Relation.Ge => ">=",
                    Relation.Gt => ">",
                    Relation.Le => "<=",
                    Relation.Lt => "<",
                    _ => "!=",
                };
                return Infix(call.Fit(0), sign, op.Other is { } number ? Text(Number(number)) : call.Fit(1));
            }
            case Logical op:
                return op.Connective == Connective.Not ? Python.Call("jnp.logical_not", call.X())
                    : Python.Call($"jnp.logical_{Lower(op.Connective)}", call.Fit(0), call.Fit(1));
            case Bitwise op:
                return Bits(call, op);
            case Where op:
                return Python.Call("jnp.where", call.Fit(0),
                    op.Self is { } self ? Of(call, self) : call.Fit(1),
                    op.Other is { } other ? Of(call, other) : call.Fit(call.Operands - 1));
            case MaskedFill op:
                return Python.Call("jnp.where", call.Fit(1),
                    op.Value is { } value ? Of(call, value) : call.Fit(2), call.Fit(0));
            case Clamp op:
                return Python.Call("jnp.clip", call.Fit(0), op.Min ? call.Fit(1) : Text("None"),
                    op.Max ? call.Fit(call.Operands - 1) : Text("None"));
            case Lerp op:
                return Python.Call(call.Function("lerp"), call.Fit(0), call.Fit(1),
                    op.Weight is { } weight ? Text(Number(weight)) : call.Fit(2));
            case Addcmul op:
                return Python.Join(
                    call.Fit(0), Text(" + "), Times(call, op.Value), call.Fit(1), Text(" * "), call.Fit(2));
            case Addcdiv op:
                return Python.Join(
                    call.Fit(0), Text(" + "), Times(call, op.Value), call.Fit(1), Text(" / "), call.Fit(2));
            default:
                return null;
        }
    }

    static Python Times(SourceCall call, double value) => Text(value == 1 ? "" : Literal(call, value) + " * ");

    static (Python First, Python Second) Terms(SourceCall call, Binary op) =>
        op.First is { } first ? (Text(Number(first)), call.Fit(0))
        : op.Other is { } other ? (call.Fit(0), Text(Number(other)))
        : (call.Fit(0), call.Fit(1));

    static Python Infix(Python first, string sign, Python second) => Python.Infix(first, sign, second);

    static Python Infix(SourceCall call, Binary op, string sign)
    {
        var (first, second) = Terms(call, op);
        return Infix(Bracketed(first), sign, Bracketed(second));
    }

    // A negative number behind an operator.
    static Python Bracketed(Python term) => term is PythonText { Text: ['-', ..] } negative
        ? Text($"({negative.Text})") : term;

    static Python Call(SourceCall call, Binary op, string function)
    {
        var (first, second) = Terms(call, op);
        return Python.Call(function, first, second);
    }

    static Python Added(SourceCall call, Binary op, string sign, double alpha, bool isInteger)
    {
        var (first, second) = Terms(call, op);
        if (call.Result().Type == ElementType.Bool) return Python.Call("jnp.logical_or", first, second);
        return Infix(first, sign, Scaled(Bracketed(second), alpha, isInteger));
    }

    static Python Scaled(Python term, double alpha, bool isInteger) => alpha == 1 ? term
        : Python.Join(Text($"{(isInteger ? alpha.ToString("F0", CultureInfo.InvariantCulture) : Number(alpha))} * "),
            term);

    static Python Power(SourceCall call, Pow op)
    {
        if (op.Other is { } exponent && call.Result().Type.IsFloating())
        {
            switch (exponent.Value)
            {
                case 0.5:
                    return Python.Call("jnp.sqrt", call.X());
                case -0.5:
                    return Python.Call("jax.lax.rsqrt", call.X());
                case -1:
                    return Infix(Text("1"), "/", call.X());
                case 2:
                    return Python.Call("jnp.square", call.X());
                case var whole when whole == Math.Truncate(whole) && Math.Abs(whole) < 64:
                    return Python.Join(call.X(), Text($"**{whole:F0}"));
                default:
                    break;
            }
        }
        var (first, second) = Terms(call, op);
        return Python.Call("jnp.power", first, second);
    }

    static Python Bits(SourceCall call, Bitwise op)
    {
        if (op.Connective == Connective.Not) return Python.Join(Text("~"), call.X());
        string sign = op.Connective switch
        {
            Connective.And => "&",
            Connective.Or => "|",
            Connective.Xor => "^",
            var shift => shift.ToString().Contains("Left", StringComparison.Ordinal) ? "<<" : ">>",
        };
        return Infix(call.Fit(0), sign, op.Other is { } number ? Text(Number(number)) : call.Fit(1));
    }

    static Python Of(SourceCall call, Number number) => Text(
        call.Result().Type == ElementType.Bool ? number.Value != 0 ? "True" : "False"
        : call.Result().Type.IsFloating() || number.IsInteger ? Number(number) : $"int({Number(number)})");

    static string Lower(Connective connective) => connective.ToString().ToLowerInvariant();
}
