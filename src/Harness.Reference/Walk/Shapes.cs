using System.Collections.Immutable;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Other shapes of the same values, and padding.</summary>
static class Shapes
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_pad_circular", a => F.pad(a.Tensor(0, "self"), a.Ints(1, "pad"), PaddingModes.Circular)),
        new("aten::_pad_enum", a => Pad(a, a.Int(2, "mode") switch
        {
            0 => "reflect",
            1 => "replicate",
            2 => "circular",
            3 => "constant",
            var other => throw a.Refuse($"padding mode {other}"),
        })),
        new("aten::_reshape_alias", a =>
        {
            a.Pass(2, "stride");
            return a.Tensor(0, "self").reshape(a.Ints(1, "size"));
        }),
        new("aten::_unsafe_view", a => a.Tensor(0, "self").view(a.Ints(1, "size"))),
        new("aten::adjoint", a => a.Tensor(0, "self").transpose(-2, -1)),
        new("aten::as_strided", a =>
            a.Tensor(0, "self").as_strided(a.Ints(1, "size"), a.Ints(2, "stride"), a.Int(3, "storage_offset", 0))),
        new("aten::broadcast_to", a => a.Tensor(0, "self").broadcast_to(a.Ints(1, "size"))),
        new("aten::constant_pad_nd", a =>
            F.pad(a.Tensor(0, "self"), a.Ints(1, "pad"), PaddingModes.Constant, a.Number(2, "value", 0))),
        new("aten::expand", a => { a.Pass(2, "implicit"); return a.Tensor(0, "self").expand(a.Ints(1, "size")); }),
        new("aten::expand_as", a => a.Tensor(0, "self").expand_as(a.Tensor(1, "other"))),
        new("aten::flatten", a => a.Tensor(0, "self").flatten(a.Int(1, "start_dim", 0), a.Int(2, "end_dim", -1))),
        new("aten::mT", a => a.Tensor(0, "self").transpose(-2, -1)),
        new("aten::moveaxis", a => a.Tensor(0, "self").movedim(a.Ints(1, "source"), a.Ints(2, "destination"))),
        new("aten::movedim", a => a.Tensor(0, "self").movedim(a.Ints(1, "source"), a.Ints(2, "destination"))),
        new("aten::numpy_T", Reversed),
        new("aten::pad", a => Pad(a, a.Text(2, "mode", "constant"))),
        new("aten::permute", a => a.Tensor(0, "self").permute(a.Ints(1, "dims"))),
        new("aten::ravel", a => a.Tensor(0, "self").reshape(-1)),
        new("aten::reflection_pad1d", a => Border(a, PaddingModes.Reflect)),
        new("aten::reflection_pad2d", a => Border(a, PaddingModes.Reflect)),
        new("aten::reflection_pad3d", a => Border(a, PaddingModes.Reflect)),
        new("aten::repeat", a => a.Tensor(0, "self").repeat(a.Ints(1, "repeats"))),
        new("aten::repeat_interleave", RepeatInterleave),
        new("aten::replication_pad1d", a => Border(a, PaddingModes.Replicate)),
        new("aten::replication_pad2d", a => Border(a, PaddingModes.Replicate)),
        new("aten::replication_pad3d", a => Border(a, PaddingModes.Replicate)),
        new("aten::reshape", a => a.Tensor(0, "self").reshape(a.Ints(1, "shape"))),
        new("aten::reshape_as", a => a.Tensor(0, "self").reshape(a.Tensor(1, "other").shape)),
        new("aten::squeeze", Squeeze),
        new("aten::swapaxes", a => a.Tensor(0, "self").transpose(a.Int(1, "axis0"), a.Int(2, "axis1"))),
        new("aten::swapdims", a => a.Tensor(0, "self").transpose(a.Int(1, "dim0"), a.Int(2, "dim1"))),
        new("aten::t", a => a.Tensor(0, "self").t()),
        new("aten::tile", a => a.Tensor(0, "self").tile(a.Ints(1, "dims"))),
        new("aten::transpose", a => a.Tensor(0, "self").transpose(a.Int(1, "dim0"), a.Int(2, "dim1"))),
        new("aten::unflatten", Unflatten),
        new("aten::unsqueeze", a => a.Tensor(0, "self").unsqueeze(a.Int(1, "dim"))),
        new("aten::view", a => a.Tensor(0, "self").view(a.Ints(1, "size"))),
        new("aten::view_as", a => a.Tensor(0, "self").view(a.Tensor(1, "other").shape)),
        new("aten::view_copy", a => a.Tensor(0, "self").view(a.Ints(1, "size"))),
    ];

    // TorchSharp's own takes no axis from the end.
    static Value Unflatten(Reading a)
    {
        var self = a.Tensor(0, "self");
        long dim = a.Int(1, "dim");
        return self.unflatten(dim < 0 ? dim + self.ndim : dim, a.Ints(2, "sizes"));
    }

    // repeat_interleave(self, repeats, dim=None): without an axis, of the flattened tensor.
    static Value RepeatInterleave(Reading a)
    {
        var self = a.Tensor(0, "self");
        a.Pass(3, "output_size");
        return a.Any(1, "repeats") is TensorValue { Tensor: var repeats }
            ? self.repeat_interleave(repeats, a.IntOrNull(2, "dim"))
            : self.repeat_interleave(a.Int(1, "repeats"), a.IntOrNull(2, "dim"));
    }

    static Value Reversed(Reading a)
    {
        var self = a.Tensor(0, "self");
        return self.permute([.. Enumerable.Range(0, (int)self.ndim).Reverse().Select(axis => (long)axis)]);
    }

    // pad(self, pad, mode='constant', value=None); pads are listed from the last axis, and negative ones crop.
    static Value Pad(Reading a, string mode)
    {
        var padding = mode switch
        {
            "constant" => PaddingModes.Constant,
            "reflect" => PaddingModes.Reflect,
            "replicate" => PaddingModes.Replicate,
            "circular" => PaddingModes.Circular,
            _ => throw a.Refuse($"padding mode '{mode}'"),
        };
        return F.pad(a.Tensor(0, "self"), a.Ints(1, "pad"), padding, a.Number(3, "value", 0));
    }

    static Value Border(Reading a, PaddingModes mode) => F.pad(a.Tensor(0, "self"), a.Ints(1, "padding"), mode);

    // squeeze(self), squeeze(self, dim), squeeze(self, dims): axes longer than 1 stay.
    static Value Squeeze(Reading a)
    {
        var self = a.Tensor(0, "self");
        if (a.IntsOrNull(1, "dim") is not { } dims) return self.squeeze();
        foreach (long dim in dims)
        {
            // A number has one axis here.
            long rank = Math.Max(1, self.ndim);
            if (dim < -rank || dim >= rank) throw new ArgumentException($"axis {dim} of {self.ndim} axes");
        }
        if (dims.Select(dim => dim < 0 ? dim + self.ndim : dim).Distinct().Count() < dims.Length)
            throw new ArgumentException("an axis appears multiple times in the list of dims");
        // From the last axis to the first, so that earlier positions keep their meaning.
        foreach (long dim in dims.Select(dim => dim < 0 ? dim + self.ndim : dim).OrderDescending())
            self = self.squeeze(dim);
        return self.alias();
    }
}
