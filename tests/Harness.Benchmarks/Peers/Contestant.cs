namespace Harness.Benchmarks.Peers;

/// <summary>One model ready to run in one engine.</summary>
abstract class Contestant : IDisposable
{
    /// <summary>Which of several ways to run this one takes; null where there is one.</summary>
    public virtual string? Variant => null;

    /// <summary>One inference from an input that lies as the engine likes it best to an output that is there to be
    /// read.</summary>
    public abstract void Run();

    /// <summary>The outputs of the last <see cref="Run"/> in PyTorch's axis order.</summary>
    public abstract double[][] Outputs();

    /// <inheritdoc/>
    public abstract void Dispose();
}
