using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>The operators that compute no tensor: numbers, texts, containers, and what they ask of a tensor without
/// reading its elements.</summary>
/// <param name="walk">Knows the tensors.</param>
sealed class ScriptFunctions(ScriptWalk walk)
{
    // PyTorch's numbers of element types.
    static readonly ElementType[] s_exact = [ElementType.UInt8, ElementType.Int8, ElementType.Int16, ElementType.Int32,
        ElementType.Int64];

    // What is true, or not, of every tensor that is computed here.
    static readonly Dictionary<string, Argument> s_always = new(StringComparer.Ordinal)
    {
        ["prim::device"] = Argument.Of("cpu"),
        ["prim::is_cuda"] = Argument.Of(false),
        ["prim::is_cpu"] = Argument.Of(true),
        ["prim::is_mps"] = Argument.Of(false),
        ["prim::is_meta"] = Argument.Of(false),
        ["prim::is_xpu"] = Argument.Of(false),
        ["prim::is_xla"] = Argument.Of(false),
        ["prim::is_mkldnn"] = Argument.Of(false),
        ["prim::is_quantized"] = Argument.Of(false),
        ["prim::is_nested"] = Argument.Of(false),
        ["prim::is_sparse"] = Argument.Of(false),
        ["prim::is_sparse_csr"] = Argument.Of(false),
        ["prim::layout"] = Argument.Of(0L),
        ["aten::is_complex"] = Argument.Of(false),
        ["aten::is_grad_enabled"] = Argument.Of(false),
        ["aten::is_autocast_enabled"] = Argument.Of(false),
        ["aten::is_autocast_cpu_enabled"] = Argument.Of(false),
        ["aten::set_grad_enabled"] = Argument.None,
        ["aten::warn"] = Argument.None,
    };

    // Integers of unknown value stay integers under these, whoever computes them.
    static readonly HashSet<string> s_exactOnIntegers =
        ["aten::add", "aten::sub", "aten::mul", "aten::floordiv", "aten::remainder", "aten::neg"];

    // What has a meaning for numbers or containers, and another for tensors.
    static readonly HashSet<string> s_ofNumbers =
    [
        .. s_exactOnIntegers, "aten::div", "aten::truediv", "aten::pow", "aten::eq", "aten::ne", "aten::lt", "aten::le",
        "aten::gt", "aten::ge", "aten::__not__", "aten::__and__", "aten::__or__", "aten::__xor__", "aten::sqrt",
        "aten::floor", "aten::ceil", "aten::round", "aten::log", "aten::exp", "aten::log2", "aten::log10",
        "aten::slice", "aten::list",
        "aten::len", "aten::sum", "aten::copy", "aten::append", "aten::insert", "aten::pop",
        "aten::__contains__", "aten::index", "aten::sorted", "aten::extend", "aten::_set_item", "aten::gcd",
        "prim::abs", "prim::min", "prim::max", "aten::floor_divide", "aten::__lshift__", "aten::__rshift__",
    ];

    readonly ScriptContainers _containers = new(walk);

    /// <summary>What a function gives that needs no operator; null for one that does.</summary>
    /// <exception cref="ScriptFault">What Python raises, or what cannot be told.</exception>
    /// <exception cref="ArithmeticException">A division by zero, or something too large.</exception>
    /// <exception cref="InputsNeededException">It asks for the inputs, which are not known.</exception>
    public ScriptValue? Call(
        string target, IReadOnlyList<ScriptValue> arguments,
        IReadOnlyList<(string Name, ScriptValue Value)> keywords)
    {
        if (s_always.TryGetValue(target, out var always)) return new ConstantScriptValue(always);
        string name = target[(target.LastIndexOf(':') + 1)..];
        if (arguments.Count == 0) return target == "aten::dict" ? new DictScriptValue() : null;
        if (keywords.Count > 0) return target == "aten::device" ? arguments[0] : null;
        switch (target, arguments)
        {
            case ("aten::device", [ConstantScriptValue { Value: TextArgument } device, ..]): return device;
            case ("prim::type", [ConstantScriptValue { Value: TextArgument device }]):
                return new ConstantScriptValue(Argument.Of(device.Text.Split(':')[0]));
            case ("prim::unchecked_unwrap_optional", [var value]): return value;
            case ("prim::requires_grad", [var tensor]):
                return Truth(tensor is StoredScriptValue { IsParameter: true, IsBuffer: false });
            case ("aten::__is__" or "aten::__isnot__", [var left, var right]):
                return Truth(Is(left, right) == (name == "__is__"));
            case ("aten::str" or "aten::format" or "aten::percentFormat" or "aten::join", _)
                when walk.Facts is null && arguments.Any(IsUnknownNumber):
                throw new InputsNeededException();
            case ("aten::str", [var value]): return ScriptText.ToValue(ScriptText.Of(value));
            case ("prim::rangelist", [ConstantScriptValue { Value: IntArgument { Number: var count } }]):
                walk.Step(Math.Max(0, count));
                return new ListScriptValue(Enumerable.Range(0, (int)Math.Max(0, count)).Select(
                    n => new ConstantScriptValue(Argument.Of((long)n))), isTuple: false);
        }
        if (arguments[0] is InputScriptValue or StoredScriptValue or ResultScriptValue { IsNumber: false })
            return OfTensor(target, arguments);
        if (arguments[0] is ListScriptValue or DictScriptValue && _containers.Call(name, arguments) is { } done)
            return done;
        if (arguments[0] is EnumScriptValue && name is "eq" or "ne" && arguments.Count == 2)
            return Truth(_containers.AreEqual(arguments[0], arguments[1]) == (name == "eq"));
        if (name == "add" && arguments is [var front, var back] && IsText(front) && IsText(back)
            && arguments.Any(argument => argument is OpaqueScriptValue))
            return ScriptText.ToValue((ScriptText.Of(front).Text + ScriptText.Of(back).Text, false));
        if (arguments[0] is ConstantScriptValue { Value: TextArgument text })
            return ScriptTexts.Call(name, text.Text, arguments);
        if (arguments.All(argument => argument is ConstantScriptValue)) return OfNumbers(name, arguments);
        if (!s_ofNumbers.Contains(target) || arguments.Any(IsTensor)) return null;
        if (!arguments.Any(IsUnknownNumber)) return null;
        // Of numbers that are not known yet: what any reader of the graph computes alike goes there.
        return walk.Facts is not null || IsOfNumbers(target, arguments) ? null : throw new InputsNeededException();
    }

