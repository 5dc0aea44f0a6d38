namespace Harness.Tests.Cpu;

/// <summary>Every golden case gives the bits that <c>bits.txt</c> holds.</summary>
[Collection(Alone.Name)]
public sealed class OutputBitsTests
{
    public static TheoryData<string> Groups => [.. OutputBits.Cases.Select(group => group.Key)];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Outputs_have_the_bits_that_are_on_record(string group)
    {
        string[] recorded = [.. File.ReadLines(OutputBits.File).Where(line => OutputBits.GroupOf(line) == group)];
        string[] found = [.. OutputBits.Of(group)];

        found.Except(recorded).Should().BeEmpty("these bits are new");
        recorded.Except(found).Should().BeEmpty("these bits are gone");
    }

    [Fact]
    public void The_record_names_what_is_there_three_plans_a_case()
    {
        var recorded = File.ReadLines(OutputBits.File)
            .GroupBy(line => line.Split(' ')[0], line => line.Split(' ')[1]).ToList();

        recorded.Select(plans => plans.Key).Should().Equal(OutputBits.Cases.SelectMany(group => group));
        recorded.Should().OnlyContain(plans => plans.SequenceEqual(new[] { "float32", "float32-exact", "float64" }));
        File.ReadLines(OutputBits.File).Should().OnlyContain(line => line.Split(' ')[2].Length == 64);
    }
}
