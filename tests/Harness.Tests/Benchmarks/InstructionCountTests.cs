using Harness.Benchmarks.Regress;

namespace Harness.Tests.Benchmarks;

public sealed class InstructionCountTests
{
    [Fact]
    public void A_count_is_read_past_the_comments() =>
        InstructionCount.Parse("# started on Mon\n\n12345678901,,instructions:u,987,100.00,,\n").Should()
            .Be(12345678901);

    [Theory]
    [InlineData("<not supported>,,instructions:u,0,100.00,,", "perf says <not supported> for instructions:u")]
    [InlineData("<not counted>,,instructions:u,0,100.00,,", "perf says <not counted> for instructions:u")]
    [InlineData("# nothing", "perf says nothing of instructions:u")]
    public void A_missing_counter_is_named(string report, string message) =>
        FluentActions.Invoking(() => InstructionCount.Parse(report)).Should().Throw<InvalidOperationException>()
            .WithMessage(message);
}
