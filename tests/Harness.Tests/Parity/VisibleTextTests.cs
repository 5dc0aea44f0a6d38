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
}
