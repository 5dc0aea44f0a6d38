using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Runners;

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

    /// <summary>Sends what was recorded to who asked for it.</summary>
    /// <param name="channel">Leads there.</param>
    /// <param name="document">What golden.json would say.</param>
    /// <param name="tensors">Its tensors, by name.</param>
    public static void Send(
        RunnerChannel channel, GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(document);
        var probes = document.Probes.Select(probe => tensors[GoldenStore.ProbeName(probe.Node)]);
        channel.Send(Encoding.UTF8.GetString(GoldenJson.Write(document, Sha256Hash.Of(probes))));
        channel.Send(tensors);
    }

    /// <summary>Receives what <see cref="Send"/> sends: a golden that lies in no folder.</summary>
    /// <param name="channel">Leads to who recorded it.</param>
    /// <param name="directory">The folder in which it would lie.</param>
    /// <exception cref="ModelException">PAR3003: the document and its tensors contradict each other.</exception>
    public static GoldenCase Receive(RunnerChannel channel, string directory)
    {
        ArgumentNullException.ThrowIfNull(channel);
        byte[] text = Encoding.UTF8.GetBytes(channel.ReceiveText());
        var tensors = channel.ReceiveTensors();
        string file = Path.Combine(directory, GoldenStore.JsonName);
        var (document, _, _, lines) = GoldenReader.Read(file, text);
        if (GoldenConsistency.FirstFault(document, tensors) is { } fault)
            throw new ModelException(new Finding(fault.Code, file, $"{fault.Fact}: {fault.Why}"));
        return new GoldenCase(directory, document, tensors, lines);
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
