using System.Runtime.CompilerServices;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
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

    [Theory]
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
