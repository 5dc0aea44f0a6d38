using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Evaluates the source from the root's <c>forward</c>, puts every function and method it calls in place, and
/// collects the calls of operators: what is no tensor is known and done now, so that a straight line is left.</summary>
sealed class ScriptWalk
{
    const int MaxDepth = 1500;
    const long MaxSteps = 2_000_000;

    readonly ScriptArchive _archive;
    readonly ScriptArguments _arguments;
    readonly ScriptEvaluator _evaluator;
    readonly AttributeReader _attributes;
    readonly List<string> _inputs = [];
    int _depth;

    /// <summary>A walk over this archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="arguments">What is given to arguments that are no tensors.</param>
    /// <param name="inputs">Types and shapes of the inputs; null where they are not known.</param>
    public ScriptWalk(ScriptArchive archive, ScriptArguments arguments, IReadOnlyList<Fact>? inputs)
    {
        _archive = archive;
        _arguments = arguments;
        Facts = inputs is null ? null : new ScriptFacts(inputs);
        _attributes = new AttributeReader(archive);
        _evaluator = new ScriptEvaluator(archive, this, _attributes);
    }

    /// <summary>Operator calls in program order.</summary>
    public List<TracedCall> Calls { get; } = [];

    /// <summary>What is known of the values; null where the inputs' shapes are not known.</summary>
    public ScriptFacts? Facts { get; }

    /// <summary>How often a list or dictionary was changed.</summary>
    public long Changes { get; set; }

    /// <summary>The work done so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The whole program as a graph.</summary>
    /// <exception cref="InputsNeededException">It asks for the inputs' shapes or types, and they are not
    /// known.</exception>
    public Graph Run()
    {
        var root = new ModuleScriptValue(_archive.Module.ClassName, "", _archive.Module);
        var (file, forward) = Method(root, "forward") ?? throw _archive.Bad(
            $"class {_archive.Module.ClassName} has no forward; save a module with " +
            $"torch.jit.script(...).save(...) or torch.jit.trace(...).save(...)");
        var arguments = _arguments.Of(_archive, file, forward, _inputs);
        var result = Invoke(file, forward, root.Path, [root, .. arguments], []);
        return new GraphWriter(_archive).Write(_inputs, Calls, Hold(result, file, forward.Line));
    }

    /// <summary>What is known of the program without its end: the inputs, and the calls so far.</summary>
    public Graph Known() => new GraphWriter(_archive).Write(_inputs, Calls, null);

    /// <summary>A method of an object's class; null when there is none.</summary>
    public (SourceFile File, Function Function)? Method(ModuleScriptValue module, string name) =>
        _archive.Class(module.ClassName) is ({ } file, { } found)
            && found.Methods.TryGetValue(name, out var method)
            ? (file, method)
            : null;

    /// <summary>Evaluates a function's body with these arguments and returns what it returns.</summary>
    /// <param name="file">Where it stands.</param>
    /// <param name="function">The function.</param>
    /// <param name="module">The module path that its calls belong to.</param>
    /// <param name="arguments">The first parameters, <c>self</c> included; defaults stand for the others.</param>
    /// <param name="keywords">Parameters by name.</param>
    public ScriptValue Invoke(
        SourceFile file, Function function, string module, IReadOnlyList<ScriptValue> arguments,
        IReadOnlyList<(string Name, ScriptValue Value)> keywords)
    {
        Enter(file, function.Line);
        var frame = new ScriptFrame(file, module);
        for (int n = 0; n < function.Parameters.Count; n++)
        {
            var parameter = function.Parameters[n];
            var named = keywords.FirstOrDefault(keyword => keyword.Name == parameter.Name).Value;
            frame.Variables[parameter.Name] = n < arguments.Count ? arguments[n]
                : named ?? (parameter.Default is { } other ? _evaluator.Evaluate(other, new ScriptFrame(file, module))
                : throw Misfit(arguments.Count + keywords.Count));
        }
        if (arguments.Count > function.Parameters.Count) throw Misfit(arguments.Count);
        Execute(function.Body, frame);
        Leave();
        return frame.Result ?? ConstantScriptValue.None;

        ModelFormatException Misfit(int given) => _archive.Bad(
            $"{file.File}:{function.Line}: {function.Name} is called with {given} arguments, "
            + $"expected {function.Parameters.Count}");
    }

