using Harness.Benchmarks;
using Harness.Benchmarks.Regress;

namespace Harness.Tests.Benchmarks;

public sealed class RegressFileTests
{
    static readonly RegressFile s_file =
        new(Machine.Here(), 1, new Dictionary<string, IReadOnlyDictionary<string, Measured>>
    {
        ["resnet18"] = new Dictionary<string, Measured>
        {
            [Yardstick.Instructions] = new(123_456_789, 42),
            [Yardstick.Fma] = new(1.25, 0.003125),
        },
    });

    [Fact]
    public void What_is_written_is_read()
    {
        var read = RegressFile.Parse(s_file.ToJson());
        read.Fits(s_file).Should().BeTrue();
        read.Machine.Should().BeEquivalentTo(s_file.Machine);
        read.Subjects.Should().BeEquivalentTo(s_file.Subjects);
    }

    [Fact]
    public void Another_processor_does_not_fit() =>
        (s_file with { Machine = s_file.Machine with { Cpu = "another" } }).Fits(s_file).Should().BeFalse();

    [Fact]
    public void Another_width_or_thread_count_does_not_fit()
    {
        (s_file with { Threads = 2 }).Fits(s_file).Should().BeFalse();
        (s_file with { Machine = s_file.Machine with { Lanes = 99 } }).Fits(s_file).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"subjects": {"a": {"fma": 3}}, "threads": 1}""")]
    public void Anything_else_is_refused(string text) =>
        FluentActions.Invoking(() => RegressFile.Parse(text)).Should().Throw<FormatException>()
            .WithMessage("no results of regress*");
}
