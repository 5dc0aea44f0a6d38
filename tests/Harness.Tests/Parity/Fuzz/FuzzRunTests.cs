using Harness.Executor.Model;
using Harness.Parity.Fuzz;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Fuzz;

public sealed class FuzzRunTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_the_reference_agrees_with_holds()
    {
        var count = Run(new WrongReference().Judge, 40, out var failures);

        failures.Should().BeEmpty();
        count.Cases.Should().Be(40);
        count.Held.Should().BeGreaterThan(25);
        count.Should().Be(count with { Failed = 0 });
    }

    // The mistake is in one operator of a graph of several; what is left is that operator on one number.
    [Theory]
    [InlineData("aten::relu", "aten::neg")]
    [InlineData("aten::tanh", "aten::sigmoid")]
    public void A_mistake_about_one_operator_shrinks_to_one_call_of_one_number(string target, string mistaken)
    {
        var reference = new WrongReference(target, mistaken);
        Run(reference.Judge, 150, out var failures);

        failures.Count(found => found.Calls > 1).Should().BePositive();
        var failure = failures.First(found => found.Calls > 1);
        foreach (var (small, outcome, _) in failures)
        {
            outcome.Finding!.Code.Should().Be(Codes.OutputDrift);
            var call = small.Graph.Calls.Should().ContainSingle().Which;
            call.Target.TrimEnd('_').Should().Be(target);
            small.Graph.Inputs.Should().ContainSingle().Which.Shape!.Value.Elements.Should().BeLessThanOrEqualTo(2);
            small.Graph.Parameters.Should().BeEmpty();
        }

        // The line that is printed draws the same case again, which fails alike.
        failure.Trial.Command.Should().Be($"harness fuzz --seed 3 --case {failure.Trial.Number}");
        Run(reference.Judge, new FuzzPlan(3, failure.Trial.Number, 1), out var again);
        again.Should().ContainSingle().Which.Trial.Text.Should().Be(failure.Trial.Text);
    }

    // Only a convolution of several channels is refused: the small one keeps two.
    [Fact]
    public void Shrinking_keeps_what_the_failure_needs()
    {
        static bool IsWide(FuzzCase trial, Call call) =>
            call is { Target: "aten::conv2d", Arguments: [_, var weight, ..] }
            && trial.Graph.Parameters.Any(parameter =>
                weight.Equals(Argument.Value(parameter.Value)) && parameter.Shape!.Value[0] > 1);
        var judge = new FuzzJudge(trial => trial.Graph.Calls.FirstOrDefault(call => IsWide(trial, call)) is { } wide
            ? throw new ModelException(new Finding(Codes.ShapeMismatch, "", $"node '{wide.Name}': libtorch refuses"))
            : new WrongReference().Record(trial));
        var (trial, outcome) = Enumerable.Range(0, 500).Select(number => FuzzGenerator.Draw(5, number))
            .Where(one => one.Graph.Calls.Length > 3).Select(one => (one, judge.Judge(one, default)))
            .First(pair => pair.Item2.State == FuzzState.Fails);

        var (small, still) = new Shrinker(judge).Shrink(trial, outcome, CancellationToken.None);

        still.IsLike(outcome).Should().BeTrue();
        small.Graph.Calls.Select(call => call.Target).Should().Equal("aten::conv2d");
        small.Graph.Parameters.Select(parameter => $"{parameter.Shape}").Should().Equal("(2, 1, 1, 1)");
    }

    [Fact]
    public void What_one_side_refuses_and_the_other_takes_is_found_by_name()
    {
        var refusing = new FuzzJudge(trial => throw new ModelException(new Finding(
            Codes.ShapeMismatch, "", $"aten::relu in node '{trial.Graph.Calls[0].Name}': libtorch refuses")));
        var taking = new WrongReference().Judge;

        var taken = refusing.Judge(Case("aten::relu", "x"), default);
        taken.Finding!.Code.Should().Be(Codes.FuzzTaken);
        taken.Subject.Should().Be("aten::relu");
        refusing.Judge(Case("aten::matmul", "x", "x"), default).State.Should().Be(FuzzState.Refused);
        taking.Judge(Case("aten::relu", "x"), default).State.Should().Be(FuzzState.Holds);
        // The stub cannot take what the executor refuses; one that gives something else can.
        var generous = new FuzzJudge(_ => new WrongReference().Record(Case("aten::relu", "x")));
        var refused = generous.Judge(Case("aten::matmul", "x", "x"), default);
        refused.Finding!.Code.Should().Be(Codes.FuzzRefused);
        refused.Subject.Should().Be("aten::matmul");
        // By name it is no finding.
        generous.Judge(Case("aten::digamma", "x"), default).State.Should().Be(FuzzState.Unsupported);
    }

    [Fact]
    public void A_case_is_left_as_files_that_the_gate_reads()
    {
        Run(new WrongReference("aten::tanh", "aten::sigmoid").Judge, 150, out var failures);
        var failure = failures[0];

        string folder = FuzzFolder.Write(_folder.Path, failure.Trial, failure.Outcome);
        // Again: what lay there gives way.
        FuzzFolder.Write(_folder.Path, failure.Trial, failure.Outcome).Should().Be(folder);

        Directory.EnumerateDirectories(_folder.Path).Should().Equal(folder);
        File.ReadAllText(Path.Combine(folder, "graph.json")).Should().Be(failure.Trial.Text);
        File.ReadAllText(Path.Combine(folder, "README.md")).Should().Contain(failure.Trial.Command).And
            .Contain("PAR2001");
        foreach (var port in failure.Trial.Graph.Inputs)
            File.Exists(Path.Combine(folder, $"input.{port.Name}.npy")).Should().BeTrue();
        File.Exists(Path.Combine(folder, "weights.safetensors")).Should().BeTrue();
        string golden = Path.Combine(folder, "golden");
        File.Exists(Path.Combine(golden, "received", "received.safetensors")).Should().BeTrue("that is what was got");
        Verifier.Verify(new VerifyRequest(golden), new VerifyOptions { Threads = 1 }).Findings
            .Should().Contain(finding => finding.Code == Codes.OutputDrift);
    }

    [Fact]
    public void A_run_ends_by_time_at_a_case_and_by_a_cancelled_token()
    {
        Run(new WrongReference().Judge, new FuzzPlan(1, 0, 1000) { Limit = TimeSpan.Zero }, out _).Cases.Should().Be(0);
        using var cancelled = new CancellationTokenSource();
        var count = FuzzRun.Run(
            new FuzzPlan(1, 0, 1000), new WrongReference().Judge, _ => { },
            so => { if (so.Cases == 3) cancelled.Cancel(); }, cancelled.Token);
        count.Cases.Should().Be(3, "what was counted stands");
    }

    static FuzzCount Run(FuzzJudge judge, int count, out List<FuzzFailure> failures) =>
        Run(judge, new FuzzPlan(3, 0, count), out failures);

    static FuzzCount Run(FuzzJudge judge, FuzzPlan plan, out List<FuzzFailure> failures)
    {
        var found = failures = [];
        return FuzzRun.Run(plan, judge, found.Add, _ => { }, CancellationToken.None);
    }

    static FuzzCase Case(string target, params string[] operands)
    {
        var builder = new GraphBuilder();
        var values = operands.Distinct().ToDictionary(name => name, name => builder.Input(name, [2, 3]));
        int y = builder.Call(
            target, [.. operands.Select(name => Argument.Value(values[name]))], [], 1, SourcePlace.Unknown)[0];
        builder.Output("0", y);
        return new FuzzCase(1, 0, builder.Build());
    }
}
