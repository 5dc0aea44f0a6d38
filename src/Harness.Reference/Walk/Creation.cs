using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Tensors made on the way, and changes of their type.</summary>
static class Creation
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_to_copy", To),
        new("aten::alias", a => a.Tensor(0, "self").alias()),
        new("aten::arange", Range),
        new("aten::clone", a => { a.Pass(1, "memory_format"); return a.Tensor(0, "self").clone(); }),
        new("aten::contiguous", a => { a.Pass(1, "memory_format"); return a.Tensor(0, "self").contiguous(); }),
        new("aten::copy", Copied),
        new("aten::detach", a => a.Tensor(0, "self").detach()),
        new("aten::detach_", a => a.Tensor(0, "self").detach()),
        new("aten::empty", a => Unwritten(a, a.Ints(0, "size"), Made(a, 1))),
        new("aten::empty_like", a => Unwritten(a, a.Tensor(0, "self").shape, Like(a, 1))),
        new("aten::eye", Identity),
        new("aten::fill", Filled),
        new("aten::full", Full),
        new("aten::full_like", a => full(a.Tensor(0, "self").shape, a.Scalar(1, "fill_value"), Like(a, 2), a.Device)),
        new("aten::lift_fresh", a => a.Tensor(0, "self").alias()),
        new("aten::lift_fresh_copy", a => a.Tensor(0, "self").clone()),
        new("aten::linspace",
            a =>
            a.Peek(0, "start") is TensorValue || a.Peek(1, "end") is TensorValue
            ? Between(a)
            : linspace(a.Number(0, "start"), a.Number(1, "end"), a.Int(2, "steps"), Made(a, 3), a.Device)),
        new("aten::meshgrid", a => meshgrid(a.Tensors(0, "tensors"), a.Text(1, "indexing", "ij")).ToArray()),
        new("aten::new_empty", a => Unwritten(a, a.Ints(1, "size"), Like(a, 2))),
        new("aten::new_full", a => full(a.Ints(1, "size"), a.Scalar(2, "fill_value"), Like(a, 3), a.Device)),
        new("aten::new_ones", a => ones(a.Ints(1, "size"), Like(a, 2), a.Device)),
        new("aten::new_zeros", a => zeros(a.Ints(1, "size"), Like(a, 2), a.Device)),
        new("aten::ones", a => ones(a.Ints(0, "size"), Made(a, 1), a.Device)),
        new("aten::ones_like", a => full(a.Tensor(0, "self").shape, 1, Like(a, 1), a.Device)),
        new("aten::scalar_tensor", a => full([], a.Scalar(0, "s"), Made(a, 1), a.Device)),
        new("aten::to", To),
        new("aten::tril", a => a.Tensor(0, "self").tril(a.Int(1, "diagonal", 0))),
        new("aten::triu", a => a.Tensor(0, "self").triu(a.Int(1, "diagonal", 0))),
        new("aten::type_as", a => Like(a, a.Tensor(0, "self"), a.Tensor(1, "other"))),
        new("aten::zero", a => zeros(a.Tensor(0, "self").shape, a.Tensor(0, "self").dtype, a.Device)),
        new("aten::zeros", a => zeros(a.Ints(0, "size"), Made(a, 1), a.Device)),
        new("aten::zeros_like", a => full(a.Tensor(0, "self").shape, 0, Like(a, 1), a.Device)),
    ];

    // What nobody writes before it is read shows: PyTorch's deterministic mode fills it so too.
    static Tensor Unwritten(Reading a, long[] size, ScalarType type) => type switch
    {
        ScalarType.Int64 => full(size, long.MaxValue, type, a.Device),
        ScalarType.Int32 => full(size, int.MaxValue, type, a.Device),
        ScalarType.Int16 => full(size, short.MaxValue, type, a.Device),
        ScalarType.Int8 => full(size, sbyte.MaxValue, type, a.Device),
        ScalarType.Byte => full(size, byte.MaxValue, type, a.Device),
        ScalarType.Bool => full(size, true, type, a.Device),
        _ => full(size, double.NaN, type, a.Device),
    };

    // dtype, layout, device, pin_memory. A new tensor has no rounding to lose, so any float means the walk's own.
    static ScalarType Made(Reading a, int position)
    {
        foreach (string name in (string[])["layout", "device", "pin_memory", "memory_format"]) a.Pass(-1, name);
        for (int i = 1; i <= 4; i++) a.Pass(position + i, "");
        return a.IntOrNull(position, "dtype") is { } code ? Floating((ScalarType)code, a.Type) : a.Type;
    }

    static ScalarType Like(Reading a, int position)
    {
        a.Pass(0, "self");
        bool stated = a.Has(position, "dtype");
        var type = Made(a, position);
        return stated ? type : a.Tensor(0, "self").dtype;
    }

    static ScalarType Floating(ScalarType type, ScalarType walk) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64 ? walk : type;

    // arange(end), arange(start, end), arange(start, end, step); then dtype, layout, device, pin_memory
    static Value Range(Reading a)
    {
        foreach (string name in (string[])["layout", "device", "pin_memory"]) a.Pass(-1, name);
        // Trailing positions: with 5 arguments one bound, with 6 two, with 7 three, as TorchScript writes them.
        int bounds = a.Count >= 5 ? a.Count - 4 : a.Count;
        for (int i = bounds + 1; i < a.Count; i++) a.Pass(i, "");
        var (start, end) = bounds == 1 ? (0, a.Number(0, "end")) : (a.Number(0, "start"), a.Number(1, "end"));
        double step = bounds == 3 ? a.Number(2, "step") : 1;
        bool integers = Enumerable.Range(0, bounds).All(i => a.Peek(i, "") is not FloatValue);
        var type = a.IntOrNull(a.Count >= 5 ? bounds : -1, "dtype") is { } code
            ? Floating((ScalarType)code, a.Type)
            : integers ? ScalarType.Int64 : a.Type;
        return arange(start, end, step, ScalarType.Float64, a.Device).to_type(type);
    }

    // to(self, dtype, …), to(self, device, dtype, …), to(self, other, …): only the type can change a value.
    static Value To(Reading a)
    {
        var self = a.Tensor(0, "self");
        foreach (string name in (string[])["layout", "device", "pin_memory", "non_blocking", "copy", "memory_format"])
            a.Pass(-1, name);
        for (int i = 2; i < a.Count; i++) a.Pass(i, "");
        if (a.Peek(1, "other") is TensorValue other)
        {
            a.Pass(1, "other");
            return Like(a, self, other.Tensor);
        }
        // With a device in front (a string, or None in the long form) the type comes second.
        int at = a.Peek(1, "device") is IntValue ? 1 : a.Peek(2, "dtype") is IntValue ? 2 : -1;
        a.Pass(1, "device");
        bool floats = self.is_floating_point();
        if (a.Peek(at, "dtype") is not IntValue code) return self.alias();
        a.Pass(at, "dtype");
        return floats && a.TypeOrNull(at, "dtype") is { } type
            ? self.to_type(type)
            : self.to_type(Floating((ScalarType)code.Number, a.Type));
    }

    // Tensors without axes keep their own type here, so that of a number may be another than the walk's.
    static Tensor Like(Reading a, Tensor self, Tensor other)
    {
        if (self.is_floating_point() && other.is_floating_point()) a.LiftLike();
        return self.to_type(Floating(other.dtype, a.Type));
    }

    // linspace(start, end, steps) of which an end is a tensor.
    static Value Between(Reading a)
    {
        Tensor start = End(0, "start"), end = End(1, "end");
        if (start.ndim > 0 || end.ndim > 0) throw new ArgumentException("linspace only supports 0-dimensional ends");
        long steps = a.Int(2, "steps");
        var type = Made(a, 3);
        var places = arange(steps, type, a.Device) / Math.Max(1, steps - 1);
        return start + ((end - start) * places);

        Tensor End(int position, string name) => a.Any(position, name) is TensorValue { Tensor: var own }
            ? own.to(a.Type) : tensor(a.Number(position, name), a.Type, a.Device);
    }

    // copy(self, src, non_blocking)
    static Value Copied(Reading a)
    {
        a.Pass(2, "non_blocking");
        Tensor self = a.Tensor(0, "self"), source = a.Tensor(1, "src");
        return source.to_type(self.dtype).expand(self.shape).clone();
    }

    // eye(n, …) or eye(n, m, …), as the number of positions says where the rest are there too.
    static Value Identity(Reading a)
    {
        bool square = a.Count is 1 or 5 && !a.Has(-1, "m");
        long n = a.Int(0, "n"), m = square ? n : a.Int(1, "m");
        return eye(n, m, Made(a, square ? 1 : 2), a.Device);
    }

    // fill(self, value), the value a number or a tensor without axes.
    static Value Filled(Reading a)
    {
        var self = a.Tensor(0, "self");
        return a.Any(1, "value") is TensorValue value
            ? value.Tensor.to_type(self.dtype).expand(self.shape).clone()
            : full(self.shape, a.Scalar(1, "value"), self.dtype, a.Device);
    }

    // Without a type the number says which.
    static Value Full(Reading a)
    {
        bool stated = a.Has(2, "dtype");
        var made = Made(a, 2);
        var type = stated ? made : a.Peek(1, "fill_value") switch
        {
            IntValue => ScalarType.Int64,
            BoolValue => ScalarType.Bool,
            _ => made,
        };
        return full(a.Ints(0, "size"), a.Scalar(1, "fill_value"), type, a.Device);
    }
}
