using System.Globalization;
using System.Numerics;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>The hash of the outputs' bits of every golden case in three plans: <c>bits.txt</c> holds them, so that a change
/// of the executor that should change no bit is seen to change none.</summary>
/// <remarks>Inputs are the goldens'. Threads, lanes and the processor change no bit, so the file holds everywhere.</remarks>
static class OutputBits
{
    /// <summary>The word that makes the test assembly write the file instead:
    /// <c>dotnet run --project tests/Harness.Tests -c Release -- bits</c>; only where bits were meant to change.</summary>
    public const string Verb = "bits";

    static readonly string s_goldens = Path.Combine(NaiveWalkTests.Repository, "golden");

    /// <summary>The file, one line a case and plan: name, plan, hash.</summary>
    public static string File { get; } =
        Path.Combine(NaiveWalkTests.Repository, "tests", "Harness.Tests", "Cpu", "bits.txt");

    /// <summary>The cases by what they have in common: <c>models/resnet18</c> or <c>ops/conv2d</c>.</summary>
    public static ILookup<string, string> Cases { get; } = Directory
        .EnumerateFiles(s_goldens, GoldenStore.JsonName, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(s_goldens, Path.GetDirectoryName(file)!).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)
        .ToLookup(GroupOf);

    /// <summary>The first two words of a case's name.</summary>
    public static string GroupOf(string name) => string.Join('/', name.Split(' ', '/').Take(2));

    /// <summary>A group's lines as this code computes them, one model in memory at a time.</summary>
    public static IEnumerable<string> Of(string group)
    {
        var models = Cases[group].ToLookup(name => Source(GoldenStore.Read(Path.Combine(s_goldens, name))));
        return models.SelectMany(cases => OfModel(cases.Key.Path, cases.Key.Weights, cases));
    }

    /// <summary>Writes the file anew.</summary>
    public static void Write() =>
        System.IO.File.WriteAllText(File, string.Concat(Cases.SelectMany(group => Of(group.Key)).Select(line => line + "\n")));

    static (string Path, string? Weights) Source(GoldenCase golden) => (
        golden.Document.Model.Architecture is { } known ? $"arch:{known}" : golden.ModelPath!,
        golden.WeightsPath ?? (golden.Document.Weights.Seed is { } seed
            ? string.Create(CultureInfo.InvariantCulture, $"seed:{seed}") : null));

    static List<string> OfModel(string path, string? weights, IEnumerable<string> names)
    {
        var lines = new List<string>();
        using var torch = ModelFile.Open(path, weights);
        foreach (string name in names)
        {
            var golden = GoldenStore.Read(Path.Combine(s_goldens, name));
            double[][] inputs = [.. golden.Document.Inputs.Select(port => golden.Input(port).ToDoubles())];
            Shape[] shapes = [.. golden.Document.Inputs.Select(port => port.Shape)];
            lines.Add($"{name} float32 {Hash<float>(torch, shapes, inputs, exactOrder: false)}");
            Reclaim(torch);
            lines.Add($"{name} float32-exact {Hash<float>(torch, shapes, inputs, exactOrder: true)}");
            Reclaim(torch);
            lines.Add($"{name} float64 {Hash<double>(torch, shapes, inputs, exactOrder: false)}");
            Reclaim(torch);
        }
        return lines;
    }

    // The one place that knows how a program is run: inputs in PyTorch's order, outputs' elements in memory order, port
    // after port. Not inlined, so that its plan is garbage when it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Hash<E>(TorchModel torch, Shape[] shapes, double[][] inputs, bool exactOrder)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var program = NhwcPass.Apply(torch, shapes);
        using var session = Plan.Compile<E>(program, new PlanOptions { Threads = 2, ExactOrder = exactOrder }).CreateSession();
        for (int i = 0; i < inputs.Length; i++) session.Write(program.Inputs[i].Value, inputs[i]);
        session.Run();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int port = 0; port < program.Outputs.Length; port++)
        {
            var output = new E[program.Outputs[port].Shape!.Value.Elements];
            session.ReadOutput(port, output);
            hash.AppendData(MemoryMarshal.AsBytes(output.AsSpan()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A plan's packed weights are a few large arrays, which the collector lets lie: three plans of one large model would be in
    // memory at once.
    static void Reclaim(TorchModel torch)
    {
        const long Large = 64 << 20;
        if (torch.Weights.Sum(weight => (long)weight.Value.Bytes.Length) < Large) return;
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
