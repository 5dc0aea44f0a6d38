using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class AcceptanceTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void Received_outputs_become_the_golden_with_the_reason_on_record()
    {
        _case.Shift(1e-3);
        _case.Verify().Holds.Should().BeFalse();
        File.Exists(_case.Received).Should().BeTrue();

        Acceptance.TakeOutputs(_case.Directory, null, "torch was wrong here");

        _case.Verify().Findings.Should().BeEmpty();
        GoldenStore.Read(_case.Directory).Document.AcceptedReason.Should().Be("torch was wrong here");
        File.Exists(_case.Received).Should().BeFalse("the case holds again");
        Directory.Exists(Path.GetDirectoryName(_case.Received)).Should().BeFalse();
    }

    [Fact]
    public void Received_outputs_may_be_kept_elsewhere()
    {
        _case.Shift(1e-3);
        string elsewhere = Path.Combine(_case.Root, "kept");
        _case.Verify(new VerifyOptions { ReceivedDirectory = elsewhere });

        File.Exists(_case.Received).Should().BeFalse();
        Directory.GetFiles(elsewhere, "received.safetensors", SearchOption.AllDirectories).Should().ContainSingle();
        Acceptance.TakeOutputs(_case.Directory, elsewhere, "reviewed");
        _case.Verify().Holds.Should().BeTrue();
    }

    [Fact]
    public void Outputs_of_another_model_are_not_taken()
    {
        _case.Shift(1e-3);
        _case.Verify();
        _case.Change(document => document with { Weights = document.Weights with { Sha256 = new string('0', 64) } });

        Refusal(() => Acceptance.TakeOutputs(_case.Directory, null, "reviewed")).Message.Should()
            .Contain("do not come from the golden's weights");
    }

    [Fact]
    public void Outputs_of_other_inputs_are_not_taken()
    {
        _case.Shift(1e-3);
        _case.Verify();
        double[] values = GoldenStore.Read(_case.Directory).Tensors["input.x"].ToDoubles();
        var moved = Tensor.Of([2, 3, 7, 9], [.. values.Select(value => (float)value + 1)]);
        _case.Change(
            document => document with { Inputs = [GoldenPort.Of("x", moved)] },
            tensors => tensors["input.x"] = moved);

        Refusal(() => Acceptance.TakeOutputs(_case.Directory, null, "reviewed")).Message.Should()
            .Contain("do not come from the golden's inputs");
        Refusal(() => Acceptance.SetTolerance(_case.Directory, new Tolerance(TolerancePolicy.Default, 5e-3, "why")))
            .Message.Should().Contain("do not come from the golden's inputs");
    }

    [Fact]
    public void Nothing_received_and_no_reason_are_refused()
    {
        Refusal(() => Acceptance.TakeOutputs(_case.Directory, null, "reviewed")).Message.Should()
            .Contain("no received outputs");
        Refusal(() => Acceptance.TakeOutputs(_case.Directory, null, " ")).Message.Should().Contain("needs a reason");
        Refusal(() => Acceptance.SetTolerance(_case.Directory, new Tolerance(TolerancePolicy.Default, 1e-5)))
            .Message.Should().Contain("reason");
    }

    [Fact]
    public void A_limit_is_taken_with_its_reason_and_the_default_forgets_it()
    {
        Acceptance.SetTolerance(_case.Directory, Tolerance.TorchClose("as torch's own tests"));
        GoldenStore.Read(_case.Directory).Document.Tolerance.Should().Be(Tolerance.TorchClose("as torch's own tests"));

        Acceptance.SetTolerance(_case.Directory, Tolerance.Default);

        GoldenStore.Read(_case.Directory).Document.Tolerance.Should().Be(Tolerance.Default);
        File.ReadAllText(_case.GoldenFile).Should().NotContain("reason");
    }

    [Fact]
    public void Damaged_received_outputs_are_refused()
    {
        _case.Shift(1e-3);
        _case.Verify();
        var received = SafetensorsFile.Read(_case.Received, out var origin);
        SafetensorsFile.Write(
            _case.Received, [new("output.0", Tensor.Of([12], received["output.0"].As<double>()))], origin);

        Refusal(() => Acceptance.TakeOutputs(_case.Directory, null, "reviewed")).Message.Should()
            .Contain("expected float64 (2, 6)");
    }

    static Finding Refusal(Action act)
    {
        var finding = act.Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.BadUsage);
        return finding;
    }
}
