using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>What a <see cref="ChainStep{E}"/> computes some rows at a time for the convolution that reads
/// them.</summary>
abstract unsafe class BandSource<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>What it is called in a plan.</summary>
    public abstract string Kernel { get; }

    /// <summary>Operations of the whole value.</summary>
    public abstract double Flops { get; }

    /// <summary>The share of the peak at which they come.</summary>
    public abstract double Efficiency { get; }

    /// <summary>Pixels and channels of a tile, if it has tiles.</summary>
    public virtual (int Rows, int Columns)? Tile => null;

    /// <summary>Bytes of weights.</summary>
    public virtual long WeightBytes => 0;

    /// <summary>Makes ready for <paramref name="rows"/> rows at a time that lie as <paramref name="layout"/>
    /// says.</summary>
    /// <returns>Elements of scratch that this needs.</returns>
    public abstract nint Prepare(int rows, BufferLayout layout);

    /// <summary>Computes rows [from, from + rows) of image <paramref name="n"/> into <paramref name="target"/>, the
    /// start of a buffer of the layout that was made ready for.</summary>
    public abstract void Run(in Frame frame, int n, int from, int rows, E* target, E* scratch);
}

/// <summary>A convolution with its tail.</summary>
sealed unsafe class ConvolutionBands<E> : BandSource<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ConvGeometry _g;
    readonly ValueBuffer _input;
    readonly TailEpilogue<E> _tail;
    readonly PackedWeights<E> _weights;
    readonly LaneWidth _lanes;
    readonly Convolution<E>?[] _convolutions;

    /// <summary>That of a node with stored weights.</summary>
    public ConvolutionBands(StepSite<E> node, Contraction contraction)
    {
        _g = contraction.Geometry;
        _input = node.Input(contraction.Input);
        _tail = new TailEpilogue<E>(node, bias: contraction.Bias);
        _weights = node.Packed(contraction);
        _lanes = node.Lanes;
        _convolutions = new Convolution<E>?[_g.Output.H + 1];
    }

    /// <inheritdoc/>
    public override string Kernel => "gemm";

    /// <inheritdoc/>
    public override double Flops => _g.Flops;

    /// <inheritdoc/>
    public override double Efficiency => CostModel.DirectEfficiency(_g);

    /// <inheritdoc/>
    public override (int Rows, int Columns)? Tile =>
        Array.Find(_convolutions, convolution => convolution is not null)?.Tile;

    /// <inheritdoc/>
    public override long WeightBytes => _weights.Bytes + _tail.Bytes;

    /// <inheritdoc/>
    public override nint Prepare(int rows, BufferLayout layout)
    {
        var convolution = _convolutions[rows] ??= new Convolution<E>(
            _lanes, _g with { Input = _g.Input with { N = 1 }, Output = layout }, _weights);
        return checked((nint)convolution.ScratchElements);
    }

    /// <inheritdoc/>
    public override void Run(in Frame frame, int n, int from, int rows, E* target, E* scratch)
    {
        var convolution = _convolutions[rows]!;
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        convolution.Run(
            frame.Start<E>(_input) + (n * _g.Input.ImageStride) + ((nint)from * _g.StrideH * _g.Input.RowStride),
            target, 0, convolution.Tiles, scratch, _tail.On(frame, stages).From(n, from, stages));
    }
}

/// <summary>One function of two elements, operands broadcast: a feature map and its gate.</summary>
sealed unsafe class MapBands<TOp, E> : BandSource<E>
    where TOp : struct, IBinary
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _x, _y;
    readonly nint[] _xStrides, _yStrides;
    readonly LaneWidth _lanes;
    readonly Scalars<E> _scalars;
    readonly Traversal?[] _over;
    nint _origin;

    /// <summary>That of a node with two operands.</summary>
    public MapBands(StepSite<E> node, Scalars<E> scalars)
    {
        _scalars = scalars;
        var output = node.Output();
        (_x, _y) = (node.Input(0), node.Input(1));
        (_xStrides, _yStrides) = (Strided.As(_x, output), Strided.As(_y, output));
        _lanes = node.Lanes;
        _over = new Traversal?[output.Pixels.H + 1];
        Flops = output.Shape.Elements;
        Kernel = $"map {node.Op.Name}";
    }

    /// <inheritdoc/>
    public override string Kernel { get; }

    /// <inheritdoc/>
    public override double Flops { get; }

    /// <inheritdoc/>
    public override double Efficiency => CostModel.Plain;

    /// <inheritdoc/>
    public override nint Prepare(int rows, BufferLayout layout)
    {
        _over[rows] = Traversal.Of(
            [rows, layout.W, layout.C], [layout.RowStride, layout.PixelStride, 1], _xStrides[1..], _yStrides[1..]);
        // No halo above: the same for any number of rows.
        _origin = layout.Origin;
        return 0;
    }

    /// <inheritdoc/>
    public override void Run(in Frame frame, int n, int from, int rows, E* target, E* scratch)
    {
        var over = _over[rows]!;
        Map.Binary<TOp, E>(
            _lanes, over, 0, over.Pieces, target + _origin,
            frame.At<E>(_x) + (n * _xStrides[0]) + (from * _xStrides[1]),
            frame.At<E>(_y) + (n * _yStrides[0]) + (from * _yStrides[1]), _scalars);
    }
}
