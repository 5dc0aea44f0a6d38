using Harness.Benchmarks.Nets;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Benchmarks.Peers;

/// <summary>A model and one input set, which every contestant gets.</summary>
/// <param name="Name">What the results call it.</param>
/// <param name="Model">Graph and weights.</param>
/// <param name="Inputs">Inputs of float32 or int64 in PyTorch's axis order.</param>
sealed record Subject(string Name, TorchModel Model, Tensor[] Inputs) : IDisposable
{
    /// <summary>The inputs' shapes.</summary>
    public Shape[] Shapes { get; } = [.. Inputs.Select(tensor => tensor.Shape)];

    /// <summary>A subject with seeded inputs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">The model.</param>
    /// <param name="shapes">A shape for each of its inputs.</param>
    /// <param name="indices">Integers of inputs that are no floating-point numbers are below this.</param>
    public static Subject Of(string name, TorchModel model, Shape[] shapes, int indices = 1)
    {
        var random = new Random(1);
        var inputs = new Tensor[shapes.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!model.Graph.Inputs[i].Type.IsFloating())
            {
                var integers = new long[shapes[i].Elements];
                foreach (ref long x in integers.AsSpan()) x = random.Next(indices);
                inputs[i] = Tensor.Of(shapes[i], integers);
                continue;
            }
            var values = new float[shapes[i].Elements];
            foreach (ref float x in values.AsSpan()) x = (float)(random.NextDouble() * 4 - 2);
            inputs[i] = Tensor.Of(shapes[i], values);
        }
        return new Subject(name, model, inputs);
    }

    /// <summary>The model that a word names, with seeded inputs of the size it was made for.</summary>
    /// <param name="model">A file, an architecture or one of <see cref="NetSet"/>, which get seeded weights.</param>
    /// <param name="shape">Its one input's shape, where the usual one is not wanted.</param>
    public static Subject Open(string model, Shape? shape = null)
    {
        if (shape is null && NetSet.Open(model) is { } net) return net;
        bool file = File.Exists(model);
        string name = !file ? model.Replace("arch:", "", StringComparison.Ordinal)
            : Path.GetFileNameWithoutExtension(model) is var stem and not "model" ? stem
            : Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model)))!;
        var torch = file ? ModelFile.Open(model) : ModelFile.Open($"arch:{name}", "seed:0");
        return Subject.Of(name, torch, shape is { } asked ? [asked] : InputShapes.Infer(torch, square: true));
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
