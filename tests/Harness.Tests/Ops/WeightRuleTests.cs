using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Tests.Ops;

public sealed class WeightRuleTests
{
    [Theory]
    [InlineData("aten::conv2d(%0, %1, %2)", "1 kernel oihw → hwio params", "2 bias as is params")]
    [InlineData("aten::conv2d(%0, %1)", "1 kernel oihw → hwio params")]
    [InlineData("aten::conv_transpose2d(%0, %1, %2)", "1 kernel iohw → hwoi params", "2 bias as is params")]
    [InlineData("aten::conv_transpose2d(%0, %1, None, 1, 0, 0, 3)", "1 kernel (gi)ohw → hwi(go), hw reversed params")]
    [InlineData("aten::linear(%0, %1, %2)", "1 kernel oi → io params", "2 bias as is params")]
    [InlineData("aten::addmm(%0, %1, %2)", "2 kernel as is params", "0 bias as is params")]
    [InlineData("aten::batch_norm(%0, %1, %2, %3, %4, False, 0.1, 1e-5, True)",
        "1 scale as is params", "2 bias as is params", "3 mean as is batch_stats", "4 var as is batch_stats")]
    [InlineData("aten::batch_norm(%0, None, None, %3, %4, False, 0.1, 1e-5, True)",
        "1 mean as is batch_stats", "2 var as is batch_stats")]
    [InlineData("aten::layer_norm(%0, [7], %1, %2)", "1 scale as is params", "2 bias as is params")]
    [InlineData("aten::layer_norm(%0, [7], None, %1)", "1 bias as is params")]
    public void Parameters_go_to_Flax_as(string call, params string[] rules) =>
        OpSet.Parse(CallText.Call(call)).Op.Weights
        .Select(rule => $"{rule.Operand} {rule.Leaf} {rule.Rearrangement} {rule.Collection}").Should().Equal(rules);

    [Fact]
    public void A_grouped_transposed_convolution_stores_its_window_reversed_and_its_outputs_by_group()
    {
        var op = OpSet.Parse(CallText.Call("aten::conv_transpose2d(%0, %1, None, 1, 0, 0, 2)")).Op;
        // (g·i, o, h, w) = (2·2, 3, 1, 2), each byte its own index, to (h, w, i, g·o).
        byte[] bytes = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        var weight = new Tensor(ElementType.UInt8, [4, 3, 1, 2], bytes);
        var kernel = op.Weights[0].Rearrangement.Apply(weight);
        kernel.Shape.Should().Equal(1, 2, 2, 6);
        kernel.Bytes.ToArray().Should().Equal(
            1, 3, 5, 13, 15, 17, 7, 9, 11, 19, 21, 23,
            0, 2, 4, 12, 14, 16, 6, 8, 10, 18, 20, 22);
    }
}
