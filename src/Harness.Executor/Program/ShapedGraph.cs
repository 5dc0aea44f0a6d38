using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Schema;

namespace Harness.Executor.Program;

/// <summary>A call that computes tensors, parsed.</summary>
/// <param name="Call">The call as the file states it, with numbers and lists that were computed on the way in
/// place.</param>
/// <param name="Op">What it computes.</param>
/// <param name="Operands">The graph's values it reads.</param>
/// <param name="Results">The graph's values it defines, as many as the op has outputs.</param>
sealed record ShapedCall(Call Call, Op Op, ImmutableArray<int> Operands, ImmutableArray<int> Results)
{
    /// <summary>The same operands as the call names them, before any was cast; default for a cast that no file
    /// states.</summary>
    public ImmutableArray<int> Stated { get; init; }

    /// <summary>True for one of the calls that a composite is said by, before the last, and for one that gives what a
    /// mask selects of all parts.</summary>
    public bool IsPart { get; init; }
}

/// <summary>A graph for given input shapes: numbers evaluated, calls parsed, logical shapes known. No layout
/// yet.</summary>
sealed class ShapedGraph
{
    // More elements than any machine addresses, and few enough that bytes of them stay far below 2^63.
    const long MostElements = 1L << 46;

    /// <summary>The most axes of a value.</summary>
    internal const int MostAxes = 8;

    readonly List<Fact?> _facts;
    // What a value stands for when it is not a tensor of its own: a number, a list, or another value.
    readonly Dictionary<int, Argument> _meaning = [];
    // What tensors without axes are known to hold, in PyTorch's types. Those that are sizes have a meaning besides;
    // of others the tensor is computed as any is, and this says what a size that is made of it is.
    readonly Dictionary<int, TensorNumber> _numbers = [];
    // True once a call has taken such a number out of its tensor.
    bool _tookOut;
    readonly List<ShapedCall> _calls = [];
    // True where calls are added that no graph holds.
    bool _grows;
    // The values that some call or output of the file reads; made when somebody asks.
    HashSet<int>? _reads;
    // Of the file's calls and of those that are inserted; made when the first one is.
    HashSet<string>? _names;
    // True while the calls of a composite are read, but for the last.
    bool _inPart;
    // Null for a graph that writes nothing, and while calls of its own are read.
    Functionalization? _writes;

    // Values that only those parts of count that a mask sets.
    readonly Selections _selections;

    // What calls compute that read no number: nothing of it hangs on the shapes.
    readonly Dictionary<Call, (Op Op, Bound Bound)> _read;

    ShapedGraph(TorchModel model, Dictionary<Call, (Op Op, Bound Bound)> read)
    {
        Model = model;
        _read = read;
        _facts = [.. new Fact?[model.Graph.ValueCount]];
        _writes = Functionalization.Of(this);
        _selections = new Selections(this);
    }

    /// <summary>The model.</summary>
    public TorchModel Model { get; }

    /// <summary>The calls that compute tensors, in order.</summary>
    public ImmutableArray<ShapedCall> Calls { get; private set; } = [];

    /// <summary>The graph's outputs, lists of tensors expanded.</summary>
    public ImmutableArray<Port> Outputs { get; private set; } = [];

    /// <summary>How many casts between floating-point types are lifted: values follow the plan's
    /// precision.</summary>
    public int CastsLifted { get; private set; }

    /// <summary>One more than the largest value number: the graph's values and items of lists.</summary>
    public int ValueCount => _facts.Count;

    /// <summary>A value's logical shape.</summary>
    public Shape ShapeOf(int value) => FactOf(value).Shape;

