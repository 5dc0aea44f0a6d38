using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Fuzz;

/// <summary>Where a value of a <see cref="Sketch"/> comes from.</summary>
enum Origin
{
    /// <summary>It is an input.</summary>
    Input,

    /// <summary>It is stored: a parameter or a constant.</summary>
    Stored,

    /// <summary>A call computes it.</summary>
    Computed,
}

/// <summary>A tensor of a <see cref="Sketch"/>.</summary>
readonly record struct SketchValue(int Id, Fact Fact, Origin Origin)
{
    public Shape Shape => Fact.Shape;

    public bool IsFloat => Fact.Type.IsFloating();

    public Argument Argument => Argument.Value(Id);
}

/// <summary>A graph on its way: calls are added one at a time, and what is known of their results is what the executor
/// infers, nothing else.</summary>
sealed class Sketch
{
    readonly List<Port> _inputs = [];
    readonly List<ParameterValue> _parameters = [];
    readonly List<ConstantValue> _constants = [];
    readonly List<Call> _calls = [];
    readonly List<SketchValue> _values = [];
    readonly StateDict _weights = new();
    int _next;

    /// <summary>All tensors so far, in order.</summary>
    public IReadOnlyList<SketchValue> Values => _values;

    public int Inputs => _inputs.Count;

    /// <summary>True once a call has broken the executor: whatever follows would too.</summary>
    public bool IsBroken { get; private set; }

    public int Calls => _calls.Count;

    public SketchValue Input(Fact fact)
    {
        _inputs.Add(new Port(Numbered("x", _inputs.Count), _next, fact.Shape, fact.Type));
        return Added(fact, Origin.Input);
    }

    public SketchValue Parameter(string key, Shape shape, bool isBuffer = false)
    {
        string free = key;
        for (int n = 2; _weights.ContainsKey(free); n++) free = Numbered(key + "_", n);
        _weights.Add(free, Tensor.Of(shape, (ReadOnlySpan<float>)new float[shape.Elements]));
        _parameters.Add(new ParameterValue(_next, free, shape) { IsBuffer = isBuffer });
        return Added(Fact.Float(shape), Origin.Stored);
    }

    public SketchValue Constant(Tensor tensor)
    {
        _constants.Add(new ConstantValue(_next, Numbered("c", _constants.Count), tensor));
        return Added(Fact.Of(tensor.Type, tensor.Shape), Origin.Stored);
    }

    /// <summary>The last word of a parameter's key; empty for what is no parameter.</summary>
    public string RoleOf(SketchValue value) =>
        _parameters.Find(parameter => parameter.Value == value.Id)?.Key is { } key
            ? key[(key.LastIndexOf('.') + 1)..].Split("_2")[0] : "";

    /// <summary>A call whose result is a number, which nothing is asked about until something reads it.</summary>
    public Argument Number(string target, params ReadOnlySpan<Argument> arguments)
    {
        _calls.Add(new Call(NameOf(target, ""), target, [.. arguments], [], [_next], Place("")));
        return Argument.Value(_next++);
    }

