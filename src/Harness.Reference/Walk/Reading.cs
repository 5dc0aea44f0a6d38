using Harness.Executor.Model;
using TorchSharp;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Walk;

/// <summary>A cast between floating-point types that the walk does not do.</summary>
public enum LiftedCast
{
    /// <summary>There is none.</summary>
    None,
    /// <summary>To the type of another tensor: libtorch's own run in float64 does not round there either.</summary>
    Followed,
    /// <summary>To a type that the call states: libtorch's own run in float64 rounds to it.</summary>
    Stated,
}

/// <summary>Reads the arguments of one call, by position or by keyword, for the arm that executes it.</summary>
/// <remarks>Every argument must be read or passed over by name: an argument that an arm does not know is refused by
/// <see cref="RefuseUnread"/> instead of being ignored. Nothing here shares code with the executor's own
/// reading.</remarks>
public sealed class Reading
{
    readonly string _path;
    readonly Call _call;
    readonly Func<int, Value> _values;
    readonly HashSet<int> _readPositions = [];
    readonly HashSet<string> _readNames = new(StringComparer.Ordinal);

    readonly List<Scalar> _numbers = [];

    /// <summary>The arguments of a call.</summary>
    /// <param name="path">The model's file, for messages.</param>
    /// <param name="call">The call.</param>
    /// <param name="values">The values of the graph so far.</param>
    /// <param name="type">The floating-point type the walk computes in.</param>
    /// <param name="device">Where it computes.</param>
    public Reading(string path, Call call, Func<int, Value> values, ScalarType type, Device device)
    {
        _path = path;
        _call = call;
        _values = values;
        Type = type;
        Device = device;
    }

    /// <summary>The floating-point type the walk computes in.</summary>
    public ScalarType Type { get; }

    /// <summary>True where a type that the call states is kept: the call computes a number that sizes may be made of,
    /// and not a value of the model.</summary>
    public bool KeepsTypes { get; init; }

    /// <summary>Where the walk computes.</summary>
    public Device Device { get; }

    /// <summary>The number of positional arguments: what tells some overloads apart.</summary>
    public int Count => _call.Arguments.Length;

    /// <summary>True when the argument is given and not None. Does not count as reading it.</summary>
    public bool Has(int position, string name) => Peek(position, name) is not NoneValue;

    /// <summary>The argument without reading it; None where it is not given.</summary>
    public Value Peek(int position, string name) =>
        Find(position, name) is { } argument ? Resolve(argument) : NoneValue.Instance;

    /// <summary>The argument as it is; None where it is not given.</summary>
    public Value Any(int position, string name)
    {
        Pass(position, name);
        return Peek(position, name);
    }

    /// <summary>Passes over an argument that cannot change the result of inference.</summary>
    public void Pass(int position, string name)
    {
        _readPositions.Add(position);
        _readNames.Add(name);
    }

    /// <summary>A tensor.</summary>
    public TorchTensor Tensor(int position, string name) => Any(position, name) switch
    {
        TensorValue value => value.Tensor,
        // A list taken apart into one value looks like that value.
        ListValue { Items: [TensorValue only] } => only.Tensor,
        // A number promotes as a tensor without axes does; as float32 it would be another one.
        FloatValue number => full([], number.Number, Type, Device),
        IntValue number => full([], number.Number, ScalarType.Int64, Device),
        BoolValue number => full([], number.Flag, ScalarType.Bool, Device),
        _ => throw Unexpected(name, "a tensor"),
    };

    /// <summary>A tensor; null for None.</summary>
    public TorchTensor? TensorOrNull(int position, string name) =>
        Has(position, name) ? Tensor(position, name) : Absent<TorchTensor>(position, name);

    /// <summary>A list of tensors.</summary>
    public TorchTensor[] Tensors(int position, string name) => Any(position, name) is ListValue list
        ? [.. list.Items.Select(item => item is TensorValue value ? value.Tensor : throw Unexpected(name, "tensors"))]
        : throw Unexpected(name, "a list of tensors");

    /// <summary>An integer.</summary>
    public long Int(int position, string name) => AsInt(Any(position, name), name);

    /// <summary>An integer with a default.</summary>
    public long Int(int position, string name, long fallback) => IntOrNull(position, name) ?? fallback;

    /// <summary>An integer; null for None.</summary>
    public long? IntOrNull(int position, string name)
    {
        var value = Any(position, name);
        return value is NoneValue ? null : AsInt(value, name);
    }

    /// <summary>A number.</summary>
    public double Number(int position, string name) => AsNumber(Any(position, name), name);

    /// <summary>A number with a default.</summary>
    public double Number(int position, string name, double fallback) => NumberOrNull(position, name) ?? fallback;

    /// <summary>A number; null for None.</summary>
    public double? NumberOrNull(int position, string name)
    {
        var value = Any(position, name);
        return value is NoneValue ? null : AsNumber(value, name);
    }

    /// <summary>A Boolean with a default.</summary>
    public bool Flag(int position, string name, bool fallback) => Any(position, name) switch
    {
        NoneValue => fallback,
        BoolValue value => value.Flag,
        IntValue value => value.Number != 0,
        _ => throw Unexpected(name, "a Boolean"),
    };

    /// <summary>A string with a default.</summary>
    public string Text(int position, string name, string fallback) => Any(position, name) switch
    {
        NoneValue => fallback,
        TextValue value => value.Text,
        _ => throw Unexpected(name, "a string"),
    };

