using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Many tensors into one, one into many.</summary>
static class Joins
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::cat", Cat),
        new("aten::chunk", a => a.Tensor(0, "self").chunk(a.Int(1, "chunks"), a.Int(2, "dim", 0))),
        new("aten::concat", Cat),
        new("aten::concatenate", Cat),
        new("aten::split", Split),
        new("aten::split_with_sizes", a => a.Tensor(0, "self").split(a.Ints(1, "split_sizes"), a.Int(2, "dim", 0))),
        new("aten::stack", a => stack(a.Tensors(0, "tensors"), a.Int(1, "dim", 0))),
        new("aten::tensor_split", a => a.Peek(1, "sections") is ListValue
            ? a.Tensor(0, "self").tensor_split(a.Ints(1, "indices"), a.Int(2, "dim", 0))
            : a.Tensor(0, "self").tensor_split(a.Int(1, "sections"), a.Int(2, "dim", 0))),
        new("aten::unbind", a => unbind(a.Tensor(0, "self"), a.Int(1, "dim", 0))),
        new("aten::unsafe_chunk", a => a.Tensor(0, "self").chunk(a.Int(1, "chunks"), a.Int(2, "dim", 0))),
        new("aten::unsafe_split", Split),
        new("aten::unsafe_split_with_sizes", a =>
            a.Tensor(0, "self").split(a.Ints(1, "split_sizes"), a.Int(2, "dim", 0))),
    ];

    // TorchSharp gives one tensor back without asking libtorch.
    static Value Cat(Reading a)
    {
        var tensors = a.Tensors(0, "tensors");
        if (tensors.Any(tensor => tensor.ndim == 0))
            throw new ArgumentException("a zero-dimensional tensor cannot be concatenated");
        long dim = a.Int(1, "dim", 0), rank = tensors.Length > 0 ? tensors[0].ndim : 0;
        if (dim < -rank || dim >= rank) throw new ArgumentException($"axis {dim} of tensors of {rank} axes");
        return cat(tensors, dim);
    }

    // split(self, split_size, dim) or split(self, split_sizes, dim)
    static Value Split(Reading a)
    {
        var self = a.Tensor(0, "self");
        int dim = (int)a.Int(2, "dim", 0);
        return a.Peek(1, "split_size") is ListValue
            ? self.split(a.Ints(1, "split_size"), dim)
            : self.split(a.Int(1, "split_size"), dim);
    }
}
