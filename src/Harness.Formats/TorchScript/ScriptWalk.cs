using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Walks the straight-line source from the root's <c>forward</c>, puts every method it calls in place, and
/// collects the calls of operators.</summary>
sealed class ScriptWalk
{
    const int MaxDepth = 1500;
    const int MaxSteps = 2_000_000;

    readonly ScriptArchive _archive;
    readonly ScriptEvaluator _evaluator;
    int _depth;
    int _steps;

    /// <summary>A walk over this archive.</summary>
    public ScriptWalk(ScriptArchive archive)
    {
        _archive = archive;
        _evaluator = new ScriptEvaluator(archive, this);
    }

    /// <summary>Operator calls in program order.</summary>
    public List<TracedCall> Calls { get; } = [];

    /// <summary>The whole program as a graph.</summary>
    public Graph Run()
    {
        var root = new ModuleScriptValue(_archive.Module, "");
        var (file, forward) = Method(root, "forward") ?? throw _archive.Bad(
            $"class {_archive.Module.ClassName} has no forward; save a trace of a module with " +
            $"torch.jit.trace(...).save(...)");
        var inputs = new List<InputScriptValue>();
        foreach (var parameter in forward.Parameters.Skip(1))
        {
            if (parameter.Type is not (null or NameExpression { Name: "Tensor" }))
            {
                throw _archive.Unsupported(
                    $"{file.File}:{forward.Line}: forward's argument '{parameter.Name}' is no tensor; "
                    + "trace a module whose arguments are tensors");
            }
            inputs.Add(new InputScriptValue(inputs.Count, parameter.Name));
        }
        var result = Invoke(file, forward, root.Path, [root, .. inputs]);
        return new GraphWriter(_archive).Write([.. forward.Parameters.Skip(1).Select(p => p.Name)], Calls, result);
    }

    /// <summary>A method of an object's class; null when there is none.</summary>
    public (SourceFile File, Function Function)? Method(ModuleScriptValue module, string name) =>
        _archive.Class(module.Made.ClassName) is ({ } file, { } found)
            && found.Methods.TryGetValue(name, out var method)
            ? (file, method)
            : null;

    /// <summary>Walks a function's body with these arguments and returns what it returns.</summary>
    /// <param name="file">Where it stands.</param>
    /// <param name="function">The function.</param>
    /// <param name="module">The module path that its calls belong to.</param>
    /// <param name="arguments">One per parameter, <c>self</c> included.</param>
    public ScriptValue Invoke(SourceFile file, Function function, string module, IReadOnlyList<ScriptValue> arguments)
    {
        if (arguments.Count != function.Parameters.Count)
        {
            throw _archive.Bad(
                $"{file.File}:{function.Line}: {function.Name} is called with {arguments.Count} arguments, "
                + $"expected {function.Parameters.Count}");
        }
        Enter(file, function.Line);
        var frame = new ScriptFrame(file, module);
        for (int n = 0; n < arguments.Count; n++) frame.Variables[function.Parameters[n].Name] = arguments[n];
        foreach (var statement in function.Body)
        {
            Step();
            switch (statement)
            {
                case Assignment assignment:
                    Assign(assignment, _evaluator.Evaluate(assignment.Value, frame), frame);
                    break;
                case ExpressionStatement effect:
                    _evaluator.Evaluate(effect.Value, frame);
                    break;
                case ReturnStatement end:
                    var result = end.Value is null ? new ConstantScriptValue(Argument.None)
                        : _evaluator.Evaluate(end.Value, frame);
                    Leave();
                    return result;
                case RefusedStatement refused:
                    throw _archive.Unsupported(
                        $"{file.File}:{refused.Line}: '{refused.Construct}' is no straight-line code: "
                        + "this model was scripted; save it with torch.jit.trace(model.eval(), example) instead");
            }
        }
        Leave();
        return new ConstantScriptValue(Argument.None);
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

    /// <summary>Counts work: methods that call methods twice, many levels deep, would never end.</summary>
    public void Step()
    {
        if (++_steps > MaxSteps) throw _archive.Bad($"the program takes more than {MaxSteps} steps to unroll");
    }

    void Assign(Assignment assignment, ScriptValue value, ScriptFrame frame)
    {
        if (!assignment.IsUnpacking)
        {
            frame.Variables[assignment.Targets[0]] = value;
            return;
        }
        var parts = _evaluator.TakeApart(value, assignment.Targets.Count, frame, assignment.Line);
        for (int n = 0; n < parts.Count; n++) frame.Variables[assignment.Targets[n]] = parts[n];
    }
}

/// <summary>One activation of a function.</summary>
/// <param name="File">Where its source stands.</param>
/// <param name="Module">The module path that its calls belong to.</param>
sealed record ScriptFrame(SourceFile File, string Module)
{
    /// <summary>Local variables.</summary>
    public Dictionary<string, ScriptValue> Variables { get; } = new(StringComparer.Ordinal);
}
