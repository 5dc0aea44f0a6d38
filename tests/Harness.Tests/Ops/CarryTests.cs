using CsCheck;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

public sealed class CarryTests
{
    // Shapes are products of few factors, so that reshapes split, merge and regroup axes, with extents of 1 in between.
    static readonly Gen<(int[] From, int[] Layout, int[] To)> s_reshape =
        from factors in Gen.Int[1, 3].Array[0, 6]
        from fromCuts in Gen.Bool.Array[6]
        from toCuts in Gen.Bool.Array[6]
        let source = Merge(factors, fromCuts)
        from layout in Gen.Shuffle(Enumerable.Range(0, source.Length).ToArray())
        select (source, layout, Merge(factors, toCuts));

    // Neighbouring factors become one axis unless a cut stands between them.
    static int[] Merge(int[] factors, bool[] cuts)
    {
        var extents = new List<int>();
        for (int i = 0; i < factors.Length; i++)
        {
            if (i == 0 || cuts[i]) extents.Add(factors[i]);
            else extents[^1] *= factors[i];
        }
        return [.. extents];
    }

    // For each place in memory, the row-major logical index of the element there.
    static long[] LogicalIndices(Shape shape, Permutation layout)
    {
        long[] strides = shape.Strides();
        var indices = new List<long> { 0 };
        foreach (int axis in layout.AsSpan())
            indices = [.. indices.SelectMany(index =>
                Enumerable.Range(0, shape[axis]).Select(i => index + i * strides[axis]))];
        return [.. indices];
    }

    [Fact]
    public void Where_a_layout_carries_over_memory_read_anew_is_the_logical_reshape() => s_reshape.Sample(
        row =>
        {
            Shape from = Shape.Create(row.From), to = Shape.Create(row.To);
            var layout = new Permutation(row.Layout);
            if (Carry.Through(from, layout, to) is not { } carried) return;
            LogicalIndices(to, carried).Should().Equal(LogicalIndices(from, layout));
        },
        iter: 2000);

    [Fact]
    public void A_layout_is_given_up_only_where_no_layout_of_the_result_would_do() => s_reshape.Sample(
        row =>
        {
            Shape from = Shape.Create(row.From), to = Shape.Create(row.To);
            var layout = new Permutation(row.Layout);
            if (to.Rank > 5 || Carry.Through(from, layout, to) is not null) return;
            long[] memory = LogicalIndices(from, layout);
            Orders(to.Rank).Should().NotContain(order => LogicalIndices(to, order).SequenceEqual(memory));
        },
        iter: 500);

    static IEnumerable<Permutation> Orders(int rank) => rank == 0
        ? [Permutation.Identity(0)]
        : Orders(rank - 1).SelectMany(rest => Enumerable.Range(0, rank).Select(at =>
            new Permutation([.. rest.AsSpan()[..at], rank - 1, .. rest.AsSpan()[at..]])));

    public static TheoryData<string, string, string, string> Rows => new()
    {
        // shape, layout, new shape, new layout; "none" where the value must come into PyTorch's order first
        { "(2, 6, 5, 7)", "(0, 2, 3, 1)", "(2, 6, 35)", "(0, 2, 1)" },
        { "(2, 6, 5, 7)", "(0, 2, 3, 1)", "(2, 3, 2, 5, 7)", "(0, 3, 4, 1, 2)" },
        { "(2, 6, 4, 9)", "(0, 2, 3, 1)", "(2, 6, 2, 2, 3, 3)", "(0, 2, 3, 4, 5, 1)" },
        { "(2, 35, 6)", "(0, 1, 2)", "(2, 5, 7, 6)", "(0, 1, 2, 3)" },
        { "(2, 6, 35)", "(0, 2, 1)", "(2, 6, 5, 7)", "(0, 2, 3, 1)" },
        { "(2, 6, 5, 7)", "(0, 2, 3, 1)", "(2, 210)", "none" },
        { "(2, 6, 5, 7)", "(0, 2, 3, 1)", "(12, 1, 5, 7)", "none" },
        { "(2, 6, 1, 1)", "(0, 2, 3, 1)", "(2, 6)", "(0, 1)" },
        { "(2, 1, 5, 7)", "(0, 2, 3, 1)", "(2, 35)", "(0, 1)" },
        { "(2, 6, 5, 7)", "(0, 2, 3, 1)", "(2, 6, 5, 7, 1)", "(0, 2, 3, 4, 1)" },
        { "(2, 6, 5, 7)", "(0, 1, 2, 3)", "(2, 210)", "(0, 1)" },
        { "(1, 1)", "(1, 0)", "()", "()" },
        { "(0, 6, 5)", "(0, 2, 1)", "(0, 30)", "none" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layouts_carry_through_reshapes(string from, string layout, string to, string expected)
    {
        var carried = Carry.Through(
            CallText.Shape(from), new Permutation(CallText.Shape(layout).AsSpan()), CallText.Shape(to));
        (carried?.ToString() ?? "none").Should().Be(expected);
    }
}
