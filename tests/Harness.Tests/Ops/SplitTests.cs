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
        op.MisfitOfShapes([[5, 3]]).Should().Be("an axis of 5 gives 3 pieces, the call has 4 results");
    }

    [Theory]
    [InlineData("aten::split(%0, 1)")]
    [InlineData("aten::chunk(%0, 2147483647)")]
    [InlineData("aten::unbind(%0)")]
    public void More_pieces_than_a_list_may_have_are_refused_before_they_are_listed(string call) =>
        OpSet.Parse(CallText.Call(call, results: 1)).Op.MisfitOfShapes([[2147483647, 3]])
            .Should().Contain("2147483647 pieces").And.Contain("at most 65536");

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