    /// <summary>Adds a call if the executor takes it.</summary>
    /// <param name="module">Where it stands.</param>
    /// <param name="target">The operator.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="keywords">Its keyword arguments.</param>
    /// <param name="results">How many results its schema states.</param>
    /// <param name="most">The most elements of a result.</param>
    /// <param name="isList">True where its result is a list of tensors.</param>
    /// <param name="unpacks">True where such a list is taken apart by a call of its own.</param>
    /// <returns>Why the executor refuses it; empty where it is only too large; null where it was added.</returns>
    public string? Add(
        string module, string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords,
        int results, long most, bool isList, bool unpacks)
    {
        var call = new Call(NameOf(target, module), target, arguments, keywords, Ids(_next, results), Place(module));
        Fact[] facts;
        try
        {
            facts = FactsOf(call);
        }
        catch (ModelException e)
        {
            return e.Message;
        }
        catch (Exception e) when (FuzzJudge.IsOurs(e))
        {
            IsBroken = true;
            return e.Message;
        }
        if (facts.Length == 0 || facts.Any(fact => fact.Shape.Elements > most)) return "";
        if (isList && facts.Length > 1 && !unpacks) call = call with { Results = Ids(_next, facts.Length) };
        _calls.Add(call);
        int first = _next, end = _next + call.Results.Length;
        if (isList && call.Results.Length == 1)
        {
            var list = Argument.Value(call.Results[0]);
            (first, end) = (end, end + facts.Length);
            _calls.Add(new Call(
                NameOf("prim::ListUnpack", module), "prim::ListUnpack", [list], [], Ids(first, facts.Length),
                Place(module)));
        }
        _next = first;
        foreach (var fact in facts) Added(fact, Origin.Computed);
        _next = end;
        return null;
    }

    /// <summary>The graph with this call at its end, whatever the executor says of it.</summary>
    public Graph With(
        string module, string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords, int results)
    {
        var call = new Call(NameOf(target, module), target, arguments, keywords, Ids(_next, results), Place(module));
        // What breaks the executor may need all that stands before it; what is refused, only its operands.
        var read = GraphEdits.Read(call).ToHashSet();
        var outputs = IsBroken ? Unread().Where(value => !read.Contains(value.Id)).ToList() : [];
        return GraphEdits.Pruned(new Graph(
            [.. _inputs], [.. _parameters], [.. _constants], [.. _calls, call],
            [new Port("0", call.Results[0]), .. outputs.Select((value, i) => new Port(Numbered("", i + 1), value.Id))],
            _next + results));
    }

    /// <summary>The graph: what nothing reads are its outputs, and some of the rest.</summary>
    public Graph ToGraph(Dice dice)
    {
        var sinks = Unread().Select(value => value.Id).ToHashSet();
        var outputs = _values.Where(value => value.Origin == Origin.Computed
            && (sinks.Contains(value.Id) || dice.Chance(12))).ToList();
        return GraphEdits.Pruned(new Graph(
            [.. _inputs], [.. _parameters], [.. _constants], [.. _calls],
            [.. outputs.Select((value, i) => new Port(Numbered("", i), value.Id))], _next));
    }

    // Computed, and read by nobody. Who asks for a size alone may be asked by nobody himself.
    IEnumerable<SketchValue> Unread()
    {
        var read = _calls.Where(call => call.Target != "aten::size").SelectMany(GraphEdits.Read).ToHashSet();
        return _values.Where(value => value.Origin == Origin.Computed && !read.Contains(value.Id));
    }

    Fact[] FactsOf(Call call)
    {
        var graph = new Graph(
            [.. _inputs], [.. _parameters], [.. _constants], [.. _calls, call], [new Port("0", call.Results[0])],
            _next + call.Results.Length);
        using var model = new TorchModel(graph, _weights, "sketch");
        var program = NhwcPass.Apply(model, [.. _inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]);
        return [.. program.Outputs.Select(port => program.Values[port.Value].Fact)];
    }

    SketchValue Added(Fact fact, Origin origin)
    {
        var value = new SketchValue(_next++, fact, origin);
        _values.Add(value);
        return value;
    }

    string NameOf(string target, string module)
    {
        string op = target[(target.LastIndexOf(':') + 1)..];
        string stem = module.Length == 0 ? op : $"{module}.{op}", name = stem;
        for (int n = 2; _calls.Exists(call => call.Name == name); n++) name = Numbered(stem + "_", n);
        return name;
    }

    static SourcePlace Place(string module) => new(module, "", 0);

    static ImmutableArray<int> Ids(int first, int count) => [.. Enumerable.Range(first, count)];

    static string Numbered(string stem, int number) => stem + number.ToString(CultureInfo.InvariantCulture);
}
