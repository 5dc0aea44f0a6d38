using CsCheck;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

public sealed class ArrangeTests
{
    const string Last = "(0, 2, 3, 1)", Plain = "(0, 1, 2, 3)";

    public static TheoryData<string, string, string, string, string> Rows => new()
    {
        // call, shapes, layouts now, layouts wanted, layouts given
        { "aten::conv2d(%0, %1)", "(2, 3, 7, 9); (4, 3, 3, 3)", $"{Plain}; {Plain}", $"{Last}; {Plain}", Last },
        { "aten::conv_transpose2d(%0, %1)",
            "(2, 3, 7, 9); (3, 4, 3, 3)", $"{Plain}; {Plain}", $"{Last}; {Plain}", Last },
        { "aten::layer_norm(%0, [9])", "(2, 3, 7, 9)", Last, "(0, 2, 1, 3)", "(0, 2, 1, 3)" },
        { "aten::layer_norm(%0, [9])", "(2, 3, 7, 9)", "(1, 2, 0, 3)", "(1, 2, 0, 3)", "(1, 2, 0, 3)" },
        { "aten::layer_norm(%0, [7, 9])", "(2, 3, 7, 9)", "(2, 0, 3, 1)", "(0, 1, 2, 3)", "(0, 1, 2, 3)" },
        { "aten::expand(%0, [4, 2, 3, 7, 9])", "(1, 3, 7, 9)", Last, Last, "(0, 1, 3, 4, 2)" },
        { "aten::max_pool2d(%0, 2)", "(2, 3, 7, 9)", Plain, Last, Last },
        { "aten::avg_pool2d(%0, 2)", "(2, 3, 7, 9)", Last, Last, Last },
        { "aten::adaptive_avg_pool2d(%0, [1, 1])", "(2, 3, 7, 9)", "(1, 0, 2, 3)", Last, Last },
        { "aten::relu(%0)", "(2, 3, 7, 9)", "(3, 1, 0, 2)", "(3, 1, 0, 2)", "(3, 1, 0, 2)" },
        // The last logical axis goes innermost; the others keep their order.
        { "aten::linear(%0, %1)", "(2, 6, 7, 9); (5, 9)", $"{Last}; (0, 1)", "(0, 2, 1, 3); (0, 1)", "(0, 2, 1, 3)" },
        { "aten::linear(%0, %1)", "(2, 35, 6); (5, 6)", "(0, 1, 2); (0, 1)", "(0, 1, 2); (0, 1)", "(0, 1, 2)" },
        { "aten::addmm(%0, %1, %2)", "(4); (2, 5); (5, 4)", "(0); (1, 0); (0, 1)", "(0); (0, 1); (0, 1)", "(0, 1)" },
        // Channels innermost is enough for a batch norm, in whatever order the rest lies.
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3, 5, 7); (3); (3)",
            "(0, 3, 2, 1); (0); (0)", "(0, 3, 2, 1); (0); (0)", "(0, 3, 2, 1)" },
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3, 5, 7); (3); (3)",
            $"{Plain}; (0); (0)", $"{Last}; (0); (0)", Last },
        { "aten::batch_norm(%0, None, None, %1, %2, False, 0.1, 1e-5, True)", "(2, 3); (3); (3)",
            "(0, 1); (0); (0)", "(0, 1); (0); (0)", "(0, 1)" },
        // For a group norm the batch must be outermost besides.
        { "aten::group_norm(%0, 1)", "(2, 3, 5, 7)", "(0, 3, 2, 1)", "(0, 3, 2, 1)", "(0, 3, 2, 1)" },
        { "aten::group_norm(%0, 1)", "(2, 3, 5, 7)", "(2, 0, 3, 1)", Last, Last },
        { "aten::instance_norm(%0, None, None, None, None, True, 0.1, 1e-5, True)", "(2, 3, 5)", "(0, 1, 2)",
            "(0, 2, 1)", "(0, 2, 1)" },
        // Heads stay as they were split off, and the result lies as the queries do.
        { "aten::scaled_dot_product_attention(%0, %1, %2)", "(2, 3, 5, 4); (2, 3, 7, 4); (2, 3, 7, 4)",
            "(0, 2, 1, 3); (0, 2, 1, 3); (0, 2, 1, 3)", "(0, 2, 1, 3); (0, 2, 1, 3); (0, 2, 1, 3)", "(0, 2, 1, 3)" },
        { "aten::scaled_dot_product_attention(%0, %1, %2)", "(2, 3, 5, 4); (2, 3, 7, 4); (2, 3, 7, 4)",
            "(0, 1, 3, 2); (0, 1, 3, 2); (2, 0, 3, 1)", $"{Plain}; (0, 1, 3, 2); {Plain}", Plain },
        // Broadcasting: one layout for all, lower ranks get the part of it that they have.
        { "aten::add(%0, %1)", "(2, 3, 5, 7); (3, 1, 1)", $"{Last}; (0, 1, 2)", $"{Last}; (1, 2, 0)", Last },
        { "aten::mul(%0, %1)", "(2, 3, 1, 1); (2, 3, 5, 7)", $"{Plain}; {Last}", $"{Last}; {Last}", Last },
        { "aten::sub(%0, %1)", "(2, 3, 5, 7); (7)", $"{Last}; (0)", $"{Last}; (0)", Last },
        { "aten::div(%0, 4)", "(2, 3, 5, 7)", Last, Last, Last },
        // Joining: the largest operand that is not plain decides.
        { "aten::cat([%0, %1], 1)", "(2, 3, 5, 7); (2, 1, 5, 7)", $"{Plain}; {Last}", $"{Last}; {Last}", Last },
        { "aten::cat([%0, %1], 1)",
            "(2, 3, 5, 7); (2, 4, 5, 7)", $"{Last}; (1, 0, 2, 3)", "(1, 0, 2, 3); (1, 0, 2, 3)", "(1, 0, 2, 3)" },
        { "aten::cat([%0, %1])", "(2, 3, 5, 7); (2, 3, 5, 7)", $"{Plain}; {Plain}", $"{Plain}; {Plain}", Plain },
        // Reductions: an axis that goes is deleted, the rest renumbered.
        { "aten::mean(%0, [2, 3])", "(2, 3, 5, 7)", Last, Last, "(0, 1)" },
        { "aten::mean(%0, [2])", "(2, 3, 5, 7)", Last, Last, "(0, 2, 1)" },
        { "aten::mean(%0, [1])", "(2, 3, 5, 7)", Last, Last, "(0, 1, 2)" },
        { "aten::mean(%0, [-1], True)", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::sum(%0)", "(2, 3, 5, 7)", Last, Last, "()" },
        { "aten::softmax(%0, 1)", "(2, 3, 5, 7)", Last, Last, Last },
        // Indices stand where the outermost of the indexed axes lay, whatever they are called then.
        { "aten::index(%0, [None, %1])", "(2, 3, 5, 7); (4, 6)", $"{Last}; (0, 1)", $"{Last}; (0, 1)",
            "(0, 3, 4, 1, 2)" },
        { "aten::index(%0, [None, %1, None, %2])", "(2, 3, 5, 7); (6); (6)", $"{Last}; (0); (0)",
            $"{Last}; (0); (0)", "(1, 2, 0)" },
        { "aten::index(%0, [%1, None, %2])", "(2, 3, 5); (6); (6)", "(0, 1, 2); (0); (0)", "(0, 1, 2); (0); (0)",
            "(0, 1)" },
        { "aten::index_select(%0, 1, %1)", "(2, 3, 5, 7); (4)", $"{Last}; (0)", $"{Last}; (0)", Last },
        { "aten::embedding(%0, %1)", "(9, 5); (2, 3)", "(1, 0); (1, 0)", "(1, 0); (1, 0)", "(0, 1, 2)" },
        { "aten::where(%0, %1, %2)", "(2, 1, 5, 7); (2, 3, 5, 7); (7)", $"{Plain}; {Last}; (0)",
            $"{Last}; {Last}; (0)", Last },
        { "aten::full_like(%0, 1)", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::zeros([2, 3, 5, 7])", "", "", "", Plain },
        { "aten::argmax(%0, 1)", "(2, 3, 5, 7)", Last, Last, "(0, 1, 2)" },
        { "aten::argmax(%0)", "(2, 3, 5, 7)", Last, Last, "()" },
        { "aten::copy(%0, %1)", "(2, 3, 5, 7); (2, 3, 5, 7)", $"{Plain}; {Last}", $"{Plain}; {Last}", Last },
        { "aten::pad(%0, [1, 1])", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::pad(%0, [1, 1, 1, 1], 'reflect')", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::adaptive_max_pool2d(%0, 1)", "(2, 3, 5, 7)", Plain, Last, Last },
        { "aten::im2col(%0, 3, 1, 1, 1)", "(2, 3, 5, 7)", Last, Plain, "(0, 1, 2)" },
        { "aten::col2im(%0, [5, 7], 3, 1, 1, 1)", "(2, 27, 35)", "(0, 2, 1)", "(0, 1, 2)", Plain },
        { "aten::affine_grid_generator(%0, [2, 3, 5, 7], True)", "(2, 2, 3)", "(0, 2, 1)", "(0, 1, 2)", Plain },
        // The grid's numbers are read wherever they lie.
        { "aten::grid_sampler(%0, %1, 0, 0, True)", "(2, 3, 5, 7); (2, 4, 6, 2)",
            $"{Plain}; (0, 3, 1, 2)", $"{Last}; (0, 3, 1, 2)", Last },
        { "aten::slice(%0, 1, 1)", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::select(%0, 1, 1)", "(2, 3, 5, 7)", Last, Last, "(0, 1, 2)" },
        { "aten::select(%0, -1, 1)", "(2, 3, 5, 7)", Last, Last, "(0, 2, 1)" },
        { "aten::chunk(%0, 1)", "(2, 3, 5, 7)", Last, Last, Last },
        { "aten::matmul(%0, %1)", "(2, 3, 5); (5, 7)", "(0, 2, 1); (1, 0)", "(0, 1, 2); (1, 0)", "(0, 1, 2)" },
        { "aten::matmul(%0, %1)", "(4, 3, 5); (4, 5, 7)", "(1, 0, 2); (2, 0, 1)", "(1, 0, 2); (2, 0, 1)", "(0, 1, 2)" },
        { "aten::matmul(%0, %1)", "(4, 3, 5); (4, 5, 7)", "(0, 2, 1); (1, 2, 0)", "(0, 1, 2); (0, 1, 2)", "(0, 1, 2)" },
        { "aten::upsample_nearest2d(%0, [4, 4])", "(2, 3, 5, 7)", Plain, Last, Last },
        // Permutes rename axes; memory stays.
        { "aten::permute(%0, [0, 2, 3, 1])", "(2, 3, 5, 7)", Last, Last, Plain },
        { "aten::permute(%0, [0, 3, 1, 2])", "(2, 5, 7, 3)", Plain, Plain, Last },
        { "aten::transpose(%0, 1, 2)", "(2, 3, 35)", "(0, 2, 1)", "(0, 2, 1)", "(0, 1, 2)" },
        { "aten::t(%0)", "(2, 3)", "(0, 1)", "(0, 1)", "(1, 0)" },
        // Reshapes keep memory where they can, and else ask for PyTorch's order.
        { "aten::flatten(%0, 2)", "(2, 3, 5, 7)", Last, Last, "(0, 2, 1)" },
        { "aten::flatten(%0, 1)", "(2, 3, 5, 7)", Last, Plain, "(0, 1)" },
        { "aten::flatten(%0, 1)", "(2, 3, 1, 1)", Last, Last, "(0, 1)" },
        // Shuffled channels: the two axes that become one come together innermost, and the image stays channels last.
        { "aten::view(%0, [2, 6, 5, 7])", "(2, 3, 2, 5, 7)", "(0, 3, 4, 2, 1)", "(0, 3, 4, 1, 2)", Last },
        { "aten::view(%0, [2, 3, 2, 5, 7])", "(2, 6, 5, 7)", Last, Last, "(0, 3, 4, 1, 2)" },
        { "aten::squeeze(%0, 3)", "(2, 3, 5, 1)", Last, Last, "(0, 2, 1)" },
        { "aten::unsqueeze(%0, 1)", "(2, 5, 7)", "(0, 2, 1)", "(0, 2, 1)", "(0, 3, 1, 2)" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layouts_wanted_and_given(string call, string shapes, string now, string wanted, string given)
    {
        var op = OpSet.Parse(CallText.Call(call)).Op;
        Placed[] placed = [.. CallText.Shapes(shapes).Zip(Layouts(now), (shape, layout) => new Placed(shape, layout))];
        var arrangement = op.Arrange(placed);
        arrangement.Inputs.Should().Equal(Layouts(wanted));
        arrangement.Outputs.Should().Equal(Layouts(given));
    }

    [Theory]
    [InlineData("aten::add(%0, %1)")]
    [InlineData("aten::add(%1, %0)")]
    [InlineData("aten::minimum(%0, %1)")]
    public void A_value_of_the_input_decides_whatever_its_size(string call)
    {
        var op = OpSet.Parse(CallText.Call(call)).Op;
        Permutation scores = new([0, 1, 2, 3]), positions = new([0, 2, 3, 1]);
        foreach (int batch in new[] { 1, 2 })
        {
            // As large as the scores of one window, larger and smaller.
            foreach (Shape table in new Shape[] { [1, 3, 4, 4], [5, 3, 4, 4], [1, 3, 1, 4] })
            {
                Placed[] placed =
                    [new([batch, 3, 4, 4], scores), new(table, positions) { DependsOnInput = false }];
                if (call.StartsWith("aten::add(%1", StringComparison.Ordinal)) Array.Reverse(placed);
                var arrangement = op.Arrange(placed);
                arrangement.Outputs.Should().Equal(scores);
                arrangement.Inputs.Should().Equal(scores, scores);
            }
        }
    }

    [Fact]
    public void Of_two_tables_the_larger_one_decides()
    {
        var op = OpSet.Parse(CallText.Call("aten::add(%0, %1)")).Op;
        Permutation plain = new([0, 1, 2, 3]), last = Permutation.ChannelsLast(4);
        op.Arrange(
        [
            new([1, 3, 4, 4], plain) { DependsOnInput = false }, new([2, 3, 4, 4], last) { DependsOnInput = false },
        ]).Outputs.Should().Equal(last);
    }

    static Permutation[] Layouts(string text) =>
        [.. CallText.Shapes(text).Select(shape => new Permutation(shape.AsSpan()))];

    static readonly Gen<(int[] Layout, int[] Dims)> s_permute =
        from rank in Gen.Int[1, 6]
        from layout in Gen.Shuffle(Enumerable.Range(0, rank).ToArray())
        from dims in Gen.Shuffle(Enumerable.Range(0, rank).ToArray())
        select (layout, dims);

    [Fact]
    public void A_permute_leaves_memory_as_it_is() => s_permute.Sample(row =>
    {
        // Extents 2, 3, 5, … tell the axes apart.
        var shape = Shape.Create([.. new[] { 2, 3, 5, 7, 11, 13 }.Take(row.Layout.Length)]);
        var op = new Permute { Dims = IntList.Create(row.Dims) };
        var layout = new Permutation(row.Layout);
        var result = op.Arrange([new Placed(shape, layout)]).Outputs[0];
        result.Physical(op.InferShapes([shape])[0]).Should().Equal(layout.Physical(shape));
    });

    [Fact]
    public void Layouts_that_differ_only_in_axes_of_extent_1_are_the_same_memory()
    {
        var last = Permutation.ChannelsLast(4);
        var plain = Permutation.Identity(4);
        last.SameMemory(plain, [2, 3, 1, 1]).Should().BeTrue();
        last.SameMemory(plain, [2, 1, 5, 7]).Should().BeTrue();
        last.SameMemory(plain, [1, 1, 1, 1]).Should().BeTrue();
        last.SameMemory(plain, [2, 3, 1, 7]).Should().BeFalse();
        last.SameMemory(plain, [2, 3, 5, 7]).Should().BeFalse();
        last.SameMemory(last, [2, 3, 5, 7]).Should().BeTrue();
        last.SameMemory(Permutation.Identity(3), [2, 3, 5, 7]).Should().BeFalse();
    }
}