    /// <summary>True for arithmetic on integers that are not all known, and gives another.</summary>
    public static bool IsOfNumbers(string target, IReadOnlyList<ScriptValue> arguments) =>
        s_exactOnIntegers.Contains(target) && arguments.Count is 1 or 2 && arguments.All(IsInteger)
        && arguments.Any(argument => argument is ResultScriptValue);

    static bool IsInteger(ScriptValue value) => value is ConstantScriptValue { Value: IntArgument }
        or ResultScriptValue { IsNumber: true, Call.Target: not ("aten::Float" or "aten::FloatImplicit" or "aten::item"
            or "aten::ScalarImplicit" or "aten::Bool") };

    static bool IsUnknownNumber(ScriptValue value) => value is ResultScriptValue { IsNumber: true }
        || (value is ListScriptValue list && list.Items.Any(IsUnknownNumber));

    static bool IsText(ScriptValue value) =>
        value is OpaqueScriptValue or ConstantScriptValue { Value: TextArgument };

    static bool IsTensor(ScriptValue value) => value switch
    {
        InputScriptValue or StoredScriptValue or ResultScriptValue { IsNumber: false } => true,
        ListScriptValue list => list.Items.Any(IsTensor),
        _ => false,
    };

    static ConstantScriptValue? OfNumbers(string name, IReadOnlyList<ScriptValue> arguments)
    {
        Argument[] numbers = [.. arguments.Select(argument => ((ConstantScriptValue)argument).Value)];
        // None is itself and nothing else.
        if (name is "eq" or "ne" && numbers is [var left, var right] && numbers.Contains(Argument.None))
            return Truth(left.Equals(right) == (name == "eq"));
        var result = numbers switch
        {
            [var only] => ScriptNumbers.OfOne(name, only),
            [var a, var b] => ScriptNumbers.OfTwo(name, a, b),
            [IntArgument a, IntArgument b, IntArgument c] => ScriptNumbers.OfRange(name, a.Number, b.Number, c.Number),
            _ => null,
        };
        return result is null ? null : new ConstantScriptValue(result);
    }

    // What is asked of a tensor's shape and type.
    ScriptValue? OfTensor(string target, IReadOnlyList<ScriptValue> arguments)
    {
        if (target is not ("aten::size" or "aten::dim" or "aten::len" or "aten::numel" or "prim::dtype"
            or "aten::is_floating_point" or "prim::shape" or "prim::itemsize" or "prim::is_contiguous"))
            return null;
        if (walk.Facts is not { } facts)
        {
            // A graph knows sizes; types are nobody's argument there.
            return target is "aten::size" or "aten::dim" or "aten::len" or "aten::numel" ? null
                : throw new InputsNeededException();
        }
        if (facts.Of(arguments[0]) is not { } fact) return null;
        var shape = fact.Shape;
        switch (target, arguments)
        {
            case ("aten::dim", _): return Number(shape.Rank);
            case ("aten::numel", _): return Number(shape.Elements);
            case ("aten::len", _): return shape.Rank > 0 ? Number(shape[0])
                : throw new ScriptFault("len() of a 0-d tensor");
            case ("aten::size" or "prim::shape", [_]):
                return new ListScriptValue(shape.Select(extent => Number(extent)), isTuple: false);
            case ("aten::size", [_, ConstantScriptValue { Value: IntArgument { Number: var axis } }]):
                return axis >= -shape.Rank && axis < shape.Rank
                    ? Number(shape[(int)(axis < 0 ? axis + shape.Rank : axis)])
                    : throw new ScriptFault($"axis {axis} of a tensor of {shape.Rank} axes");
            case ("aten::is_floating_point", _): return Truth(fact.Type.IsFloating());
            case ("prim::dtype", _): return Number(TypeNumber(fact.Type));
            default: return null;
        }
    }

    static long TypeNumber(ElementType type) => type switch
    {
        ElementType.Bool => 11,
        ElementType.Float16 => 5,
        ElementType.Float32 => 6,
        ElementType.Float64 => 7,
        ElementType.BFloat16 => 15,
        _ => Array.IndexOf(s_exact, type),
    };

    static bool Is(ScriptValue left, ScriptValue right)
    {
        if (left is OpaqueScriptValue || right is OpaqueScriptValue)
            throw new ScriptFault($"{left.Kind} is compared with {right.Kind}", FaultKind.Unknown);
        return (left, right) switch
        {
            (ConstantScriptValue a, ConstantScriptValue b) => a.Value.Equals(b.Value),
            (ModuleScriptValue { Made: { } a }, ModuleScriptValue { Made: { } b }) => ReferenceEquals(a, b),
            (StoredScriptValue a, StoredScriptValue b) => ReferenceEquals(a.Tensor, b.Tensor),
            (InputScriptValue a, InputScriptValue b) => a.Index == b.Index,
            _ => ReferenceEquals(left, right),
        };
    }

    static ConstantScriptValue Number(long number) => new(Argument.Of(number));

    static ConstantScriptValue Truth(bool flag) => new(Argument.Of(flag));
}