    /// <summary>Counts one more level of nesting; refuses what would exhaust the stack.</summary>
    public void Enter(SourceFile file, int line)
    {
        if (++_depth > MaxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _archive.Bad(
                $"{file.File}:{line}: calls and expressions are nested too deep; does a method call itself?");
    }

    /// <summary>Ends a level.</summary>
    public void Leave() => _depth--;

    /// <summary>Counts work: loops without an end, and methods that call methods twice, many levels deep.</summary>
    public void Step(long steps = 1)
    {
        Steps += steps;
        if (Steps > MaxSteps)
            throw _archive.Bad($"the program takes more than {MaxSteps} steps to unroll; does a loop never end?");
    }

    /// <summary>What a value holds now, whatever is done to its lists later.</summary>
    public ScriptValue Hold(ScriptValue value, SourceFile file, int line)
    {
        try
        {
            return Hold(value, 0);
        }
        catch (OverflowException e)
        {
            throw _archive.Bad($"{file.File}:{line}: {e.Message}");
        }
    }

    ScriptValue Hold(ScriptValue value, int depth)
    {
        if (depth > ContainerScriptValue.MaxDepth)
            throw new OverflowException($"containers nested more than {ContainerScriptValue.MaxDepth} deep");
        switch (value)
        {
            case ListScriptValue list:
                if (list.Held is { } held && held.Changes == Changes) return held.Value;
                Step(list.Items.Count);
                var copy = new ListScriptValue(list.Items.Select(item => Hold(item, depth + 1)), list.IsTuple)
                    { Fields = list.Fields };
                list.Held = (copy, Changes);
                copy.Held = (copy, long.MaxValue);
                return copy;
            case DictScriptValue dict:
                var same = new DictScriptValue();
                Step(dict.Items.Count);
                foreach (var (key, item) in dict.Items) same.Set(key, Hold(item, depth + 1));
                return same;
            default:
                return value;
        }
    }

    // What came of a statement: the next one follows, or it left the loop's body, the loop, or the function.
    enum Flow
    {
        Next,
        Continue,
        Break,
        Return,
    }

    Flow Execute(IReadOnlyList<Statement> body, ScriptFrame frame)
    {
        foreach (var statement in body)
        {
            Step();
            if (Execute(statement, frame) is not Flow.Next and var left) return left;
        }
        return Flow.Next;
    }

    Flow Execute(Statement statement, ScriptFrame frame)
    {
        switch (statement)
        {
            case Assignment assignment:
                Assign(assignment, _evaluator.Evaluate(assignment.Value, frame), frame);
                return Flow.Next;
            case ExpressionStatement effect:
                _evaluator.Evaluate(effect.Value, frame);
                return Flow.Next;
            case ReturnStatement end:
                frame.Result = end.Value is null ? ConstantScriptValue.None : _evaluator.Evaluate(end.Value, frame);
                return Flow.Return;
            case IfStatement choice:
                Enter(frame.File, choice.Line);
                var flow = Execute(
                    _evaluator.Holds(choice.Condition, frame) ? choice.Then : choice.Else, frame);
                Leave();
                return flow;
            case WhileStatement loop:
                return Repeat(loop, frame);
            case ForStatement loop:
                return Repeat(loop, frame);
            case WithStatement with:
                return Inside(with, frame);
            case JumpStatement jump:
                return jump.IsBreak ? Flow.Break : Flow.Continue;
            case AssertStatement assertion:
                if (!_evaluator.Holds(assertion.Condition, frame))
                {
                    throw _evaluator.Raised(
                        assertion.Text is null ? "AssertionError"
                            : ScriptText.Of(_evaluator.Evaluate(assertion.Text, frame)).Text,
                        frame, assertion.Line);
                }
                return Flow.Next;
            case RefusedStatement refused:
                throw _archive.Unsupported(
                    $"{frame.File.File}:{refused.Line}: '{refused.Construct}' is no statement that PyTorch writes");
            default:
                throw _archive.Bad($"{frame.File.File}:{statement.Line}: a statement of an unknown kind");
        }
    }

    Flow Repeat(WhileStatement loop, ScriptFrame frame)
    {
        Enter(frame.File, loop.Line);
        var flow = Flow.Next;
        while (flow is Flow.Next or Flow.Continue && _evaluator.Holds(loop.Condition, frame))
        {
            Step();
            flow = Execute(loop.Body, frame);
        }
        Leave();
        return flow == Flow.Return ? flow : Flow.Next;
    }

    Flow Repeat(ForStatement loop, ScriptFrame frame)
    {
        Enter(frame.File, loop.Line);
        var flow = Flow.Next;
        foreach (var item in _evaluator.Items(loop.Items, frame))
        {
            Step();
            frame.Variables[loop.Variable] = item;
            flow = Execute(loop.Body, frame);
            if (flow is Flow.Break or Flow.Return) break;
        }
        Leave();
        return flow == Flow.Return ? flow : Flow.Next;
    }

    Flow Inside(WithStatement with, ScriptFrame frame)
    {
        Enter(frame.File, with.Line);
        var context = _evaluator.Evaluate(with.Context, frame);
        var entered = _evaluator.CallMethod(context, "__enter__", [], frame, with.Line);
        if (with.Variable is { } name) frame.Variables[name] = entered;
        var flow = Execute(with.Body, frame);
        var none = ConstantScriptValue.None;
        _evaluator.CallMethod(context, "__exit__", [none, none, none], frame, with.Line);
        Leave();
        return flow;
    }

    void Assign(Assignment assignment, ScriptValue value, ScriptFrame frame)
    {
        var parts = assignment.IsUnpacking
            ? _evaluator.TakeApart(value, assignment.Targets.Count, frame, assignment.Line)
            : [value];
        for (int n = 0; n < parts.Count; n++)
        {
            switch (assignment.Targets[n])
            {
                case NameExpression name:
                    frame.Variables[name.Name] = parts[n];
                    break;
                case AttributeExpression attribute:
                    _evaluator.SetAttribute(
                        _evaluator.Evaluate(attribute.Target, frame), attribute.Name, parts[n], frame, attribute.Line);
                    break;
                case SubscriptExpression item:
                    _evaluator.SetItem(
                        _evaluator.Evaluate(item.Target, frame), _evaluator.Evaluate(item.Index, frame), parts[n],
                        frame, item.Line);
                    break;
            }
        }
    }
}

/// <summary>One activation of a function.</summary>
/// <param name="File">Where its source stands.</param>
/// <param name="Module">The module path that its calls belong to.</param>
sealed record ScriptFrame(SourceFile File, string Module)
{
    /// <summary>Local variables.</summary>
    public Dictionary<string, ScriptValue> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>What the function returned; null while it runs.</summary>
    public ScriptValue? Result { get; set; }
}

/// <summary>The program asks for shapes or types of its inputs, and they are not known yet.</summary>
sealed class InputsNeededException : Exception;
