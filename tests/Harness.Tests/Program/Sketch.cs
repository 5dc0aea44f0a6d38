using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Tests.Naive;

namespace Harness.Tests.Program;

/// <summary>A small model written down call by call, its weights drawn at random.</summary>
sealed class Sketch
{
    readonly GraphBuilder _builder = new();
    readonly StateDict _weights = new();
    readonly List<(string Name, NaiveTensor Tensor)> _inputs = [];
    int _calls;

    /// <summary>What was drawn, by name.</summary>
    public Dictionary<string, NaiveTensor> Drawn { get; } = new(StringComparer.Ordinal);

    public StateDict Weights => _weights;

    public int Input(string name, params int[] shape)
    {
        _inputs.Add((name, Drawn[name] = NaiveTensor.Random(_inputs.Count + 1, shape)));
        return _builder.Input(name, Shape.Create(shape));
    }

    public int Weight(string key, params int[] shape)
    {
        Drawn[key] = NaiveTensor.Random(100 + _weights.Count, shape);
        _weights.Add(key, ToTensor(Drawn[key]));
        return _builder.Parameter(key, Shape.Create(shape));
    }

    public int Buffer(string key, params int[] shape)
    {
        Drawn[key] = NaiveTensor.Random(100 + _weights.Count, shape).Map(value => Math.Abs(value) + 0.5);
        _weights.Add(key, ToTensor(Drawn[key]));
        return _builder.Parameter(key, Shape.Create(shape), isBuffer: true);
    }

    /// <summary>The same tensor under another key, as torch.save keeps tied weights.</summary>
    public void Tie(string key, string to) => _weights.Add(key, _weights[to]);

    public int Call(string target, params Argument[] arguments) => Calls(1, target, arguments)[0];

    /// <summary>A call of several results.</summary>
    public int[] Calls(int results, string target, params Argument[] arguments) => [.. _builder.Call(
        $"aten::{target}", [.. arguments], [], results, SourcePlace.Unknown, $"{target}{_calls++}")];

    public int Conv(int x, int weight, int padding = 0) => Call(
        "conv2d", Of(x), Of(weight), Argument.None, Ints(1, 1), Ints(padding, padding), Ints(1, 1), Argument.Of(1L));

    public void Output(string name, int value) => _builder.Output(name, value);

    public static Argument Of(int value) => Argument.Value(value);

    public static Argument Ints(params long[] numbers) => Argument.Of([.. numbers.Select(Argument.Of)]);

    /// <summary>The shape of a value of what is written down so far.</summary>
    public Shape ShapeOf(int value) => ShapedGraph.Of(
        Model(), [.. _inputs.Select(input => Fact.Float(Shape.Create(input.Tensor.Shape)))]).ShapeOf(value);

    /// <summary>The model under another graph's key, if the graph must say it otherwise.</summary>
    public TorchModel Model() => new(_builder.Build(), _weights, "test");

    public NhwcProgram Convert(FlattenMode flatten = FlattenMode.Transpose) =>
        NhwcPass.Apply(Model(), [.. _inputs.Select(input => Shape.Create(input.Tensor.Shape))], flatten);

    /// <summary>The outputs by name, in PyTorch's axis order.</summary>
    public Dictionary<string, NaiveTensor> Run(NhwcProgram program)
    {
        using var session = Plan.Compile<double>(program, new PlanOptions { Threads = 1 }).CreateSession();
        for (int i = 0; i < _inputs.Count; i++) session.Write(program.Inputs[i].Value, _inputs[i].Tensor.Data);
        session.Run();
        return program.Outputs.ToDictionary(port => port.Name, port =>
        {
            var shape = program.Values[port.Value].Shape;
            var elements = new double[shape.Elements];
            session.Read(port.Value, elements);
            return new NaiveTensor([.. shape.AsSpan()], elements);
        });
    }

    static Tensor ToTensor(NaiveTensor tensor) => Tensor.Of(
        Shape.Create(tensor.Shape), (ReadOnlySpan<float>)[.. tensor.Data.Select(value => (float)value)]);
}
