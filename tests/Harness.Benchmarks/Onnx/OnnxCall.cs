using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Benchmarks.Onnx;

/// <summary>One call as ONNX nodes.</summary>
/// <param name="graph">Where nodes go.</param>
/// <param name="call">The call.</param>
/// <param name="shapeOf">A value's shape in PyTorch's axis order.</param>
/// <param name="nameOf">A value's name in the file.</param>
/// <param name="fuses">True where ONNX Runtime's own operators may stand for what ONNX says by several.</param>
sealed partial class OnnxCall(
    OnnxGraph graph, ShapedCall call, Func<int, Shape> shapeOf, Func<int, string> nameOf, bool fuses)
{
    /// <summary>Adds the nodes and returns the names of the results.</summary>
    /// <exception cref="NotSupportedException">The op has no counterpart in ONNX, or not with these
    /// arguments.</exception>
    public string[] Write() => call.Op switch
    {
        Split split => Pieces(split),
        LSTM lstm => Recurred(lstm),
        _ => [One()],
    };

    string X => nameOf(call.Operands[0]);

    Shape XShape => shapeOf(call.Operands[0]);

    Shape ResultShape => shapeOf(call.Results[0]);

    string Operand(int at) => nameOf(call.Operands[at]);

    string One() => call.Op switch
    {
        Abs => graph.Node("Abs", [X]),
        AdaptiveAvgPool => AdaptiveAverage(),
        Add add => Arithmetic("Add", add, add.Alpha),
        Addmm => graph.Node("Gemm", [Operand(1), Operand(2), X]),
        AvgPool pool => Average(pool),
        BatchNorm2d norm => Norm(norm),
        Cat cat => graph.Node("Concat", [.. call.Operands.Select(nameOf)], ("axis", cat.Dim)),
        Conv convolution => Convolve(convolution),
        ConvTranspose convolution => ConvolveTransposed(convolution),
        Div { Rounding: DivRounding.None } div => Arithmetic("Div", div, 1),
        ELU { Scale: 1, InputScale: 1 } elu => graph.Node("Elu", [X], ("alpha", (float)elu.Alpha)),
        Embedding => graph.Node("Gather", [X, Operand(1)], ("axis", 0)),
        Exp => graph.Node("Exp", [X]),
        Expand => graph.Node("Expand", [X, graph.Integers(Longs(ResultShape.AsSpan()))]),
        GroupNorm norm => GroupNormed(norm),
        GELU gelu => graph.Node("Gelu", [X], ("approximate", gelu.Approximate ? "tanh" : "none")),
        Hardsigmoid => graph.Node("HardSigmoid", [X], ("alpha", 1f / 6), ("beta", 0.5f)),
        Hardswish => graph.Node("HardSwish", [X]),
        Hardtanh clip => Clip(clip),
        Identity => graph.Node("Identity", [X]),
        LayerNorm norm => LayerNormed(norm),
        LeakyReLU leaky => graph.Node("LeakyRelu", [X], ("alpha", (float)leaky.NegativeSlope)),
        Linear linear => Product(linear),
        LogSoftmax softmax => graph.Node("LogSoftmax", [X], ("axis", softmax.Dim)),
        MatMul => graph.Node("MatMul", [X, Operand(1)]),
        MaxPool pool =>
            graph.Node("MaxPool", [X], ("kernel_shape", Longs(pool.Kernel.AsSpan())),
            ("strides", Longs(pool.Stride.AsSpan())),
            ("pads", Both(pool.Padding)), ("dilations", Longs(pool.Dilation.AsSpan())),
            ("ceil_mode", pool.CeilMode ? 1 : 0)),
        Mean mean => Reduce("ReduceMean", mean),
        Mul mul => Arithmetic("Mul", mul, 1),
        Neg => graph.Node("Neg", [X]),
        Pad pad => Padded(pad),
        Permuting move => graph.Node("Transpose", [X], ("perm", Longs(move.Order(XShape.Rank)))),
        Pow { Other: { } exponent } => Power(exponent.Value),
        ReLU => graph.Node("Relu", [X]),
        Reshaping => graph.Node("Reshape", [X, graph.Integers(Longs(ResultShape.AsSpan()))]),
        Rsub rsub => Reversed(rsub),
        ScaledDotProductAttention attention => Attended(attention),
        Select select =>
            graph.Node("Gather", [X, graph.Integer(select.Index)], ("axis", Axis.Of(select.Dim, XShape.Rank))),
        Sigmoid => graph.Node("Sigmoid", [X]),
        SiLU => graph.Node("Mul", [X, graph.Node("Sigmoid", [X])]),
        Slice slice => Sliced(slice),
        Softmax softmax => graph.Node("Softmax", [X], ("axis", softmax.Dim)),
        Sub sub => Arithmetic("Sub", sub, sub.Alpha),
        Sum sum => Reduce("ReduceSum", sum),
        Tanh => graph.Node("Tanh", [X]),
        Upsample { IsNearest: true, Mode: Interpolation.Nearest } => graph.Node("Resize",
            [X, "", "", graph.Integers(Longs(ResultShape.AsSpan()))], ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")),
        _ => throw Refuse("has no counterpart in the benchmark's ONNX writer"),
    };

    string Arithmetic(string type, Binary op, double alpha)
    {
        string other = op.Other is { } number ? graph.Number(alpha * number.Value) : Operand(1);
        return graph.Node(type,
            [X, alpha == 1 || op.Other is not null ? other : graph.Node("Mul", [other, graph.Number(alpha)])]);
    }

    string Reversed(Rsub op)
    {
        string other = op.Other is { } number ? graph.Number(number.Value) : Operand(1);
        return graph.Node("Sub", [other, op.Alpha == 1 ? X : graph.Node("Mul", [X, graph.Number(op.Alpha)])]);
    }

    string Power(double exponent) => exponent switch
    {
        0.5 => graph.Node("Sqrt", [X]),
        -0.5 => graph.Node("Reciprocal", [graph.Node("Sqrt", [X])]),
        -1 => graph.Node("Reciprocal", [X]),
        2 => graph.Node("Mul", [X, X]),
        _ => graph.Node("Pow", [X, graph.Number(exponent)]),
    };

    string Convolve(Conv op)
    {
        var window = shapeOf(call.Operands[1]);
        var pad = op.PaddingFor(window);
        return graph.Node("Conv", [.. call.Operands.Select(nameOf)],
            ("kernel_shape", Longs(window.AsSpan()[2..])), ("strides", Longs(op.Stride.AsSpan())),
            ("dilations", Longs(op.Dilation.AsSpan())),
            ("group", op.Groups), ("pads", Longs([.. pad.Low, .. pad.High])));
    }

    string ConvolveTransposed(ConvTranspose op) => graph.Node("ConvTranspose", [.. call.Operands.Select(nameOf)],
        ("kernel_shape", Longs(shapeOf(call.Operands[1]).AsSpan()[2..])), ("strides", Longs(op.Stride.AsSpan())),
        ("dilations", Longs(op.Dilation.AsSpan())), ("group", op.Groups), ("pads", Both(op.Padding)),
        ("output_padding", Longs(op.OutputPadding.AsSpan())));

    string Norm(BatchNorm2d op)
    {
        int channels = XShape[1];
        return graph.Node("BatchNormalization",
            [
                X, op.Scale ? Operand(1) : graph.Filled(channels, 1),
                op.Bias ? Operand(op.MeanOperand - 1) : graph.Filled(channels, 0),
                Operand(op.MeanOperand), Operand(op.MeanOperand + 1),
            ],
            ("epsilon", (float)op.Eps));
    }

    string LayerNormed(LayerNorm op)
    {
        string[] shift = op.Bias ? [Operand(op.Scale ? 2 : 1)] : [];
        int count = op.NormalizedShape.Count;
        string scale = op.Scale ? Operand(1) : graph.Node("Expand",
            [graph.Number(1), graph.Integers(Longs(op.NormalizedShape.AsSpan()))]);
        return graph.Node("LayerNormalization", [X, scale, .. shift],
            ("axis", XShape.Rank - count), ("epsilon", (float)op.Eps));
    }

    // Gemm is for matrices; higher ranks multiply along the last axis. The transpose of a constant is folded on
    // loading.
    string Product(Linear op)
    {
        if (XShape.Rank == 2)
            return graph.Node("Gemm", [.. call.Operands.Select(nameOf)], ("transB", 1));
        string kernel = graph.Node("Transpose", [Operand(1)], ("perm", new long[] { 1, 0 }));
        string product = graph.Node("MatMul", [X, kernel]);
        return op.Bias ? graph.Node("Add", [product, Operand(2)]) : product;
    }

    string AdaptiveAverage()
    {
        Shape x = XShape, y = ResultShape;
        int[] axes = [.. Enumerable.Range(2, x.Rank - 2)];
        if (axes.All(axis => y[axis] == 1)) return graph.Node("GlobalAveragePool", [X]);
        if (x == y) return graph.Node("Identity", [X]);
        if (axes.Any(axis => x[axis] % y[axis] != 0)) throw Refuse($"of {x} to {y}: windows of unequal size");
        IntList window = [.. axes.Select(axis => x[axis] / y[axis])];
        return graph.Node(
            "AveragePool", [X], ("kernel_shape", Longs(window.AsSpan())), ("strides", Longs(window.AsSpan())));
    }

    string Average(AvgPool op)
    {
        if (op.Divisor is not null && op.CeilMode) throw Refuse("with divisor_override and ceil_mode");
        bool countsPad = op.CountIncludePad || op.Divisor is not null;
        string average = graph.Node("AveragePool", [X], ("kernel_shape", Longs(op.Kernel.AsSpan())),
            ("strides", Longs(op.Stride.AsSpan())), ("pads", Both(op.Padding)),
            ("ceil_mode", op.CeilMode ? 1 : 0), ("count_include_pad", countsPad ? 1 : 0));
        return op.Divisor is { } divisor
            ? graph.Node("Mul", [average, graph.Number(op.Kernel.Aggregate(1, (all, n) => all * n) / (double)divisor)])
            : average;
    }

    string Clip(Hardtanh op) => graph.Node("Clip",
        [X, double.IsInfinity(op.Min) ? "" : graph.Number(op.Min),
            double.IsInfinity(op.Max) ? "" : graph.Number(op.Max)]);

    string Reduce(string type, Reduction op) => graph.Node(type,
        [X, graph.Integers(Longs(op.AxesOf(XShape.Rank)))], ("keepdims", op.KeepDims ? 1 : 0));

    string Padded(Pad op)
    {
        int rank = XShape.Rank;
        var amounts = new long[2 * rank];
        for (int axis = 0; axis < rank; axis++) (amounts[axis], amounts[rank + axis]) = op.Of(axis, rank);
        return graph.Node("Pad", [X, graph.Integers(amounts), graph.Number(op.Value)]);
    }

    string Sliced(Slice op)
    {
        int axis = Axis.Of(op.Dim, XShape.Rank);
        var (first, count) = op.Range(XShape[axis]);
        long end = count == 0 ? first : first + (count - 1L) * op.Step + 1;
        return graph.Node("Slice",
            [X, graph.Integers(first), graph.Integers(end), graph.Integers(axis), graph.Integers(op.Step)]);
    }

    string[] Pieces(Split op)
    {
        int axis = Axis.Of(op.Dim, XShape.Rank);
        string[] results = [.. call.Results.Select(_ => graph.NewName())];
        string sizes = graph.Integers([.. call.Results.Select(result => (long)shapeOf(result)[axis])]);
        graph.Node("Split", [X, sizes], results, ("axis", axis));
        return results;
    }

    NotSupportedException Refuse(string why) => new($"{call.Op.Name} '{call.Call.Name}' {why}");

    static long[] Both(IntList amounts) => Longs([.. amounts, .. amounts]);

    static long[] Longs(ReadOnlySpan<int> values)
    {
        var longs = new long[values.Length];
        for (int i = 0; i < longs.Length; i++) longs[i] = values[i];
        return longs;
    }
}
