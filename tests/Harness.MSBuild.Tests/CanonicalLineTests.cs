namespace Harness.MSBuild.Tests;

public class CanonicalLineTests
{
    [Theory]
    [InlineData("/a/golden.json(12): error PAR2001: drift 3e-1", "/a/golden.json", 12, true, "PAR2001", "drift 3e-1")]
    [InlineData("/a/golden.json(12,7): warning PAR2003: high", "/a/golden.json", 12, false, "PAR2003", "high")]
    [InlineData("/a b/o'x (1)/golden.json(3): error PAR3003: m", "/a b/o'x (1)/golden.json", 3, true, "PAR3003", "m")]
    [InlineData(@"C:\a\golden.json(12): error PAR1001: a: b", @"C:\a\golden.json", 12, true, "PAR1001", "a: b")]
    [InlineData("/a/golden.json : error PAR3001: missing", "/a/golden.json", 0, true, "PAR3001", "missing")]
    [InlineData("harness : error PAR9003: no such file", "harness", 0, true, "PAR9003", "no such file")]
    [InlineData("/a(2): error PAR2001: in 'x: error PAR1001: y'", "/a", 2, true, "PAR2001", "in 'x: error PAR1001: y'")]
    public void A_finding_is_read(string line, string file, int number, bool error, string code, string message) =>
        CanonicalLine.Read(line).Should().Be(new CanonicalLine(file, number, error, code, message));

    [Theory]
    [InlineData("")]
    [InlineData("pass guide_cnn, drift 2.1e-14")]
    [InlineData("/a/x.cs(1): error CS1002: ; expected")]
    [InlineData("error PAR2001: a line without a place")]
    [InlineData("   : error PAR2001: nor this")]
    [InlineData("/a(1): fatal PAR2001: a word MSBuild does not know")]
    public void Talk_is_no_finding(string line) => CanonicalLine.Read(line).Should().BeNull();

    [Theory]
    [InlineData("PAR2001", true)]
    [InlineData("PAR2003", true)]
    [InlineData("PAR3001", false)]
    [InlineData("PAR4001", false)]
    [InlineData("PAR9003", false)]
    public void Drift_is_20xx_and_nothing_else(string code, bool drift) =>
        new CanonicalLine("/a", 1, true, code, "").IsDrift.Should().Be(drift);
}