    /// <summary>A list of integers; a single integer is a list of one.</summary>
    public long[] Ints(int position, string name) =>
        IntsOrNull(position, name) ?? throw Unexpected(name, "a list of integers");

    /// <summary>A list of integers with a default.</summary>
    public long[] Ints(int position, string name, params long[] fallback) => IntsOrNull(position, name) ?? fallback;

    /// <summary>A list of integers; null for None.</summary>
    public long[]? IntsOrNull(int position, string name) => Any(position, name) switch
    {
        NoneValue => null,
        ListValue list => [.. list.Items.Select(item => AsInt(item, name))],
        var single => [AsInt(single, name)],
    };

    /// <summary>A list of numbers; null for None.</summary>
    public double[]? NumbersOrNull(int position, string name) => Any(position, name) switch
    {
        NoneValue => null,
        ListValue list => [.. list.Items.Select(item => AsNumber(item, name))],
        var single => [AsNumber(single, name)],
    };

    /// <summary>A number of libtorch that keeps whether it is an integer; null for None.</summary>
    public Scalar? ScalarOrNull(int position, string name)
    {
        var value = Any(position, name);
        return value is NoneValue ? null : AsScalar(value, name);
    }

    /// <summary>A number of libtorch that keeps whether it is an integer.</summary>
    public Scalar Scalar(int position, string name) => AsScalar(Any(position, name), name);

    /// <summary>A number that lives as long as these arguments. TorchSharp hands libtorch the address of one and lets
    /// go of the object that owns it; a collection in between frees what libtorch is about to read.</summary>
    public Scalar Kept(Scalar number)
    {
        _numbers.Add(number);
        return number;
    }

    /// <summary>What the call was found to cast, after its arm has run.</summary>
    public LiftedCast Lifted { get; private set; }

    /// <summary>The type that a <c>dtype</c> argument casts <c>self</c> to; null for None. A cast to float32 or float64
    /// is lifted: the walk's own type stands for both.</summary>
    /// <exception cref="ModelException">It rounds to half precision.</exception>
    public ScalarType? TypeOrNull(int position, string name)
    {
        if (IntOrNull(position, name) is not { } code) return null;
        var type = (ScalarType)code;
        if (!Enum.IsDefined(type)) throw Refuse($"element type {code} is unknown");
        if (KeepsTypes) return type;
        if (type is ScalarType.Float16 or ScalarType.BFloat16)
        {
            throw Refuse($"it casts to {type} inside the model, which rounds what is computed, so a float64 truth does "
                + "not exist; trace the model without `.half()`, `.bfloat16()` and autocast");
        }
        if (type is not (ScalarType.Float32 or ScalarType.Float64)) return type;
        if (Peek(0, "self") is TensorValue { Tensor: var self } && self.is_floating_point())
            Lifted = LiftedCast.Stated;
        return Type;
    }

    /// <summary>Notes that the call casts a floating-point tensor to the type of another one.</summary>
    public void LiftLike()
    {
        if (Lifted == LiftedCast.None) Lifted = LiftedCast.Followed;
    }

    /// <summary>Refuses the call by name.</summary>
    public ModelException Refuse(string reason) => WalkErrors.Unsupported(_path, _call, reason);

    /// <summary>Refuses arguments that the arm has not read.</summary>
    /// <exception cref="ModelException">There is one that is not None.</exception>
    public void RefuseUnread()
    {
        for (int i = 0; i < _call.Arguments.Length; i++)
            if (!_readPositions.Contains(i) && _call.Arguments[i] is not NoneArgument)
                throw Refuse($"its argument {i} ({_call.Arguments[i]}) is not known");
        foreach (var keyword in _call.Keywords)
            if (!_readNames.Contains(keyword.Name) && keyword.Value is not NoneArgument)
                throw Refuse($"its argument '{keyword.Name}' is not known");
    }

    T? Absent<T>(int position, string name) where T : class
    {
        Pass(position, name);
        return null;
    }

    Argument? Find(int position, string name)
    {
        foreach (var keyword in _call.Keywords)
            if (keyword.Name == name) return keyword.Value;
        return position >= 0 && position < _call.Arguments.Length ? _call.Arguments[position] : null;
    }

    Value Resolve(Argument argument) => argument switch
    {
        ValueArgument value => _values(value.Id),
        IntArgument number => number.Number,
        FloatArgument number => number.Number,
        BoolArgument flag => flag.Flag,
        TextArgument text => new TextValue(text.Text),
        ListArgument list => new ListValue([.. list.Items.Select(Resolve)]),
        _ => NoneValue.Instance,
    };

    long AsInt(Value value, string name) => value switch
    {
        IntValue number => number.Number,
        BoolValue flag => flag.Flag ? 1 : 0,
        TensorValue { Tensor: { ndim: 0 } tensor } when !tensor.is_floating_point() =>
            tensor.to_type(ScalarType.Int64).item<long>(),
        _ => throw Unexpected(name, "an integer"),
    };

    double AsNumber(Value value, string name) => value switch
    {
        FloatValue number => number.Number,
        TensorValue { Tensor: { ndim: 0 } tensor } => tensor.to_type(ScalarType.Float64).item<double>(),
        _ => AsInt(value, name),
    };

    Scalar AsScalar(Value value, string name) => Kept(value switch
    {
        FloatValue number => number.Number,
        BoolValue flag => flag.Flag,
        TensorValue { Tensor: { ndim: 0 } tensor } when tensor.is_floating_point() => AsNumber(value, name),
        _ => AsInt(value, name),
    });

    ModelException Unexpected(string name, string expected) => Refuse($"its argument '{name}' is not {expected}");
}
