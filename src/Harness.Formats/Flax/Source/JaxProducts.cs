using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Sums of products, whose weights are computed or are read by others too.</summary>
static partial class JaxColumn
{
    static Python? Products(SourceCall call)
    {
        switch (call.Op)
        {
            case MatMul:
                return Infix(call.Plain(0), "@", call.Plain(1));
            case Linear op:
                return Plus(Infix(call.X(), "@", Kernel(call, 1, "oi", "io")), op.Bias ? call.X(2) : null);
            case Addmm:
                return Plus(Infix(call.X(1), "@", Kernel(call, 2, "io", "io")), call.X(0));
            case Conv op:
            {
                var padding = op.PaddingFor(call.Operand(1).Shape);
                return Plus(Python.Call("jax.lax.conv_general_dilated", call.X(), OfInput(call, call.X(1)),
                    Numbers("window_strides", op.Stride), Pairs(padding.Low, padding.High),
                    Numbers("rhs_dilation", op.Dilation), Dimensions(op.Axes, KernelAxes(call, "oi" + Letters(op.Axes),
                        Letters(op.Axes) + "io")),
                    Python.Named("feature_group_count", Python.Constant(op.Groups, "feature_group_count"))),
                    op.Bias ? call.X(2) : null);
            }
            case ConvTranspose op:
                return Plus(Transposed(call, op), op.Bias ? call.X(2) : null);
            case ScaledDotProductAttention op:
                return Attention(call, op);
            default:
                return null;
        }
    }

    static Python Plus(Python product, Python? bias) => bias is null ? product : Infix(product, "+", bias);

    static string Letters(int axes) => axes == 1 ? "w" : axes == 2 ? "hw" : "dhw";

    static Python Numbers(string name, IntList numbers) => Python.Named(name, Python.Ints(numbers, name));

    /// <summary>Padding as explicit pairs.</summary>
    internal static Python Pairs(IntList low, IntList high)
    {
        var pairs = Enumerable.Range(0, low.Count).Select(axis => $"({low[axis]}, {high[axis]})");
        return Python.Named("padding", Python.Constant(
            $"({string.Join(", ", pairs)}{(low.Count == 1 ? "," : "")})", "padding"));
    }

    static Python Dimensions(int axes, string kernel)
    {
        string image = ("n" + Letters(axes) + "c").ToUpperInvariant();
        return Python.Named("dimension_numbers", $"(\"{image}\", \"{kernel.ToUpperInvariant()}\", \"{image}\")");
    }

    // The axes of a kernel as it lies: Flax's where it is stored under a rule, else those that its layout says.
    static string KernelAxes(SourceCall call, string torch, string flax, int operand = 1)
    {
        var value = call.Operand(operand);
        return value.Leaf is not null ? flax
            : string.Concat(value.Layout.AsSpan().ToArray().Select(axis => torch[axis]));
    }

    static Python Kernel(SourceCall call, int operand, string torch, string flax)
    {
        var x = call.X(operand);
        return KernelAxes(call, torch, flax, operand) == "io" ? x : Python.Join(x, Text(".T"));
    }

    static Python Transposed(SourceCall call, ConvTranspose op)
    {
        Shape w = call.Operand(1).Shape;
        IntList low = [.. Enumerable.Range(0, op.Axes).Select(axis =>
            op.Dilation[axis] * (w[2 + axis] - 1) - op.Padding[axis])];
        IntList high = [.. Enumerable.Range(0, op.Axes).Select(axis => low[axis] + op.OutputPadding[axis])];
        string window = Letters(op.Axes);
        bool stored = call.Operand(1).Leaf is not null;
        // As PyTorch holds it: (inputs, outputs of a group, window), the window not reversed.
        var kernel = stored ? call.X(1) : Python.Call(call.Function("conv_kernel_of_transposed"), call.Plain(1),
            Python.Constant(op.Groups, "feature_group_count"));
        string axes = stored && op.Groups == 1 ? window + "oi" : window + "io";
        if (stored && op.Groups == 1)
        {
            string flipped = string.Join(", ", Enumerable.Range(0, op.Axes));
            kernel = Python.Call("jnp.flip", kernel, Text($"({flipped}{(op.Axes == 1 ? "," : "")})"));
        }
        return Python.Call("jax.lax.conv_general_dilated", call.X(), OfInput(call, kernel),
            Numbers("window_strides", IntList.Repeat(1, op.Axes)), Pairs(low, high),
            Numbers("lhs_dilation", op.Stride), Numbers("rhs_dilation", op.Dilation), Dimensions(op.Axes, axes),
            Python.Named("feature_group_count", Python.Constant(op.Groups, "feature_group_count")));
    }

    // The two must be of one type, and are not while shapes are looked for under 64-bit types.
    static Python OfInput(SourceCall call, Python kernel) => Method(
        kernel, "astype", Python.Join(call.X(), Text(".dtype")));

    static Python Attention(SourceCall call, ScaledDotProductAttention op)
    {
        var arguments = new List<Python> { call.Plain(0), call.Plain(1), call.Plain(2) };
        if (op.Mask) arguments.Add(Python.Named("mask", call.Plain(3)));
        if (op.IsCausal) arguments.Add(Python.Named("is_causal", "True"));
        if (op.Scale is { } scale) arguments.Add(Named("scale", scale));
        if (op.EnableGqa) arguments.Add(Python.Named("enable_gqa", "True"));
        return call.Laid(Python.Call(call.Function("attention"), arguments));
    }
}
