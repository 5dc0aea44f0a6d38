using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>A layer with its buffers, direct, by Winograd's transform where that exists, and by plain loops.</summary>
sealed unsafe class ConvCase<E> : IDisposable where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly KernelMemory<E> _memory = new();
    readonly ConvGeometry _g;
    readonly Convolution<E> _direct;
    readonly Winograd<E>? _winograd;
    readonly Epilogue<E> _epilogue;
    readonly E* _x, _y, _weights, _bias, _scratch;
    readonly string _name;

    /// <summary>Packs seeded weights.</summary>
    public ConvCase(string name, ConvGeometry geometry)
    {
        (_name, _g) = (name, geometry);
        var lanes = LaneWidths.Choose();
        int count = geometry.KernelH * geometry.KernelW * geometry.GroupInput * geometry.Output.C;
        _weights = _memory.Values(count);
        var weights = new ReadOnlySpan<E>(_weights, count);
        var strides = WeightStrides.Hwio(geometry);
        _direct = new Convolution<E>(lanes, geometry, PackedWeights<E>.Of(lanes, geometry, weights, strides));
        if (Winograd<E>.Applies(geometry))
            _winograd = new Winograd<E>(lanes, geometry, Winograd<E>.Pack(lanes, geometry, weights, strides));
        _x = _memory.Zeros(geometry.Input.Elements);
        Fill();
        _y = _memory.Zeros(geometry.Output.Elements);
        _bias = _memory.Values(geometry.Output.C);
        _scratch = _memory.Zeros(Math.Max(_direct.ScratchElements, _winograd?.ScratchElements ?? 0));
        _epilogue = Epilogue<E>.None(lanes) with { Bias = _bias };
        KernelPeaks.Measure<E>(name);
    }

    /// <summary>The kernel that every layer has.</summary>
    public void Direct() => _direct.Run(_x, _y, 0, _direct.Tiles, _scratch, _epilogue);

    /// <summary>The transform.</summary>
    public void Winograd() => _winograd!.Run(_x, _y, 0, _winograd.Pieces, _scratch, _epilogue);

    /// <summary>The definition.</summary>
    public void Naive()
    {
        int outputs = _g.GroupOutput, inputs = _g.GroupInput;
        for (int oh = 0; oh < _g.Output.H; oh++)
            for (int ow = 0; ow < _g.Output.W; ow++)
                for (int co = 0; co < _g.Output.C; co++)
                {
                    E sum = _bias[co];
                    int group = co / outputs;
                    for (int kh = 0; kh < _g.KernelH; kh++)
                        for (int kw = 0; kw < _g.KernelW; kw++)
                        {
                            E* x = _x + _g.Input.Index(0, (oh * _g.StrideH) + kh - _g.PadTop, (ow * _g.StrideW)
                                + kw - _g.PadLeft)
                                + (group * inputs);
                            E* w = _weights + ((((kh * _g.KernelW) + kw) * inputs * _g.Output.C) + co);
                            for (int ci = 0; ci < inputs; ci++) sum += x[ci] * w[ci * _g.Output.C];
                        }
                    _y[_g.Output.Index(0, oh, ow) + co] = sum;
                }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        KernelPeaks.Measure<E>(_name);
        _memory.Dispose();
    }

    // The interior; the halo stays zero.
    void Fill()
    {
        var random = new Random(2);
        for (int h = 0; h < _g.Input.H; h++)
            for (int w = 0; w < _g.Input.W; w++)
                for (int c = 0; c < _g.Input.C; c++)
                    _x[_g.Input.Index(0, h, w) + c] = E.CreateTruncating(random.NextDouble() - 0.5);
    }
}
