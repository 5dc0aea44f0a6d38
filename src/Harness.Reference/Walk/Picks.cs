using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Parts of a tensor.</summary>
static class Picks
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_unsafe_index", Index),
        new("aten::argwhere", a => a.Tensor(0, "self").nonzero()),
        new("aten::diagonal", Diagonal),
        new("aten::diagonal_copy", Diagonal),
        new("aten::flip", a => a.Tensor(0, "self").flip(a.Ints(1, "dims"))),
        new("aten::gather", a =>
        {
            a.Pass(3, "sparse_grad");
            return a.Tensor(0, "self").gather(a.Int(1, "dim"), a.Tensor(2, "index"));
        }),
        new("aten::index", Index),
        new("aten::index_add",
            a => a.Tensor(0, "self").index_add(
            a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"), a.ScalarOrNull(4, "alpha") ?? a.Kept(1))),
        new("aten::index_copy",
            a => a.Tensor(0, "self").index_copy(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "source"))),
        new("aten::index_fill", a => a.Tensor(0, "self").index_fill(
            a.Int(1, "dim"), a.Tensor(2, "index"), a.Any(3, "value") is TensorValue { Tensor: var value }
                ? a.Kept(value.to(ScalarType.Float64).item<double>()) : a.Kept(a.Scalar(3, "value")))),
        new("aten::index_put", Put),
        new("aten::index_select", a => a.Tensor(0, "self").index_select(a.Int(1, "dim"), a.Tensor(2, "index"))),
        new("aten::linalg_diagonal", a => a.Tensor(0, "A").diagonal(
            a.Int(1, "offset", 0), a.Int(2, "dim1", -2), a.Int(3, "dim2", -1))),
        new("aten::masked_scatter",
            a => a.Tensor(0, "self").masked_scatter(a.Tensor(1, "mask"), a.Tensor(2, "source"))),
        new("aten::masked_select", a => a.Tensor(0, "self").masked_select(a.Tensor(1, "mask"))),
        new("aten::narrow", a => a.Tensor(0, "self").narrow(a.Int(1, "dim"), a.Int(2, "start"), a.Int(3, "length"))),
        new("aten::nonzero", a => a.Tensor(0, "self").nonzero()),
        new("aten::nonzero_numpy", a => a.Tensor(0, "self").nonzero().unbind(1)),
        new("aten::one_hot", a => nn.functional.one_hot(a.Tensor(0, "self"), a.Int(1, "num_classes", -1))),
        new("aten::roll", Roll),
        new("aten::scatter", Scattered),
        new("aten::scatter_add",
            a =>
            a.Tensor(0, "self").scatter_add(a.Int(1, "dim"), a.Tensor(2, "index"), a.Tensor(3, "src"))),
        new("aten::select", a => a.Tensor(0, "self").select(a.Int(1, "dim"), a.Int(2, "index"))),
        new("aten::select_scatter",
            a => a.Tensor(0, "self").select_scatter(
            a.Tensor(1, "src"), a.Int(2, "dim"), a.Int(3, "index"))),
        new("aten::slice", Slice),
        new("aten::slice_scatter",
            a => a.Tensor(0, "self").slice_scatter(
            a.Tensor(1, "src"), a.Int(2, "dim", 0), a.IntOrNull(3, "start"), a.IntOrNull(4, "end"),
            a.Int(5, "step", 1))),
        new("aten::take_along_dim", a =>
            a.Tensor(0, "self").take_along_dim(a.Tensor(1, "indices"), a.Int(2, "dim"))),
        new("aten::unfold", Windows),
        new("aten::unfold_copy", Windows),
    ];

    // index(self, indices), with None where an axis has none.
    static Value Index(Reading a) => Indexed(a, a.Tensor(0, "self"));

    static Tensor Indexed(Reading a, Tensor self) => a.Any(1, "indices") is ListValue list
        ? self.index([.. list.Items.Select(item => item is TensorValue index
            ? TensorIndex.Tensor(index.Tensor)
            : TensorIndex.Colon)])
        : throw a.Refuse("indices that are no list");

    static Value Roll(Reading a)
    {
        var self = a.Tensor(0, "self");
        long[] shifts = a.Ints(1, "shifts"), dims = a.Ints(2, "dims", []);
        // Without dims the flattened tensor turns.
        return dims.Length > 0 ? self.roll(shifts, dims) : self.flatten().roll(shifts, (long[])[0]).reshape(self.shape);
    }

    // slice(self, dim=0, start=None, end=None, step=1); bounds count from the end when negative and are clipped.
    static Value Slice(Reading a)
    {
        var self = a.Tensor(0, "self");
        long start = a.Int(2, "start", 0), end = a.Int(3, "end", long.MaxValue);
        return self.slice(a.Int(1, "dim", 0), start, end, a.Int(4, "step", 1));
    }

    static Value Scattered(Reading a)
    {
        Tensor self = a.Tensor(0, "self"), index = a.Tensor(2, "index");
        var source = a.Any(3, "src") is TensorValue { Tensor: var written } ? written : Everywhere(a);
        long dim = a.Int(1, "dim");
        switch (a.Text(4, "reduce", ""))
        {
            case "add": return self.scatter_add(dim, index, source);
            case "multiply":
                // Of one index along the axis no two name the same place.
                for (long i = 0; i < index.shape[dim < 0 ? dim + index.ndim : dim]; i++)
                {
                    var places = index.narrow(dim, i, 1);
                    var part = source;
                    for (int axis = 0; axis < index.ndim; axis++) part = part.narrow(axis, 0, index.shape[axis]);
                    self = self.scatter(dim, places, self.gather(dim, places) * part.narrow(dim, i, 1));
                }
                return self;
            default: return self.scatter(dim, index, source);
        }
    }

    static Value Diagonal(Reading a) =>
        a.Tensor(0, "self").diagonal(a.Int(1, "offset", 0), a.Int(2, "dim1", 0), a.Int(3, "dim2", 1));

    static Value Windows(Reading a) =>
        a.Tensor(0, "self").unfold(a.Int(1, "dimension"), a.Int(2, "size"), a.Int(3, "step"));

    // The number of a scatter as a tensor of the indices' shape.
    static Tensor Everywhere(Reading a) =>
        full(a.Tensor(2, "index").shape, a.Scalar(3, "value"), a.Tensor(0, "self").dtype, a.Device);

    // index_put(self, indices, values, accumulate), as a scatter of flat places: TorchSharp's own ends the process
    // where it accumulates beside a whole axis.
    static Value Put(Reading a)
    {
        Tensor self = a.Tensor(0, "self"), values = a.Tensor(2, "values");
        var places = Indexed(a, arange(self.numel(), ScalarType.Int64, a.Device).reshape(self.shape));
        var (flat, written) = (places.flatten(), values.expand(places.shape).flatten());
        var result = a.Flag(3, "accumulate", false)
            ? self.flatten().scatter_add(0, flat, written)
            : self.flatten().scatter(0, flat, written);
        return result.reshape(self.shape);
    }
}
