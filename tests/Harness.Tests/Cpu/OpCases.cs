using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>The graphs of <c>golden/ops</c> with seeded weights and inputs, run by the executor.</summary>
static class OpCases
{
    static readonly string s_folder = Path.Combine(NaiveWalkTests.Repository, "golden", "ops");

    /// <summary>The cases by name: <c>conv2d/stride</c>.</summary>
    public static TheoryData<string> Names => [.. All];

    /// <summary>The same as a list.</summary>
    public static string[] All { get; } = [.. Directory
        .EnumerateFiles(s_folder, "graph.json", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(s_folder, Path.GetDirectoryName(file)!).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)];

    public static string PathOf(string name) => Path.Combine(s_folder, name, "graph.json");

    public static TorchModel Open(string name) => ModelFile.Open(PathOf(name), "seed:0");

    public static Shape[] Shapes(TorchModel model) => [.. model.Graph.Inputs.Select(port => port.Shape!.Value)];

    /// <summary>Float32 numbers in [-1, 1) from a seed, the same everywhere.</summary>
    public static double[] Values(int seed, long count)
    {
        ulong state = (ulong)seed * 0x9E3779B97F4A7C15UL + 1;
        var values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            state = state * 6364136223846793005UL + 1442695040888963407UL;
            values[i] = (float)((int)(state >> 40) / 8388608.0 - 1);
        }
        return values;
    }

    public static double[][] Run<E>(NhwcProgram model, PlanOptions options)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var session = Session.Open<E>(model, options);
        for (int i = 0; i < model.Inputs.Length; i++)
        {
            var port = model.Inputs[i];
            session.Write(port.Value, Values(i + 1, port.Shape!.Value.Elements));
        }
        session.Run();
        return [.. model.Outputs.Select(port =>
        {
            var output = new double[port.Shape!.Value.Elements];
            session.Read(port.Value, output);
            return output;
        })];
    }

    public static PlanOptions Options(LaneWidth lanes, int threads, bool fuse = true) =>
        new() { Lanes = lanes, Threads = threads, Fuse = fuse };
}
