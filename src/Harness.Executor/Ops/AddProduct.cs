using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>beta · self + alpha · a · b</c> of matrices, of batches of them, or of a matrix and a vector; self is
/// broadcast, and not read where beta is 0. Source: torch.baddbmm, torch.addbmm, torch.addmv, torch.addmm.</summary>
public sealed record AddProduct : Composite
{
    /// <summary>How many axes a has.</summary>
    public required int Axes { get; init; }

    /// <summary>True when b is a vector.</summary>
    public bool OfVector { get; init; }

    /// <summary>True when the products of a batch are added up.</summary>
    public bool Summed { get; init; }

    /// <summary>What self is multiplied with.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>What the product is multiplied with.</summary>
    public double Alpha { get; init; } = 1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "addbmm", "addmv", "baddbmm");

    /// <summary>The op of a call.</summary>
    internal static AddProduct Parse(Bound call) => new()
    {
        Axes = call.Has("batch1") ? 3 : 2,
        OfVector = call.Has("vec"),
        Summed = call.Call.Target.StartsWith("aten::addbmm", StringComparison.Ordinal),
        Beta = call.Float("beta"),
        Alpha = call.Float("alpha"),
    };

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape self = inputs[0], a = inputs[1], b = inputs[2];
        int axes = OfVector ? 1 : Axes;
        if (a.Rank != Axes || b.Rank != axes) return $"operands are {a} and {b}, expected {Axes} and {axes} axes";
        int rows = b[OfVector ? -1 : -2];
        if (a[-1] != rows) return $"{a} times {b}: {a[-1]} columns meet {rows} rows";
        if (Summed && Axis.MisfitOfExtent((long)a[0] * rows) is { } beyond) return beyond;
        if (Axes == 3 && a[0] != b[0]) return $"batches of {a[0]} and {b[0]} matrices, expected as many";
        var product = InferShapes(inputs)[0];
        bool fits = self.Rank <= product.Rank;
        for (int axis = 1; fits && axis <= self.Rank; axis++) fits = self[-axis] == 1 || self[-axis] == product[-axis];
        return fits ? null : $"self is {self}, expected what broadcasts to {product}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => OfVector
        ? [[inputs[1][0]]]
        : [[.. inputs[1].AsSpan()[(Summed ? 1 : 0)..^1], inputs[2][-1]]];

    // One product of what stands side by side in the first matrices and one below another in the second.
    static Argument OfAll(CallWriter calls)
    {
        Argument a = calls.Operands[1], b = calls.Operands[2];
        Shape first = calls.ShapeOf(a), second = calls.ShapeOf(b);
        a = calls.Call("rows", "aten::permute", a, CallWriter.Ints(1, 0, 2));
        a = calls.Call("side_by_side", "aten::reshape", a, CallWriter.Ints(first[1], first[0] * first[2]));
        b = calls.Call("stacked", "aten::reshape", b, CallWriter.Ints(second[0] * second[1], second[2]));
        return calls.Call("product", "aten::mm", a, b);
    }

    internal override void Write(CallWriter calls)
    {
        var self = calls.Operands[0];
        var product = Summed ? OfAll(calls)
            : calls.Call("product", "aten::matmul", calls.Operands[1], calls.Operands[2]);
        if (Alpha != 1) product = calls.Call("scaled", "aten::mul", product, Argument.Of(Alpha));
        if (Beta == 0)
        {
            calls.Give("aten::alias", product);
            return;
        }
        if (Beta != 1) self = calls.Call("self", "aten::mul", self, Argument.Of(Beta));
        calls.Give("aten::add", product, self);
    }
}
