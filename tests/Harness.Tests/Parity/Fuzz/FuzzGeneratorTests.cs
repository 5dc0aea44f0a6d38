using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Executor.Schema;
using Harness.Parity.Fuzz;

namespace Harness.Tests.Parity.Fuzz;

public sealed class FuzzGeneratorTests
{
    // Of seed 1; enough that the rarest operator comes up several times.
    const int Cases = 3000;

    [Fact]
    public void A_case_follows_from_seed_and_number_alone()
    {
        var one = FuzzGenerator.Draw(7, 12);
        FuzzGenerator.Draw(7, 11);
        var again = FuzzGenerator.Draw(7, 12);

        again.Text.Should().Be(one.Text);
        (again.Threads, again.Lanes).Should().Be((one.Threads, one.Lanes));
        foreach (var (first, second) in one.Inputs().Zip(again.Inputs()))
            second.Value.Bytes.ToArray().Should().Equal(first.Value.Bytes.ToArray());
        foreach (var (key, weight) in one.Weights())
            again.Weights()[key].Bytes.ToArray().Should().Equal(weight.Bytes.ToArray());
        Enumerable.Range(0, 50).Select(number => FuzzGenerator.Draw(7, number).Text).Distinct().Should()
            .HaveCountGreaterThan(45, "cases differ");
        FuzzGenerator.Draw(8, 12).Text.Should().NotBe(one.Text);
    }

    // Takes about three seconds: it draws as many cases as make the rarest operator certain.
    [Fact]
    public void Every_operator_is_drawn_in_graphs_that_the_executor_takes()
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        int calls = 0, computed = 0, integers = 0;
        for (int number = 0; number < Cases; number++)
        {
            var trial = FuzzGenerator.Draw(1, number);
            trial.Graph.Outputs.Should().NotBeEmpty();
            if (!IsTaken(trial)) continue;
            calls += trial.Graph.Calls.Length;
            var stored = trial.Graph.Parameters.Select(parameter => parameter.Value).ToHashSet();
            if (trial.Graph.Inputs.Any(port => !port.Type.IsFloating())) integers++;
            foreach (var call in trial.Graph.Calls)
            {
                foreach (string name in NamesOf(call)) taken[name] = taken.GetValueOrDefault(name) + 1;
                if (call.Target == "aten::conv2d" && call.Arguments[1] is ValueArgument weight
                    && !stored.Contains(weight.Id)) computed++;
            }
        }

        OpSet.All.SelectMany(op => op.Operators).Where(name => !taken.ContainsKey(name)).Should().BeEmpty();
        calls.Should().BeGreaterThan(2 * Cases, "most graphs are more than one call");
        (computed, integers).Should().Match<(int Computed, int Integers)>(n => n.Computed > 5 && n.Integers > 100);
    }

    [Fact]
    public void Some_graphs_are_refused_so_that_refusals_are_compared_too() =>
        Enumerable.Range(0, 300).Count(number => !IsTaken(FuzzGenerator.Draw(1, number))).Should().BeInRange(5, 100);

    static bool IsTaken(FuzzCase trial)
    {
        using var model = new TorchModel(trial.Graph, trial.Weights(), "graph");
        try
        {
            NhwcPass.Apply(model, [.. trial.Graph.Inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]);
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    // The operator in all its overloads that the call fits; in place it counts as the operator.
    static IEnumerable<string> NamesOf(Call call)
    {
        string target = call.Target.EndsWith('_') ? call.Target[..^1] : call.Target;
        return SchemaTable.Overloads(target).Where(signature => signature.BindLoosely(call) is not null)
            .Select(signature => signature.Name);
    }
}
