using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Types as the printer writes them: <c>Tensor</c>, <c>Optional[int]</c>, <c>List[Tensor]</c>.</summary>
static class ScriptType
{
    /// <summary>True for a tensor; nothing stated is one too.</summary>
    public static bool IsTensor(Expression? type) => type is null or NameExpression { Name: "Tensor" };

    /// <summary>What an optional type is where it is not None; null for other types.</summary>
    public static Expression? Optional(Expression type) =>
        type is SubscriptExpression { Target: NameExpression { Name: "Optional" }, Index: var inner } ? inner : null;

    /// <summary>How many tensors a tuple of nothing but tensors has; null for other types.</summary>
    public static int? TensorsOf(Expression type) =>
        type is SubscriptExpression { Target: NameExpression { Name: "Tuple" }, Index: var items }
        && (items as TupleExpression)?.Items is var parts && (parts ?? [items]).All(IsTensor)
            ? (parts ?? [items]).Count : null;

    /// <summary>The type as written.</summary>
    public static string Name(Expression type) => type switch
    {
        NameExpression name => name.Name,
        AttributeExpression attribute => $"{Name(attribute.Target)}.{attribute.Name}",
        SubscriptExpression of => $"{Name(of.Target)}[{Name(of.Index)}]",
        TupleExpression tuple => string.Join(", ", tuple.Items.Select(Name)),
        _ => "an unknown type",
    };

    /// <summary>True for a value of this type; null where that is not known.</summary>
    public static bool? Holds(Expression type, ScriptValue value)
    {
        if (type is TupleExpression or ListExpression)
        {
            var any = type is TupleExpression tuple ? tuple.Items : ((ListExpression)type).Items;
            bool?[] held = [.. any.Select(one => Holds(one, value))];
            return held.Contains(true) ? true : held.Contains(null) ? null : false;
        }
        if (value is OpaqueScriptValue) return null;
        if (type is SubscriptExpression { Target: NameExpression { Name: var container }, Index: var item })
            return HoldsContainer(container, item, value);
        if (type is AttributeExpression named)
        {
            return value switch
            {
                ModuleScriptValue made => made.ClassName == Name(named),
                EnumScriptValue member => member.ClassName == Name(named),
                _ => false,
            };
        }
        return (type as NameExpression)?.Name switch
        {
            "Any" => true,
            "Tensor" => value is InputScriptValue or StoredScriptValue
                or ResultScriptValue { IsNumber: false },
            "int" => Constant<IntArgument>(value),
            "float" => Constant<FloatArgument>(value),
            "bool" => Constant<BoolArgument>(value),
            "str" => Constant<TextArgument>(value),
            "NoneType" or "None" => value is ConstantScriptValue { Value: NoneArgument },
            "list" => value is ListScriptValue { IsTuple: false },
            "tuple" => value is ListScriptValue { IsTuple: true },
            _ => null,
        };
    }

    static bool? HoldsContainer(string container, Expression item, ScriptValue value)
    {
        switch (container, value)
        {
            case ("Optional", _):
                return value is ConstantScriptValue { Value: NoneArgument } ? true : Holds(item, value);
            case ("List", ListScriptValue { IsTuple: false } list): return All(list.Items, item);
            case ("Dict", DictScriptValue dict):
                return item is TupleExpression { Items: [_, var held] } ? All(dict.Values, held) : null;
            case ("Tuple", ListScriptValue { IsTuple: true } several):
                var types = item is TupleExpression tuple ? tuple.Items : [item];
                return types.Count == several.Items.Count ? Every(types.Zip(several.Items, Holds)) : false;
            case ("List" or "Tuple", _) when IsUnknownList(value): return null;
            case ("List" or "Dict" or "Tuple", _): return false;
            default: return null;
        }

        static bool? All(IEnumerable<ScriptValue> items, Expression of) => Every(items.Select(one => Holds(of, one)));
    }

    /// <summary>A value in words, as a command line gives it; null where it is not of the type.</summary>
    public static ScriptValue? Parse(Expression type, string text)
    {
        if (Optional(type) is { } inner) return text is "None" ? ConstantScriptValue.None : Parse(inner, text);
        switch ((type as NameExpression)?.Name)
        {
            case "str": return new ConstantScriptValue(Argument.Of(text));
            case "bool" when bool.TryParse(text, out bool flag): return new ConstantScriptValue(Argument.Of(flag));
            case "bool": return null;
            case "int": return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out long integer) ? new ConstantScriptValue(Argument.Of(integer)) : null;
            case "float": return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture,
                out double number) ? new ConstantScriptValue(Argument.Of(number)) : null;
        }
        try
        {
            var tokens = new TokenReader(new Tokenizer(text, Bad).Run(), Bad);
            var value = Literal(new ExpressionParser(tokens).Expression());
            return value is not null && tokens.Peek.Kind is TokenKind.NewLine or TokenKind.End
                && Holds(type, value) == true ? value : null;
        }
        catch (FormatException)
        {
            return null;
        }

        static Exception Bad(int line, string message) => new FormatException(message);
    }

    /// <summary>What a literal states: numbers, texts, None, and lists and tuples of them; null for what is
    /// none.</summary>
    public static ScriptValue? Literal(Expression expression)
    {
        switch (expression)
        {
            case NameExpression { Name: "None" }: return ConstantScriptValue.None;
            case NameExpression { Name: "True" }: return new ConstantScriptValue(Argument.Of(true));
            case NameExpression { Name: "False" }: return new ConstantScriptValue(Argument.Of(false));
            case IntExpression { Magnitude: <= long.MaxValue and var magnitude }:
                return new ConstantScriptValue(Argument.Of((long)magnitude));
            case FloatExpression number: return new ConstantScriptValue(Argument.Of(number.Value));
            case TextExpression text: return new ConstantScriptValue(Argument.Of(text.Text));
            case NegateExpression negate: return Literal(negate.Operand) switch
            {
                ConstantScriptValue { Value: IntArgument n } => new ConstantScriptValue(Argument.Of(-n.Number)),
                ConstantScriptValue { Value: FloatArgument n } => new ConstantScriptValue(Argument.Of(-n.Number)),
                _ => null,
            };
            case ListExpression list: return Several(list.Items, false);
            case TupleExpression tuple: return Several(tuple.Items, true);
            default: return null;
        }

        static ListScriptValue? Several(IReadOnlyList<Expression> items, bool isTuple)
        {
            ScriptValue?[] values = [.. items.Select(Literal)];
            return values.Contains(null) ? null : new ListScriptValue(values!, isTuple);
        }
    }

    // A list that a call gives is a result too.
    static bool IsUnknownList(ScriptValue value) => value is ResultScriptValue { Part: ResultScriptValue.Whole };

    static bool? Constant<T>(ScriptValue value) =>
        value is ResultScriptValue { IsNumber: true } ? null : value is ConstantScriptValue { Value: T };

    static bool? Every(IEnumerable<bool?> held)
    {
        bool?[] all = [.. held];
        return all.Contains(false) ? false : all.Contains(null) ? null : true;
    }
}
