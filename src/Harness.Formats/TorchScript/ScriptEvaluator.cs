using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Evaluates expressions: constants and containers now, operators as calls, methods in place.</summary>
sealed class ScriptEvaluator(ScriptArchive archive, ScriptWalk walk)
{
    static readonly ConstantScriptValue None = new(Argument.None);
    readonly AttributeReader _attributes = new(archive);

    /// <summary>The value of an expression.</summary>
    public ScriptValue Evaluate(Expression expression, ScriptFrame frame)
    {
        walk.Step();
        walk.Enter(frame.File, expression.Line);
        var value = Dispatch(expression, frame);
        walk.Leave();
        return value;
    }

    /// <summary>The parts of a tuple or list; the result of a call becomes that many results.</summary>
    public IReadOnlyList<ScriptValue> TakeApart(ScriptValue value, int count, ScriptFrame frame, int line)
    {
        switch (value)
        {
            case ListScriptValue list when list.Items.Count == count:
                return list.Items;
            case ResultScriptValue { Part: ResultScriptValue.Whole } result:
                result.Call.Parts ??= [
                    .. Enumerable.Range(0, count).Select(part => new ResultScriptValue(result.Call, part))];
                if (result.Call.Parts.Length == count) return result.Call.Parts;
                break;
            case ResultScriptValue:
                return TakeApart(Emit("prim::ListUnpack", [value], [], frame, line), count, frame, line);
        }
        throw Bad(frame, line, $"{value.Kind} is taken apart into {count} values");
    }

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
            case AttributeExpression { Target: NameExpression { Name: "CONSTANTS" } } constant:
                return _attributes.Constant(constant.Name);
            case AttributeExpression attribute: return Attribute(Evaluate(attribute.Target, frame), attribute.Name,
                frame, attribute.Line);
            case SubscriptExpression subscript: return Subscript(subscript, frame);
            case CallExpression call: return Call(call, frame);
            default: throw Bad(frame, expression.Line, "an expression of an unknown kind");
        }
    }

    ScriptValue Variable(NameExpression name, ScriptFrame frame) =>
        frame.Variables.TryGetValue(name.Name, out var value) ? value : name.Name switch
        {
            "None" => None,
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
        return List(values, isTuple, frame, line);
    }

    ListScriptValue List(IReadOnlyList<ScriptValue> values, bool isTuple, ScriptFrame frame, int line) =>
        Bounded(() => new ListScriptValue(values, isTuple), frame, line);

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
        var items = new List<(string, ScriptValue)>();
        foreach (var (key, value) in dict.Items)
        {
            if (Evaluate(key, frame) is not ConstantScriptValue { Value: TextArgument text })
                throw Unsupported(frame, dict.Line, "a dictionary key that is no text");
            items.Add((text.Text, Evaluate(value, frame)));
        }
        return Bounded(() => new DictScriptValue(items), frame, dict.Line);
    }

    ScriptValue Attribute(ScriptValue target, string name, ScriptFrame frame, int line) =>
        target is ModuleScriptValue module
            ? _attributes.Read(module, name) ?? throw Bad(frame, line, $"{module.Kind} has no attribute '{name}'")
            : throw Unsupported(frame, line, $"attribute '{name}' of {target.Kind}");

    ScriptValue Subscript(SubscriptExpression subscript, ScriptFrame frame)
    {
        var target = Evaluate(subscript.Target, frame);
        var index = Evaluate(subscript.Index, frame);
        switch (target, index)
        {
            case (DictScriptValue dict, ConstantScriptValue { Value: TextArgument key }):
                foreach (var (name, value) in dict.Items)
                    if (name == key.Text) return value;
                throw Bad(frame, subscript.Line, $"the dictionary has no key '{key.Text}'");
            case (ListScriptValue list, ConstantScriptValue { Value: IntArgument at }):
                return Item(list.Items, at.Number);
            case (ResultScriptValue { Part: ResultScriptValue.Whole, Call.Parts: { } parts },
                ConstantScriptValue { Value: IntArgument at }):
                return Item(parts, at.Number);
            case (ResultScriptValue, ConstantScriptValue { Value: IntArgument } or ResultScriptValue):
                return Emit("aten::__getitem__", [target, index], [], frame, subscript.Line);
            default:
                throw Unsupported(frame, subscript.Line, $"{target.Kind} indexed by {index.Kind}");
        }

        ScriptValue Item(IReadOnlyList<ScriptValue> items, long at)
        {
            long from = at < 0 ? at + items.Count : at;
            return from >= 0 && from < items.Count ? items[(int)from]
                : throw Bad(frame, subscript.Line, $"index {at} into {items.Count} items");
        }
    }

    ScriptValue Call(CallExpression call, ScriptFrame frame)
    {
        if (call.Function is NameExpression builtin && !frame.Variables.ContainsKey(builtin.Name))
            return Builtin(builtin.Name, call, frame);
        if (call.Function is not AttributeExpression method)
            throw Unsupported(frame, call.Line, "a call of something that is no function");
        if (DottedName(method) is { } dotted
            && !frame.Variables.ContainsKey(dotted[..dotted.IndexOf('.', StringComparison.Ordinal)]))
            return Global(dotted, call, frame);
        var target = Evaluate(method.Target, frame);
        if (target is not ModuleScriptValue module)
            throw Unsupported(frame, call.Line, $"method '{method.Name}' of {target.Kind}");
        var (file, function) = walk.Method(module, method.Name)
            ?? throw Bad(frame, call.Line, $"class {module.Made.ClassName} has no method '{method.Name}'");
        return walk.Invoke(file, function, module.Path, [module, .. Positional(call, frame)]);
    }

    ScriptValue Global(string dotted, CallExpression call, ScriptFrame frame)
    {
        string[] path = dotted.Split('.');
        if (path is ["torch", "device"]
            && Positional(call, frame) is [ConstantScriptValue { Value: TextArgument } device]) return device;
        if (path is ["torch", var op]) return Emit($"aten::{op}", call, frame);
        if (path is ["ops", var space, var name]) return Emit($"{space}::{name}", call, frame);
        if (path[0] != "__torch__") throw Unsupported(frame, call.Line, $"function '{dotted}'");
        int dot = dotted.LastIndexOf('.');
        string last = dotted[(dot + 1)..];
        if (archive.Source(dotted[..dot]) is not { } file)
            throw Bad(frame, call.Line, $"'{dotted}' is called, but the archive lacks its source");
        if (file.Functions.TryGetValue(last, out var function))
            return walk.Invoke(file, function, frame.Module, Positional(call, frame));
        if (file.Classes.TryGetValue(last, out var made) && made.Ancestor == "NamedTuple")
            return NamedTuple(made, Positional(call, frame), frame, call.Line);
        throw Unsupported(frame, call.Line, $"an object of class '{dotted}' made while running");
    }

    DictScriptValue NamedTuple(ClassSyntax made, List<ScriptValue> values, ScriptFrame frame, int line) =>
        made.Fields.Count == values.Count
            ? Bounded(() => new DictScriptValue([.. made.Fields.Zip(values)]), frame, line)
            : throw Bad(frame, line, $"{made.Name} has {made.Fields.Count} fields and is given {values.Count} values");

    ScriptValue Builtin(string name, CallExpression call, ScriptFrame frame)
    {
        // The first argument of annotate and unchecked_cast is a type, not a value.
        if (name is "annotate" or "unchecked_cast" && call.Arguments.Count == 2)
            return Evaluate(call.Arguments[1], frame);
        var arguments = Positional(call, frame);
        switch (name, arguments)
        {
            case ("unchecked_unwrap_optional", [var value]): return value;
            case ("getattr", [var target, ConstantScriptValue { Value: TextArgument attribute }]):
                return Attribute(target, attribute.Text, frame, call.Line);
            case ("int" or "float"
                or "bool", [ConstantScriptValue constant]): return Converted(name, constant.Value, frame, call.Line);
            case ("int", [var value]): return Emit("aten::Int", [value], [], frame, call.Line);
            case ("float", [var value]): return Emit("aten::Float", [value], [], frame, call.Line);
            case ("bool", [var value]): return Emit("aten::Bool", [value], [], frame, call.Line);
            default: throw Unsupported(frame, call.Line, $"function '{name}'");
        }
    }

    ConstantScriptValue Converted(string type, Argument value, ScriptFrame frame, int line)
    {
        double? number = value switch
        {
            IntArgument i => i.Number,
            FloatArgument f => f.Number,
            BoolArgument b => b.Flag ? 1 : 0,
            TextArgument { Text: "inf" } => double.PositiveInfinity,
            TextArgument { Text: "-inf" } => double.NegativeInfinity,
            TextArgument { Text: "nan" } => double.NaN,
            _ => null,
        };
        return (type, value, number) switch
        {
            ("int", IntArgument, _) => Constant(value),
            ("int", not TextArgument, { } x) when Math.Abs(x) < 1L << 53 => Constant(Argument.Of((long)x)),
            ("float", _, { } x) => Constant(Argument.Of(x)),
            ("bool", not TextArgument, { } x) => Constant(Argument.Of(x != 0)),
            _ => throw Bad(frame, line, $"{type}() of the constant {value}"),
        };
    }

    ResultScriptValue Emit(string target, CallExpression call, ScriptFrame frame)
    {
        var arguments = new ScriptValue[call.Arguments.Count];
        for (int n = 0; n < arguments.Length; n++) arguments[n] = Evaluate(call.Arguments[n], frame);
        var keywords = new (string, ScriptValue)[call.Keywords.Count];
        for (int n = 0; n < keywords.Length; n++)
            keywords[n] = (call.Keywords[n].Name, Evaluate(call.Keywords[n].Value, frame));
        return Emit(target, arguments, keywords, frame, call.Line);
    }

    ResultScriptValue Emit(
        string target,
        IReadOnlyList<ScriptValue> arguments,
        IReadOnlyList<(string, ScriptValue)> keywords,
        ScriptFrame frame,
        int line)
    {
        var call = new TracedCall(target, arguments, keywords, new SourcePlace(frame.Module, frame.File.File, line));
        walk.Calls.Add(call);
        return new ResultScriptValue(call, ResultScriptValue.Whole);
    }

    List<ScriptValue> Positional(CallExpression call, ScriptFrame frame)
    {
        if (call.Keywords.Count > 0)
            throw Unsupported(frame, call.Line, $"keyword argument '{call.Keywords[0].Name}' of a function");
        var values = new List<ScriptValue>(call.Arguments.Count);
        foreach (var argument in call.Arguments) values.Add(Evaluate(argument, frame));
        return values;
    }

    // torch.conv2d, ops.prim.NumToTensor, __torch__.a.b.f; null when the chain does not begin with a name.
    static string? DottedName(AttributeExpression attribute)
    {
        var names = new Stack<string>();
        Expression at = attribute;
        while (at is AttributeExpression step)
        {
            names.Push(step.Name);
            at = step.Target;
        }
        if (at is not NameExpression first) return null;
        names.Push(first.Name);
        return string.Join('.', names);
    }

    static ConstantScriptValue Constant(Argument value) => new(value);

    ModelFormatException Bad(ScriptFrame frame, int line, string message) =>
        archive.Bad($"{frame.File.File}:{line}: {message}");

    ModelFormatException Unsupported(ScriptFrame frame, int line, string what) =>
        archive.Unsupported(
            string.Create(CultureInfo.InvariantCulture, $"{frame.File.File}:{line}: {what} is not supported; "
            + $"save a trace of the model in eval mode with torch.jit.trace"));
}
