using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Evaluates expressions: what is no tensor now, operators on tensors as calls, functions and methods in
/// place.</summary>
sealed class ScriptEvaluator
{
    // What gives a number, or a list of them, of a tensor.
    static readonly HashSet<string> s_numbers =
    [
        "aten::Int", "aten::Float", "aten::Bool", "aten::item", "aten::IntImplicit", "aten::FloatImplicit",
        "aten::ScalarImplicit", "aten::size", "aten::dim", "aten::len", "aten::numel",
    ];

    static readonly InputScriptValue s_tensor = new(0, "");

    readonly ScriptArchive _archive;
    readonly ScriptWalk _walk;
    readonly AttributeReader _attributes;
    readonly ScriptFunctions _functions;

    public ScriptEvaluator(ScriptArchive archive, ScriptWalk walk, AttributeReader attributes)
    {
        (_archive, _walk, _attributes) = (archive, walk, attributes);
        _functions = new ScriptFunctions(walk);
    }

    /// <summary>The value of an expression.</summary>
    public ScriptValue Evaluate(Expression expression, ScriptFrame frame)
    {
        _walk.Step();
        _walk.Enter(frame.File, expression.Line);
        var value = Dispatch(expression, frame);
        _walk.Leave();
        return value;
    }

    /// <summary>True where a condition holds.</summary>
    /// <exception cref="InputsNeededException">It asks for the inputs, which are not known.</exception>
    /// <exception cref="ModelException">PAR1002: it asks for a tensor's elements.</exception>
    public bool Holds(Expression condition, ScriptFrame frame)
    {
        var value = Evaluate(condition, frame);
        return value switch
        {
            ConstantScriptValue { Value: BoolArgument flag } => flag.Flag,
            ConstantScriptValue { Value: IntArgument number } => number.Number != 0,
            _ => throw Unknown(value, "a condition", frame, condition.Line),
        };
    }

    /// <summary>What a loop goes through.</summary>
    public IEnumerable<ScriptValue> Items(Expression items, ScriptFrame frame)
    {
        if (items is CallExpression { Function: NameExpression { Name: "range" }, Arguments: [_, ..] ends }
            && !frame.Variables.ContainsKey("range"))
            return Range([.. ends.Select(end => Integer(Evaluate(end, frame), frame, items.Line))], frame, items.Line);
        return Evaluate(items, frame) switch
        {
            ListScriptValue list => [.. list.Items],
            var other => throw Unknown(other, "what a loop goes through", frame, items.Line),
        };
    }

    IEnumerable<ScriptValue> Range(long[] ends, ScriptFrame frame, int line)
    {
        var (from, to, step) = ends switch
        {
            [var only] => (0, only, 1),
            [var first, var last] => (first, last, 1),
            [var first, var last, var by] => (first, last, by),
            _ => throw Bad(frame, line, $"range() of {ends.Length} numbers"),
        };
        if (step == 0) throw Raised("range() arg 3 must not be zero", frame, line);
        return Count();

        IEnumerable<ScriptValue> Count()
        {
            for (long at = from; step > 0 ? at < to : at > to; at += step) yield return Constant(Argument.Of(at));
        }
    }

    long Integer(ScriptValue value, ScriptFrame frame, int line) =>
        value is ConstantScriptValue { Value: IntArgument number } ? number.Number
            : throw Unknown(value, "a number", frame, line);

    /// <summary>The parts of a tuple or list; the result of a call becomes that many results.</summary>
    public IReadOnlyList<ScriptValue> TakeApart(ScriptValue value, int count, ScriptFrame frame, int line)
    {
        switch (value)
        {
            case ListScriptValue list when list.Items.Count == count:
                return list.Items;
            case ListScriptValue { IsTuple: false } list:
                throw Fault(frame, line, $"a list of {list.Items.Count} items is taken apart into {count} values");
            // One result of one item would be the list.
            case ResultScriptValue { Part: ResultScriptValue.Whole } result when count > 1:
                result.Call.Parts ??= [
                    .. Enumerable.Range(0, count).Select(part => new ResultScriptValue(result.Call, part))];
                if (result.Call.Parts.Length == count) return result.Call.Parts;
                break;
            case ResultScriptValue when count == 1:
                return [Emit("prim::ListUnpack", [value], [], frame, line)];
            case ResultScriptValue:
                return TakeApart(Emit("prim::ListUnpack", [value], [], frame, line), count, frame, line);
        }
        throw Bad(frame, line, $"{value.Kind} is taken apart into {count} values");
    }

