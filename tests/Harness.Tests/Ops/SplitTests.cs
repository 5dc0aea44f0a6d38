using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

public sealed class SplitTests
{
    [Fact]
    public void A_call_with_other_results_than_pieces_is_refused_with_both_counts()
    {
        // chunk rounds pieces up: 5 rows in 4 chunks are 2 + 2 + 1.
        var op = OpSet.Parse(CallText.Call("aten::chunk(%0, 4)", results: 4)).Op;
        var infer = () => op.InferShapes([[5, 3]]);
        infer.Should().Throw<ShapeException>().WithMessage("an axis of 5 gives 3 pieces, the call has 4 results");
    }

    [Fact]
    public void One_result_stands_for_the_list_of_pieces_that_a_trace_unpacks_next()
    {
        var op = OpSet.Parse(CallText.Call("aten::chunk(%0, 2, 1)", results: 1)).Op;
        op.InferShapes([[2, 5, 7]]).Should().Equal([2, 3, 7], [2, 2, 7]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_piece_keeps_the_layout(int results)
    {
        var layout = Permutation.ChannelsLast(4);
        var arrangement = OpSet.Parse(CallText.Call("aten::chunk(%0, 2, 1)", results)).Op
            .Arrange([new Placed([2, 6, 5, 7], layout)]);
        arrangement.Inputs.Should().Equal(layout);
        arrangement.Outputs.Should().Equal(layout, layout);
    }
}
