using System.Reflection;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Tests.Naive;

namespace Harness.Tests.Parity;

public sealed class CodesTests
{
    static readonly string s_page = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "docs", "codes.md"));

    static string[] Declared =>
        [.. typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(constant => (string)constant.GetRawConstantValue()!)];

    [Fact]
    public void Every_code_has_a_section_and_every_section_a_code() =>
        Regex.Matches(s_page, "^### (.+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value)
            .Should().Equal(Declared.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_section_names_a_cure() =>
        Regex.Split(s_page, "^### ", RegexOptions.Multiline).Skip(1).Should()
            .OnlyContain(section => section.Contains("*Cure:*"));

    [Fact]
    public void No_code_is_used_twice() =>
        Declared.Should().OnlyHaveUniqueItems().And.OnlyContain(code => Regex.IsMatch(code, "^PAR[1-59][0-9]{3}$"));

    [Fact]
    public void Warnings_are_those_that_the_page_calls_warnings() =>
        Declared.Where(code => new Finding(code, "", "").Severity() == Severity.Warning)
            .Should()
                .Equal(Regex.Matches(s_page, @"### (PAR\d+)\s+\*\*[^*]+\*\* \(warning\)")
                .Select(match => match.Groups[1].Value));
}
