using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>The outputs that a drifting case gave, and the probes that do not hold, kept so that they can be looked at,
/// and accepted with a reason.</summary>
static class Received
{
    const string FileName = "received.safetensors";
    const string FolderName = "received";
    const string ModelKey = "model";
    const string WeightsKey = "weights";
    const string InputsKey = "inputs";

    /// <summary>Where the received outputs of a golden are kept.</summary>
    /// <param name="golden">The golden's folder.</param>
    /// <param name="root">A folder for those of many goldens; null for one beside the golden.</param>
    public static string PathOf(string golden, string? root)
    {
        if (root is null) return Path.Combine(golden, FolderName, FileName);
        // Cases keep their names; one outside the current folder keeps its whole path below the root.
        string name = new VerifyRequest(golden).Name.TrimStart('/').Replace(':', '_');
        return Path.Combine(root, name, FileName);
    }

    /// <summary>The positions of a probe.</summary>
    public static string PositionsName(string node) => $"positions.{node}";

    /// <summary>What a probe says beside its values: norm, projection, and how many elements are not finite.</summary>
    public static string SumsName(string node) => $"sums.{node}";

    /// <summary>Keeps the outputs of a float64 run, and the probes that do not hold.</summary>
    /// <returns>What can be done with them; or why they are not kept, which hides no drift.</returns>
    public static string Keep(
        GoldenCase golden, ImmutableArray<Tensor> outputs, ImmutableArray<NodeDrift> nodes, VerifyOptions options)
    {
        try
        {
            Write(golden, outputs, nodes, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"what was received is not kept: {e.Message}";
        }
        string received = options.ReceivedDirectory is { } root
            ? $" --received {ShellWord.Of(Path.GetFullPath(root))}" : "";
        return $"where this is right and the golden is not: harness accept {ShellWord.Of(golden.Directory)}" +
            $"{received} --reason \"…\"";
    }

    static void Write(
        GoldenCase golden, ImmutableArray<Tensor> outputs, ImmutableArray<NodeDrift> nodes, VerifyOptions options)
    {
        var tensors = golden.Document.Outputs.Select((port, i) =>
            KeyValuePair.Create(GoldenStore.OutputName(port.Name), port.Type == outputs[i].Type
                ? outputs[i] : Tensor.Of(port.Shape, outputs[i].ToDoubles()))).ToList();
        foreach (var node in nodes)
        {
            if (node.Received is not { } received) continue;
            var probe = received.Probe;
            tensors.Add(new(GoldenStore.ProbeName(node.Node), received.Values));
            tensors.Add(new(PositionsName(node.Node), Tensor.Of([probe.Positions.Length], probe.Positions.AsSpan())));
            tensors.Add(new(SumsName(node.Node),
                Tensor.Of([3], (double[])[probe.L2, probe.Projection, probe.NonFinite])));
        }
        SafetensorsFile.Write(PathOf(golden.Directory, options.ReceivedDirectory), tensors, Origin(golden.Document));
    }

    /// <summary>Forgets outputs of an earlier run, now that the case holds.</summary>
    public static void Delete(GoldenCase golden, VerifyOptions options)
    {
        string file = PathOf(golden.Directory, options.ReceivedDirectory);
        if (!File.Exists(file)) return;
        try
        {
            File.Delete(file);
            string folder = Path.GetDirectoryName(file)!;
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It names the golden that it came from, and `accept` shows what it takes.
        }
    }

    /// <summary>True where outputs of a golden were received.</summary>
    public static bool Exists(GoldenCase golden, string? root) => File.Exists(PathOf(golden.Directory, root));

    /// <summary>The received outputs of a golden by tensor name.</summary>
    /// <exception cref="ModelException">PAR9003: there are none, or they come from another model, other weights
    /// or other inputs.</exception>
    public static StateDict Read(GoldenCase golden, string? root)
    {
        string file = PathOf(golden.Directory, root);
        if (!File.Exists(file))
            throw Refuse(file, "no received outputs; run harness verify first, it keeps those of a case that drifts");
        var tensors = SafetensorsFile.Read(file, out var origin);
        foreach (var (key, hash) in Origin(golden.Document))
            if (origin.GetValueOrDefault(key) != hash)
                throw Refuse(file, $"these outputs do not come from the golden's {key}; run harness verify again");
        return tensors;
    }

    static Dictionary<string, string> Origin(GoldenDocument document) => new()
    {
        [ModelKey] = document.Model.Sha256 ?? document.Model.Architecture ?? "",
        [WeightsKey] = document.Weights.Sha256,
        [InputsKey] = Sha256Hash.Of(Encoding.UTF8.GetBytes(string.Join(
            '\n', document.Inputs.Select(port => $"{port.Name} {port.Sha256}")))),
    };

    static ModelException Refuse(string file, string why) => new(new Finding(Codes.BadUsage, file, why));
}