    /// <summary>Sets an attribute of an object.</summary>
    public void SetAttribute(ScriptValue target, string name, ScriptValue value, ScriptFrame frame, int line)
    {
        if (target is not ModuleScriptValue module)
            throw Bad(frame, line, $"attribute '{name}' of {target.Kind} is set");
        if (_attributes.Write(module, name, value)) return;
        string path = module.Path.Length == 0 ? name : $"{module.Path}.{name}";
        throw Unsupported(frame, line, $"the module changes its attribute '{path}' after reading it, so that the next "
            + "inference would find another value: that");
    }

    /// <summary>Sets an item of a list or dictionary.</summary>
    public void SetItem(ScriptValue target, ScriptValue index, ScriptValue value, ScriptFrame frame, int line)
    {
        if (Function("aten::_set_item", [target, index, value], [], frame, line) is null)
            throw Unsupported(frame, line, $"an assignment to an item of {target.Kind}");
    }

    /// <summary>Calls a method of an object.</summary>
    public ScriptValue CallMethod(
        ScriptValue target, string name, IReadOnlyList<ScriptValue> arguments, ScriptFrame frame, int line) =>
        CallMethod(target, name, arguments, [], frame, line);

    /// <summary>What the program raises.</summary>
    public ModelFormatException Raised(string text, ScriptFrame frame, int line)
    {
        string what = $"{frame.File.File}:{line}: the module raises '{Short(text)}'";
        return _walk.Facts is null ? _archive.Unsupported(what)
            : _archive.Misfit($"{what} for inputs of these shapes and types");
    }

    static string Short(string text) => text.Length > 200 ? string.Concat(text.AsSpan(0, 200), "…") : text;

    ScriptValue Dispatch(Expression expression, ScriptFrame frame)
    {
        switch (expression)
        {
            case NameExpression name: return Variable(name, frame);
            case IntExpression number:
                return number.Magnitude <= long.MaxValue
                    ? Constant(Argument.Of((long)number.Magnitude))
                    : throw Bad(frame, number.Line, $"integer {number.Magnitude} is beyond 64 bits");
            case FloatExpression number: return Constant(Argument.Of(number.Value));
            case TextExpression text: return Constant(Argument.Of(text.Text));
            case NegateExpression negate: return Negate(negate, frame);
            case ListExpression list: return List(list.Items, isTuple: false, frame, list.Line);
            case TupleExpression tuple: return List(tuple.Items, isTuple: true, frame, tuple.Line);
            case DictExpression dict: return Dict(dict, frame);
            case ChoiceExpression choice:
                return Evaluate(Holds(choice.Condition, frame) ? choice.Then : choice.Else, frame);
            case AttributeExpression { Target: NameExpression { Name: "CONSTANTS" } } constant:
                return _attributes.Constant(constant.Name);
            case AttributeExpression attribute: return Attribute(attribute, frame);
            case SubscriptExpression subscript: return Subscript(subscript, frame);
            case CallExpression call: return Call(call, frame);
            default: throw Bad(frame, expression.Line, "an expression of an unknown kind");
        }
    }

    ScriptValue Variable(NameExpression name, ScriptFrame frame) =>
        frame.Variables.TryGetValue(name.Name, out var value) ? value : name.Name switch
        {
            "None" => ConstantScriptValue.None,
            "True" => Constant(Argument.Of(true)),
            "False" => Constant(Argument.Of(false)),
            "inf" => Constant(Argument.Of(double.PositiveInfinity)),
            "nan" => Constant(Argument.Of(double.NaN)),
            _ => throw Bad(frame, name.Line, $"'{name.Name}' is used before it has a value"),
        };

