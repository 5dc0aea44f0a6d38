namespace Harness.Tests.Conformance;

/// <summary>The census counts what is here by overload, and nothing else.</summary>
public sealed class CensusTests
{
    [Theory]
    [InlineData("aten::relu")]
    [InlineData("aten::relu_")]
    [InlineData("aten::add_.Tensor")]
    [InlineData("aten::where")]
    [InlineData("aten::where.self")]
    [InlineData("aten::size.int")]
    [InlineData("aten::__contains__.str_list")]
    [InlineData("_operator.ge")]
    [InlineData("prim::If")]
    [InlineData("torchvision::roi_align")]
    public void Here(string name) => CensusCommand.IsHere(name).Should().BeTrue();

    [Theory]
    // A module that changes itself, a call of Python, what nobody ever named.
    [InlineData("prim::SetAttr")]
    [InlineData("prim::PythonOp")]
    [InlineData("aten::relu.out")]
    [InlineData("aten::no_such_operator")]
    [InlineData("_operator.no_such_function")]
    [InlineData("torchvision::nms")]
    public void Not_here(string name) => CensusCommand.IsHere(name).Should().BeFalse();
}
