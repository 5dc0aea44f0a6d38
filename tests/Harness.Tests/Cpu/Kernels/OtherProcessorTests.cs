using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Fused multiply-adds, a transform and whole models on processors that have less than this one.</summary>
public sealed class OtherProcessorTests
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    static readonly Lazy<string[]> s_here = new(ProcessorEvidence.Collect);

    [Fact]
    public void A_fused_multiply_add_is_the_exact_result_rounded_once()
    {
        Exact<float>((a, b, c) => NaiveFma.Single(a, b, c));
        Exact<double>(NaiveFma.Double);
    }

    [Theory]
    [InlineData("EnableHWIntrinsic", true)]
    [InlineData("EnableAVX", true)]
    [InlineData("EnableAVX2", true)]
    [InlineData("EnableAVX512", false)]
    public void A_processor_without_an_instruction_set_gives_the_same_bits(string variable, bool software)
    {
        string[] there = Without(variable);
        // The other sets are Intel's; without them all there is no fused multiply-add.
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && software)
            there[0].Should().Be(ProcessorEvidence.Software);
        there[1..].Should().Equal(s_here.Value[1..]);
    }

    // What a process computes that is told so when it starts.
    static string[] Without(string variable)
    {
        using var folder = new TemporaryFolder();
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start =
            new ProcessStartInfo(host, ["exec", typeof(OtherProcessorTests).Assembly.Location, folder["bits.txt"]])
        {
            RedirectStandardError = true,
        };
        start.Environment[$"DOTNET_{variable}"] = "0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{variable}=0 took longer than {s_patience}");
        }
        process.ExitCode.Should().Be(0, error.Result);
        return File.ReadAllLines(folder["bits.txt"]);
    }

    static void Exact<E>(Func<E, E, E, E> oracle) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var cases = FmaCases<E>.All;
        E[] expected = [.. Enumerable.Range(0, cases.Count).Select(i => oracle(cases[i].A, cases[i].B, cases[i].C))];
        expected.Count(E.IsSubnormal).Should().BeGreaterThan(1000);
        expected.Count(E.IsInfinity).Should().BeGreaterThan(100);
        expected.Count(E.IsNaN).Should().BeGreaterThan(100);
        Enumerable.Range(0, cases.Count)
            .Count(i => Bits.Of((cases[i].A * cases[i].B) + cases[i].C) != Bits.Of(expected[i]))
            .Should().BeGreaterThan(2000, "cases tell one rounding from two");
        foreach (var lanes in LaneWidths.All)
        {
            foreach (bool fromMemory in (bool[])[false, true])
            {
                E[] found = cases.Run(lanes, fromMemory);
                for (int i = 0; i < found.Length; i++)
                {
                    if (Bits.Of(found[i]) == Bits.Of(expected[i])) continue;
                    var (a, b, c) = cases[i];
                    Assert.Fail($"{a:R}·{b:R} + {c:R} at {lanes}: {found[i]:R}, expected {expected[i]:R}");
                }
            }
        }
    }
}
