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
                int axes = call.Result().Shape.Rank - 2;
                var sizes = call.Result().Shape.AsSpan()[2..].ToArray();
                return sizes.All(size => size == 1)
                    ? Python.Call("jnp.mean", call.X(), Python.Named("axis", Ints(Enumerable.Range(1, axes))),
                        Python.Named("keepdims", "True"))
                    : Python.Call(call.Function("adaptive_avg_pool"), call.X(), Python.Ints(sizes, "sizes"));
            }
            case AdaptiveMaxPool:
                return Python.Call(call.Function("adaptive_max_pool"), call.X(),
                    Python.Ints(call.Result().Shape.AsSpan()[2..].ToArray(), "sizes"));
            case Pad op:
                return Padded(call, op);
            default:
                return null;
        }
    }

    static Python Padded(SourceCall call, Pad op)
    {
        int rank = call.Operand(0).Shape.Rank;
        var layout = call.Operand(0).Layout;
        var amounts = layout.AsSpan().ToArray().Select(axis => op.Of(axis, rank)).ToArray();
        string pairs = $"({string.Join(", ", amounts.Select(pair => $"({pair.Before}, {pair.After})"))}" +
            $"{(rank == 1 ? "," : "")})";
        bool crops = amounts.Any(pair => pair.Before < 0 || pair.After < 0);
        string mode = op.Mode switch
        {
            PadMode.Reflect => "reflect",
            PadMode.Replicate => "edge",
            PadMode.Circular => "wrap",
            _ => "constant",
        };
        var padding = Python.Constant(pairs, "padding");
        if (!crops)
            return op.Mode == PadMode.Constant
                ? Python.Call("jnp.pad", [call.X(), padding, .. op.Value == 0 ? Array.Empty<Python>()
                    : [Python.Named("constant_values", Literal(call, op.Value))]])
                : Python.Call("jnp.pad", call.X(), padding, Python.Named("mode", $"\"{mode}\""));
        if (op.Mode != PadMode.Constant) throw call.Refuse("negative amounts in a mode other than 'constant'");
        return Python.Call(call.Function("pad_or_crop"), call.X(), padding, Text(Literal(call, op.Value)));
    }

    static string Literal(SourceCall call, double value) => call.Result().Type switch
    {
        ElementType.Bool => value != 0 ? "True" : "False",
        var type when type.IsFloating() => Number(value),
        _ => $"{Math.Truncate(value):F0}",
    };
}