    ConstantScriptValue Negate(NegateExpression negate, ScriptFrame frame)
    {
        if (negate.Operand is IntExpression { Magnitude: 1UL << 63 }) return Constant(Argument.Of(long.MinValue));
        return Evaluate(negate.Operand, frame) switch
        {
            ConstantScriptValue { Value: IntArgument number } => Constant(Argument.Of(-number.Number)),
            ConstantScriptValue { Value: FloatArgument number } => Constant(Argument.Of(-number.Number)),
            var other => throw Bad(frame, negate.Line, $"minus stands before {other.Kind}"),
        };
    }

    ListScriptValue List(IReadOnlyList<Expression> items, bool isTuple, ScriptFrame frame, int line)
    {
        var values = new ScriptValue[items.Count];
        for (int n = 0; n < values.Length; n++) values[n] = Evaluate(items[n], frame);
        return Bounded(() => new ListScriptValue(values, isTuple), frame, line);
    }

    T Bounded<T>(Func<T> make, ScriptFrame frame, int line)
    {
        try
        {
            return make();
        }
        catch (OverflowException e)
        {
            throw Bad(frame, line, e.Message);
        }
    }

    DictScriptValue Dict(DictExpression dict, ScriptFrame frame)
    {
        var made = new DictScriptValue();
        foreach (var (key, value) in dict.Items)
        {
            var (name, held) = (Evaluate(key, frame), Evaluate(value, frame));
            if (name is not ConstantScriptValue { Value: not NoneArgument } known)
                throw Unsupported(frame, dict.Line, $"a dictionary whose key is {name.Kind}");
            Bounded(() =>
            {
                made.Set(known.Value, held);
                return made;
            }, frame, dict.Line);
        }
        return made;
    }

    ScriptValue Attribute(AttributeExpression attribute, ScriptFrame frame)
    {
        // A function, or a member of an enumeration, by its qualified name.
        if (Dotted(attribute, frame) is { } dotted)
        {
            int dot = dotted.LastIndexOf('.');
            string last = dotted[(dot + 1)..];
            if (_archive.Source(dotted[..dot]) is { } file && file.Functions.ContainsKey(last))
                return new FunctionScriptValue(dotted);
            if (_archive.Class(dotted[..dot]) is (_, { Ancestor: "Enum" } found)
                && found.Values.TryGetValue(last, out var member) && ScriptType.Literal(member) is { } stands)
                return new EnumScriptValue(dotted[..dot], last, stands);
            throw Unsupported(frame, attribute.Line, $"'{dotted}'");
        }
        return Attribute(Evaluate(attribute.Target, frame), attribute.Name, frame, attribute.Line);
    }

    ScriptValue Attribute(ScriptValue target, string name, ScriptFrame frame, int line)
    {
        switch (target)
        {
            case EnumScriptValue member when name == "name": return Constant(Argument.Of(member.Name));
            case EnumScriptValue member when name == "value": return member.Value;
            case ListScriptValue { Fields: { } fields } tuple:
                for (int n = 0; n < fields.Count; n++)
                    if (fields[n] == name) return tuple.Items[n];
                break;
            case ModuleScriptValue module:
                var value = _attributes.Read(module, name);
                if (name == "training" && value is ConstantScriptValue { Value: BoolArgument { Flag: true } })
                {
                    throw Unsupported(frame, line, $"module '{module.Path}' was saved in training mode: "
                        + "call .eval() before scripting it. Training");
                }
                if (value is not null) return value;
                if (_archive.Class(module.ClassName) is (_, { } found)
                    && found.Values.TryGetValue(name, out var constant) && ScriptType.Literal(constant) is { } literal)
                    return literal;
                throw Bad(frame, line, $"{module.Kind} has no attribute '{name}'");
        }
        throw Unsupported(frame, line, $"attribute '{name}' of {target.Kind}");
    }

