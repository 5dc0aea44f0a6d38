using System.Text.Json;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

// U-Net has 3×3 convolutions of stride 1 that are wide enough for Winograd's transform to pay.
public sealed class ExactOrderTests : IDisposable
{
    static readonly string s_golden = Path.Combine(GoldenModels.Folder, "unet_small");
    static readonly string s_model = Path.Combine(s_golden, "model.pt");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Verify_runs_what_users_run_and_says_in_which_order_it_adds()
    {
        var line = Verify();

        line.Out.Should().MatchRegex(@"^holds .*; convolutions: winograd F\(2,3\) in \d+ of \d+ steps\)");
        var order = Order();
        order.GetProperty("exact").GetBoolean().Should().BeFalse();
        order.GetProperty("winogradSteps").GetInt32().Should().BeInRange(1, order.GetProperty("steps").GetInt32());
        foreach (string report in (string[])["parity.md", "parity.html"])
            File.ReadAllText(_folder[$"report/{report}"]).Should().Contain("convolutions: winograd F(2,3) in");
    }

    [Fact]
    public void Verify_can_hold_the_exact_order_to_the_golden_instead()
    {
        var line = Verify("--exact-order");

        line.Out.Should().StartWith("holds ").And.Contain("; exact order)").And.NotContain("winograd");
        Order().GetProperty("exact").GetBoolean().Should().BeTrue();
        foreach (string report in (string[])["parity.md", "parity.html"])
            File.ReadAllText(_folder[$"report/{report}"]).Should().Contain("exact order").And.NotContain("winograd");
    }

    // ResNet's float32 lies ten times beyond 1e-6 in any order, as torch's own does.
    [Theory]
    [InlineData("convolutions: winograd F\\(2,3\\) in \\d+ of \\d+ steps")]
    [InlineData("exact order", "--exact-order")]
    public void Drift_in_float32_names_the_order_in_its_error_line(string order, params string[] more)
    {
        string[] words = ["verify", Path.Combine(GoldenModels.Folder, "resnet_small"), "--threads", "1",
            "--float32", "strict"];

        var line = CommandLine.Run([.. words, .. more]);

        line.ExitCode.Should().Be(1);
        line.OutLines[1].Should().MatchRegex($@"error PAR2002: in float32 output .*\(strict: .*; {order}\)$");
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void Run_adds_in_the_order_asked_for(string precision)
    {
        var golden = GoldenStore.Read(s_golden);
        NpyFile.Write(_folder["x.npy"], golden.Input(golden.Document.Inputs[0]));
        double[] truth = golden.Output(golden.Document.Outputs[0]).ToDoubles();

        double[] usual = Run("usual.npy"), exact = Run("exact.npy", "--exact-order");

        double limit = precision == "float64" ? 1e-13 : 2e-6;
        usual.Zip(truth).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan(limit);
        exact.Zip(truth).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan(limit);
        exact.Should().NotEqual(usual);

        double[] Run(string file, params string[] more)
        {
            string[] words = ["run", s_model, "--input", _folder["x.npy"], "--output", _folder[file],
                "--precision", precision, "--threads", "1"];
            var line = CommandLine.Run([.. words, .. more]);
            line.ExitCode.Should().Be(0, line.Error);
            return NpyFile.Read(_folder[file]).ToDoubles();
        }
    }

    [Theory]
    [InlineData("cpu-torch")]
    [InlineData("cuda")]
    public void Torch_has_no_order_to_choose(string device)
    {
        CommandLine.Run("verify", s_golden, "--device", device, "--exact-order")
            .Error.Should().Contain("--exact-order");
        var line = CommandLine.Run(
            "run", s_model, "--input", "x.npy", "--output", "y.npy", "--device", device, "--exact-order");

        line.ExitCode.Should().Be(2);
        line.ErrorLines.Should().ContainSingle().Which.Should().Contain("PAR9003").And.Contain("--exact-order");
    }

    [Fact]
    public void Bench_measures_the_order_asked_for_and_says_so()
    {
        Bench().GetProperty("winogradSteps").GetInt32().Should().BePositive();
        Bench().GetProperty("exactOrder").GetBoolean().Should().BeFalse();
        var exact = Bench("--exact-order");
        exact.GetProperty("winogradSteps").GetInt32().Should().Be(0);
        exact.GetProperty("exactOrder").GetBoolean().Should().BeTrue();

        static JsonElement Bench(params string[] more)
        {
            string[] words = ["bench", s_model, "--threads", "1", "--json"];
            var line = CommandLine.Run([.. words, .. more]);
            line.ExitCode.Should().Be(0, line.Error);
            return JsonElement.Parse(line.Out);
        }
    }

    CommandLine Verify(params string[] more)
    {
        string[] words = ["verify", s_golden, "--threads", "1", "--report", _folder["report"],
            "--format", "json,markdown,html"];
        var line = CommandLine.Run([.. words, .. more]);
        line.ExitCode.Should().Be(0, line.Out);
        return line;
    }

    JsonElement Order() => JsonElement.Parse(File.ReadAllText(_folder["report/parity.json"])).GetProperty("cases")[0]
        .GetProperty("float32").GetProperty("order");
}
