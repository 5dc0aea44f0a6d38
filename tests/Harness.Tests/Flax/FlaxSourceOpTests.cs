using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Formats.Flax.Source;
using Harness.Tests.Cpu;

namespace Harness.Tests.Flax;

/// <summary>Every op has words in JAX: sources of all cases of <c>golden/ops</c> are written. That these compute the
/// same is <c>run_cases.py</c>'s to show.</summary>
public class FlaxSourceOpTests
{
    [Fact]
    public void Every_case_has_source_in_both_libraries_and_every_op_is_met()
    {
        var met = new HashSet<Type>();
        var failures = new List<string>();
        foreach (string name in OpCases.All)
        {
            using var model = OpCases.Open(name);
            foreach (var flatten in (FlattenMode[])[FlattenMode.Transpose, FlattenMode.Fold])
            {
                var program = NhwcPass.Apply(model, OpCases.Shapes(model), flatten);
                met.UnionWith(program.Nodes.Select(node => node.Op.GetType()));
                foreach (var api in (FlaxApi[])[FlaxApi.Linen, FlaxApi.Nnx])
                {
                    try
                    {
                        var tree = FlaxTree.Of(program.Variables, FlaxDtype.Auto, FlaxFormat.Msgpack, api);
                        string text = new FlaxSource(program, api, tree, model.ModuleTypes, "TheModel", name).Model;
                        if (!text.Contains("class TheModel(", StringComparison.Ordinal))
                            failures.Add($"{name} {api}: no class");
                    }
                    catch (ModelException e)
                    {
                        failures.Add($"{name} {api}: {e.Finding.Message}");
                    }
                }
            }
        }

        failures.Should().BeEmpty();
        typeof(Op).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Op)) && !type.IsSubclassOf(typeof(Composite)))
            .Where(type => !met.Contains(type)).Select(type => type.Name)
            .Should().BeEmpty("an op that no case has is one whose source nobody ran");
    }

    [Fact]
    public void Functions_bring_those_that_they_call_and_no_others()
    {
        var functions = new SourceFunctions();
        functions.Use("std");
        functions.Use("adaptive_max_pool");

        string[] names = [.. functions.Texts.Select(text => text["def ".Length..text.IndexOf('(')])];

        names.Should().Equal("adaptive_windows", "adaptive_max_pool", "var", "std");
    }
}
