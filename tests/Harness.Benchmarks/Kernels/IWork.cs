namespace Harness.Benchmarks.Kernels;

/// <summary>A parameter that says how many operations one run of its case does.</summary>
public interface IWork
{
    /// <summary>A multiply-add counts as two.</summary>
    double Flops { get; }
}