    ScriptValue Subscript(SubscriptExpression subscript, ScriptFrame frame)
    {
        var target = Evaluate(subscript.Target, frame);
        int line = subscript.Line;
        if (subscript.Index is SliceExpression slice)
        {
            ScriptValue[] bounds = [target, .. new[] { slice.Start, slice.Stop, slice.Step }.Select(
                bound => bound is null ? ConstantScriptValue.None : Evaluate(bound, frame))];
            return Function("aten::slice", bounds, [], frame, line)
                ?? throw Unsupported(frame, line, $"a slice of {target.Kind}");
        }
        var index = Evaluate(subscript.Index, frame);
        if (target is ResultScriptValue { Part: ResultScriptValue.Whole, Call.Parts: { } parts }
            && index is ConstantScriptValue { Value: IntArgument at })
        {
            long from = at.Number < 0 ? at.Number + parts.Length : at.Number;
            return from >= 0 && from < parts.Length ? parts[(int)from]
                : throw Fault(frame, line, $"index {at} into {parts.Length} items");
        }
        if (target is ListScriptValue or DictScriptValue or ConstantScriptValue { Value: TextArgument }
            && index is not ConstantScriptValue)
            throw Unknown(index, "an index", frame, line);
        return Function("aten::__getitem__", [target, index], [], frame, line)
            ?? (target is ResultScriptValue && index is ConstantScriptValue { Value: IntArgument } or ResultScriptValue
                ? Emit("aten::__getitem__", [target, index], [], frame, line)
                : throw Unsupported(frame, line, $"{target.Kind} indexed by {index.Kind}"));
    }

    ScriptValue Call(CallExpression call, ScriptFrame frame)
    {
        if (call.Function is NameExpression builtin)
        {
            if (!frame.Variables.TryGetValue(builtin.Name, out var variable))
                return Builtin(builtin.Name, call, frame);
            if (variable is not FunctionScriptValue function)
                throw Unsupported(frame, call.Line, $"a call of {variable.Kind}");
            return Global(function.Name, call, frame);
        }
        if (call.Function is not AttributeExpression method)
            throw Unsupported(frame, call.Line, "a call of something that is no function");
        if (Dotted(method, frame) is { } dotted) return Global(dotted, call, frame);
        var target = Evaluate(method.Target, frame);
        var (arguments, keywords) = Arguments(call, frame);
        return CallMethod(target, method.Name, arguments, keywords, frame, call.Line);
    }

    ScriptValue CallMethod(
        ScriptValue target, string name, IReadOnlyList<ScriptValue> arguments,
        IReadOnlyList<(string Name, ScriptValue Value)> keywords, ScriptFrame frame, int line)
    {
        if (target is not ModuleScriptValue module)
            throw Unsupported(frame, line, $"method '{name}' of {target.Kind}");
        var (file, function) = _walk.Method(module, name)
            ?? throw Bad(frame, line, $"class {module.ClassName} has no method '{name}'");
        return _walk.Invoke(file, function, module.Path, [module, .. arguments], keywords);
    }

    ScriptValue Global(string dotted, CallExpression call, ScriptFrame frame)
    {
        string[] path = dotted.Split('.');
        if (path is ["torch", var op]) return Operator($"aten::{op}", call, frame);
        if (path is ["ops", var space, var name]) return Operator($"{space}::{name}", call, frame);
        if (path[0] != "__torch__") throw Unsupported(frame, call.Line, $"function '{dotted}'");
        int dot = dotted.LastIndexOf('.');
        string last = dotted[(dot + 1)..];
        if (last == "__new__" && _archive.Class(dotted[..dot]) is not null)
            return new ModuleScriptValue(dotted[..dot], frame.Module, null);
        if (_archive.Source(dotted[..dot]) is not { } file)
            throw Bad(frame, call.Line, $"'{dotted}' is called, but the archive lacks its source");
        var (arguments, keywords) = Arguments(call, frame);
        if (file.Functions.TryGetValue(last, out var function))
            return _walk.Invoke(file, function, frame.Module, arguments, keywords);
        if (file.Classes.TryGetValue(last, out var made) && made.Ancestor == "NamedTuple" && keywords.Count == 0)
        {
            if (made.Fields.Count != arguments.Count)
            {
                throw Bad(frame, call.Line, $"{made.Name} has {made.Fields.Count} fields and is given "
                    + $"{arguments.Count} values");
            }
            string[] fields = [.. made.Fields.Select(field => field.Name)];
            return Bounded(
                () => new ListScriptValue(arguments, isTuple: true) { Fields = fields }, frame, call.Line);
        }
        throw Unsupported(frame, call.Line, $"a call of '{dotted}'");
    }

