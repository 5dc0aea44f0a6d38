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
        new("aten::addbmm", a => AddProduct(a, "batch1", "batch2", (x, y) => Batched(x, y).sum([0L]))),
        new("aten::addmm", a => AddProduct(a, "mat1", "mat2", (x, y) => x.mm(y))),
        new("aten::addmv", a => AddProduct(a, "mat", "vec", Product)),
        new("aten::baddbmm", a => AddProduct(a, "batch1", "batch2", Batched)),
        new("aten::bilinear", a =>
        {
            var y = Summed(
                "...i,oij,...j->...o", a.Tensor(0, "input1"), a.Tensor(2, "weight"), a.Tensor(1, "input2"));
            return a.TensorOrNull(3, "bias") is { } bias ? y + bias : y;
        }),
        new("aten::bmm", a => Batched(a.Tensor(0, "self"), a.Tensor(1, "mat2"))),
        new("aten::dot", a => Product(a.Tensor(0, "self"), a.Tensor(1, "tensor"))),
        new("aten::einsum", a =>
        {
            a.Pass(2, "path");
            return Summed(a.Text(0, "equation", ""), a.Tensors(1, "tensors"));
        }),
        new("aten::linear", a => F.linear(a.Tensor(0, "input"), a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"))),
        new("aten::matmul", a => Product(a.Tensor(0, "self"), a.Tensor(1, "other"))),
        new("aten::mm", a => a.Tensor(0, "self").mm(a.Tensor(1, "mat2"))),
        new("aten::mv", a => Product(a.Tensor(0, "self"), a.Tensor(1, "vec"))),
        new("aten::vdot", a => Product(a.Tensor(0, "self"), a.Tensor(1, "other"))),
    ];

    // As with matmul, libtorch's complaint would end the process.
    static Tensor Batched(Tensor x, Tensor y) =>
        x.ndim == 3 && y.ndim == 3 && x.dtype == y.dtype && x.shape[0] == y.shape[0] && x.shape[2] == y.shape[1]
            ? x.bmm(y)
            : throw new ArgumentException($"batches of matrices ({string.Join(", ", x.shape)}) and "
                + $"({string.Join(", ", y.shape)}) do not fit");

    static Tensor Summed(string equation, params Tensor[] operands)
    {
        string[] terms = equation.Replace(" ", "", StringComparison.Ordinal).Split("->")[0].Split(',');
        if (terms.Length != operands.Length)
            throw new ArgumentException($"'{equation}' has {terms.Length} terms, {operands.Length} tensors are given");
        var extents = new Dictionary<char, long>();
        foreach (var (term, operand) in terms.Zip(operands))
        {
            if (operand.dtype != operands[0].dtype) throw new ArgumentException("einsum takes one type");
            string[] parts = term.Split("...");
            int letters = parts.Sum(part => part.Length);
            if (parts.Length > 2 || (parts.Length == 1 ? letters != operand.ndim : letters > operand.ndim))
                throw new ArgumentException($"the term '{term}' stands for a tensor of {operand.ndim} axes");
            for (int i = 0; i < letters; i++)
            {
                bool last = i >= parts[0].Length;
                char letter = last ? parts[1][i - parts[0].Length] : parts[0][i];
                long extent = operand.shape[last ? operand.ndim - letters + i : i];
                if (extents.GetValueOrDefault(letter, 1) is var known && known != 1 && extent != 1 && known != extent)
                    throw new ArgumentException($"'{letter}' is {known} and {extent} long");
                extents[letter] = Math.Max(extents.GetValueOrDefault(letter, 1), extent);
            }
        }
        return einsum(equation, operands);
    }

    // TorchSharp lets libtorch's complaint about operands end the process here, alone of all products.
    internal static Tensor Product(Tensor x, Tensor y)
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
