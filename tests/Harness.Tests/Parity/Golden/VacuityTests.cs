using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Parity.Golden;

/// <summary>A golden that cannot tell is red however it came to be there; what libtorch makes of models is tested where
/// they are recorded.</summary>
public sealed class VacuityTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void A_golden_that_can_tell_has_nothing_to_be_told_of() => Faults(document => document).Should().BeEmpty();

    // A weight that one case sees nothing of and another only a part of is seen in full by neither.
    [Theory]
    [InlineData("w", 100, 0, "v", 100, 0, 0)]
    [InlineData("w", 100, 0, "w", 100, 0, 1)]
    [InlineData("w", 100, 0, "w", 5, 2, 1)]
    [InlineData("w", 100, 0, "w", 5, 0, 0)]
    public void Two_cases_leave_what_neither_of_them_tells(
        string blind, long elements, long taps, string other, long itsElements, long itsTaps, int left)
    {
        var faults = Faults(blind, elements, taps);
        faults.Should().ContainSingle();

        Vacuity.Left(faults, Faults(other, itsElements, itsTaps)).Should().HaveCount(left);

        IEnumerable<VacuityFault> Faults(string weight, long of, long places)
        {
            var golden = GoldenStore.Read(_case.Directory);
            return Vacuity.Faults(golden.Document with
            {
                Sensitivity = golden.Document.Sensitivity with
                {
                    Blind = [new BlindWeight(weight, of, 100) { Taps = places }],
                },
            }, golden.Tensors);
        }
    }

    [Fact]
    public void Outputs_that_are_one_number_or_none_cannot_tell()
    {
        Output([.. Enumerable.Repeat(0.25, 12)]).Should().Equal("output '0' is 0.25 everywhere");
        Output([double.NaN, .. Enumerable.Range(0, 11).Select(i => (double)i)]).Should()
            .Equal("output '0' is NaN or infinite in 1 of 12 elements");
        Output([0, .. Enumerable.Repeat(0.25, 11)]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-13)]
    [InlineData(double.NaN)]
    public void Outputs_that_another_input_does_not_change_cannot_tell(double moved) =>
        Sensitive(sensitivity => sensitivity with { Outputs = [moved] }).Should()
            .Equal("output '0' does not change with another input");

    [Fact]
    public void An_input_that_moves_nothing_is_told_and_one_that_no_graph_reads_is_not()
    {
        Sensitive(sensitivity => sensitivity with { Inputs = [0] }).Should().Equal("input 'x' moves no output");
        Sensitive(sensitivity => sensitivity with { Inputs = [double.NaN] }).Should().BeEmpty();
    }

    [Theory]
    [InlineData(90, 0, null)]
    [InlineData(91, 0, "weight 'w' moves neither an output nor a probe in 91 of 100 elements")]
    [InlineData(100, 9, "weight 'w' moves neither an output nor a probe in 100 of 100 elements")]
    [InlineData(11, 1, "weight 'w' moves nothing in 1 places of its window")]
    public void A_weight_that_moves_nothing_in_nearly_all_of_it_cannot_be_told_from_another(
        long elements, long taps, string? fault) =>
        Sensitive(sensitivity => sensitivity with { Blind = [new BlindWeight("w", elements, 100) { Taps = taps }] })
            .Should().Equal(fault is null ? [] : [fault]);

    [Fact]
    public void It_is_PAR3005_when_it_is_verified_and_a_reason_is_what_permits_it()
    {
        _case.Change(document => document with
        {
            Sensitivity = document.Sensitivity with { Outputs = [0] },
        });

        var finding = _case.Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.GoldenVacuous);
        finding.Message.Should().Be("a golden that cannot tell: output '0' does not change with another input; " +
            "record it again with inputs that can, or with --reason");
        _case.Change(document => document with
        {
            Sensitivity = document.Sensitivity with { Reason = "a constant of the model" },
        });
        _case.Verify().Findings.Should().BeEmpty();
    }

    [Fact]
    public void Square_planes_of_a_model_that_takes_others_are_red_without_a_reason_for_them()
    {
        const string Key =
            "planes are square where the model takes others, which hides an exchange of height and width";

        Sensitive(sensitivity => sensitivity with { IsSquare = true }).Should().Equal(Key);
        Sensitive(sensitivity => sensitivity with { IsSquare = true, Reason = "a chess board", Covers = [Key] })
            .Should().BeEmpty();
        Sensitive(sensitivity => sensitivity with { IsSquare = true, Reason = "a dead head", Covers = ["weight"] })
            .Should().Equal(Key);
    }

    [Fact]
    public void A_reason_covers_what_it_was_given_for_and_nothing_else()
    {
        var said = new GoldenSensitivity([1], [1], [new BlindWeight("w", 95, 100)])
        {
            Rounding = [0], Reason = "sparse",
        };
        var covered = said with { Covers = ["weight 'w' moves neither an output nor a probe"] };
        string[] With(GoldenSensitivity sensitivity, double[]? output = null) =>
            output is null ? Sensitive(_ => sensitivity) : Output(output, sensitivity);

        With(covered).Should().BeEmpty();
        // Counts may change with the weights.
        With(covered with { Blind = [new BlindWeight("w", 99, 100)] }).Should().BeEmpty();
        With(covered with { Blind = [new BlindWeight("v", 95, 100)] }).Should().ContainSingle();
        With(covered with { Outputs = [0] }).Should().Equal("output '0' does not change with another input");
        With(covered, [.. Enumerable.Repeat(0.25, 12)]).Should().Equal("output '0' is 0.25 everywhere");
        With(covered, [.. Enumerable.Repeat(double.NaN, 12)]).Should()
            .Equal("output '0' is NaN or infinite in 12 of 12 elements");
        // No reason makes numbers of them.
        With(covered with { Covers = ["output '0' is NaN or infinite"], Blind = [] }, [double.NaN, .. Enumerable.Range(
            0, 11).Select(i => (double)i)]).Should().ContainSingle();
        With(covered with { Reason = " " }).Should().ContainSingle("nobody said anything");
        // As it was read before a golden said what its reason covers.
        With(said with { Outputs = [0] }).Should().BeEmpty();
    }

    [Fact]
    public void What_a_reason_covers_stands_in_the_golden()
    {
        string[] covers = ["output '0' does not change with another input", "weight 'w' moves nothing"];
        _case.Change(document => document with
        {
            Sensitivity = document.Sensitivity with { Reason = "a constant", Covers = [.. covers] },
        });

        GoldenStore.Read(_case.Directory).Document.Sensitivity.Covers.Should().Equal(covers);
    }

    string[] Output(double[] values, GoldenSensitivity sensitivity)
    {
        var tensor = Tensor.Of([2, 6], values);
        return Faults(document => document with
        {
            Outputs = [GoldenPort.Of("0", tensor)], Sensitivity = sensitivity,
        }, tensor);
    }

    string[] Output(double[] values)
    {
        var tensor = Tensor.Of([2, 6], values);
        return Faults(document => document with { Outputs = [GoldenPort.Of("0", tensor)] }, tensor);
    }

    string[] Sensitive(Func<GoldenSensitivity, GoldenSensitivity> change) =>
        Faults(document => document with { Sensitivity = change(document.Sensitivity) });

    string[] Faults(Func<GoldenDocument, GoldenDocument> change, Tensor? output = null)
    {
        var golden = GoldenStore.Read(_case.Directory);
        var tensors = new Dictionary<string, Tensor>(golden.Tensors);
        if (output is not null) tensors["output.0"] = output;
        return [.. Vacuity.Of(change(golden.Document), tensors)];
    }
}