    ScriptValue Operator(string target, CallExpression call, ScriptFrame frame)
    {
        var (arguments, keywords) = Arguments(call, frame);
        return Operator(target, arguments, keywords, frame, call.Line);
    }

    ScriptValue Operator(
        string target, List<ScriptValue> arguments, List<(string Name, ScriptValue Value)> keywords, ScriptFrame frame,
        int line)
    {
        if (target == "prim::RaiseException")
            throw Raised(arguments.Count == 0 ? "" : ScriptText.Of(arguments[0]).Text, frame, line);
        return Function(target, arguments, keywords, frame, line) ?? Emit(target, arguments, keywords, frame, line);
    }

    // What a function gives that needs no operator; null for one that does.
    ScriptValue? Function(
        string target, IReadOnlyList<ScriptValue> arguments, IReadOnlyList<(string Name, ScriptValue Value)> keywords,
        ScriptFrame frame, int line)
    {
        try
        {
            return _functions.Call(target, arguments, keywords);
        }
        catch (ScriptFault e)
        {
            throw e.Kind switch
            {
                FaultKind.Raised => Fault(frame, line, e.Message),
                FaultKind.Unknown when _walk.Facts is null => new InputsNeededException(),
                _ => Unsupported(frame, line, e.Message),
            };
        }
        catch (ArithmeticException e)
        {
            throw Fault(frame, line, $"{target}: {e.Message}");
        }
    }

    ScriptValue Builtin(string name, CallExpression call, ScriptFrame frame)
    {
        switch (name)
        {
            // The first argument of these is a type, not a value.
            case "annotate" or "unchecked_cast" when call.Arguments.Count == 2:
                return Evaluate(call.Arguments[1], frame);
            case "uninitialized": return new OpaqueScriptValue("a variable without a value");
            case "isinstance" when call.Arguments is [var value, var type]:
                var held = Evaluate(value, frame);
                // A result may be a list, unless it is known to be a tensor.
                if (held is ResultScriptValue && _walk.Facts?.Of(held) is not null) held = s_tensor;
                return ScriptType.Holds(type, held) is { } holds ? Constant(Argument.Of(holds))
                    : throw Unknown(held, "what isinstance() asks for", frame, call.Line);
            case "print":
                Arguments(call, frame);
                return ConstantScriptValue.None;
        }
        var (arguments, keywords) = Arguments(call, frame);
        switch (name, arguments)
        {
            case ("unchecked_unwrap_optional", [var value]): return value;
            case ("getattr", [var target, ConstantScriptValue { Value: TextArgument attribute }]):
                return Attribute(target, attribute.Text, frame, call.Line);
            case ("int", [var value]): return Operator("aten::Int", [value], [], frame, call.Line);
            case ("float", [var value]): return Operator("aten::Float", [value], [], frame, call.Line);
            case ("bool", [var value]): return Operator("aten::Bool", [value], [], frame, call.Line);
            case ("str", [var value]): return Operator("aten::str", [value], [], frame, call.Line);
            case ("len" or "sorted" or "list" or "dict" or "abs" or "min" or "max" or "ord", [_, ..]):
                return Function($"aten::{name}", arguments, keywords, frame, call.Line)
                    ?? throw Unsupported(frame, call.Line, $"{name}() of {arguments[0].Kind}");
            case ("range", [_, ..]):
                long[] ends = [.. arguments.Select(end => Integer(end, frame, call.Line))];
                return Bounded(
                    () => new ListScriptValue(Counted(Range(ends, frame, call.Line)), isTuple: false), frame,
                    call.Line);
            default: throw Unsupported(frame, call.Line, $"function '{name}'");
        }
    }

    IEnumerable<ScriptValue> Counted(IEnumerable<ScriptValue> items)
    {
        foreach (var item in items)
        {
            _walk.Step();
            yield return item;
        }
    }

