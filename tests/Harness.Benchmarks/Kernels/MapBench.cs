using System.Numerics;
using BenchmarkDotNet.Attributes;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>Element-wise operators on one thread over what fits the first caches, a time an element.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public unsafe class MapBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const int Elements = 8192;

    readonly Traversal _over = Traversal.Contiguous(Elements, 2);
    readonly LaneWidth _lanes = LaneWidths.Choose();
    KernelMemory<E> _memory = null!;
    E* _x, _y;

    /// <summary>Values from -5 to 5.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new KernelMemory<E>();
        _x = _memory.Values(Elements, 5);
        _y = _memory.Zeros(Elements);
    }

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _memory.Dispose();

    /// <summary>A copy: what moving the bytes takes.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Elements)]
    public void Copy() => Run<Map.Identity>();

    /// <summary>The library's own exponential, one at a time.</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void NaiveExp()
    {
        for (int i = 0; i < Elements; i++) _y[i] = E.Exp(_x[i]);
    }

    /// <summary>e^x.</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void Exp() => Run<MapOperators.Exp>();

    /// <summary>x σ(x).</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void SiLU() => Run<MapOperators.SiLU>();

    /// <summary>tanh x.</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void Tanh() => Run<MapOperators.Tanh>();

    /// <summary>x Φ(x) by erf.</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void Gelu() => Run<MapOperators.Gelu>();

    /// <summary>log |x|.</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void Log() => Run<MapOperators.Log>();

    /// <summary>x tanh(log1p(e^x)).</summary>
    [Benchmark(OperationsPerInvoke = Elements)]
    public void Mish() => Run<MapOperators.Mish>();

    void Run<TOp>() where TOp : struct, IUnary => Map.Unary<TOp, E>(_lanes, _over, 0, _over.Pieces, _y, _x, default);
}
