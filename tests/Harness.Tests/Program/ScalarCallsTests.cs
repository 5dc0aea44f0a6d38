using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

public sealed class ScalarCallsTests
{
    static readonly Shape s_image = [2, 3, 17, 13];

    // Value 0 is the image, value 1 the list of its sizes, value 2 the number 7, value 3 the number 2.5; value 9 is
    // unknown.
    static Argument? Number(int id) => id switch
    {
        1 => Argument.Of([.. s_image.Select(extent => Argument.Of((long)extent))]),
        2 => Argument.Of(7),
        3 => Argument.Of(2.5),
        _ => null,
    };

    static bool TryEvaluate(string call, out Argument? result) => TryEvaluate(call, out result, out _);

    static bool TryEvaluate(string call, out Argument? result, out Finding? misfit) =>
        ScalarCalls.TryEvaluate(CallText.Call(call), id => id == 0 ? s_image : null, Number, out result, out misfit);

    [Theory]
    [InlineData("aten::size(%0, 1)", "3")]
    [InlineData("aten::size(%0, -1)", "13")]
    [InlineData("aten::size(%0)", "[2, 3, 17, 13]")]
    [InlineData("aten::sym_size(%0, dim=2)", "17")]
    [InlineData("aten::dim(%0)", "4")]
    [InlineData("aten::numel(%0)", "1326")]
    [InlineData("aten::len(%1)", "4")]
    [InlineData("aten::__getitem__(%1, -2)", "17")]
    [InlineData("prim::NumToTensor(%2)", "7")]
    [InlineData("prim::ListConstruct(%2, 3, -1)", "[7, 3, -1]")]
    [InlineData("aten::Int(%3)", "2")]
    [InlineData("aten::Float(%2)", "7")]
    [InlineData("aten::ScalarImplicit(%2)", "7")]
    [InlineData("aten::item(%3)", "2.5")]
    [InlineData("aten::mul(%2, 3)", "21")]
    [InlineData("aten::mul(%2, %3)", "17.5")]
    [InlineData("aten::add(%2, 2, alpha=3)", "13")]
    [InlineData("aten::add(%2, 2, 3)", "13")]
    [InlineData("aten::sub(%2, 9)", "-2")]
    [InlineData("aten::rsub(%2, 1)", "-6")]
    [InlineData("aten::neg(%2)", "-7")]
    [InlineData("aten::floor_divide(%2, 2)", "3")]
    [InlineData("aten::floordiv(%2, -2)", "-4")]
    [InlineData("aten::div(%2, 2)", "3.5")]
    [InlineData("aten::div(%2, 2, rounding_mode='floor')", "3")]
    [InlineData("aten::div(%2, -2, rounding_mode='trunc')", "-3")]
    [InlineData("aten::remainder(%2, -4)", "-1")]
    [InlineData("aten::floor(%3)", "2")]
    [InlineData("aten::ceil(%3)", "3")]
    [InlineData("aten::pow(%2, 2)", "49")]
    [InlineData("prim::max(%2, 9)", "9")]
    [InlineData("aten::clamp(%2, None, 5)", "5")]
    [InlineData("aten::clamp(%2, min=9)", "9")]
    [InlineData("aten::clamp(%2, 0.5)", "7")]
    [InlineData("aten::clamp_min(%3, 3)", "3")]
    [InlineData("aten::clamp_max(%2, 3)", "3")]
    [InlineData("aten::ge(%2, 7)", "True")]
    [InlineData("_operator::le(%2, 6)", "False")]
    [InlineData("aten::eq(%3, 2.5)", "True")]
    [InlineData("aten::ne(%2, %3)", "True")]
    [InlineData("aten::gt(%3, 2)", "True")]
    [InlineData("aten::lt(%2, 7)", "False")]
    [InlineData("aten::__not__(%2)", "False")]
    [InlineData("torch::sym_not(0)", "True")]
    [InlineData("aten::__and__(6, 3)", "2")]
    [InlineData("aten::exp(0)", "1")]
    [InlineData("aten::abs(-4)", "4")]
    [InlineData("aten::_assert_scalar(True, 'positive')", "True")]
    public void Numbers_are_computed_when_the_model_is_converted(string call, string expected)
    {
        TryEvaluate(call, out var result).Should().BeTrue();
        result!.ToString().Should().Be(expected);
    }

    [Fact]
    public void Integers_divide_in_float32_as_the_tensors_that_hold_them_do()
    {
        TryEvaluate("aten::div(%2, 3)", out var result).Should().BeTrue();
        result.Should().Be(Argument.Of((double)(7f / 3f))).And.NotBe(Argument.Of(7.0 / 3.0));
    }

    [Theory]
    [InlineData("aten::mul(%0, 2)")]
    [InlineData("aten::mul(%2, %0)")]
    [InlineData("aten::add(%2, %9)")]
    [InlineData("aten::relu(%0)")]
    [InlineData("aten::reshape(%0, [%2, -1])")]
    [InlineData("aten::size(%9, 0)")]
    [InlineData("prim::ListConstruct(%2, %0)")]
    public void Calls_that_compute_tensors_are_left(string call)
    {
        TryEvaluate(call, out _, out var misfit).Should().BeFalse();
        misfit.Should().BeNull();
    }

    [Theory]
    [InlineData("aten::floor_divide(%2, 0)")]
    [InlineData("aten::mul(%2, 2000000000000000000)")]
    public void What_has_no_answer_is_refused(string call)
    {
        var evaluate = () => TryEvaluate(call, out _);
        var finding = evaluate.Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be("PAR1002");
        finding.Place.Should().Be("code/model.py:7");
    }

    [Theory]
    [InlineData("aten::size(%0, 4)")]
    [InlineData("aten::__getitem__(%1, 4)")]
    [InlineData("aten::__getitem__(%1, -5)")]
    public void What_other_shapes_may_have_is_a_misfit(string call)
    {
        TryEvaluate(call, out _, out var misfit).Should().BeFalse();
        misfit!.Code.Should().Be("PAR1004");
        misfit.Place.Should().Be("code/model.py:7");
    }
}
