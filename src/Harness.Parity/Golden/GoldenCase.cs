using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Parity.Golden;

/// <summary>A golden read from its folder: the document, its tensors, and the line each fact stands on.</summary>
public sealed class GoldenCase
{
    readonly ImmutableDictionary<string, int> _lines;

    internal GoldenCase(
        string directory,
        GoldenDocument document,
        IReadOnlyDictionary<string, Tensor> tensors,
        ImmutableDictionary<string, int> lines)
    {
        Directory = directory;
        Document = document;
        Tensors = tensors;
        _lines = lines;
    }

    /// <summary>The folder that holds golden.json, as an absolute path.</summary>
    public string Directory { get; }

    /// <summary>What golden.json says.</summary>
    public GoldenDocument Document { get; }

    /// <summary>All tensors: <c>input.x</c>, <c>output.0</c>, <c>probe.layer1.0.conv1</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The path of golden.json.</summary>
    public string File => Path.Combine(Directory, GoldenStore.JsonName);

    /// <summary>An input's elements, in PyTorch's axis order.</summary>
    public Tensor Input(GoldenPort port) => Tensors[GoldenStore.InputName(port.Name)];

    /// <summary>An output's elements, float64 or of an integer type, in PyTorch's axis order.</summary>
    public Tensor Output(GoldenPort port) => Tensors[GoldenStore.OutputName(port.Name)];

    /// <summary>A probe's values at its positions, float64 or of an integer type.</summary>
    public Tensor Probe(GoldenProbe probe) => Tensors[GoldenStore.ProbeName(probe.Node)];

    /// <summary><c>golden.json(12)</c> for a fact: <c>model</c>, <c>weights</c>, <c>tolerance</c>, or a tensor's
    /// name.</summary>
    public string PlaceOf(string fact) => $"{File}({_lines.GetValueOrDefault(fact, 1)})";

    /// <summary>The model file as an absolute path; null for an architecture.</summary>
    public string? ModelPath => Resolve(Document.Model.Path);

    /// <summary>The weights file as an absolute path; null where the model file holds the weights.</summary>
    public string? WeightsPath => Resolve(Document.Weights.Path);

    string? Resolve(string? relative) => relative is null ? null : Path.GetFullPath(Path.Combine(Directory, relative));
}