    /// <summary>A value's element type and logical shape.</summary>
    /// <exception cref="ModelException">PAR1002: a result that its op does not give, as the indices of a
    /// pool.</exception>
    public Fact FactOf(int value) => _facts[value] ?? throw (_left.TryGetValue(value, out var call)
        ? new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
            $"{call.Target} '{call.Name}': its result {call.Results.IndexOf(value)} is used, only its "
            + "first one is supported"))
        : new InvalidOperationException($"value {value} has no shape"));

    // Results that ops do not give: nothing is known of them, and nothing may read them.
    readonly Dictionary<int, Call> _left = [];

    /// <summary>Parses and infers everything for these shapes and the types that the file states.</summary>
    public static ShapedGraph Of(TorchModel model, IReadOnlyList<Shape> shapes) => Of(model, model.Facts(shapes));

    /// <summary>Parses and infers everything.</summary>
    /// <exception cref="ModelException">PAR1002 unsupported, PAR1003 a parameter is missing, PAR1004 shapes do not
    /// fit.</exception>
    public static ShapedGraph Of(TorchModel model, IReadOnlyList<Fact> inputs) =>
        TryOf(model, inputs, NothingRead(), out var misfit, out _) ?? throw new ModelException(misfit!);

    static Dictionary<Call, (Op, Bound)> NothingRead() => new(ReferenceEqualityComparer.Instance);

    /// <summary>The first shapes that fit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="candidates">Shapes for every input, the most wanted first.</param>
    /// <param name="mostCalls">The calls to look at before giving up: a limit that is the same on every
    /// machine.</param>
    /// <param name="misfit">PAR1004: what the first of them does not fit; null where there is none.</param>
    /// <returns>The shapes; null where none fit.</returns>
    /// <exception cref="ModelException">PAR1002 unsupported, PAR1003 a parameter is missing.</exception>
    public static Shape[]? FirstThatFits(
        TorchModel model, IEnumerable<Shape[]> candidates, long mostCalls, out Finding? misfit)
    {
        misfit = null;
        var read = NothingRead();
        foreach (var shapes in candidates)
        {
            if (TryOf(model, model.Facts(shapes), read, out var why, out int calls) is not null) return shapes;
            misfit ??= why;
            mostCalls -= calls;
            if (mostCalls < 0) break;
        }
        return null;
    }

    static ShapedGraph? TryOf(
        TorchModel model, IReadOnlyList<Fact> inputs, Dictionary<Call, (Op, Bound)> read,
        out Finding? misfit, out int visited)
    {
        visited = 0;
        var graph = model.Graph;
        if (inputs.Count != graph.Inputs.Length)
        {
            misfit = new Finding(Codes.ShapeMismatch, "", $"found {inputs.Count} input shapes, the model " +
                $"expects {graph.Inputs.Length}: {string.Join(", ", graph.Inputs.Select(i => i.Name))}");
            return null;
        }
        for (int i = 0; i < inputs.Count; i++)
        {
            if (TooMuch(inputs[i].Shape) is { } why)
            {
                misfit = new Finding(Codes.ShapeMismatch, "", $"input '{graph.Inputs[i].Name}': {why}");
                return null;
            }
        }
        if (graph.Sizes?.Misfit([.. graph.Inputs.Select(port => port.Name)], [.. inputs.Select(input => input.Shape)])
            is { } size)
        {
            misfit = new Finding(Codes.ShapeMismatch, "", size);
            return null;
        }
        if (For(ref model, inputs, ref visited) is { } refused)
        {
            misfit = refused;
            return null;
        }
        graph = model.Graph;
        // Another graph has other calls.
        var shaped = new ShapedGraph(model, model.DependsOnInputs ? NothingRead() : read);
        for (int i = 0; i < inputs.Count; i++)
            shaped._facts[graph.Inputs[i].Value] = Fact.Of(inputs[i].Type, inputs[i].Shape);
        foreach (var parameter in graph.Parameters)
        {
            if (!model.Weights.TryGetValue(parameter.Key, out var tensor))
            {
                throw new ModelException(new Finding(Codes.WeightsDoNotFit, parameter.Key,
                    $"the graph reads '{parameter.Key}', the weights do not hold it"));
            }
            shaped._facts[parameter.Value] = Fact.Of(tensor.Type, tensor.Shape);
        }
        foreach (var constant in graph.Constants) shaped.Know(constant.Value, constant.Tensor);
        foreach (var call in graph.Calls)
        {
            visited++;
            misfit = shaped.Visit(call);
            if (misfit is not null) return null;
        }
        misfit = null;
        shaped._writes?.Demand();
        shaped.Outputs = [.. graph.Outputs.SelectMany(port => Expand(port.Name, shaped.Current(
            shaped.Resolve(Argument.Value(port.Value)), $"output '{port.Name}'", SourcePlace.Unknown)))];
        foreach (var port in shaped.Outputs)
        {
            if (shaped._selections.MisfitOfOutput(port.Value) is { } why)
                throw new ModelException(new Finding(Codes.UnsupportedOp, "", $"output '{port.Name}': {why}"));
        }
        var calls = shaped._tookOut ? shaped.WithoutUnreadNumbers() : [.. shaped._calls];
        shaped.Calls = [.. calls.Select(call => call.Results.Any(shaped._selections.Holds)
            ? call with { IsPart = true } : call)];
        return shaped;
    }

    // The model for these inputs; what they do not fit, where they do not.
    static Finding? For(ref TorchModel model, IReadOnlyList<Fact> inputs, ref int visited)
    {
        long before = model.ProgramSteps;
        try
        {
            model = model.For(inputs);
            return null;
        }
        catch (ModelException e) when (e.Finding.Code == Codes.ShapeMismatch)
        {
            return e.Finding;
        }
        finally
        {
            visited += (int)Math.Min(model.ProgramSteps - before, int.MaxValue / 2);
        }
    }

    void Know(int value, Tensor constant)
    {
        _facts[value] = Fact.Of(constant.Type, constant.Shape);
        if (constant.Shape.Rank == 0 && TensorNumber.Of(constant) is { } number) _numbers[value] = number;
        // A stored integer scalar stands where a number does: sizes computed while tracing.
        if (constant.Shape.Rank == 0 && !constant.Type.IsFloating())
            _meaning[value] = Argument.Of((long)constant.ToDoubles()[0]);
    }

    /// <summary>One that holds nothing yet.</summary>
    internal static ShapedGraph Unwritten() =>
        new(new TorchModel(new Graph([], [], [], [], [], 0), new StateDict(), ""), NothingRead()) { _grows = true };

    /// <summary>Adds a value; null for one that a call is to define.</summary>
    internal int Add(Fact? fact)
    {
        _facts.Add(fact);
        return _facts.Count - 1;
    }

    /// <summary>Adds a stored tensor.</summary>
    internal int AddConstant(Tensor constant)
    {
        int value = Add(null);
        Know(value, constant);
        return value;
    }

    /// <summary>Adds a call whose operands are known.</summary>
    /// <returns>What does not fit; null where all does.</returns>
    internal Finding? Append(Call call) => Visit(call, stated: false);

    /// <summary>What is known of a value as a tensor.</summary>
    internal Fact? KnownFact(int value) => _facts[value];

    static IEnumerable<Port> Expand(string name, Argument meaning) => meaning switch
    {
        ValueArgument value => [new Port(name, value.Id)],
        ListArgument list => list.Items.SelectMany((item, i) => Expand($"{name}.{i}", item)),
        _ => throw new ModelException(
            new Finding(Codes.UnsupportedOp, "", $"output '{name}' is the number {meaning}, expected a tensor")),
    };

    Fact[] FactsOf(ImmutableArray<int> operands)
    {
        var facts = new Fact[operands.Length];
        for (int i = 0; i < facts.Length; i++) facts[i] = FactOf(operands[i]);
        return facts;
    }

    // Operands in the types that the op wants: what PyTorch promotes is cast by a call of its own.
    ImmutableArray<int> Promote(Call call, Op op, ImmutableArray<int> operands)
    {
        var facts = FactsOf(operands);
        for (int i = 0; i < facts.Length; i++)
        {
            if (op.OperandType(i, facts) is var wanted && wanted == facts[i].Type) continue;
            string name = operands.Length == 1 ? $"{call.Name}.cast" : $"{call.Name}.cast{i}";
            operands = operands.SetItem(i, Cast(call with { Name = NameOf(name) }, operands[i], wanted));
        }
        return operands;
    }

    // A call of its own that casts a value.
    int Cast(Call call, int value, ElementType type) => Insert(call, new Cast { To = type }, value);

    // A call of one operand that the file does not state.
    int Insert(Call call, Op op, int value)
    {
        int result = _facts.Count;
        if (_selections.Follow(call, op, [value], out int axis, out int mask) is { } misfit)
            throw new ModelException(misfit);
        _facts.Add(op.Infer([FactOf(value)])[0]);
        _calls.Add(new ShapedCall(call, op, [value], [result]) { IsPart = axis >= 0 });
        _selections.Mark(op, [value], [result], axis, mask);
        return result;
    }

    // A name that no other call has.
    string NameOf(string stem)
    {
        _names ??= [.. Model.Graph.Calls.Select(call => call.Name)];
        string name = stem;
        for (int n = 2; !_names.Add(name); n++) name = $"{stem}_{n}";
        return name;
    }

    // The first operand in the type that the call itself says. Between floating-point types that is the operand.
    ImmutableArray<int> CastAsStated(Call call, Op op, ImmutableArray<int> operands)
    {
        if (op.CastsTo(FactsOf(operands)) is not { } stated) return operands;
        var type = FactOf(operands[0]).Type;
        if (type.IsFloating() && stated.IsFloating()) CastsLifted++;
        var wanted = Fact.Of(stated, []).Type;
        if (wanted == type) return operands;
        string name = op.AfterCast is null ? call.Name : NameOf($"{call.Name}.cast");
        return operands.SetItem(0, Cast(call with { Name = name }, operands[0], wanted));
    }

    // What does not fit; null where all does.
    Finding? Visit(Call call, bool stated = true)
    {
        bool plain = stated && !call.Arguments.Any(HasMeaning) && !call.Keywords.Any(k => HasMeaning(k.Value));
        if (plain && _read.TryGetValue(call, out var known)) return Compute(call, known.Op, known.Bound);
        if (_selections.Count(Resolved(call, plain), out var counted, out var uncounted))
            return uncounted ?? (counted is null ? null : Means(call, counted));
        var typed = call.Results.Length == 1 ? TensorNumbers.Evaluate(call, TensorNumberOf, NumberOf) : null;
        if (typed is { } one) _numbers[call.Results[0]] = one;
        if (ScalarCalls.TryEvaluate(call, ShapeMeant,
            TensorNumbers.TakesOut(call.Target) ? TakenOut : NumberOf, out var number, out var misfit))
            return Means(call, typed?.Number ?? number);
        if (typed is { } of && IsOfSizes(call)) return Means(call, of.Number);
        if (misfit is not null) return misfit;
        var resolved = _selections.Whole(Resolved(call, plain), out int axis, out int mask, out misfit);
        if (misfit is not null) return misfit;
        plain &= ReferenceEquals(resolved, call);
        if (resolved.Arguments is [ListArgument list, ..])
        {
            var item = ItemOf(resolved, list, out misfit);
            if (misfit is not null) return misfit;
            if (item is not null) return Means(call, item);
        }
        var parsed = OpSet.ParseBound(resolved);
        if (parsed is null && OpSet.OfNumbers(resolved) is { } signature)
        {
            (resolved, misfit) = WithTensors(signature, resolved);
            if (misfit is not null) return misfit;
            plain = false;
            parsed = OpSet.ParseBound(resolved);
        }
        if (parsed is null && WithNumbersTakenOut(resolved) is { } plainly)
        {
            resolved = plainly;
            plain = false;
            parsed = OpSet.ParseBound(resolved);
        }
        var (op, bound) = parsed ?? throw OpSet.Refused(resolved);
        if (plain) _read.Add(call, (op, bound));
        return Compute(call, op, bound)
            ?? (axis < 0 ? null : _selections.Sized(resolved, op, call.Results[0], axis, mask));
    }

    TensorNumber? TensorNumberOf(int value) => _numbers.TryGetValue(value, out var number)
        && _writes?.Changed(value) != true ? number : null;

    // Of Python's numbers.
    Argument? NumberOf(int value) => _meaning.GetValueOrDefault(value);

    // Of sizes, and of the numbers that the program itself states: libtorch's own float64 run of a trace computes it in
    // the type that these meet in, float32 mostly, and rounds to it.
    bool IsOfSizes(Call call)
    {
        bool any = false;
        var stated = call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value));
        foreach (int value in stated.SelectMany(ValuesOf))
        {
            if (Resolve(Argument.Value(value)) is IntArgument or FloatArgument or BoolArgument) any = true;
            else if (TensorNumberOf(value) is not { IsPlain: true }) return false;
        }
        return any;
    }

    Argument? TakenOut(int value)
    {
        // A cast that changes nothing stands for its operand.
        if (NumberOf(value) is { } known and not ValueArgument) return known;
        if (TensorNumberOf(value) is not { } number) return NumberOf(value);
        _tookOut = true;
        return number.Number;
    }

    // A call of a tensor where its operator has a number, which PyTorch takes out of it; null where there is none.
    Call? WithNumbersTakenOut(Call call)
    {
        bool any = false;
        Argument Plain(Argument argument)
        {
            if (argument is not ValueArgument { Id: var id } || TensorNumberOf(id) is not { } number) return argument;
            any = true;
            return number.Number;
        }
        var plain = call with
        {
            Arguments = [.. call.Arguments.Select((argument, i) => i == 0 ? argument : Plain(argument))],
            Keywords = [.. call.Keywords.Select(keyword => keyword with { Value = Plain(keyword.Value) })],
        };
        _tookOut |= any;
        return any ? plain : null;
    }

    // Without the calls that computed numbers, once these are taken out and nobody reads the tensors.
    ImmutableArray<ShapedCall> WithoutUnreadNumbers()
    {
        var read = Outputs.Select(port => port.Value).ToHashSet();
        var kept = new Stack<ShapedCall>();
        foreach (var call in Enumerable.Reverse(_calls))
        {
            if (call.Results.All(result => !read.Contains(result) && FactOf(result).Shape.Rank == 0)) continue;
            read.UnionWith(call.Operands);
            kept.Push(call);
        }
        return [.. kept];
    }

    // A cast that casts nothing stands for its operand, and asks for no other shape.
    Shape? ShapeMeant(int value) => (_facts[value]
        ?? (Resolve(Argument.Value(value)) is ValueArgument { Id: var meant } ? _facts[meant] : null))?.Shape;

    Call Resolved(Call call, bool plain) => plain ? call : call with
    {
        Arguments = [.. call.Arguments.Select(Resolve)],
        Keywords = [.. call.Keywords.Select(k => k with { Value = Resolve(k.Value) })],
    };

    // A call of a number where a tensor is expected, as 2 - x in core ATen IR: PyTorch makes a tensor without axes of
    // it, in the category of its own at least, and in the type that the tensors beside it meet in at most.
    (Call Call, Finding? Misfit) WithTensors(Signature signature, Call call)
    {
        var beside = new List<Fact>();
        foreach (var argument in call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value)))
            AddFacts(argument, beside);
        Finding? misfit = null;
        var replaced = signature.Replace(call, number =>
        {
            var type = number switch
            {
                FloatArgument => ElementType.Float32,
                BoolArgument when beside.Count == 0 => ElementType.Bool,
                BoolArgument => Promotion.Of(CollectionsMarshal.AsSpan(beside)),
                _ when beside.Count == 0 => ElementType.Int64,
                _ => Promotion.With(Promotion.Of(CollectionsMarshal.AsSpan(beside)), 0),
            };
            if (number is IntArgument { Number: var whole } && !type.IsFloating() && !Promotion.Holds(type, whole))
                misfit = Mismatch(call, $"{whole} is no {type.NumPyName()}; PyTorch refuses it too");
            return Insert($"{call.Name}.number", "aten::scalar_tensor", [number],
                [new Keyword("dtype", Argument.Of(type.TorchNumber()))], call.Place);
        });
        return (replaced, misfit);
    }

    void AddFacts(Argument argument, List<Fact> facts)
    {
        if (argument is ValueArgument { Id: var id } && _facts[id] is { } fact) facts.Add(fact);
        if (argument is not ListArgument list) return;
        foreach (var item in list.Items) AddFacts(item, facts);
    }

    // A call as the file states it and with what it reads in place, and what it computes.
    Finding? Compute(Call call, Op op, Bound bound)
    {
        // As the graph names them, and what these hold by now.
        var (resolved, operands) = (bound.Call, bound.Operands);
        if (_writes is not null && operands.Any(_writes.Changed)) (resolved, operands) = Current(call, bound);
        var stated = operands;
        if (_selections.Known(bound.Call, op) is var counted && !ReferenceEquals(counted, bound.Call))
            return Visit(counted, stated: false);
        if (_selections.Take(resolved, op, operands, new SelectedCalls(this, call, bound, op), out var taken))
            return taken;
        if (op.Unsupported(FactsOf(operands)) is { } form)
        {
            return new Finding(
                Codes.UnsupportedOp, call.Place.ToString(), $"{call.Target} '{call.Name}': {form}");
        }
        op = op.Settled(FactsOf(operands));
        if (call.Results.Length > 1) op = op.Giving(ResultsRead(call));
        operands = CastAsStated(resolved, op, operands);
        if (op.AfterCast is not { } rest) return Uncast(call, bound, stated[0], operands[0]);
        op = rest;
        if (op.MisfitOfTypes(FactsOf(operands)) is { } type) return Mismatch(call, type);
        operands = Promote(resolved, op, operands);
        bool single = op.BatchedRank is { } rank && FactOf(operands[0]).Shape.Rank == rank - 1;
        if (single)
        {
            operands = operands.SetItem(
                0, Insert(call with { Name = NameOf($"{call.Name}.batch") }, new Unsqueeze { Dim = 0 }, operands[0]));
        }
        var facts = FactsOf(operands);
        if (op.Misfit(facts) is { } shape)
        {
            return operands.Any(_selections.Holds)
                ? Selections.Refusal(call, $"{shape}; how much a mask selects depends on its elements")
                : Mismatch(call, shape);
        }
        if (op is Nonzero && facts[0].Type != ElementType.Bool)
        {
            var set = Insert($"{call.Name}.set", "aten::ne", [Argument.Value(operands[0]), Argument.Of(0L)], [],
                call.Place);
            operands = [((ValueArgument)set).Id];
            facts = FactsOf(operands);
        }
        if (op is Composite composite)
        {
            // Its calls read the graph's own values, so that views of them are known for what they are.
            return Write(composite, bound, facts, [.. operands.Select((value, i) =>
                value == stated[i] ? bound.Operands[i] : value)]);
        }
        if (_selections.Follow(call, op, operands, out int axis, out int mask) is { } mixed) return mixed;
        var outputs = op.Infer(facts);
        foreach (var output in outputs)
            if (TooMuch(output.Shape) is { } why) return Mismatch(call, why);
        // The batch of one goes as it came: the call's own name is that of what the model sees.
        var squeeze = new Squeeze { Dims = [0] };
        var given = single ? [.. outputs.Select(output => squeeze.Infer([output])[0])] : outputs;
        if (Define(call, given, op.GivesList, out var misfit) is not { } results) return misfit;
        misfit = _writes?.Note(bound, op, results);
        if (!single)
        {
            _calls.Add(new ShapedCall(resolved, op, operands, results)
            {
                Stated = stated,
                IsPart = _inPart || axis >= 0,
            });
            _selections.Mark(op, operands, results, axis, mask);
            return misfit;
        }
        ImmutableArray<int> batched = [.. Enumerable.Range(_facts.Count, outputs.Length)];
        foreach (var output in outputs) _facts.Add(output);
        _calls.Add(new ShapedCall(resolved with { Name = NameOf($"{call.Name}.of_batch") }, op, operands, batched)
        {
            Stated = stated,
        });
        for (int i = 0; i < batched.Length; i++)
        {
            // As a value behind the first is named where one node gives them all.
            var one = i == 0 ? resolved : resolved with { Name = NameOf($"{call.Name}:{i}") };
            _calls.Add(new ShapedCall(one, squeeze, [batched[i]], [results[i]]));
        }
        return misfit;
    }

    // How many of its results a call must give for all that is read of them.
    int ResultsRead(Call call)
    {
        // More calls may come, and read what they like.
        if (_grows) return call.Results.Length;
        _reads ??= [.. Model.Graph.Calls
            .SelectMany(other => other.Arguments.Concat(other.Keywords.Select(keyword => keyword.Value)))
            .SelectMany(ValuesOf), .. Model.Graph.Outputs.Select(port => port.Value)];
        int read = 1;
        for (int i = 1; i < call.Results.Length; i++) if (_reads.Contains(call.Results[i])) read = i + 1;
        return read;
    }

    static IEnumerable<int> ValuesOf(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(ValuesOf),
        _ => [],
    };

    // A call and its operands with what they hold by now, after all writes before it.
    (Call, ImmutableArray<int>) Current(Call call, Bound bound)
    {
        var resolved = bound.Call;
        string user = $"{call.Place}: {call.Target} '{call.Name}'";
        return (resolved with
        {
            Arguments = [.. resolved.Arguments.Select(one => Current(one, user, call.Place))],
            Keywords = [.. resolved.Keywords.Select(k => k with { Value = Current(k.Value, user, call.Place) })],
        }, [.. bound.Operands.Select(value => _writes!.Current(value, user, call.Place))]);
    }

    Argument Current(Argument argument, string user, SourcePlace place) => argument switch
    {
        ValueArgument value when _writes is not null => Argument.Value(_writes.Current(value.Id, user, place)),
        ListArgument list => Argument.Of([.. list.Items.Select(item => Current(item, user, place))]),
        _ => argument,
    };

    // A cast that is one to the type that the operand has is the operand.
    Finding? Uncast(Call call, Bound bound, int stated, int operand)
    {
        if (_writes is null || operand != stated || call.Results.Length != 1)
            return Means(call, Argument.Value(operand));
        _facts[call.Results[0]] = FactOf(operand);
        _writes.NoteUncast(bound.Operands[0], call.Results[0], operand);
        return null;
    }

    /// <summary>A call that no file states, read as if one did: its operands are what they are, whatever was written
    /// since.</summary>
    /// <returns>What it gives: a value, or the list of them.</returns>
    internal Argument Insert(
        string stem, string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords,
        SourcePlace place)
    {
        int result = _facts.Count;
        _facts.Add(null);
        var (writes, part) = (_writes, _inPart);
        (_writes, _inPart) = (null, true);
        try
        {
            var call = new Call(NameOf(stem), target, arguments, keywords, [result], place);
            return Visit(call, stated: false) is { } misfit ? throw new ModelException(misfit)
                : Resolve(Argument.Value(result));
        }
        finally
        {
            (_writes, _inPart) = (writes, part);
        }
    }

    // The calls that a composite is said by in its place.
    Finding? Write(Composite op, Bound bound, Fact[] facts, ImmutableArray<int> operands)
    {
        var call = bound.Call;
        bool outer = _inPart;
        try
        {
            op.Write(new PartCalls(this, call, operands));
        }
        catch (PartMisfit e)
        {
            return e.Finding;
        }
        finally
        {
            _inPart = outer;
        }
        var stated = op.Infer(facts);
        bool isList = Resolve(Argument.Value(call.Results[0])) is ListArgument;
        // What the operator gives besides, nobody may read: the composite is who does not give it.
        int results = isList ? 1 : Math.Min(call.Results.Length, stated.Length);
        foreach (int more in call.Results[results..]) _left[more] = call;
        var given = Resolve(Argument.Value(call.Results[0])) is ListArgument list
            ? list.Items.Select(item => FactOf(((ValueArgument)item).Id))
            : call.Results[..results].Select(FactOf);
        if (!given.SequenceEqual(stated))
        {
            throw new InvalidOperationException(
                $"{op.Name} '{call.Name}' gives {string.Join(", ", given)}, it says {string.Join(", ", stated)}");
        }
        ImmutableArray<int> values =
        [
            .. call.Results[..results].SelectMany(result => Resolve(Argument.Value(result)) is ListArgument items
                ? items.Items.Select(item => ((ValueArgument)item).Id)
                : [((ValueArgument)Resolve(Argument.Value(result))).Id]),
        ];
        if (op is Nonzero { ByAxis: var byAxis }) _selections.Found(operands[0], values, byAxis);
        return _writes?.Note(bound, op, values);
    }

    /// <summary>A constant or buffer of the model; null for any other value.</summary>
    internal Tensor? Stored(int value)
    {
        if (_facts[value] is not { Type: ElementType.Bool }) return null;
        while (DefinitionOf(value) is { Op: Identity, Operands: [var same] }) value = same;
        var (graph, weights) = (Model.Graph, Model.Weights);
        return graph.Constants.FirstOrDefault(constant => constant.Value == value)?.Tensor
            ?? (graph.Parameters.FirstOrDefault(parameter => parameter.Value == value) is { } buffer
                && weights.TryGetValue(buffer.Key, out var tensor) ? tensor : null);
    }

    /// <summary>The call that computes a value; null for one that no call computes.</summary>
    internal ShapedCall? DefinitionOf(int value)
    {
        for (int i = _calls.Count - 1; i >= 0; i--) if (_calls[i].Results.Contains(value)) return _calls[i];
        return null;
    }

    sealed class SelectedCalls(ShapedGraph graph, Call call, Bound bound, Op op) : SelectionCalls
    {
        public override int Reshape(string part, int value, Shape shape) => graph.ShapeOf(value) == shape ? value
            : ValueOf(graph.Insert($"{call.Name}.{part}", "aten::reshape",
                [Argument.Value(value), CallWriter.Ints(shape)], [], call.Place));

        public override int Plain(int value)
        {
            int result = graph.Add(graph.FactOf(value));
            graph._calls.Add(new ShapedCall(
                call with { Name = graph.NameOf($"{call.Name}.all") }, new Identity(), [value], [result])
            {
                IsPart = true,
            });
            return result;
        }

        public override int Number(Number number, int like) => ValueOf(graph.Insert(
            $"{call.Name}.value", "aten::full",
            [Argument.Of([]), number.IsInteger ? Argument.Of(number.Integer) : Argument.Of(number.Value)],
            [new Keyword("dtype", Argument.Of(graph.FactOf(like).Type.TorchNumber()))], call.Place));

        public override int Give(int value)
        {
            int result = call.Results[0];
            graph._facts[result] = graph.FactOf(value);
            graph._calls.Add(new ShapedCall(call, new Identity(), [value], [result]) { IsPart = true });
            graph._writes?.Note(bound, op, [result]);
            return result;
        }

        public override Finding? Add(IndexAdd op, int x, int index, int values, int mask, int axis)
        {
            var shape = graph.ShapeOf(values);
            int set = Reshape("mask", mask,
                [(int)graph.ShapeOf(mask).Elements, .. Enumerable.Repeat(1, shape.Rank - axis - 1)]);
            var zero = graph.FactOf(values).Type.IsFloating() ? Argument.Of(0.0) : Argument.Of(0L);
            var added = graph.Insert($"{call.Name}.added", "aten::where",
                [Argument.Value(set), Argument.Value(Plain(values)), zero], [], call.Place);
            ImmutableArray<int> operands = [x, Plain(index), ValueOf(added)];
            var facts = graph.FactsOf(operands);
            if (op.Misfit(facts) is { } why) return Mismatch(call, why);
            graph._facts[call.Results[0]] = op.Infer(facts)[0];
            // What runners of calls execute speaks of these operands, no longer of the model's.
            var alpha = op.Alpha.IsInteger ? Argument.Of(op.Alpha.Integer) : Argument.Of(op.Alpha.Value);
            var stated = call with
            {
                Arguments =
                [
                    Argument.Value(operands[0]), Argument.Of((long)op.Dim), Argument.Value(operands[1]),
                    Argument.Value(operands[2]),
                ],
                Keywords = [new Keyword("alpha", alpha)],
            };
            graph._calls.Add(new ShapedCall(stated, op, operands, [call.Results[0]]) { Stated = operands });
            return graph._writes?.Note(bound, op, [call.Results[0]]);
        }

        public override void Write(int x, int mask, int values, bool adds, Number scale)
        {
            var calls = new PartCalls(graph, call, []);
            Argument written = Argument.Value(values), set = Argument.Value(mask), whole = Argument.Value(x);
            var writes = graph._writes;
            graph._writes = null;
            try
            {
                if (!adds)
                {
                    calls.Give("aten::where", set, written, whole);
                }
                else
                {
                    if (scale.Value != 1)
                    {
                        written = calls.Call("scaled", "aten::mul", written,
                            scale.IsInteger ? Argument.Of(scale.Integer) : Argument.Of(scale.Value));
                    }
                    written = calls.Call("added", "aten::where", set, written,
                        graph.FactOf(values).Type.IsFloating() ? Argument.Of(0.0) : Argument.Of(0L));
                    calls.Give("aten::add", whole, written);
                }
            }
            finally
            {
                graph._writes = writes;
            }
            // Where it writes in place, to what its result says: a value like any other.
            if (graph._writes?.Note(bound, op, [call.Results[0]]) is { } misfit) throw new ModelException(misfit);
        }

        static int ValueOf(Argument argument) => ((ValueArgument)argument).Id;
    }

    // A call of a composite does not fit, though the composite's operands do.
    sealed class PartMisfit(Finding finding) : Exception
    {
        public Finding Finding => finding;
    }

    sealed class PartCalls(ShapedGraph graph, Call composite, ImmutableArray<int> operands) : CallWriter
    {
        readonly bool _outer = graph._inPart;

        public override ImmutableArray<Argument> Operands { get; } = [.. operands.Select(Argument.Value)];

        public override Fact FactOf(Argument value) => graph.FactOf(((ValueArgument)value).Id);

        public override Argument Call(string part, string target, params ReadOnlySpan<Argument> arguments)
        {
            int result = graph._facts.Count;
            graph._facts.Add(null);
            graph._inPart = true;
            Visit(graph.NameOf($"{composite.Name}.{part}"), target, arguments, [result]);
            return graph.Resolve(Argument.Value(result));
        }

        public override void Give(string target, params ReadOnlySpan<Argument> arguments)
        {
            graph._inPart = _outer;
            Visit(composite.Name, target, arguments, composite.Results);
        }

        void Visit(
            string name, string target, ReadOnlySpan<Argument> arguments, ImmutableArray<int> results)
        {
            var call = new Call(name, target, [.. arguments], [], results, composite.Place);
            if (graph.Visit(call, stated: false) is { } misfit) throw new PartMisfit(misfit);
        }
    }

    // What no plan could hold; null for any other shape.
    static string? TooMuch(Shape shape)
    {
        if (shape.Rank > MostAxes) return $"{shape} has {shape.Rank} axes, at most {MostAxes} are computed";
        long elements = 1;
        foreach (int extent in shape.AsSpan())
        {
            // Past an extent of 0 too: strides are products without it.
            if (extent > MostElements / elements) return $"{shape} has more than 2^46 elements, which no memory holds";
            elements *= Math.Max(1, extent);
        }
        return null;
    }

    // What a call takes out of a list; null where it is no such call.
    static Argument? ItemOf(Call call, ListArgument list, out Finding? misfit)
    {
        misfit = null;
        // One result of one item is that item; several take one each.
        if (call.Target is "prim::ListUnpack" or "prim::TupleUnpack")
            return call.Results.Length == 1 && list.Items is [var only] ? only : list;
        if (call.Target is not ("prim::GetItem" or "aten::__getitem__") || call.Arguments is not [_, IntArgument index])
            return null;
        long at = index.Number < 0 ? index.Number + list.Items.Length : index.Number;
        if (at >= 0 && at < list.Items.Length) return list.Items[(int)at];
        misfit = Mismatch(call, $"item {index.Number} of a list of {list.Items.Length}");
        return null;
    }

    // One result stands for the whole meaning; several take the items of a list.
    Finding? Means(Call call, Argument meaning)
    {
        // An assertion gives nothing.
        if (call.Results.IsEmpty) return null;
        if (call.Results.Length == 1) _meaning[call.Results[0]] = meaning;
        else if (meaning is ListArgument list && list.Items.Length == call.Results.Length)
            for (int i = 0; i < call.Results.Length; i++) _meaning[call.Results[i]] = list.Items[i];
        else return Mismatch(call, $"yields {meaning} for {call.Results.Length} results");
        return null;
    }

    // Several outputs fill as many results, or the one result that is the list of them; so does a list of one.
    ImmutableArray<int>? Define(Call call, ImmutableArray<Fact> outputs, bool givesList, out Finding? misfit)
    {
        misfit = null;
        bool isList = givesList && call.Results.Length == 1;
        if (!isList && (call.Results.Length == outputs.Length || (outputs.Length == 1 && call.Results.Length > 1)))
        {
            for (int i = 0; i < outputs.Length; i++) _facts[call.Results[i]] = outputs[i];
            foreach (int more in call.Results[outputs.Length..]) _left[more] = call;
            return call.Results[..outputs.Length];
        }
        if (call.Results.Length != 1)
        {
            misfit = Mismatch(call, $"has {outputs.Length} outputs, the graph takes {call.Results.Length}");
            return null;
        }
        var items = ImmutableArray.CreateRange(Enumerable.Range(_facts.Count, outputs.Length));
        foreach (var fact in outputs) _facts.Add(fact);
        _meaning[call.Results[0]] = Argument.Of([.. items.Select(Argument.Value)]);
        return items;
    }

    bool HasMeaning(Argument argument) => argument switch
    {
        ValueArgument value => _meaning.ContainsKey(value.Id) || _writes?.Changed(value.Id) == true,
        ListArgument list => list.Items.Any(HasMeaning),
        _ => false,
    };

    /// <summary>An argument with numbers and lists that were computed on the way in place.</summary>
    internal Argument Resolve(Argument argument) => argument switch
    {
        ValueArgument value when _meaning.TryGetValue(value.Id, out var meaning) => Resolve(meaning),
        ListArgument list => Argument.Of([.. list.Items.Select(Resolve)]),
        _ => argument,
    };

    static Finding Mismatch(Call call, string why) =>
        new(Codes.ShapeMismatch, call.Place.ToString(), $"{call.Target} '{call.Name}': {why}");
}
