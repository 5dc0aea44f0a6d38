using System.Runtime.CompilerServices;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Tests.Naive;

namespace Harness.Tests;

/// <summary>Keeps the READMEs' C# true: their lines are those below, which compile and run.</summary>
public sealed class ReadMeTests
{
    [Fact]
    public void The_code_of_the_executors_README_runs()
    {
        using var folder = new TemporaryFolder();
        File.Copy(
            Path.Combine(NaiveWalkTests.Repository, "golden", "models", "resnet_small", "model.pt"),
            folder["model.pt"]);
        string path = folder["model.pt"];
        float[] image = new float[224 * 224 * 3];
        float[] scores = new float[10];
        int frames = 2;
        image.AsSpan().Fill(0.5f);

        // <EXECUTOR>
        using var model = ModelFile.Open(path);                                // weights are read when they are used
        var nhwc = NhwcPass.Apply(model, [Shape.Create([1, 3, 224, 224])]);    // shapes as PyTorch states them
        // float or double; weights packed, once
        using var plan = Plan.Compile<float>(nhwc, new PlanOptions { Threads = 1 });
        foreach (var step in plan.Describe())                                  // what was decided, what it should cost
            Console.WriteLine($"{step.Name}: {step.Kernel} {step.Tile} {step.ExpectedMs:0.000} ms");
        using var session = plan.CreateSession();                              // an arena and threads of its own
        for (int frame = 0; frame < frames; frame++)
            // (n, h, w, c) in, (n, classes) out; allocates nothing
            session.Run(image.AsSpan(), scores.AsSpan());
        // </EXECUTOR>

        scores.Should().Contain(score => score != 0);

        // <RESHAPE>
        using var larger = plan.For(NhwcPass.Apply(model, [Shape.Create([1, 3, 384, 256])]));  // borrows packed weights
        // </RESHAPE>

        larger.MemoryBytes.Should().BeLessThan(plan.MemoryBytes / 2);
    }

    [Fact]
    public void An_architecture_of_ones_own_is_written_in_a_few_lines()
    {
        using var folder = new TemporaryFolder();
        string path = folder["mine.json"];

        // <ARCHITECTURE>
        var mine = new Architecture("mine", [1, 3, 64, 64], (net, x) =>
        {
            x = net.Conv("stem", x, 32, kernel: 3, new Window(Stride: 2, Padding: 1));
            x = net.ReLU("act", net.BatchNorm("norm", x));
            for (int i = 0; i < 2; i++)
            {
                var y = net.ConvNormActivation($"blocks.{i}.0", x, 64, kernel: 1);
                y = net.ConvNormActivation($"blocks.{i}.1", y, 64, kernel: 5, style: new NormStyle("silu", Groups: 64));
                y = net.SqueezeExcitation($"blocks.{i}.2", y, 16, "relu", "sigmoid");
                x = net.Add($"blocks.{i}", net.Conv($"blocks.{i}.3", y, 32, kernel: 1, bias: true), x);
            }
            x = net.Flatten("", net.GlobalAverage("pool", x));
            return net.Linear("fc", x, 10);
        });
        GraphJson.Write(path, mine.Build());
        // </ARCHITECTURE>

        using var model = ModelFile.Open(path, "seed:1");
        model.Weights.Keys.Should().Contain(["stem.weight", "blocks.1.2.fc2.bias", "fc.bias"]);
        using var session = Session.Open<double>(NhwcPass.Apply(model, [[2, 3, 40, 56]]), new PlanOptions());
        double[] scores = new double[20];
        session.Run(Enumerable.Range(0, 2 * 3 * 40 * 56).Select(i => Math.Sin(i)).ToArray().AsSpan(), scores.AsSpan());
        scores.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("ARCHITECTURE", "docs/architectures.md")]
    [InlineData("EXECUTOR", "src/Harness.Executor/README.md")]
    [InlineData("RESHAPE", "src/Harness.Executor/README.md")]
    public void A_README_shows_these_lines(string mark, string file)
    {
        string[] source = File.ReadAllLines(ThisFile());
        int from = Array.FindIndex(source, line => line.Trim() == $"// <{mark}>");
        int to = Array.FindIndex(source, line => line.Trim() == $"// </{mark}>");
        string code = string.Join('\n', source[(from + 1)..to].Select(line => line[8..]));
        File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, file)).Should().Contain(code);
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}
