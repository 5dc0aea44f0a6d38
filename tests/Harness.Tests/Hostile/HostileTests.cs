using Harness.Tests.Cli;

namespace Harness.Tests.Hostile;

/// <summary>A sample of what <see cref="HostileCommand"/> tries for minutes each night.</summary>
public sealed class HostileTests
{
    public static TheoryData<string> Names => [.. HostileTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_file_ends_in_an_answer_or_in_one_line(string name)
    {
        using var one = new HostileCase(HostileTargets.Find(name)!);
        var wrong = Enumerable.Range(0, 40).Select(number => one.Judge(20261201, number, alone: false));
        wrong.Where(what => what is not null).Should().BeEmpty();
    }

    // Otherwise all that is damaged is refused for a reason that has nothing to do with the damage.
    [Theory]
    [MemberData(nameof(Names))]
    public void An_honest_file_is_read_by_every_line_that_reads_its_kind(string name)
    {
        var target = HostileTargets.Find(name)!;
        using var one = new HostileCase(target);
        foreach (string line in target.Lines)
        {
            var runs = target.Honest.Value.Select(
                honest => one.Read(honest.Bytes, [.. line.Split(' '), .. honest.Options]));
            runs.Any(run => run.ExitCode == 0).Should().BeTrue(line);
        }
    }

    [Fact]
    public void A_case_is_the_same_whenever_it_is_drawn_and_no_two_are_alike()
    {
        foreach (var target in HostileTargets.All)
        {
            for (int number = 0; number < 20; number++)
                target.Draw(7, number).Should().BeEquivalentTo(target.Draw(7, number));
            Enumerable.Range(0, 50).Select(number => Convert.ToHexString(target.Draw(7, number).Bytes)).Distinct()
                .Should().HaveCountGreaterThan(30);
        }
    }

    [Theory]
    [InlineData(2, "", "x: error PAR1001: cut short\n", null)]
    [InlineData(1, "x\n", "", null)]
    [InlineData(2, "", "x: error PAR1001: cut short\nand more\n", "2 lines on bad input")]
    [InlineData(2, "", "", "0 lines on bad input")]
    [InlineData(2, "", "cut short\n", "no canonical line")]
    [InlineData(2, "", "x: error PAR1001: \u0007\n", "control characters")]
    [InlineData(2, "", "x: error PAR9003: unexpected X: y; this is a fault of harness, please\n", "a fault of harness")]
    [InlineData(139, "", "", "exit code 139")]
    public void How_a_command_ends_is_judged(int exitCode, string output, string error, string? wrong)
    {
        string? found = HostileCase.OfAnswer(new CommandLine(exitCode, output, error));
        if (wrong is null) found.Should().BeNull();
        else found.Should().Contain(wrong);
    }
}
