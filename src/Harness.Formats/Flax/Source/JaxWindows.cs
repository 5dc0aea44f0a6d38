using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Pools, padding and resizing: images are channels last.</summary>
static partial class JaxColumn
{
    static Python? Windows(SourceCall call)
    {
        switch (call.Op)
        {
            case MaxPool op when op.Dilation.AllAre(1) && !op.CeilMode:
                return Python.Call(call.Flax + ".max_pool", call.X(), Python.Ints(op.Kernel, "window"),
                    Numbers("strides", op.Stride), Pairs(op.Padding, op.Padding));
            case MaxPool op:
                return Python.Call(call.Function("max_pool"), call.X(), Python.Ints(op.Kernel, "window"),
                    Numbers("strides", op.Stride), Numbers("padding", op.Padding), Numbers("dilation", op.Dilation),
                    Python.Named("ceil_mode", op.CeilMode ? "True" : "False"));
            case AvgPool { CeilMode: false, Divisor: null } op:
                return Python.Call(call.Flax + ".avg_pool", call.X(), Python.Ints(op.Kernel, "window"),
                    Numbers("strides", op.Stride), Pairs(op.Padding, op.Padding),
                    Python.Named("count_include_pad", op.CountIncludePad ? "True" : "False"));
            case AvgPool op:
                return Python.Call(call.Function("avg_pool"), call.X(), Python.Ints(op.Kernel, "window"),
                    Numbers("strides", op.Stride), Numbers("padding", op.Padding),
                    Python.Named("ceil_mode", op.CeilMode ? "True" : "False"),
                    Python.Named("count_include_pad", op.CountIncludePad ? "True" : "False"),
                    Python.Named("divisor", op.Divisor is { } divisor ? $"{divisor}" : "None"));
            case AdaptiveAvgPool op:
            {
                var sizes = call.Result().Shape.AsSpan()[2..].ToArray();
                return sizes.All(size => size == 1)
                    ? Python.Call("jnp.mean", call.X(), Python.Named("axis", Ints(Enumerable.Range(1, sizes.Length))),
                        Python.Named("keepdims", "True"))
                    : Python.Call(call.Function("adaptive_avg_pool"), call.X(), Python.Ints(sizes, "sizes"));
            }
            case AdaptiveMaxPool:
            {
                var sizes = call.Result().Shape.AsSpan()[2..].ToArray();
                return sizes.All(size => size == 1)
                    ? Python.Call("jnp.max", call.X(), Python.Named("axis", Ints(Enumerable.Range(1, sizes.Length))),
                        Python.Named("keepdims", "True"))
                    : Python.Call(call.Function("adaptive_max_pool"), call.X(), Python.Ints(sizes, "sizes"));
            }
            case Pad op:
                return Padded(call, op);
            case MaxPoolWithIndices { Pool: MaxPool op }:
                return Python.Call(call.Function("max_pool_with_indices"), call.X(), Python.Ints(op.Kernel, "window"),
                    Numbers("strides", op.Stride), Numbers("padding", op.Padding), Numbers("dilation", op.Dilation),
                    Python.Named("ceil_mode", op.CeilMode ? "True" : "False"));
            case MaxPoolWithIndices:
                return Python.Call(call.Function("adaptive_max_pool_with_indices"), call.X(),
                    Python.Ints(call.Result().Shape.AsSpan()[2..].ToArray(), "sizes"));
            default:
                return null;
        }
    }

    static Python Padded(SourceCall call, Pad op)
    {
        int rank = call.Operand(0).Shape.Rank;
        var layout = call.Operand(0).Layout;
        var amounts = layout.AsSpan().ToArray().Select(axis => op.Of(axis, rank)).ToArray();
        string pairs = $"({string.Join(", ", amounts.Select(pair =>
            $"({Math.Max(pair.Before, 0)}, {Math.Max(pair.After, 0)})"))}" +
            $"{(rank == 1 ? "," : "")})";
        string mode = op.Mode switch
        {
            PadMode.Reflect => "reflect",
            PadMode.Replicate => "edge",
            PadMode.Circular => "wrap",
            _ => "constant",
        };
        // A circle is what is left of the operand; a mirror and a border are taken from the whole.
        var x = op.Mode == PadMode.Circular ? Cropped(call.X(), amounts) : call.X();
        if (amounts.Any(pair => pair.Before > 0 || pair.After > 0))
        {
            var arguments = new List<Python> { x, Python.Constant(pairs, "padding") };
            if (op.Mode != PadMode.Constant) arguments.Add(Python.Named("mode", $"\"{mode}\""));
            else if (op.Value != 0) arguments.Add(Python.Named("constant_values", Literal(call, op.Value)));
            x = Python.Call("jnp.pad", arguments);
        }
        return op.Mode == PadMode.Circular ? x : Cropped(x, amounts);
    }

    // Negative amounts.
    static Python Cropped(Python x, (int Before, int After)[] amounts)
    {
        int last = Array.FindLastIndex(amounts, pair => pair.Before < 0 || pair.After < 0);
        if (last < 0) return x;
        string[] cuts = [.. amounts[..(last + 1)].Select(pair =>
            $"{(pair.Before < 0 ? -pair.Before : "")}:{(pair.After < 0 ? pair.After : "")}")];
        return Python.At(x, Text(string.Join(", ", cuts)));
    }

    static string Literal(SourceCall call, double value) => call.Result().Type switch
    {
        ElementType.Bool => value != 0 ? "True" : "False",
        var type when type.IsFloating() => Number(value),
        _ => $"{Math.Truncate(value):F0}",
    };
}
