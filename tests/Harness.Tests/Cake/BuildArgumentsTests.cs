using System.Text.RegularExpressions;
using Build.Arguments;
using Harness.Tests.Naive;

namespace Harness.Tests.Cake;

/// <summary>What the build makes of its words.</summary>
public sealed partial class BuildArgumentsTests
{
    [Theory]
    [InlineData("--sharf 1/4", "'--sharf' is no option; the nearest is --shard, and --help lists all")]
    [InlineData("--shrad=1/4", "'--shrad' is no option; the nearest is --shard, and --help lists all")]
    [InlineData("--xyzzyplugh", "'--xyzzyplugh' is no option; --help lists all")]
    [InlineData("-z", "'-z' is no option; --help lists all")]
    [InlineData("--", "'--' is no option; --help lists all")]
    [InlineData("", "'' is no option; --help lists them")]
    [InlineData("--shard 5/4", "--shard is '5/4'; expected i/n with i from 1 to n, such as 1/4")]
    [InlineData("--shard 0/4", "--shard is '0/4'; expected i/n with i from 1 to n, such as 1/4")]
    [InlineData("--shard=", "--shard is ''; expected i/n with i from 1 to n, such as 1/4")]
    [InlineData("--shard", "--shard has no value; expected --shard=i/n")]
    [InlineData("--shard --target=Verify", "--shard has no value; expected --shard=i/n")]
    [InlineData("--shard 1/4 --shard 2/4", "--shard is given twice")]
    [InlineData("--cuda=no", "--cuda is given 'no'; it takes no value")]
    [InlineData("--configuration Foo", "--configuration is 'Foo'; expected Debug or Release")]
    [InlineData("--target=Nope", "there is no target 'Nope'; --help lists all")]
    [InlineData("--target=Vefiry", "there is no target 'Vefiry'; the nearest is Verify, and --help lists all")]
    [InlineData("Verify", "'Verify' is no option; --target=Verify runs it")]
    [InlineData("--most=0 --target=Mutate", "--most is '0'; expected a number from 1")]
    [InlineData("--platforms Windows! --target=Pack",
        "--platforms is 'Windows!'; expected names such as linux-x64,win-x64")]
    [InlineData("--version-suffix a..b", "--version-suffix is 'a..b'; expected words such as ci.42")]
    [InlineData("--shard 1/4 --target=Compile",
        "--shard says nothing to Compile; ")]
    [InlineData("--version-suffix=ci.1 --target=Verify --exclusive",
        "--version-suffix says nothing to Verify; ")]
    [InlineData("--target=Verify --target=Pack -e", "--exclusive goes with one target; Verify, Pack are 2")]
    [InlineData("--target=Pack --tag=1.2.3", "--tag is '1.2.3'; expected a version with a v before it")]
    [InlineData("--verbosity loud",
        "--verbosity is 'loud'; expected quiet, minimal, normal, verbose, diagnostic")]
    public void What_does_nothing_is_refused_in_one_line(string words, string fault)
    {
        var read = BuildArguments.Read(words.Split(' '), BuildTargets.All);

        read.Fault.Should().StartWith($"build: {fault}").And.NotContain("\n");
        read.Words.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("--shard 1/4", "--shard=1/4")]
    [InlineData("--SHARD=1/4 -t verify -e", "--shard=1/4 --target=verify --exclusive")]
    [InlineData("--target=Pack --target Test --version-suffix ci.42",
        "--target=Pack --target=Test --version-suffix=ci.42")]
    [InlineData("--noop --showdescription", "--dryrun --description")]
    [InlineData("--target=Nightly --shard=2/3 --cuda --most=6", "--target=Nightly --shard=2/3 --cuda --most=6")]
    public void What_is_understood_is_written_in_one_way(string words, string expected)
    {
        var read = BuildArguments.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), BuildTargets.All);

        read.Fault.Should().BeNull();
        string.Join(' ', read.Words).Should().Be(expected);
    }

    [Fact]
    public void A_value_may_hold_anything_that_its_option_takes()
    {
        var read = BuildArguments.Read(
            ["--target=Benchmark", "--benchmark", "peers --threads 1 --only=a"], BuildTargets.All);

        (read.Fault, read.Words[1]).Should().Be((null, "--benchmark=peers --threads 1 --only=a"));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("--help --target=Nope")]
    public void Help_is_asked_for_in_the_usual_ways(string words) =>
        BuildArguments.Read(words.Split(' '), BuildTargets.All).WantsHelp.Should().BeTrue();

    [Fact]
    public void Help_names_every_target_and_every_option_with_who_takes_it()
    {
        string[] lines = BuildHelp.Text(BuildTargets.All).Split('\n');

        lines.Should().OnlyContain(line => line.Length <= 100);
        BuildTargets.All.Should().HaveCountGreaterThan(12).And.OnlyContain(target =>
            lines.Any(line => line.StartsWith($"  {target.Name} ")));
        foreach (var option in BuildOptions.All)
            lines.Should().ContainSingle(line => Regex.IsMatch(line, $@"^  (-\w, )?{option}[= ]"));
        string text = string.Join(' ', lines.Select(line => line.Trim()));
        text.Should().Contain("runs in the first. Taken by CI, CompareGoldens, Default, ");
    }

    [Fact]
    public void Every_target_and_option_that_the_tables_name_is_one()
    {
        var names = BuildTargets.All.Select(target => target.Name).ToHashSet();
        BuildTargets.All.SelectMany(target => target.After).Should().OnlyContain(name => names.Contains(name));
        BuildOptions.OfTargets.Should().OnlyContain(option => option.Targets.Count > 0);
        BuildOptions.OfTargets.SelectMany(option => option.Targets).Should().OnlyContain(name => names.Contains(name));
        BuildOptions.All.SelectMany(option => option.Aliases.Append(option.Name)).Should().OnlyHaveUniqueItems();
    }

    // What an option's targets are is stated, since nothing can read it out of the code that runs.
    [Fact]
    public void A_task_that_reads_an_option_is_among_the_targets_that_take_it()
    {
        string context = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "build", "BuildContext.cs"));
        var members = MemberPattern().Matches(context)
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        members.Should().HaveCount(BuildOptions.OfTargets.Count);
        // What is made of one.
        members.Add("ShardWords", "Shard");
        members.Add("Recorded", "Golden");
        foreach (var (file, text) in BuildTargets.Sources())
        {
            // Only what is in the table is ever checked and shown.
            text.Should().NotContain("Argument(\"", file).And.NotContain("Argument<", file);
            foreach (var (member, name) in members)
            {
                if (!Regex.IsMatch(text, $@"context\.{member}\b")) continue;
                var option = (BuildOption)typeof(BuildOptions).GetField(name)!.GetValue(null)!;
                string target = BuildTargets.NameIn(text);
                BuildArguments.Takers(option, BuildTargets.All).Should().Contain(target, $"{file} reads it");
            }
        }
    }

    [GeneratedRegex(@"public [\w<>?]+ (\w+) => (?:Value|this\.HasArgument)\(BuildOptions\.(\w+)")]
    private static partial Regex MemberPattern();
}
