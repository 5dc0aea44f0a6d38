using Harness.Executor.Model;

namespace Harness.Benchmarks.Peers;

/// <summary>One model ready to run in one engine.</summary>
abstract class Contestant : IDisposable
{
    /// <summary>Which of several ways to run this one takes; null where there is one.</summary>
    public virtual string? Variant => null;

    /// <summary>One inference from an input that lies as the engine likes it best to an output that is there to be read.</summary>
    public abstract void Run();

    /// <summary>The outputs of the last <see cref="Run"/> in PyTorch's axis order.</summary>
    public abstract double[][] Outputs();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A model and one input set, which every contestant gets.</summary>
/// <param name="Name">What the results call it.</param>
/// <param name="Model">Graph and weights.</param>
/// <param name="Inputs">Float32 inputs in PyTorch's axis order.</param>
sealed record Subject(string Name, TorchModel Model, Tensor[] Inputs) : IDisposable
{
    /// <summary>The inputs' shapes.</summary>
    public Shape[] Shapes { get; } = [.. Inputs.Select(tensor => tensor.Shape)];

    /// <summary>A subject with seeded inputs.</summary>
    public static Subject Of(string name, TorchModel model, Shape[] shapes)
    {
        var random = new Random(1);
        var inputs = new Tensor[shapes.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var values = new float[shapes[i].Elements];
            foreach (ref float x in values.AsSpan()) x = (float)(random.NextDouble() * 4 - 2);
            inputs[i] = Tensor.Of(shapes[i], values);
        }
        return new Subject(name, model, inputs);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
