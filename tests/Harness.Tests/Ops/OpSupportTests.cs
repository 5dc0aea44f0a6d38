using System.Text.RegularExpressions;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Tests.Naive;

namespace Harness.Tests.Ops;

public sealed partial class OpSupportTests
{
    static readonly string s_ops =
        Path.Combine(NaiveWalkTests.Repository, "src", "Harness.Executor", "Ops");

    public static IEnumerable<object[]> Refused => OpSupport.All
        .SelectMany(op => op.Refused.Select(form => new object[] { form.Operator, form.ToString() }));

    [Fact]
    public void Every_op_is_there_once_in_the_order_of_the_set() =>
        OpSupport.All.Select(op => op.Definition).Should().Equal(OpSet.All);

    // With ordinary arguments: else the whole list would not be made.
    [Fact]
    public void Every_operator_is_taken_and_computed_or_a_view()
    {
        foreach (var support in OpSupport.All)
        {
            foreach (string name in support.Definition.Operators)
            {
                var op = OpSet.Parse(RefusedForm.Call(name, [])).Op;
                support.Names.Should().Contain(op.Name);
                (op is Composite || op.IsView || op.AfterCast is null || Lowerings.Find(op) is not null)
                    .Should().BeTrue(name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Every_form_that_is_said_to_be_refused_is(string target, string form)
    {
        var refused = OpSupport.All.SelectMany(op => op.Refused)
            .Single(one => one.Operator == target && one.ToString() == form);

        refused.Finding.Code.Should().BeOneOf(Codes.UnsupportedOp, Codes.ModelUnreadable);
        refused.Reason.Should().NotBeEmpty().And.NotContain("'call'");
        // What is refused is the form, not the operator.
        var ordinary = () => OpSet.Parse(RefusedForm.Call(target, []));
        ordinary.Should().NotThrow();
    }

    [Fact]
    public void A_form_that_is_taken_after_all_is_not_said_to_be_refused()
    {
        var taken = new RefusedForm("aten::conv2d.padding", ["padding=\"same\""]);

        FluentActions.Invoking(() => taken.Finding).Should().Throw<InvalidOperationException>()
            .WithMessage("*no longer refused*");
    }

    // One form a place that refuses, at least: read off the sources, so that none is forgotten.
    [Fact]
    public void Every_refusal_in_an_op_is_in_the_list()
    {
        int places = 0;
        foreach (string file in Directory.EnumerateFiles(s_ops, "*.cs"))
        {
            int refusals = Refusal().Count(File.ReadAllText(file));
            if (refusals == 0) continue;
            string op = Path.GetFileNameWithoutExtension(file);
            // What ops along an axis share is listed with each of them, as what recurrent ones and grids do.
            if (op == "AlongAxis") op = nameof(Softmax);
            if (op == "Recurrent") op = nameof(LSTM);
            if (op == "RegionPool") op = nameof(RoIAlign);
            var listed = OpSupport.All.Single(support => support.Names.Any(name => Axes().Replace(name, "") == op
                || name == op));
            listed.Refused.Select(form => form.Reason).Distinct().Should()
                .HaveCountGreaterThanOrEqualTo(refusals, op);
            places += refusals;
        }
        places.Should().BeGreaterThan(15);
    }

    [Theory]
    [InlineData("Conv1d, Conv2d, Conv3d", IntegerSupport.Refused)]
    [InlineData("Add", IntegerSupport.Exact)]
    [InlineData("Div", IntegerSupport.CastToFloat)]
    [InlineData("Sigmoid", IntegerSupport.CastToFloat)]
    public void Integers_are_as_the_op_says(string op, IntegerSupport expected) =>
        OpSupport.All.Single(support => string.Join(", ", support.Names) == op).Integers.Should().Be(expected);

    [Fact]
    public void Parameters_say_how_they_lie() =>
        OpSupport.All.Single(support => support.Names.Contains("Conv2d")).Parameters
            .Select(rule => rule.Rearrangement.ToString()).Should()
            .BeEquivalentTo(["oiw → wio", "oihw → hwio", "oidhw → dhwio", "as is"]);

    [Fact]
    public void Every_counterpart_is_spelled_as_Flax_or_JAX_spells_it() =>
        OpSupport.All.Should().OnlyContain(op => Spelling().IsMatch(op.Flax));

    [GeneratedRegex(@"\bRefuse(?:Training)?\(")]
    private static partial Regex Refusal();

    [GeneratedRegex(@"\dd$")]
    private static partial Regex Axes();

    [GeneratedRegex(@"flax\.linen\.\w+|jax\.(?:numpy|lax|nn|scipy)\.\w+")]
    private static partial Regex Spelling();
}
