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

    [Fact]
    public void Every_verdict_is_told_as_soon_as_it_stands()
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
