using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Distances and norms, places in sorted rows, and what else PyTorch says of whole tensors.</summary>
static class Suite
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_cdist_forward", Distances),
        new("aten::_euclidean_dist", a => cdist(a.Tensor(0, "x1"), a.Tensor(1, "x2"), 2, Direct)),
        new("aten::broadcast_tensors", a => broadcast_tensors(a.Tensors(0, "tensors")).ToArray()),
        new("aten::bucketize", a =>
        {
            var boundaries = a.Tensor(1, "boundaries");
            var values = a.Any(0, "self") is TensorValue { Tensor: var own } ? own
                : tensor(a.Number(0, "self"), boundaries.dtype, a.Device);
            return values.bucketize(boundaries, a.Flag(2, "out_int32", false), a.Flag(3, "right", false));
        }),
        new("aten::cdist", Distances),
        new("aten::column_stack", a => column_stack(a.Tensors(0, "tensors"))),
        new("aten::cosine_similarity", a => F.cosine_similarity(
            a.Tensor(0, "x1"), a.Tensor(1, "x2"), a.Int(2, "dim", 1), a.Number(3, "eps", 1e-8))),
        new("aten::cross", a =>
        {
            var self = a.Tensor(0, "self");
            return linalg.cross(self, a.Tensor(1, "other"), a.IntOrNull(2, "dim") ?? Array.IndexOf(self.shape, 3));
        }),
        new("aten::diff", Differences),
        new("aten::dstack", a => dstack(a.Tensors(0, "tensors"))),
        new("aten::ger", a => a.Tensor(0, "self").outer(a.Tensor(1, "vec2"))),
        new("aten::hstack", a => hstack(a.Tensors(0, "tensors"))),
        new("aten::kron", a => kron(a.Tensor(0, "self"), a.Tensor(1, "other"))),
        new("aten::linalg_cross",
            a => linalg.cross(a.Tensor(0, "self"), a.Tensor(1, "other"), a.Int(2, "dim", -1))),
        new("aten::linalg_matrix_norm", Norm),
        new("aten::linalg_norm", Norm),
        new("aten::linalg_svdvals", a =>
        {
            a.Pass(1, "driver");
            return linalg.svdvals(a.Tensor(0, "A"));
        }),
        new("aten::logcumsumexp", a => a.Tensor(0, "self").logcumsumexp(a.Int(1, "dim"))),
        new("aten::mvlgamma", a => a.Tensor(0, "self").mvlgamma(a.Int(1, "p"))),
        new("aten::outer", a => a.Tensor(0, "self").outer(a.Tensor(1, "vec2"))),
        new("aten::pairwise_distance", a => F.pairwise_distance(
            a.Tensor(0, "x1"), a.Tensor(1, "x2"), a.Number(2, "p", 2), a.Number(3, "eps", 1e-6),
            a.Flag(4, "keepdim", false))),
        new("aten::renorm", a => a.Tensor(0, "self").renorm(
            (float)a.Number(1, "p"), a.Int(2, "dim"), (float)a.Number(3, "maxnorm"))),
        new("aten::rot90", a =>
        {
            long[] dims = a.Ints(2, "dims", 0, 1);
            return a.Tensor(0, "self").rot90(a.Int(1, "k", 1), (dims[0], dims[1]));
        }),
        new("aten::row_stack", a => vstack(a.Tensors(0, "tensors"))),
        new("aten::searchsorted", Searched),
        new("aten::special_multigammaln", a => special.multigammaln(a.Tensor(0, "self"), a.Int(1, "p"))),
        new("aten::trapezoid", Integral),
        new("aten::trapz", Integral),
        new("aten::vstack", a => vstack(a.Tensors(0, "tensors"))),
    ];

    // Its other modes lose digits where rows are alike.
    const compute_mode Direct = compute_mode.donot_use_mm_for_euclid_dist;

    static Value Distances(Reading a)
    {
        a.Pass(3, "compute_mode");
        return cdist(a.Tensor(0, "x1"), a.Tensor(1, "x2"), a.Number(2, "p", 2), Direct);
    }

    // TorchSharp takes one difference at a time.
    static Value Differences(Reading a)
    {
        long order = a.Int(1, "n", 1), dim = a.Int(2, "dim", -1);
        var self = a.Tensor(0, "self");
        Tensor? before = a.TensorOrNull(3, "prepend"), behind = a.TensorOrNull(4, "append");
        if (order == 0) return self;
        Tensor[] parts = [.. new[] { before, self, behind }.OfType<Tensor>()];
        var result = parts.Length > 1 ? cat(parts, dim) : self;
        for (long i = 0; i < order; i++) result = diff(result, 1, dim);
        return result;
    }

    static Value Norm(Reading a)
    {
        var self = a.Tensor(0, "self");
        long[]? dims = a.IntsOrNull(2, "dim");
        bool keep = a.Flag(3, "keepdim", false);
        a.TypeOrNull(4, "dtype");
        return a.Peek(1, "ord") switch
        {
            TextValue => linalg.norm(self, a.Text(1, "ord", "fro"), dims, keep),
            NoneValue => linalg.norm(self, dims, keep),
            _ => linalg.norm(self, a.Number(1, "ord"), dims, keep),
        };
    }

    static Value Searched(Reading a)
    {
        var rows = a.Tensor(0, "sorted_sequence");
        bool right = a.Flag(3, "right", false) | a.Text(4, "side", "") == "right";
        bool narrow = a.Flag(2, "out_int32", false);
        var sorter = a.TensorOrNull(5, "sorter");
        return a.Any(1, "self") is TensorValue { Tensor: var values }
            ? searchsorted(rows, values, narrow, right, sorter!)
            : searchsorted(rows, a.Kept(a.Scalar(1, "self")), narrow, right, sorter!);
    }

    static Value Integral(Reading a)
    {
        var y = a.Tensor(0, "y");
        long dim = a.Int(3, "dim", -1);
        return a.TensorOrNull(1, "x") is { } x ? trapezoid(y, x, dim) : trapezoid(y, a.Number(2, "dx", 1), dim);
    }
}