    ScriptValue Emit(
        string target,
        IReadOnlyList<ScriptValue> arguments,
        IReadOnlyList<(string Name, ScriptValue Value)> keywords,
        ScriptFrame frame,
        int line)
    {
        bool isNumber = s_numbers.Contains(target)
            || (target is "aten::__getitem__" or "prim::ListUnpack"
                && arguments is [ResultScriptValue { IsNumber: true }, ..])
            || ScriptFunctions.IsOfNumbers(target, arguments);
        var call = new TracedCall(
            target, [.. arguments.Select(argument => _walk.Hold(argument, frame.File, line))],
            [.. keywords.Select(keyword => (keyword.Name, _walk.Hold(keyword.Value, frame.File, line)))],
            new SourcePlace(frame.Module, frame.File.File, line))
        {
            GivesNumber = isNumber,
        };
        var result = new ResultScriptValue(call, ResultScriptValue.Whole);
        if (_walk.Facts is not { } facts)
        {
            _walk.Add(call);
            return result;
        }
        int? tensors;
        try
        {
            tensors = facts.Add(call);
        }
        catch (ModelException e) when (e is not ModelFormatException)
        {
            throw _archive.At(e.Finding);
        }
        // A number that is known is none of the graph's business.
        if (isNumber && facts.NumberOf(result) is { } number) return ToValue(number);
        _walk.Add(call);
        if (tensors is not { } count) return result;
        // One result of one item would be the list.
        if (count == 1)
            return new ListScriptValue([Emit("prim::ListUnpack", [result], [], frame, line)], isTuple: false);
        return new ListScriptValue(TakeApart(result, count, frame, line), isTuple: false);
    }

    static ScriptValue ToValue(Argument number) => number is ListArgument list
        ? new ListScriptValue(list.Items.Select(ToValue), isTuple: false) : new ConstantScriptValue(number);

    (List<ScriptValue> Arguments, List<(string Name, ScriptValue Value)> Keywords) Arguments(
        CallExpression call, ScriptFrame frame)
    {
        var values = new List<ScriptValue>(call.Arguments.Count);
        foreach (var argument in call.Arguments) values.Add(Evaluate(argument, frame));
        var keywords = new List<(string, ScriptValue)>(call.Keywords.Count);
        foreach (var (name, value) in call.Keywords) keywords.Add((name, Evaluate(value, frame)));
        return (values, keywords);
    }

    // torch.conv2d, ops.prim.NumToTensor, __torch__.a.b.f; null when the chain does not begin with a name, or that is
    // a variable.
    static string? Dotted(AttributeExpression attribute, ScriptFrame frame)
    {
        var names = new Stack<string>();
        Expression at = attribute;
        while (at is AttributeExpression step)
        {
            names.Push(step.Name);
            at = step.Target;
        }
        if (at is not NameExpression first || frame.Variables.ContainsKey(first.Name)) return null;
        names.Push(first.Name);
        return string.Join('.', names);
    }

    static ConstantScriptValue Constant(Argument value) => new(value);

    // What is asked of a value is not known: because the inputs are not, because an operator is not supported, or
    // because only the tensor's elements tell.
    Exception Unknown(ScriptValue value, string asked, ScriptFrame frame, int line)
    {
        if (value is InputScriptValue or StoredScriptValue or ResultScriptValue)
        {
            if (_walk.Facts is not { } facts) return new InputsNeededException();
            string place = $"{frame.File.File}:{line}";
            return facts.RefusalOf(value) is { } refusal
                ? _archive.Unsupported(
                    $"{refusal.Message} (at {refusal.Place}), and {asked} at {place} needs its shape")
                : Unsupported(frame, line, $"{asked} that depends on a tensor's elements ({value.Kind})");
        }
        return Bad(frame, line, $"{asked} is {value.Kind}");
    }

    // What Python would raise: of inputs that do not fit, where they are known.
    ModelFormatException Fault(ScriptFrame frame, int line, string message) => _walk.Facts is null
        ? Bad(frame, line, message) : _archive.Misfit($"{frame.File.File}:{line}: {message}");

    ModelFormatException Bad(ScriptFrame frame, int line, string message) =>
        _archive.Bad($"{frame.File.File}:{line}: {message}");

    ModelFormatException Unsupported(ScriptFrame frame, int line, string what) =>
        _archive.Unsupported(
            string.Create(CultureInfo.InvariantCulture, $"{frame.File.File}:{line}: {what} is not supported; "
            + $"save a trace of the model in eval mode with torch.jit.trace"));
}
