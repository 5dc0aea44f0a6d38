using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Products of matrices.</summary>
static class Matrices
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::addmm", a => AddProduct(a, "mat1", "mat2", (x, y) => x.mm(y))),
        new("aten::addmv", a => AddProduct(a, "mat", "vec", (x, y) => x.matmul(y))),
        new("aten::baddbmm", a => AddProduct(a, "batch1", "batch2", (x, y) => x.bmm(y))),
        new("aten::bilinear", a =>
        {
            var y = einsum("...i,oij,...j->...o", a.Tensor(0, "input1"), a.Tensor(2, "weight"), a.Tensor(1, "input2"));
            return a.TensorOrNull(3, "bias") is { } bias ? y + bias : y;
        }),
        new("aten::bmm", a => a.Tensor(0, "self").bmm(a.Tensor(1, "mat2"))),
        new("aten::dot", a => Product(a.Tensor(0, "self"), a.Tensor(1, "tensor"))),
        new("aten::einsum", a =>
        {
            a.Pass(2, "path");
            return einsum(a.Text(0, "equation", ""), a.Tensors(1, "tensors"));
        }),
        new("aten::linear", a => F.linear(a.Tensor(0, "input"), a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"))),
        new("aten::matmul", a => Product(a.Tensor(0, "self"), a.Tensor(1, "other"))),
        new("aten::mm", a => a.Tensor(0, "self").mm(a.Tensor(1, "mat2"))),
        new("aten::mv", a => Product(a.Tensor(0, "self"), a.Tensor(1, "vec"))),
        new("aten::vdot", a => Product(a.Tensor(0, "self"), a.Tensor(1, "other"))),
    ];

    // TorchSharp lets libtorch's complaint about operands end the process here, alone of all products.
    static Tensor Product(Tensor x, Tensor y)
    {
        if (x.ndim == 0 || y.ndim == 0)
            throw new ArgumentException($"matmul takes operands of at least 1 axis, they have {x.ndim} and {y.ndim}");
        if (x.dtype != y.dtype) throw new ArgumentException($"matmul takes one type, they are {x.dtype} and {y.dtype}");
        long columns = x.shape[^1], rows = y.shape[y.ndim == 1 ? ^1 : ^2];
        if (columns != rows) throw new ArgumentException($"{columns} columns meet {rows} rows");
        for (int axis = 3; axis <= Math.Min(x.ndim, y.ndim); axis++)
        {
            long one = x.shape[^axis], other = y.shape[^axis];
            if (one != other && one != 1 && other != 1)
                throw new ArgumentException($"batches of {one} and {other} do not broadcast");
        }
        return x.matmul(y);
    }

    // beta · self + alpha · (x @ y). TorchSharp's addmm takes alpha and beta as float32, which is not enough here.
    static Value AddProduct(Reading a, string left, string right, Func<Tensor, Tensor, Tensor> multiply)
    {
        var self = a.Tensor(0, "self");
        var product = multiply(a.Tensor(1, left), a.Tensor(2, right));
        Scalar beta = a.ScalarOrNull(3, "beta") ?? a.Kept(1), alpha = a.ScalarOrNull(4, "alpha") ?? a.Kept(1);
        // What is there may be no number where it is not read.
        return beta.ToDouble() == 0 ? product.mul(alpha) : self.mul(beta).add(product, alpha);
    }
}
