using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Parity;

/// <summary>Limits that no golden could be held to, or that every model would hold.</summary>
public sealed class StatedLimitTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("1e-6", 1e-6)]
    [InlineData("0", 0.0)]
    [InlineData("1e-16", 1e-16)]
    [InlineData("9.9e-17", null)]
    [InlineData("1e-20", null)]
    [InlineData("-1e-6", null)]
    [InlineData("NaN", null)]
    [InlineData("1e999", null)]
    [InlineData("1,5", null)]
    [InlineData("", null)]
    public void A_limit_is_a_number_that_float64_can_tell_from_nothing(string text, double? limit) =>
        StatedLimit.Read(text).Should().Be(limit);

    [Theory]
    [InlineData(1e30)]
    [InlineData(5)]
    public void A_limit_that_zeros_would_hold_is_refused_wherever_it_is_stated(double limit)
    {
        Refusal(Verify(limit)).Should().Contain("zeros would hold").And.Contain("(Tolerance of its ParityModel)");
        Refusal(_case.Verify(new VerifyOptions { Tolerance = limit })).Should()
            .Contain("(stated for this run by --tolerance)");
        _case.Change(document => document with { Tolerance = new Tolerance(TolerancePolicy.Default, limit, "mine") });
        Refusal(_case.Verify()).Should().Contain("(mine)");
    }

    [Fact]
    public void A_limit_below_what_rounding_explains_is_what_is_wrong_and_not_the_model()
    {
        _case.Shift(1e-15);

        var finding = Verify(2e-16).Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.BadUsage);
        finding.Place.Should().Be(GoldenStore.Read(_case.Directory).PlaceOf("tolerance"));
        finding.Message.Should().Contain("the limit |a-e| <= 2E-16 (Tolerance of its ParityModel) is stricter than")
            .And.Contain("output '0' lies ").And.Contain("rounding explains up to ").And.NotContain("harness accept");
        _case.Verify().Holds.Should().BeTrue();
    }

    [Fact]
    public void A_strict_limit_makes_no_excuse_for_drift()
    {
        _case.Shift(1e-7);

        Verify(2e-16).Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.OutputDrift);
        Verify(1e-11).Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.OutputDrift);
    }

    [Fact]
    public void A_loose_limit_is_cured_where_it_is_stated()
    {
        Verify(1e-3).Findings.Should().ContainSingle(finding => finding.Code == Codes.LooseTolerance).Which.Message
            .Should().EndWith("state a smaller one there, or none").And.NotContain("harness accept");
        _case.Change(document => document with { Tolerance = new Tolerance(TolerancePolicy.Default, 1e-3, "mine") });
        _case.Verify().Findings.Should().ContainSingle(finding => finding.Code == Codes.LooseTolerance).Which.Message
            .Should().EndWith($"harness accept {ShellWord.Of(_case.Directory)} --tolerance default");
    }

    Verdict Verify(double limit) => Verifier.Verify(
        new VerifyRequest(_case.Directory, Tolerance: limit), new VerifyOptions { Threads = 1 });

    static string Refusal(Verdict verdict)
    {
        verdict.Holds.Should().BeFalse();
        var finding = verdict.Findings.Should().ContainSingle().Subject;
        finding.Code.Should().Be(Codes.BadUsage);
        return finding.Message;
    }
}
