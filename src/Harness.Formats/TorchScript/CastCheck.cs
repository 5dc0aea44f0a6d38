using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Refuses casts to a floating-point type that a trace has baked in: run in double precision, as goldens are, the
/// model would still round to that type there, and the golden would measure the cast instead of the model.</summary>
/// <remarks>Casts of values that are integers by construction change nothing and pass. In doubt a cast is refused.</remarks>
static class CastCheck
{
    // c10::ScalarType: 5 half, 6 float, 7 double, 15 bfloat16.
    static readonly Dictionary<long, string> FloatingTypes =
        new() { [5] = "float16", [6] = "float32", [7] = "float64", [15] = "bfloat16" };

    static readonly HashSet<string> AlwaysInteger = new(StringComparer.Ordinal)
    {
        "aten::size", "aten::len", "aten::dim", "aten::numel", "prim::NumToTensor", "aten::Int", "aten::Bool",
        "aten::eq", "aten::ne", "aten::lt", "aten::le", "aten::gt", "aten::ge", "aten::logical_and", "aten::logical_or",
        "aten::logical_not", "aten::logical_xor", "aten::argmax", "aten::argmin", "aten::isnan", "aten::isinf",
        "aten::tril_indices", "aten::triu_indices", "aten::nonzero", "aten::bool", "aten::long", "aten::int",
        "aten::bitwise_and", "aten::bitwise_or", "aten::bitwise_not", "aten::one_hot", "aten::floor_divide_int",
    };

    // Integers in, integers out.
    static readonly HashSet<string> KeepsIntegers = new(StringComparer.Ordinal)
    {
        "aten::add", "aten::add_", "aten::sub", "aten::sub_", "aten::rsub", "aten::mul", "aten::mul_", "aten::neg", "aten::abs",
        "aten::floor_divide", "aten::remainder", "aten::cumsum", "aten::sum", "aten::max", "aten::min", "aten::clamp",
        "aten::slice", "aten::select", "aten::view", "aten::reshape", "aten::unsqueeze", "aten::squeeze", "aten::expand",
        "aten::expand_as", "aten::repeat", "aten::permute", "aten::transpose", "aten::t", "aten::contiguous", "aten::flatten",
        "aten::cat", "aten::stack", "aten::index", "aten::gather", "aten::index_select", "aten::roll", "aten::flip",
        "aten::detach", "aten::clone", "aten::chunk", "aten::split", "aten::unbind", "prim::ListUnpack", "aten::__getitem__",
        "aten::tril", "aten::triu", "aten::meshgrid", "aten::masked_fill", "aten::where", "aten::arange",
    };

    /// <summary>Looks at every call that may cast.</summary>
    /// <exception cref="ModelFormatException">One casts a value that may have a fraction.</exception>
    public static void Verify(Graph graph, StateDict weights, string path)
    {
        var integers = new HashSet<int>();
        foreach (var parameter in graph.Parameters)
            if (weights.TryGetValue(parameter.Key, out var tensor) && !tensor.Type.IsFloating()) integers.Add(parameter.Value);
        foreach (var constant in graph.Constants)
            if (!constant.Tensor.Type.IsFloating()) integers.Add(constant.Value);
        foreach (var call in graph.Calls)
        {
            var type = TypeArgument(call);
            if (type is { } code && FloatingTypes.TryGetValue(code, out string? name))
            {
                if (!call.Arguments.IsEmpty && !IsInteger(call.Arguments[0], integers))
                {
                    throw new ModelFormatException(path, -1, Codes.UnsupportedOp,
                        $"{call.Place}: {call.Target} '{call.Name}' casts to {name} for ever, so this trace cannot be verified in double "
                        + "precision; remove the cast from the module, or cast to another tensor's type (x.to(y), x.type_as(y)), and trace again");
                }
                continue;
            }
            bool isInteger = type is not null
                || AlwaysInteger.Contains(call.Target)
                || (KeepsIntegers.Contains(call.Target) && call.Arguments.All(a => IsInteger(a, integers)));
            if (isInteger) integers.UnionWith(call.Results);
        }
    }

    // The dtype that a call casts its first argument to; null when it casts to none. Creators (zeros, arange) are no casts.
    static long? TypeArgument(Call call)
    {
        foreach (var keyword in call.Keywords)
            if (keyword is { Name: "dtype", Value: IntArgument named }) return IsCreator(call) ? null : named.Number;
        int at = (call.Target, call.Arguments) switch
        {
            ("aten::to", [_, IntArgument, ..]) => 1,
            ("aten::to", [_, TextArgument or NoneArgument or ValueArgument, IntArgument, ..]) => 2,
            ("aten::_to_copy" or "aten::softmax" or "aten::log_softmax" or "aten::cumsum" or "aten::cumprod", [_, _, IntArgument, ..]) => 2,
            ("aten::sum" or "aten::mean", [_, IntArgument]) => 1,
            ("aten::sum" or "aten::mean" or "aten::prod", [_, _, _, IntArgument, ..]) => 3,
            _ => -1,
        };
        return call.Target switch
        {
            "aten::float" or "aten::_cast_Float" => 6,
            "aten::double" or "aten::_cast_Double" => 7,
            "aten::half" or "aten::_cast_Half" => 5,
            _ => at < 0 ? null : ((IntArgument)call.Arguments[at]).Number,
        };
    }

    static bool IsCreator(Call call) => call.Target is "aten::zeros" or "aten::ones" or "aten::full" or "aten::empty" or "aten::arange"
        or "aten::linspace" or "aten::eye" or "aten::zeros_like" or "aten::ones_like" or "aten::full_like" or "aten::empty_like"
        or "aten::new_zeros" or "aten::new_ones" or "aten::new_full" or "aten::new_empty" or "aten::scalar_tensor" or "aten::tensor";

    static bool IsInteger(Argument argument, HashSet<int> integers) => argument switch
    {
        ValueArgument value => integers.Contains(value.Id),
        FloatArgument => false,
        ListArgument list => list.Items.All(item => IsInteger(item, integers)),
        _ => true,
    };
}
