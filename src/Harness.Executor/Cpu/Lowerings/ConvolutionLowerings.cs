using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Convolutions; see <see cref="Conv"/> for the order of additions.</summary>
sealed class ConvLowering : Lowering<Conv>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override int? BiasOf(Op op) => ((Conv)op).Bias ? 2 : null;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => ReadsOf(operand, x);

    /// <summary>How a convolution reads: its input by pixels, a computed kernel through whatever strides.</summary>
    public static bool ReadsOf(int operand, ValueBuffer x) => operand switch
    {
        0 => x.HasPixels,
        1 => true,
        _ => x.IsDense,
    };

    /// <summary>True for a convolution whose weights are there when its plan is made.</summary>
    static bool HasStored(NhwcProgram model, NhwcNode node) => node.Inputs.Skip(1).All(model.IsStored);

    /// <summary>True for a convolution of each channel by itself with stored weights.</summary>
    public static bool IsDepthwise(NhwcProgram model, NhwcNode node) =>
        node.Op is Conv { Axes: 2, Groups: > 1 } conv && HasStored(model, node)
        && conv.Groups == model.Values[node.Inputs[0]].Shape[1] && conv.Groups == model.Values[node.Inputs[1]].Shape[0];

    /// <summary>True for a convolution that may be computed by bands of rows for another that reads these: one whose
    /// window is no candidate for Winograd's transform, which wants whole planes.</summary>
    public static bool FillsBands(NhwcProgram model, NhwcNode node) =>
        node.Op is Conv { Axes: 2 } conv && HasStored(model, node) && !IsDepthwise(model, node)
            && !(conv.Stride.AllAre(1)
                && model.Values[node.Inputs[1]].Shape is var window && window[2] == 3 && window[3] == 3);

    /// <summary>True for a product of each pixel's channels with stored weights.</summary>
    public static bool IsPointwise(NhwcProgram model, NhwcNode node) =>
        node.Op is Conv { Axes: 2, Groups: 1 } conv && HasStored(model, node) && conv.Stride.AllAre(1)
        && model.Values[node.Inputs[1]].Shape is var window
        && window[2] == 1 && window[3] == 1 && conv.PaddingFor(window).IsNone;

    static ConvGeometry Geometry(Conv op, BufferLayout x, BufferLayout y, Shape window) =>
        Windows.Geometry(x, y, window, op.Stride, op.Dilation, op.PaddingFor(window).Low, op.Groups);

    Contraction Of<E>(StepSite<E> site) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var op = (Conv)site.Op;
        var geometry = Geometry(op, site.Input(0).Pixels, site.Output().Pixels, site.ShapeOf(1));
        return new Contraction(geometry, Input: 0, Kernel: 1, BiasOf(op));
    }

    /// <inheritdoc/>
    public override Margin HaloFor(Op op, int operand, ReadOnlySpan<Shape> shapes) =>
        operand == 0 ? Geometry(op, shapes).RequiredHalo : default;

    /// <inheritdoc/>
    public override Int128 TableBytes(Op op, ReadOnlySpan<Shape> shapes) => Geometry(op, shapes).TableBytes;

    static ConvGeometry Geometry(Op op, ReadOnlySpan<Shape> shapes) => Geometry(
        (Conv)op, Windows.Pixels(shapes[0]), Windows.Pixels(op.InferShapes(shapes)[0]), shapes[1]);

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new ConvolutionStep<E>(site, Of(site));

    /// <inheritdoc/>
    public override BandSource<E> Bands<E>(StepSite<E> site) => new ConvolutionBands<E>(site, Of(site));

    /// <inheritdoc/>
    public override Step LowerBands<E>(BandSource<E> source, StepSite<E> first, StepSite<E> site) =>
        new ChainStep<E>(source, first, site, Of(site));
}

/// <summary>Transposed convolutions.</summary>
sealed class ConvTransposeLowering : Lowering<ConvTranspose>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override int? BiasOf(Op op) => ((ConvTranspose)op).Bias ? 2 : null;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => ConvLowering.ReadsOf(operand, x);

    static ConvGeometry Geometry(ConvTranspose op, BufferLayout x, BufferLayout y, Shape window) =>
        Windows.Geometry(x, y, window, op.Stride, op.Dilation, op.Padding, op.Groups) with { Transposed = true };

    /// <inheritdoc/>
    public override Margin HaloFor(Op op, int operand, ReadOnlySpan<Shape> shapes) =>
        operand == 0 ? Geometry(op, shapes).RequiredHalo : default;

    /// <inheritdoc/>
    public override Int128 TableBytes(Op op, ReadOnlySpan<Shape> shapes) => Geometry(op, shapes).TableBytes;

    static ConvGeometry Geometry(Op op, ReadOnlySpan<Shape> shapes) => Geometry(
        (ConvTranspose)op, Windows.Pixels(shapes[0]), Windows.Pixels(op.InferShapes(shapes)[0]), shapes[1]);

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (ConvTranspose)site.Op;
        var geometry = Geometry(op, site.Input(0).Pixels, site.Output().Pixels, site.ShapeOf(1));
        return new ConvolutionStep<E>(site, new Contraction(geometry, Input: 0, Kernel: 1, BiasOf(op))
        {
            Stored = op.Groups == 1 ? KernelAxes.Hwoi : KernelAxes.Hwio with { Reversed = true },
            Computed = KernelAxes.Iohw,
        });
    }
}

/// <summary>Products with a matrix along the last axis.</summary>
sealed class LinearLowering : Lowering<Linear>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override int? BiasOf(Op op) => ((Linear)op).Bias ? 2 : null;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand switch
    {
        0 => x.HasRows,
        1 => true,
        _ => x.IsDense,
    };

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var geometry = new ConvGeometry(site.Input(0).Rows, site.Output().Rows, 1, 1);
        return new ConvolutionStep<E>(site, new Contraction(geometry, Input: 0, Kernel: 1, BiasOf(site.Op)));
    }
}

/// <summary>The same as older traces state it.</summary>
sealed class AddmmLowering : Lowering<Addmm>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override int? BiasOf(Op op) => 0;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand switch
    {
        0 => x.IsDense,
        1 => x.HasRows,
        _ => true,
    };

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var geometry = new ConvGeometry(site.Input(1).Rows, site.Output().Rows, 1, 1);
        return new ConvolutionStep<E>(site, new Contraction(geometry, Input: 1, Kernel: 2, Bias: 0)
        {
            Computed = KernelAxes.Iohw,
        });
    }
}

/// <summary>Products of computed matrices.</summary>
sealed class MatMulLowering : Lowering<MatMul>
{
    /// <inheritdoc/>
    public override bool TakesTail => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) =>
        operand == 1 || x.Shape[-1] == 1 || x.StrideOf(-1) == 1;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new MatMulStep<E>(site, site.Output(), site.Input(0), site.Input(1));
}

/// <summary>Attention.</summary>
sealed class ScaledDotProductAttentionLowering : Lowering<ScaledDotProductAttention>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) =>
        operand > 0 || x.Shape[-1] == 1 || x.StrideOf(-1) == 1;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new AttentionStep<E>(site);
}
