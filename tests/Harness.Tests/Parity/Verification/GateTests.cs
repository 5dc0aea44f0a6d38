using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class GateTests : IDisposable
{
    readonly SyntheticCase _one = new();

    public void Dispose() => _one.Dispose();

    [Fact]
    public void Goldens_are_found_below_a_folder_in_one_order_and_a_file_stands_for_its_folder()
    {
        GoldenSearch.Below(_one.Root).Should().Equal(_one.Directory);
        GoldenSearch.Below(_one.GoldenFile).Should().Equal(_one.Directory);
        var nothing = () => GoldenSearch.Below(Path.Combine(_one.Root, "nothing"));
        nothing.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.GoldenMissing);
        Directory.CreateDirectory(Path.Combine(_one.Root, "nothing"));
        nothing.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.GoldenMissing);
    }

    [Fact]
    public void Links_are_followed_and_never_around()
    {
        using var other = new SyntheticCase("other");
        Directory.CreateSymbolicLink(Path.Combine(_one.Root, "linked"), other.Root);
        Directory.CreateSymbolicLink(Path.Combine(_one.Directory, "up"), _one.Root);
        Directory.CreateSymbolicLink(Path.Combine(other.Root, "back"), _one.Root);

        GoldenSearch.Below(_one.Root).Should()
            .BeEquivalentTo([_one.Directory, Path.Combine(_one.Root, "linked", "other")]);
    }

    [Fact]
    public void A_golden_that_no_case_uses_is_PAR3004()
    {
        GoldenSearch.Unused(_one.Root, [new VerifyRequest(_one.Directory + Path.DirectorySeparatorChar)]).Should()
            .BeEmpty();

        var finding = GoldenSearch.Unused(_one.Root, [new VerifyRequest(Path.Combine(_one.Root, "other"))]).Should()
            .ContainSingle().Subject;

        (finding.Code, finding.Place).Should().Be((Codes.GoldenUnused, $"{_one.GoldenFile}(1)"));
    }

    static string Convolutions { get; } = Path.Combine(GoldenModels.Folder, "..", "ops", "conv2d");

    [Fact]
    public void Two_threads_come_to_the_verdicts_of_one_and_tell_them_in_its_order()
    {
        using var other = new SyntheticCase("other");
        other.Shift(1);
        var all = Directory.GetDirectories(Convolutions).Select(folder => new VerifyRequest(folder))
            .Prepend(new VerifyRequest(Path.Combine(GoldenModels.Folder, "resnet_small")))
            .Append(new VerifyRequest(other.Directory)).ToList();
        var told = new List<Verdict>();
        var begun = new List<VerifyRequest>();

        var two = Gate.Verify(all, new VerifyOptions(), [], begun.Add, told.Add);
        var one = Gate.Verify(all, new VerifyOptions { Threads = 1 }, []);

        two.Cases.Should().Equal(told);
        two.Cases.Select(Text).Should().Equal(one.Cases.Select(Text)).And.HaveCount(all.Count);
        two.Cases.Select(verdict => verdict.Holds).Should().Equal(
            Enumerable.Range(1, all.Count).Select(i => i < all.Count));
        begun.Should().BeSubsetOf(all).And.OnlyHaveUniqueItems().And.NotBeEmpty();

        static string Text(Verdict verdict) => string.Join(' ', [
            verdict.Name, .. verdict.Float64.Select(drift => $"{drift.MaxAbs:R}"),
            .. verdict.Float32?.Outputs.Select(drift => $"{drift.MaxAbs:R}") ?? [],
            .. verdict.Findings.Select(finding => finding.ToString())]);
    }

    [Fact]
    public void What_stood_when_a_gate_is_cancelled_has_been_told()
    {
        var all = Directory.GetDirectories(Convolutions).Select(folder => new VerifyRequest(folder)).ToList();
        using var cancelled = new CancellationTokenSource();
        var told = new List<Verdict>();

        var act = () => Gate.Verify(all, new VerifyOptions(), [], report: verdict =>
        {
            told.Add(verdict);
            cancelled.Cancel();
        }, cancellation: cancelled.Token);

        act.Should().Throw<OperationCanceledException>();
        told.Should().NotBeEmpty().And.OnlyContain(verdict => verdict.Holds);
        told.Select(verdict => verdict.Name).Should().BeSubsetOf(all.Select(request => request.Name)).And
            .OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_verdict_that_could_not_be_told_ends_the_gate_and_is_told_once()
    {
        var all = Directory.GetDirectories(Convolutions).Select(folder => new VerifyRequest(folder)).ToList();
        int told = 0;

        var act = () => Gate.Verify(all, new VerifyOptions(), [], report: _ =>
        {
            if (++told == 3) throw new IOException("no space left");
        });

        act.Should().Throw<IOException>().WithMessage("no space left");
        told.Should().Be(3);
    }

    [Fact]
    public void Every_verdict_is_told_as_soon_as_it_and_all_before_it_stand()
    {
        using var other = new SyntheticCase("other");
        other.Shift(1);
        var told = new List<Verdict>();

        var gate = Gate.Verify(
            [new VerifyRequest(_one.Directory), new VerifyRequest(other.Directory)], new VerifyOptions { Threads = 1 },
                [], report: told.Add);

        gate.Cases.Should().Equal(told);
        gate.Cases.Select(verdict => verdict.Holds).Should().Equal(true, false);
        gate.Holds.Should().BeFalse();
    }
}
