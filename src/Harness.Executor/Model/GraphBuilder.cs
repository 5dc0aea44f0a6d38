using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>Collects a <see cref="Graph"/>: numbers values, and names calls by one rule for every file
/// format.</summary>
public sealed class GraphBuilder
{
    readonly List<Port> _inputs = [];
    readonly List<Port> _outputs = [];
    readonly Dictionary<string, int> _parameterIds = [];
    readonly List<ParameterValue> _parameters = [];
    readonly List<ConstantValue> _constants = [];
    readonly List<Call> _calls = [];
    int _next;

    /// <summary>Adds an input and returns its value.</summary>
    public int Input(string name, Shape? shape = null, ElementType type = ElementType.Float32)
    {
        _inputs.Add(new Port(name, _next, shape, type));
        return _next++;
    }

    /// <summary>The value of a state-dict key; the same key gives the same value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="shape">The shape the file states.</param>
    /// <param name="type">The element type the file states.</param>
    /// <param name="isBuffer">True for a buffer.</param>
    public int Parameter(
        string key, Shape? shape = null, ElementType type = ElementType.Float32, bool isBuffer = false)
    {
        if (_parameterIds.TryGetValue(key, out int id)) return id;
        _parameterIds[key] = _next;
        _parameters.Add(new ParameterValue(_next, key, shape, type) { IsBuffer = isBuffer });
        return _next++;
    }

    /// <summary>The value of a buffer that its module computes when it is made; the same key gives the same
    /// value.</summary>
    /// <param name="key">The state-dict key.</param>
    /// <param name="initial">What the module computes. Weights from a file have their own.</param>
    public int Buffer(string key, Tensor initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        int at = _parameters.Count;
        int id = Parameter(key, initial.Shape, initial.Type, isBuffer: true);
        if (_parameters.Count > at) _parameters[at] = _parameters[at] with { Initial = initial };
        return id;
    }

    /// <summary>Adds a constant tensor and returns its value.</summary>
    public int Constant(string name, Tensor tensor)
    {
        _constants.Add(new ConstantValue(_next, name, tensor));
        return _next++;
    }

    /// <summary>Adds a call with <paramref name="results"/> results and returns them.</summary>
    /// <param name="target">The operator without overload: <c>aten::conv2d</c>.</param>
    /// <param name="arguments">Positional arguments.</param>
    /// <param name="keywords">Keyword arguments.</param>
    /// <param name="results">How many values it defines.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="name">A name the file itself gives; otherwise <see cref="Build"/> derives one from the
    /// module.</param>
    public ImmutableArray<int> Call(
        string target,
        ImmutableArray<Argument> arguments,
        ImmutableArray<Keyword> keywords,
        int results,
        SourcePlace place,
        string name = "")
    {
        var ids = ImmutableArray.CreateRange(Enumerable.Range(_next, results));
        _next += results;
        _calls.Add(new Call(name, target, arguments, keywords, ids, place));
        return ids;
    }

    /// <summary>Adds an output.</summary>
    public void Output(string name, int value) => _outputs.Add(new Port(name, value));

    /// <summary>The finished graph. A module all of whose calls have one target lends its calls its own path
    /// (<c>layer1.0.conv1</c>); other calls add the op's name (<c>layer1.0.add_</c>). Repeats get <c>_2</c>,
    /// <c>_3</c>.</summary>
    public Graph Build()
    {
        var targets = _calls.GroupBy(c => c.Place.Module)
            .ToDictionary(g => g.Key, g => g.Select(c => c.Target).Distinct().Count());
        // A parameter of the root may be called what a call would be.
        var used = new HashSet<string>([
            .. _calls.Where(c => c.Name.Length > 0).Select(c => c.Name), .. _inputs.Select(input => input.Name),
            .. _parameterIds.Keys, .. _constants.Select(constant => constant.Name)], StringComparer.Ordinal);
        var calls = ImmutableArray.CreateBuilder<Call>(_calls.Count);
        foreach (var call in _calls)
        {
            if (call.Name.Length > 0)
            {
                calls.Add(call);
                continue;
            }
            string module = call.Place.Module;
            string op = call.Target[(call.Target.LastIndexOf(':') + 1)..];
            string stem = module.Length == 0 ? op : targets[module] == 1 ? module : $"{module}.{op}";
            string name = stem;
            for (int n = 2; !used.Add(name); n++) name = $"{stem}_{n}";
            calls.Add(call with { Name = name });
        }
        return new Graph([.. _inputs], [.. _parameters], [.. _constants], calls.MoveToImmutable(), [.. _outputs],
            _next);
    }
}
