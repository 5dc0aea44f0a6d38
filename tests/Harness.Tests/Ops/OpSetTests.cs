using System.Reflection;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

public sealed class OpSetTests
{
    // Ops that the passes make and no call stands for.
    static readonly string[] s_madeByPasses = ["FoldedFlatten", "MaxPoolWithIndices", "Relayout"];

    static IEnumerable<Type> ConcreteOps => typeof(Op).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract)
        .Where(type => !s_madeByPasses.Contains(type.Name))
        .OrderBy(type => type.Name, StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Every_op_stands_in_the_list_sorted_by_name()
    {
        var definitions = ConcreteOps.Select(type => type
            .GetField("Definition", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null));
        definitions.Select(found => OpSet.All.IndexOf((OpDefinition)found!)).Should()
            .Equal(Enumerable.Range(0, OpSet.All.Length), "the list holds each op once, in the order of names");
    }

    [Fact]
    public void Every_operator_belongs_to_one_op()
    {
        var owners = OpSet.All.SelectMany(definition => definition.Operators).GroupBy(name => name)
            .Where(group => group.Count() > 1).Select(group => group.Key);
        owners.Should().BeEmpty();
    }

    [Fact]
    public void An_unknown_operator_is_refused_by_name_and_place()
    {
        var call = CallText.Call("aten::fft_fft(%0)");
        OpSet.Knows(call.Target).Should().BeFalse();
        var parse = () => OpSet.Parse(call);
        parse.Should().Throw<ModelException>().Which.Finding.Should().BeEquivalentTo(new
        {
            Code = "PAR1002",
            Message = "op aten::fft_fft is not supported: node 'node' at code/model.py:7",
        });
    }

    [Fact]
    public void Arguments_that_no_overload_takes_are_refused()
    {
        var parse = () => OpSet.Parse(CallText.Call("aten::relu(%0, 3)"));
        parse.Should().Throw<ModelException>().WithMessage("*does not take these arguments*aten::relu(%0, 3)*");
    }

    [Fact]
    public void An_op_in_place_is_the_op()
    {
        OpSet.Parse(CallText.Call("aten::relu_(%5)")).Op.Should().Be(new ReLU());
        OpSet.Knows("aten::relu_").Should().BeTrue();
    }

    [Fact]
    public void No_operator_is_both_an_op_and_a_computation_with_numbers_alone() =>
        OpSet.All.SelectMany(definition => definition.Operators).Select(name => name.Split('.')[0])
            .Where(ScalarCalls.Knows).Should().BeEmpty();
}
