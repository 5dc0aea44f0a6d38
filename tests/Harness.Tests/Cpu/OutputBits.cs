using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>The hash of the outputs' bits of every golden case in three plans: <c>bits.txt</c> holds them, so that a
/// change of the executor that should change no bit is seen to change none.</summary>
/// <remarks>Inputs are the goldens'. Threads, lanes and the processor change no bit: it holds everywhere.</remarks>
static class OutputBits
{
    /// <summary>The word that makes the test assembly write the file instead, where bits were meant to change:
    /// <c>dotnet run --project tests/Harness.Tests -c Release -- bits</c>.</summary>
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
        System.IO.File.WriteAllText(
            File, string.Concat(Cases.SelectMany(group => Of(group.Key)).Select(line => line + "\n")));

    static (string Path, string? Weights) Source(GoldenCase golden) => (
        golden.Document.Model.Architecture is { } known ? ModelName.OfArchitecture(known).Text : golden.ModelPath!,
        golden.WeightsPath ?? (golden.Document.Weights.Seed is { } seed ? WeightsName.OfSeed(seed).Text : null));

    static List<string> OfModel(string path, string? weights, IEnumerable<string> names)
    {
        var lines = new List<string>();
        using var torch = ModelFile.Open(path, weights);
        foreach (string name in names)
        {
            var golden = GoldenStore.Read(Path.Combine(s_goldens, name));
            Tensor[] inputs = [.. golden.Document.Inputs.Select(golden.Input)];
            lines.Add($"{name} float32 {Hash<float>(torch, inputs, exactOrder: false)}");
            lines.Add($"{name} float32-exact {Hash<float>(torch, inputs, exactOrder: true)}");
            lines.Add($"{name} float64 {Hash<double>(torch, inputs, exactOrder: false)}");
        }
        return lines;
    }

    // The one place that knows how a program is run: inputs in PyTorch's order, outputs' elements in memory order, port
    // after port.
    static string Hash<E>(TorchModel torch, Tensor[] inputs, bool exactOrder)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var options = new PlanOptions { Threads = 2, ExactOrder = exactOrder };
        // As users run it.
        var program = ConstantFold.Apply(NhwcPass.Apply(torch, [.. inputs.Select(input => input.Shape)]), options);
        using var session = Session.Open<E>(program, options);
        for (int i = 0; i < inputs.Length; i++) session.Write(program.Inputs[i].Value, inputs[i]);
        session.Run();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int port = 0; port < program.Outputs.Length; port++)
        {
            var fact = program.Values[program.Outputs[port].Value].Fact;
            int size = fact.Type.IsFloating() ? Unsafe.SizeOf<E>() : fact.Type.Size();
            byte[] output = new byte[fact.Shape.Elements * size];
            session.ReadOutputBytes(port, output);
            hash.AppendData(output);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
