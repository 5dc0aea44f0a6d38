using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Cpu;

namespace Harness.Cli.Verbs;

/// <summary>What <c>harness inspect</c> finds out.</summary>
/// <param name="Torch">The model.</param>
/// <param name="Converted">The converted model; null where it cannot be converted.</param>
/// <param name="Obstacle">Why it cannot; null where it can.</param>
/// <param name="Guess">What is said of input shapes that nobody stated; null where they are stated.</param>
sealed record Inspection(TorchModel Torch, NhwcProgram? Converted, Finding? Obstacle, string? Guess = null)
{
    /// <summary>Looks at a model; what hinders its conversion is part of the answer.</summary>
    public static Inspection Of(TorchModel model, string[]? shapes)
    {
        var known = model;
        try
        {
            var chosen = ModelSource.Shapes(model, shapes);
            // The graph of a script is the one for these shapes, whether it can be converted or not.
            known = model.For(chosen);
            var converted = NhwcPass.Apply(known, chosen);
            return new Inspection(known, converted, null, ModelSource.Guess(model, shapes, converted));
        }
        catch (ModelException e) when (
            e.Finding.Code is Codes.UnsupportedOp or Codes.ShapeMismatch or Codes.WeightsDoNotFit)
        {
            return new Inspection(known.IsWhole ? known : model.Reached(), null, e.Finding);
        }
    }

