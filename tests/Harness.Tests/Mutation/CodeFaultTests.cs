using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>The list of mistakes stays in step with the code, and the page with the list; what becomes of them is seen
/// by <see cref="MutateCommand"/>.</summary>
public sealed class CodeFaultTests
{
    [Fact]
    public void Every_mistake_can_be_made_in_the_code_as_it_is()
    {
        foreach (var file in CodeFaults.All.GroupBy(fault => fault.Source))
        {
            string source = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, file.Key));
            foreach (var fault in file) fault.Apply(source).Should().NotBe(source, fault.FullName);
        }
    }

    [Fact]
    public void The_list_is_sorted_and_names_each_mistake_once() =>
        CodeFaults.All.Select(fault => fault.FullName).Should().OnlyHaveUniqueItems()
            .And.Equal(CodeFaults.All.OrderBy(fault => fault.Area, StringComparer.Ordinal)
                .ThenBy(fault => fault.Name, StringComparer.Ordinal).Select(fault => fault.FullName));

    [Fact]
    public void The_page_tells_what_became_of_every_mistake_that_was_tried_and_nobody_missed_one()
    {
        var told = MutationPage.Read().Code;

        told.Select(row => row.FullName).Should().Equal(CodeFaults.All.Select(fault => fault.FullName),
            "dotnet run --project tests/Harness.Tests -c Release -- mutate code NAME… tries those of these names");
        foreach (var (fault, row) in CodeFaults.All.Zip(told))
            row.Is(fault).Should().BeTrue($"{fault.FullName} is told as '{row.SeenBy}'");
    }

    [Fact]
    public void A_text_that_the_source_has_twice_or_no_more_is_refused()
    {
        var fault = new CodeFault("edge", "any", "Executor/Any.cs", "a < b", "a <= b");

        fault.Apply("if (a < b)").Should().Be("if (a <= b)");
        foreach (string source in new[] { "if (a > b)", "if (a < b || a < b)" })
            fault.Invoking(it => it.Apply(source)).Should().Throw<InvalidOperationException>()
                .WithMessage("edge/any: src/Harness.Executor/Any.cs has this*times, expected once*");
    }
}
