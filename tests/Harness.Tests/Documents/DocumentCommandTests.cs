using Build.Arguments;
using Harness.Tests.Cake;

namespace Harness.Tests.Documents;

/// <summary>Runs what the pages say, in a folder like the reader's, and compares what is printed.</summary>
public sealed class DocumentCommandTests
{
    // What is not run here, why, and what runs it.
    static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["harness record "] = "needs libtorch: Harness.Reference.Tests, and the build's RecordGoldens",
        ["dotnet build -t:ParityRecord"] = "needs packages and libtorch: the build's TestPackages",
        ["dotnet build"] = "needs packages: the build's TestPackages, and Harness.MSBuild.Tests",
        ["dotnet test Harness.sln"] = "these tests themselves: the build's Test",
        ["dotnet tool install "] = "needs packages: the build's TestPackages",
        ["git diff "] = "shows a difference, and changes nothing",
    };

    // What must have happened before a line of a page makes sense: by the page, and how its line begins.
    static readonly (string Page, string Line, Action<DocumentWorld> Happened)[] s_before =
    [
        ("docs/golden.md", "harness accept ", world => world.Receive()),
        ("docs/golden.md", "harness verify --cases ", world => world.List()),
        ("docs/ports.md", "harness golden-inputs ", world => world.Port(channelsLast: true)),
        ("docs/ports.md", "harness compare golden/models/mine --actual y.npz", world => world.Port(false)),
        ("docs/ports.md", "harness compare golden/models/mine --actual y.npz --taps", world => world.Port(true)),
        ("docs/workflow.md", "harness compare ", world => world.RecordAgain()),
    ];

    public static TheoryData<string> Pages =>
        [.. DocumentCommand.Pages.Where(page => DocumentCommand.Of(page).Count > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_commands_of_a_page_run_and_print_what_it_shows(string page)
    {
        using var world = new DocumentWorld(page == "docs/golden.md" ? "resnet18" : "mine");
        var red = new Queue<Action<DocumentWorld>>(page == "docs/workflow.md"
            ? [_ => { }, world => world.Retrain(), world => world.Drift()] : []);
        var shown = new Dictionary<IReadOnlyList<string>, List<string>>(ReferenceEqualityComparer.Instance);
        foreach (var command in DocumentCommand.Of(page))
        {
            var (variables, words) = command.Parse();
            if (Elsewhere(command) is not null || IsOfTheBuild(command, words)) continue;
            words[0].Should().Be("harness", command.ToString());
            var before = s_before.Where(step => step.Page == page && command.Text.StartsWith(step.Line))
                .OrderByDescending(step => step.Line.Length).FirstOrDefault();
            before.Happened?.Invoke(world);
            if (command.ExitCode == 1) red.Dequeue()(world);

            var (exitCode, lines) = world.Run(variables, words[1..]);

            exitCode.Should().Be(command.ExitCode, $"{command} printed {string.Join('\n', lines)}");
            if (!shown.TryGetValue(command.Shown, out var printed)) shown.Add(command.Shown, printed = []);
            printed.AddRange(lines);
        }
        red.Should().BeEmpty();
        foreach (var (expected, printed) in shown)
            foreach (string line in expected)
                printed.Should().Contain(one => DocumentCommand.Shows(line, one), $"{page} shows '{line}'");
    }

    [Fact]
    public void What_is_run_elsewhere_is_still_in_a_page()
    {
        var commands = DocumentCommand.Pages.SelectMany(DocumentCommand.Of).ToList();
        commands.Should().HaveCountGreaterThan(35);
        s_elsewhere.Keys.Should().OnlyContain(line => commands.Any(command => Elsewhere(command) == line));
        s_before.Should().OnlyContain(step => commands.Any(command =>
            command.Page == step.Page && command.Text.StartsWith(step.Line)));
    }

    [Theory]
    [InlineData("holds x  float64 2.5e-14 (limit …), 81 of 81 probes",
        "holds x  float64 0.0e+0 (limit 4.6e-8), 7 of 9 probes")]
    [InlineData("…error PAR2001: … node 'layer1.0.conv1'", "/a/b(3): error PAR2001: q node 'layer1.0.conv1'")]
    public void Numbers_and_dots_stand_for_others(string shown, string printed) =>
        DocumentCommand.Shows(shown, printed).Should().BeTrue();

    [Theory]
    [InlineData("1 of 1 cases hold", "1 of 1 cases holds")]
    [InlineData("error PAR2001: …", "error PAR2002: x")]
    [InlineData("holds mine", "FAILS mine")]
    public void Anything_else_does_not(string shown, string printed) =>
        DocumentCommand.Shows(shown, printed).Should().BeFalse();

    static string? Elsewhere(DocumentCommand command) =>
        s_elsewhere.Keys.Where(line => line.EndsWith(' ') ? command.Text.StartsWith(line) : command.Text == line)
            .MaxBy(line => line.Length);

    // Minutes each; that it means something is known without running it. CI runs the main job, the workflows the rest.
    static bool IsOfTheBuild(DocumentCommand command, string[] words)
    {
        if (words is not ["dotnet", "run", "--project", "build", .. var rest]) return false;
        if (rest is ["--", .. var options]) rest = options;
        BuildArguments.Read(rest, BuildTargets.All).Fault.Should().BeNull(command.ToString());
        return true;
    }
}
