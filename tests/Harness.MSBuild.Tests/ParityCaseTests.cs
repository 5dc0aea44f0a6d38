using System.Text;

namespace Harness.MSBuild.Tests;

public class ParityCaseTests
{
    static readonly string Project = Path.GetFullPath("/p/app");
    static readonly string Goldens = Path.Combine(Project, "golden");

    [Fact]
    public void Paths_are_taken_from_the_project_on() =>
        Of("models/a.pt", weights: "w.npz", golden: "g/a/").Should().Be(
            new ParityCase(In("models/a.pt"), In("w.npz"), In("g/a"), null));

    [Fact]
    public void Without_a_golden_it_is_models_and_the_name_of_the_file() =>
        Of("../shared/resnet18.v2.pt").Golden.Should().Be(Path.Combine(Goldens, "models", "resnet18.v2"));

    [Fact]
    public void An_architecture_and_a_seed_are_no_paths() =>
        Of("arch:resnet50", weights: "seed:3").Should().Be(
            new ParityCase("arch:resnet50", "seed:3", Path.Combine(Goldens, "models", "resnet50"), null));

    [Theory]
    [InlineData("1e-4", 1e-4)]
    [InlineData("0", 0.0)]
    public void A_tolerance_is_a_number(string text, double limit) =>
        Of("a.pt", tolerance: text).Tolerance.Should().Be(limit);

    [Theory]
    [InlineData("tight")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    public void Any_other_tolerance_is_refused(string text)
    {
        var resolve = () => Of("a.pt", tolerance: text);

        resolve.Should().Throw<FormatException>().WithMessage($"*'{text}'*");
    }

    [Fact]
    public void Json_leaves_out_what_was_not_said() =>
        Encoding.UTF8.GetString(ParityCase.ToJson([new("/m \"x\".pt", null, "/g", 1e-5)])).Should()
            .Be("""[{"model":"/m \u0022x\u0022.pt","golden":"/g","tolerance":1E-05}]""");

    [Fact]
    public void What_a_port_computed_is_part_of_the_case()
    {
        var held = Of("a.pt").With("out/port.npz", "out/taps.npz", "nhwc", Project);

        held.Should().Be(Of("a.pt") with
        {
            Actual = In("out/port.npz"), Taps = In("out/taps.npz"), Layout = "nhwc",
        });
        held.Verdicts.Should().Be(2);
        Of("a.pt").With("", "", "", Project).Should().Be(Of("a.pt"));
        Encoding.UTF8.GetString(ParityCase.ToJson([new("/m", null, "/g", null) { Actual = "/y" }])).Should()
            .Be("""[{"model":"/m","golden":"/g","actual":"/y"}]""");
    }

    [Theory]
    [InlineData("taps.npz", "")]
    [InlineData("", "nhwc")]
    public void Taps_or_a_layout_of_nothing_are_refused(string taps, string layout) =>
        FluentActions.Invoking(() => Of("a.pt").With("", taps, layout, Project)).Should().Throw<FormatException>()
            .WithMessage("*Actual is not there*");

    static ParityCase Of(string model, string weights = "", string golden = "", string tolerance = "") =>
        ParityCase.Of(model, weights, golden, tolerance, Goldens, Project);

    static string In(string path) => Path.Combine(Project, path);
}
