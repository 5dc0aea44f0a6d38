using System.Reflection;
using System.Text.RegularExpressions;

namespace Harness.Tests.Naive;

/// <summary>Holds <c>docs/flax-guide.md</c> to the tests: it names each of them, and no other.</summary>
public sealed partial class FlaxGuideDocumentTests
{
    [Fact]
    public void The_document_names_every_test_and_only_tests()
    {
        Type[] classes = [typeof(FlaxGuideTests), typeof(FlaxGuideConvolutionTests), typeof(FlaxGuidePoolingTests)];
        var tests = classes.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.IsDefined(typeof(FactAttribute))).Select(method => method.Name);
        var text = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "docs", "flax-guide.md"));

        TestName().Matches(text).Select(match => match.Groups[1].Value).Should().BeEquivalentTo(tests);
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName();
}
