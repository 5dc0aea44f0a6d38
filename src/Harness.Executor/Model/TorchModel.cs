using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>A model as PyTorch means it: graph and weights, NCHW. Owns whatever its tensors are views of.</summary>
public sealed class TorchModel : IDisposable
{
    readonly IDisposable? _owner;
    readonly InputProgram? _program;
    // What the graph was made for; null for one that holds for all inputs, and for what is known without them.
    readonly ImmutableArray<Fact>? _inputs;
    TorchModel? _made;

    /// <summary>A model over a graph and weights; disposes <paramref name="owner"/> with itself.</summary>
    public TorchModel(Graph graph, StateDict weights, string format, IDisposable? owner = null)
    {
        Graph = graph;
        Weights = weights;
        Format = format;
        _owner = owner;
    }

    /// <summary>A model whose graph depends on its inputs.</summary>
    /// <param name="program">Makes the graph.</param>
    /// <param name="known">What is known of it without the inputs: their names, and the first calls.</param>
    /// <param name="weights">Parameters and buffers.</param>
    /// <param name="format">The file kind.</param>
    /// <param name="owner">Disposed with the model.</param>
    public TorchModel(
        InputProgram program, Graph known, StateDict weights, string format, IDisposable? owner = null)
        : this(known, weights, format, owner) => _program = program;

    TorchModel(TorchModel whole, Graph graph, ImmutableArray<Fact> inputs)
        : this(graph, whole.Weights, whole.Format)
    {
        (_program, _inputs) = (whole._program, inputs);
        (IsScript, IsArchitecture, Path, Arguments, ModuleTypes) =
            (whole.IsScript, whole.IsArchitecture, whole.Path, whole.Arguments, whole.ModuleTypes);
    }

    /// <summary>The program. Where it depends on the inputs and was not made for some, what is known of it without
    /// them: their names, the first calls, and no outputs.</summary>
    public Graph Graph { get; }

    /// <summary>Names of modules' classes by the modules' paths, where the file tells them: <c>layer1.0</c> is a
    /// <c>BasicBlock</c>.</summary>
    public ImmutableDictionary<string, string> ModuleTypes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True where the graph is another for other inputs.</summary>
    public bool DependsOnInputs => _program is not null;

    /// <summary>True where the graph is whole: it holds for all inputs, or was made for some.</summary>
    public bool IsWhole => _program is null || _inputs is not null;

    /// <summary>What making graphs for inputs has taken so far.</summary>
    internal long ProgramSteps => _program?.Steps ?? 0;

    /// <summary>The same model with the same weights, whose graph is the one for these inputs; itself where that is no
    /// other.</summary>
    /// <param name="inputs">Types and shapes, one an input.</param>
    /// <returns>Valid as long as this model.</returns>
    /// <exception cref="ModelException">PAR1004: it takes no such inputs; PAR1002: what it does with them is not
    /// supported.</exception>
    public TorchModel For(IReadOnlyList<Fact> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_program is null || IsFor(inputs)) return this;
        if (_made is { } made && made.IsFor(inputs)) return made;
        return _made = new TorchModel(this, _program.For(inputs), [.. inputs]);
    }

    /// <summary>The same for inputs of these shapes and of the types that the file states.</summary>
    public TorchModel For(IReadOnlyList<Shape> shapes) => For(Facts(shapes));

    /// <summary>The inputs as facts: these shapes, and the types that the file states.</summary>
    public Fact[] Facts(IReadOnlyList<Shape> shapes) => [.. shapes.Select((shape, i) => Fact.Of(
        i < Graph.Inputs.Length ? Graph.Inputs[i].Type : ElementType.Float32, shape))];

    /// <summary>The same with as much of its graph as there was when it was refused: what else in it is not
    /// supported.</summary>
    public TorchModel Reached() => _program?.Reached is { } graph
        ? new TorchModel(_program, graph, Weights, Format) { IsScript = IsScript, Path = Path, Arguments = Arguments }
        : this;

    bool IsFor(IReadOnlyList<Fact> inputs) => _inputs is { } known && known.SequenceEqual(inputs);

    /// <summary>The same graph, or what makes it, with other weights.</summary>
    /// <param name="weights">Parameters and buffers of the same names and shapes.</param>
    /// <param name="owner">Disposed with the new model, which takes this one's place.</param>
    public TorchModel With(StateDict weights, IDisposable owner) => _program is null
        ? new TorchModel(Graph, weights, Format, owner) { IsScript = IsScript, Path = Path, Arguments = Arguments }
        : new TorchModel(_program, Graph, weights, Format, owner)
        {
            IsScript = IsScript, Path = Path, Arguments = Arguments,
        };

    /// <summary>What was given to the arguments of <c>forward</c> that are no tensors: <c>sr=16000</c>.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Parameters and buffers.</summary>
    public StateDict Weights { get; }

    /// <summary>The file kind, for people: <c>TorchScript</c>.</summary>
    public string Format { get; }

    /// <summary>True for a TorchScript file, traced or scripted, which libtorch itself can run.</summary>
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
