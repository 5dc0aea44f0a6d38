using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Schema;

/// <summary>A call whose arguments have names, ready for an op to read.</summary>
public sealed class Bound
{
    readonly Dictionary<string, Argument> _values;

    internal Bound(
        Signature signature, Call call, Dictionary<string, Argument> values, ImmutableArray<int> operands)
    {
        Signature = signature;
        Call = call;
        _values = values;
        Operands = operands;
    }

    /// <summary>The overload that the call is bound to.</summary>
    public Signature Signature { get; }

    /// <summary>The call.</summary>
    public Call Call { get; }

    /// <summary>The tensors among the arguments, in the signature's order, lists flattened, absent ones left
    /// out.</summary>
    public ImmutableArray<int> Operands { get; }

    /// <summary>An argument as the call or the default states it.</summary>
    internal Argument this[string name] => _values[name];

    /// <summary>True when the argument is <c>None</c>.</summary>
    public bool IsNone(string name) => _values[name] is NoneArgument;

    /// <summary>True when the argument is a string, as in <c>padding='same'</c>.</summary>
    public bool IsText(string name) => _values[name] is TextArgument;

    /// <summary>A string.</summary>
    public string Text(string name) => ((TextArgument)_values[name]).Text;

    /// <summary>An integer that fits 32 bits.</summary>
    public int Int(string name) => Int32(name, _values[name]);

    /// <summary>An integer, those beyond 32 bits clamped: the open end of a slice is 2^63 - 1.</summary>
    public int Clamped(string name) => _values[name] is IntArgument number
        ? (int)Math.Clamp(number.Number, int.MinValue, int.MaxValue)
        : Int(name);

    /// <summary>True when the argument is a list.</summary>
    public bool IsList(string name) => _values[name] is ListArgument;

    /// <summary>An integer, or null for <c>None</c>.</summary>
    public int? IntOrNull(string name) => IsNone(name) ? null : Int(name);

    /// <summary>True when the call gives a list of fewer items.</summary>
    public bool IsShort(string name, int count) => _values[name] is ListArgument list && list.Items.Length < count;

    /// <summary>True when the call gives an empty list, as a pool's <c>stride=[]</c>.</summary>
    public bool IsEmpty(string name) => _values[name] is ListArgument { Items.IsEmpty: true };

    /// <summary>True when the bound signature has this parameter; overloads differ in theirs.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>A list of integers; one integer is repeated <paramref name="count"/> times.</summary>
    public ImmutableArray<int> Ints(string name, int count)
    {
        var list = Ints(name);
        if (list.Length == 1 && count > 1) return [.. Enumerable.Repeat(list[0], count)];
        if (list.Length != count) throw Refuse($"{name} has {list.Length} numbers, expected {count}");
        return list;
    }

    /// <summary>A list of integers as given; one integer is a list of one.</summary>
    public ImmutableArray<int> Ints(string name) => _values[name] is ListArgument list
        ? [.. list.Items.Select(item => Int32(name, item))]
        : [Int(name)];

    /// <summary>A list whose items may be <c>None</c>, as <c>adaptive_avg_pool2d</c>'s.</summary>
    public ImmutableArray<int?> IntsOrNull(string name, int count)
    {
        ImmutableArray<int?> list = _values[name] is ListArgument items
            ? [.. items.Items.Select(item => item is NoneArgument ? null : (int?)Int32(name, item))]
            : [IntOrNull(name)];
        if (list.Length == 1 && count > 1) return [.. Enumerable.Repeat(list[0], count)];
        if (list.Length != count) throw Refuse($"{name} has {list.Length} numbers, expected {count}");
        return list;
    }

    /// <summary>A number.</summary>
    public double Float(string name) => _values[name] switch
    {
        FloatArgument number => number.Number,
        IntArgument number => number.Number,
        BoolArgument flag => flag.Flag ? 1 : 0,
        _ => throw Refuse($"{name} is {_values[name]}, expected a number"),
    };

    /// <summary>A list of so many numbers.</summary>
    public ImmutableArray<double> Floats(string name, int count)
    {
        if (_values[name] is not ListArgument list || list.Items.Length != count)
            throw Refuse($"{name} is {_values[name]}, expected {count} numbers");
        return [.. list.Items.Select(item => item switch
        {
            FloatArgument number => number.Number,
            IntArgument number => (double)number.Number,
            _ => throw Refuse($"{name} holds {item}, expected numbers"),
        })];
    }

    /// <summary>A number that knows whether it is an integer.</summary>
    public Number Number(string name) => _values[name] switch
    {
        IntArgument number => Model.Number.Of(number.Number),
        BoolArgument flag => Model.Number.Of(flag.Flag ? 1 : 0),
        _ => Float(name),
    };

    /// <summary>A number, or null for <c>None</c>.</summary>
    public double? FloatOrNull(string name) => IsNone(name) ? null : Float(name);

    /// <summary>A Boolean.</summary>
    public bool Bool(string name) => _values[name] switch
    {
        BoolArgument flag => flag.Flag,
        IntArgument number => number.Number != 0,
        _ => throw Refuse($"{name} is {_values[name]}, expected a Boolean"),
    };

    /// <summary>PAR1002: the op is known, this use of it is not supported.</summary>
    public ModelException Refuse(string why) => new(new Finding(
        Codes.UnsupportedOp, Call.Place.ToString(), $"{Call.Target} '{Call.Name}': {why}"));

    /// <summary>PAR1001: the call does what only training does.</summary>
    public ModelException RefuseTraining() => new(new Finding(Codes.ModelUnreadable, Call.Place.ToString(),
        $"{Call.Place}: {Call.Target} '{Call.Name}' runs in training mode: the trace was taken without model.eval(); "
        + "call model.eval() and trace again"));

    /// <summary>The element type that a call casts to; null where it casts to none.</summary>
    /// <exception cref="ModelException">PAR1002: half precision, which changes what is computed, or a type that nothing
    /// has.</exception>
    public ElementType? TypeOrNull(string name) => IsNone(name) ? null : ElementTypes.OfTorch(Int(name)) switch
    {
        ElementType.Float16 or ElementType.BFloat16 => throw Refuse(
            $"it casts to {ElementTypes.OfTorch(Int(name))!.Value.NumPyName()} ({name}={Int(name)}), so the model "
            + "rounds to half precision in its arithmetic, which no float32 or float64 run does; keep half precision "
            + "to the weights, and trace again"),
        { } type => type,
        _ => throw Refuse($"{name}={Int(name)} is no element type that is supported"),
    };

    /// <summary>The same where the op computes with floating-point numbers alone.</summary>
    public ElementType? FloatTypeOrNull(string name) => TypeOrNull(name) is not { } type || type.IsFloating()
        ? TypeOrNull(name)
        : throw Refuse($"it casts to {type.NumPyName()} ({name}={Int(name)}), expected float32 or float64");

    int Int32(string name, Argument value) =>
        value is IntArgument { Number: >= int.MinValue and <= int.MaxValue } number
        ? (int)number.Number
        : throw Refuse($"{name} is {value}, expected an integer below 2^31");
}
