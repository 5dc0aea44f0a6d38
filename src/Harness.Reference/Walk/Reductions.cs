using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Sums, means, extrema over axes.</summary>
static class Reductions
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::all", a => Flags(a, (x, dim, keep) => x.all(dim, keep))),
        new("aten::amax", a => a.Tensor(0, "self").amax(Dims(a), a.Flag(2, "keepdim", false))),
        new("aten::amin", a => a.Tensor(0, "self").amin(Dims(a), a.Flag(2, "keepdim", false))),
        new("aten::any", a => Flags(a, (x, dim, keep) => x.any(dim, keep))),
        new("aten::argmax", a => Place(a, (x, dim, keep) => x.argmax(dim, keep), x => x.argmax())),
        new("aten::argmin", a => Place(a, (x, dim, keep) => x.argmin(dim, keep), x => x.argmin())),
        new("aten::argsort", a => Sorted(a)[1]),
        new("aten::count_nonzero", a => a.Tensor(0, "self").ne(0).sum(Dims(a))),
        new("aten::cumprod", a => a.Tensor(0, "self").cumprod(a.Int(1, "dim"), a.TypeOrNull(2, "dtype"))),
        new("aten::cumsum", a => a.Tensor(0, "self").cumsum(a.Int(1, "dim"), a.TypeOrNull(2, "dtype"))),
        new("aten::frobenius_norm", a =>
            linalg.vector_norm(a.Tensor(0, "self"), 2, Dims(a), a.Flag(2, "keepdim", false))),
        new("aten::linalg_vector_norm", a => Norm(
            a, a.Number(1, "ord", 2), a.IntsOrNull(2, "dim"), a.Flag(3, "keepdim", false), a.TypeOrNull(4, "dtype"))),
        new("aten::logsumexp", LogSumExp),
        new("aten::max", a => Extremum(a, x => x.max(), (x, y) => x.maximum(y), (x, dim, keep) => x.max(dim, keep))),
        new("aten::mean", Mean),
        new("aten::min", a => Extremum(a, x => x.min(), (x, y) => x.minimum(y), (x, dim, keep) => x.min(dim, keep))),
        new("aten::norm", a => Norm(
            a, a.Number(1, "p", 2), a.IntsOrNull(2, "dim"), a.Flag(3, "keepdim", false), a.TypeOrNull(4, "dtype"),
            castsIntegers: true)),
        new("aten::prod", Product),
        new("aten::sort", a => Sorted(a)),
        new("aten::special_logsumexp", LogSumExp),
        new("aten::std", a => Variance(a).sqrt()),
        new("aten::std_mean", a =>
        {
            var deviation = Variance(a).sqrt();
            return new[] { deviation, a.Tensor(0, "self").mean(MeanDims(a), a.Flag(3, "keepdim", false)) };
        }),
        new("aten::sum", Sum),
        new("aten::topk",
            a =>
        {
            a.Pass(4, "sorted");
            var (values, indexes) = a.Tensor(0, "self").topk(
                (int)a.Int(1, "k"), (int)a.Int(2, "dim", -1), a.Flag(3, "largest", true), true);
            return new[] { values, indexes };
        }),
        new("aten::var", a => Variance(a)),
        new("aten::var_mean", a =>
        {
            var variance = Variance(a);
            return new[] { variance, a.Tensor(0, "self").mean(MeanDims(a), a.Flag(3, "keepdim", false)) };
        }),
    ];

    // No dimensions, and an empty list of them, mean all.
    static long[] Dims(Reading a) => Given(a) ?? All(a.Tensor(0, "self"));

    static long[] All(Tensor tensor) => [.. Enumerable.Range(0, (int)tensor.ndim).Select(axis => (long)axis)];

    static long[]? Given(Reading a) => a.IntsOrNull(1, "dim") is { Length: > 0 } dims ? dims : null;

    // mean(self, *, dtype) or mean(self, dim, keepdim, *, dtype); a trace writes the first as mean(self, dtype=None)
    static Value Mean(Reading a)
    {
        var self = a.Tensor(0, "self");
        return self.mean(Dims(a), a.Flag(2, "keepdim", false), a.TypeOrNull(3, "dtype"));
    }

    static Value Sum(Reading a)
    {
        var self = a.Tensor(0, "self");
        var type = a.TypeOrNull(3, "dtype");
        // Cast before, as the operator does: a sum of floats as integers has no gradient to keep.
        return (type is { } to ? self.to_type(to) : self).sum(Dims(a), a.Flag(2, "keepdim", false), type);
    }

    // One axis after the other, from the last: the others keep their numbers.
    static Value Flags(Reading a, Func<Tensor, long, bool, Tensor> reduce)
    {
        var self = a.Tensor(0, "self");
        bool keep = a.Flag(2, "keepdim", false);
        var flags = self.to_type(ScalarType.Bool);
        foreach (long dim in Dims(a).Select(dim => dim < 0 ? dim + self.ndim : dim).OrderDescending())
            flags = reduce(flags, dim, keep);
        return flags;
    }

    // Of all elements, TorchSharp keeps no axis.
    static Value Place(Reading a, Func<Tensor, long, bool, Tensor> along, Func<Tensor, Tensor> ofAll)
    {
        var self = a.Tensor(0, "self");
        bool keep = a.Flag(2, "keepdim", false);
        if (a.IntOrNull(1, "dim") is { } dim) return along(self, dim, keep);
        var place = ofAll(self);
        return keep ? place.reshape([.. self.shape.Select(_ => 1L)]) : place;
    }

    // An empty list of dimensions is all of them too. Of integers aten::norm takes those whose type it is told; what
    // torch.linalg has takes none.
    static Tensor Norm(
        Reading a, double order, long[]? dims, bool keep, ScalarType? type, bool castsIntegers = false)
    {
        var self = a.Tensor(0, "self");
        if (!self.is_floating_point() && (type is null || !castsIntegers))
            throw new ArgumentException($"a norm of {self.dtype}");
        return linalg.vector_norm(
            type is { } to ? self.to_type(to) : self, order, dims is { Length: > 0 } ? dims : All(self), keep);
    }

    // prod(self, *, dtype) or prod(self, dim, keepdim, *, dtype)
    static Value Product(Reading a)
    {
        var self = a.Tensor(0, "self");
        var type = a.TypeOrNull(3, "dtype");
        if (type is { } to) self = self.to_type(to);
        return a.IntOrNull(1, "dim") is { } dim ? self.prod(dim, a.Flag(2, "keepdim", false)) : self.prod();
    }

    // Of several axes from the definition: TorchSharp's takes one.
    static Value LogSumExp(Reading a)
    {
        var self = a.Tensor(0, "self");
        if (!self.is_floating_point()) self = self.to_type(a.Type);
        long[] dims = Dims(a);
        bool keep = a.Flag(2, "keepdim", false);
        if (dims is [var dim]) return self.logsumexp(dim, keep);
        var largest = self.amax(dims, true);
        var sum = self.sub(largest).exp().sum(dims, true).log().add(largest);
        return keep ? sum : sum.amax(dims, false);
    }

    // max(self), max(self, other), max(self, dim, keepdim) -> values, indices
    static Value Extremum(
        Reading a, Func<Tensor, Tensor> all, Func<Tensor, Tensor, Tensor> pairwise,
        Func<Tensor, long, bool, (Tensor Values, Tensor Indexes)> over)
    {
        var self = a.Tensor(0, "self");
        if (!a.Has(1, "dim")) return all(self);
        if (a.Peek(1, "other") is TensorValue { Tensor: var other })
        {
            a.Pass(1, "other");
            return pairwise(self, other);
        }
        var (values, indexes) = over(self, a.Int(1, "dim"), a.Flag(2, "keepdim", false));
        return new[] { values, indexes };
    }

    // Where the flag stands first there are no dimensions.
    static long[] MeanDims(Reading a) => a.Peek(1, "unbiased") is BoolValue ? All(a.Tensor(0, "self")) : Dims(a);

    // var(self, unbiased), var(self, dim, unbiased, keepdim), var(self, dim, *, correction, keepdim)
    static Tensor Variance(Reading a)
    {
        var self = a.Tensor(0, "self");
        bool flagFirst = a.Peek(1, "unbiased") is BoolValue;
        bool unbiased = flagFirst ? a.Flag(1, "unbiased", true) : a.Flag(2, "unbiased", true);
        double correction = a.Number(-1, "correction", unbiased ? 1 : 0);
        bool keep = a.Flag(3, "keepdim", false);
        long[] dims = flagFirst ? All(self) : Dims(a);
        // Two passes, from its definition: any correction, which TorchSharp's var does not take.
        double count = dims.Aggregate(1.0, (product, dim) => product * self.shape[dim < 0 ? dim + self.ndim : dim]);
        var centred = self.sub(self.mean(dims, true));
        return centred.mul(centred).sum(dims, keep).div(Math.Max(0, count - correction));
    }

    // sort(self, dim, descending), or stable, which comes first in the other overload: equal elements keep their order.
    static Tensor[] Sorted(Reading a)
    {
        bool states = a.Has(-1, "stable");
        a.Pass(-1, "stable");
        int at = states ? -1 : 1;
        var (values, indexes) = a.Tensor(0, "self").sort(
            a.Int(at, "dim", -1), a.Flag(states ? -1 : 2, "descending", false), true);
        return [values, indexes];
    }
}
