namespace Harness.Executor.Model;

/// <summary>A model as PyTorch means it: graph and weights, NCHW. Owns whatever its tensors are views of.</summary>
public sealed class TorchModel : IDisposable
{
    readonly IDisposable? _owner;

    /// <summary>A model over a graph and weights; disposes <paramref name="owner"/> with itself.</summary>
    public TorchModel(Graph graph, StateDict weights, string format, IDisposable? owner = null)
    {
        Graph = graph;
        Weights = weights;
        Format = format;
        _owner = owner;
    }

    /// <summary>The program.</summary>
    public Graph Graph { get; }

    /// <summary>Parameters and buffers.</summary>
    public StateDict Weights { get; }

    /// <summary>The file kind, for people: <c>TorchScript</c>.</summary>
    public string Format { get; }

    /// <summary>True for a traced TorchScript file, which libtorch itself can run.</summary>
    public bool IsScript { get; init; }

    /// <summary>True for a known architecture: no file, and the input's shape is only the one it was published
    /// for.</summary>
    public bool IsArchitecture { get; init; }

    /// <summary>The file it came from, for messages; empty for a model made in memory.</summary>
    public string Path { get; init; } = "";

    /// <summary>The same failure, placed at this model's file: a place inside the archive helps nobody to find the
    /// file.</summary>
    internal ModelException Locate(ModelException failure)
    {
        var finding = failure.Finding;
        if (Path.Length == 0 || finding.Place == Path || System.IO.Path.IsPathRooted(finding.Place)) return failure;
        string inside = finding.Place.Length == 0 || finding.Message.Contains(finding.Place, StringComparison.Ordinal)
            ? ""
            : $" (at {finding.Place})";
        return new ModelException(finding with { Place = Path, Message = finding.Message + inside }, failure);
    }

    /// <summary>Unmaps the file; tensors of this model must not be read afterwards.</summary>
    public void Dispose() => _owner?.Dispose();
}
