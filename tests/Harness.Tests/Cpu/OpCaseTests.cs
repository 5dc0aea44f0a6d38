using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>Every op case, converted and run, against the naive oracle; and against itself at every width and thread
/// count.</summary>
public sealed class OpCaseTests
{
    public static TheoryData<string> Names => OpCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Executor_computes_in_double_what_the_oracle_computes(string name)
    {
        using var model = OpCases.Open(name);
        var graph = JsonElement.Parse(File.ReadAllBytes(OpCases.PathOf(name)));
        var given = new Dictionary<string, NaiveTensor>();
        for (int i = 0; i < model.Graph.Inputs.Length; i++)
        {
            var port = model.Graph.Inputs[i];
            int[] shape = [.. port.Shape!.Value];
            given[port.Name] = new NaiveTensor(shape, OpCases.Values(i + 1, port.Shape!.Value.Elements));
        }
        foreach (var (key, tensor) in model.Weights)
            given[key] = new NaiveTensor([.. tensor.Shape], tensor.ToDoubles());
        var expected = NaiveWalk.Run(graph, given);
        foreach (var flatten in new[] { FlattenMode.Transpose, FlattenMode.Fold })
        {
            var nhwc = NhwcPass.Apply(model, OpCases.Shapes(model), flatten);
            var outputs = OpCases.Run<double>(nhwc, new PlanOptions { Threads = 2 });
            outputs.Should().HaveCount(expected.Count);
            for (int i = 0; i < outputs.Length; i++)
            {
                var oracle = expected[nhwc.Outputs[i].Name];
                nhwc.Outputs[i].Shape!.Value.Should().Equal(oracle.Shape);
                double scale = oracle.Data.Select(Math.Abs).Append(1e-300).Max();
                double drift = oracle.Data.Zip(outputs[i], (e, a) => Math.Abs(a - e)).Append(0).Max();
                (drift / scale).Should().BeLessThanOrEqualTo(1e-13, $"{flatten}, output {nhwc.Outputs[i].Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_width_and_thread_count_gives_the_same_bits(string name)
    {
        using var model = OpCases.Open(name);
        var nhwc = NhwcPass.Apply(model, OpCases.Shapes(model));
        Same<float>(nhwc);
        Same<double>(nhwc);
    }

    static void Same<E>(Executor.Program.NhwcProgram model) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var first = OpCases.Run<E>(model, OpCases.Options(LaneWidth.One, 1));
        Like(OpCases.Options(LaneWidth.One, 7));
        Like(OpCases.Options(LaneWidth.Four, 3));
        Like(OpCases.Options(LaneWidth.Eight, 2));
        Like(OpCases.Options(LaneWidth.Sixteen, 1));
        Like(OpCases.Options(LaneWidth.Sixteen, 7));
        if (!Sweeps.All) return;
        // By day every width and every number of threads, by night every pair of them.
        foreach (var lanes in LaneWidths.All)
            foreach (int threads in (int[])[1, 2, 3, 7]) Like(OpCases.Options(lanes, threads));

        void Like(PlanOptions options)
        {
            var other = OpCases.Run<E>(model, options);
            for (int i = 0; i < first.Length; i++)
            {
                // Compared as bytes: there are tens of thousands of runs.
                if (MemoryMarshal.AsBytes(other[i].AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(first[i].AsSpan())))
                    continue;
                int at = Enumerable.Range(0, first[i].Length).First(n => Bits(other[i][n]) != Bits(first[i][n]));
                Assert.Fail($"{typeof(E).Name}, {options.Lanes} lanes, {options.Threads} threads: " +
                    $"element {at} of output {i} is {other[i][at]:R}, on one lane and thread " +
                    $"{first[i][at]:R}");
            }
        }
    }

    static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