    /// <summary>JSON with <c>ops</c>, <c>unsupported</c>, <c>parameters</c>, <c>inputs</c> and <c>outputs</c>, and an
    /// <c>obstacle</c> where the model cannot be converted; the same model gives the same bytes.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("format", Torch.Format);
            WritePorts(json, "inputs", Torch.Graph.Inputs, Converted?.Inputs);
            if (Guess is not null) json.WriteBoolean("guessesShapes", true);
            WritePorts(json, "outputs", Torch.Graph.Outputs, Converted?.Outputs);
            json.WriteStartObject("ops");
            foreach (var (op, count) in Ops()) json.WriteNumber(op, count);
            json.WriteEndObject();
            var unsupported = Unsupported();
            json.WriteStartArray("unsupported");
            foreach (var (_, text) in unsupported) json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteStartObject("unsupportedCounts");
            foreach (var (target, calls) in unsupported.CountBy(call => call.Target)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal))
                json.WriteNumber(target, calls);
            json.WriteEndObject();
            if (Obstacle is not null) json.WriteString("obstacle", Parity.Severities.ToCanonicalLine(Obstacle));
            json.WriteStartArray("parameters");
            foreach (var leaf in Leaves()) WriteParameter(json, leaf);
            json.WriteEndArray();
            json.WriteStartArray("dropped");
            foreach (string key in Converted?.Variables.Dropped ?? []) json.WriteStringValue(key);
            json.WriteEndArray();
            json.WriteNumber("parameterCount", Torch.Weights.Values.Sum(tensor => tensor.Shape.Elements));
            json.WriteNumber("parameterBytes", Torch.Weights.Values.Sum(tensor => (long)tensor.Bytes.Length));
            if (Converted is not null)
            {
                json.WriteNumber("flops", Flops(Converted));
                json.WriteNumber("arenaBytes", ArenaBytes(Converted));
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>The same for people.</summary>
    public void WriteText(Terminal terminal)
    {
        terminal.WriteLine($"{Torch.Format}: {Torch.Graph.Calls.Length} calls, {Torch.Weights.Count} tensors, " +
            $"{Figure(Torch.Weights.Values.Sum(tensor => tensor.Shape.Elements))}parameters");
        foreach (var port in Converted?.Inputs ?? Torch.Graph.Inputs)
            terminal.WriteLine($"input  {port.Name} {port.Type.NumPyName()}{Stated(port.Shape)}");
        ModelSource.WriteGuess(terminal.Out, Guess);
        foreach (var port in Converted?.Outputs ?? Torch.Graph.Outputs)
            terminal.WriteLine($"output {port.Name}{Stated(port.Shape)}");
        if (Converted is not null)
            terminal.WriteLine(
                $"{Figure(Flops(Converted))}FLOP an inference, {Figure(ArenaBytes(Converted))}B of activations");
        terminal.WriteLine("ops:");
        foreach (var (op, count) in Ops()) terminal.WriteLine($"  {count,5} {op}");
        foreach (var calls in Unsupported().GroupBy(call => call.Target))
        {
            terminal.WriteLine($"unsupported: {calls.Count(),5} {calls.Key}");
            foreach (var (_, line) in calls) terminal.WriteLine($"  {line}");
        }
        if (Obstacle is not null) terminal.WriteLine(Parity.Severities.ToCanonicalLine(Obstacle));
        if (Converted is null) return;
        terminal.WriteLine("parameters:");
        foreach (var leaf in Leaves())
            terminal.WriteLine(
                $"  {leaf.TorchKey} {Source(leaf).Shape} -> {leaf.FullPath} {leaf.Shape}  {leaf.Rearrangement}");
        foreach (string key in Converted.Variables.Dropped) terminal.WriteLine($"  {key} -> not needed");
    }

    // Converted, the ops have names of their own; otherwise the file's targets say what there is.
    IEnumerable<(string Op, int Count)> Ops() => Converted is not null
        ? Converted.Nodes.CountBy(node => node.Op.Name).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Key, pair.Value))
        : Torch.Graph.Calls.CountBy(call => call.Target).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Key, pair.Value));

    // The pass stops at the first; a user wants to know them all. One entry a call.
    List<(string Target, string Text)> Unsupported()
    {
        var calls = new List<(string Target, string Text)>();
        if (Obstacle?.Code != Codes.UnsupportedOp) return calls;
        // What computes with numbers alone is evaluated, whatever the op of that name would say.
        var numbers = Torch.Graph.Constants
            .Where(constant => constant.Tensor.Shape.Rank == 0 && !constant.Tensor.Type.IsFloating())
            .Select(constant => constant.Value).ToHashSet();
        bool known = false;
        foreach (var call in Torch.Graph.Calls)
        {
            if (call.Target.StartsWith("prim::", StringComparison.Ordinal)) continue;
            if (ScalarCalls.Knows(call.Target) || IsNumber(call, numbers))
            {
                numbers.UnionWith(call.Results);
                continue;
            }
            string node = $"node '{call.Name}' at {call.Place}";
            if (!OpSet.Knows(call.Target))
            {
                calls.Add((call.Target, $"{call.Target}: {node}"));
                // By place and all: an operator's name may be the beginning of another's.
                known |= Obstacle.Message.EndsWith($": {node}", StringComparison.Ordinal);
            }
            else if (OpSet.Refusal(call) is { Code: Codes.UnsupportedOp } refusal)
            {
                calls.Add((call.Target, $"{refusal.Message}: {node}"));
                known |= Obstacle.Message == refusal.Message;
            }
        }
        // What no call says by itself: writes through views, results that ops do not give.
        if (!known) calls.Insert(0, ("the whole graph", Obstacle.Message));
        return calls;
    }

    static bool IsNumber(Call call, HashSet<int> numbers)
    {
        var values = call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value)).SelectMany(Values).ToArray();
        return values.Length > 0 && values.All(numbers.Contains);
    }

    static IEnumerable<int> Values(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(Values),
        _ => [],
    };

    ImmutableArray<Leaf> Leaves() => Converted?.Variables.Leaves ?? [];

    Tensor Source(Leaf leaf) => Torch.Weights.TryGetValue(leaf.TorchKey, out var tensor)
        ? tensor
        : Torch.Graph.Constants.First(constant => constant.Name == leaf.TorchKey).Tensor;

    static void WritePorts(Utf8JsonWriter json, string name, ImmutableArray<Port> stated, ImmutableArray<Port>? known)
    {
        json.WriteStartArray(name);
        foreach (var port in known ?? stated)
        {
            json.WriteStartObject();
            json.WriteString("name", port.Name);
            if (port.Shape is { } shape) WriteShape(json, "shape", shape);
            json.WriteString("dtype", port.Type.NumPyName());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    void WriteParameter(Utf8JsonWriter json, Leaf leaf)
    {
        json.WriteStartObject();
        json.WriteString("torch", leaf.TorchKey);
        json.WriteString("flax", leaf.FullPath);
        WriteShape(json, "shape", leaf.Shape);
        WriteShape(json, "torchShape", Source(leaf).Shape);
        json.WriteString("dtype", leaf.Type.NumPyName());
        json.WriteString("axes", leaf.Rearrangement.ToString());
        json.WriteString("form", leaf.Form.Name());
        if (!leaf.Aliases.IsEmpty)
        {
            json.WriteStartArray("aliases");
            foreach (string key in leaf.Aliases) json.WriteStringValue(key);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    static void WriteShape(Utf8JsonWriter json, string name, Shape shape)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", shape)}]");
    }

    /// <summary>Operations of one run.</summary>
    public static long Flops(NhwcProgram model)
    {
        long sum = 0;
        foreach (var node in model.Nodes)
        {
            Shape[] inputs = [.. node.Inputs.Select(id => model.Values[id].Shape)];
            if (!node.Op.IsView) sum += node.Op.Flops(inputs, model.Values[node.Outputs[0]].Shape);
        }
        return sum;
    }

    static long ArenaBytes(NhwcProgram model)
    {
        var options = new PlanOptions { Threads = 1 };
        using var plan = Plan.Compile<float>(ConstantFold.Apply(model, options), options);
        return plan.ArenaBytes;
    }

    // What could not be converted has no shape where the file states none.
    static string Stated(Shape? shape) => shape is null ? "" : $" {shape}";

    // A figure, a blank, and the unit's prefix: a unit follows at once.
    static string Figure(long number) => number switch
    {
        < 10_000 => number.ToString(CultureInfo.InvariantCulture) + " ",
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e3:0.0} k"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.0} M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.0} G"),
    };
}
