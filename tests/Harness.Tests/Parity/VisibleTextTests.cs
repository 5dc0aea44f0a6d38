using Harness.Executor.Model;
using Harness.Parity;

namespace Harness.Tests.Parity;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("golden/é/日本/שלום", "golden/é/日本/שלום")]
    [InlineData("two\r\nlines\u2028three", "two lines three")]
    [InlineData("a\tb", "a\tb")]
    [InlineData("\u001b[2Jgone", "\\u001B[2Jgone")]
    [InlineData("golden/\u202Enosj.txt\u2066", "golden/\\u202Enosj.txt\\u2066")]
    [InlineData("x ##vso[task.complete result=Succeeded;]", "x # #vso[task.complete result=Succeeded;]")]
    [InlineData("x ##VSO[task", "x # #vso[task")]
    [InlineData("x ##[error]y", "x # #[error]y")]
    [InlineData("## heading", "## heading")]
    public void What_steers_a_screen_or_a_service_is_seen_and_nothing_else_changes(string text, string shown) =>
        VisibleText.Of(text).Should().Be(shown);

    [Fact]
    public void A_finding_is_told_so_whatever_its_place_and_message_hold() =>
        new Finding(Codes.OutputDrift, "a\u202Eb", "x ##vso[y]\nz").ToCanonicalLine().Should()
            .Be("a\\u202Eb: error PAR2001: x # #vso[y] z");

    [Fact]
    public void What_a_finding_quotes_of_a_file_may_be_long_and_the_line_is_not()
    {
        string quoted = new('x', 100_000);
        string line = new Finding(Codes.ModelUnreadable, "a", $"'{quoted}' is no name").ToCanonicalLine();

        line.Length.Should().BeLessThan(16_200);
        line.Should().StartWith("a: error PAR1001: 'xxx").And.Contain(" … (84013 characters left out) … ")
            .And.EndWith("x' is no name");
    }
}
