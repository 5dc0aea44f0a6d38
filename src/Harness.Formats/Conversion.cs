using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats.Json;
using Harness.Formats.Storage;

namespace Harness.Formats;

/// <summary>One leaf as it was written.</summary>
/// <param name="Path">Collection first.</param>
/// <param name="Key">The state-dict key.</param>
/// <param name="Rearrangement">From PyTorch's axes to the leaf's.</param>
/// <param name="TorchShape">PyTorch's shape, of all rows.</param>
/// <param name="TorchType">PyTorch's element type.</param>
/// <param name="Type">The element type in the file.</param>
public sealed record ConvertedLeaf(
    ImmutableArray<string> Path, string Key, Rearrangement Rearrangement, Shape TorchShape, ElementType TorchType,
    ElementType Type)
{
    /// <summary>What Flax does with it, as <see cref="LeafForms.Name"/> says it.</summary>
    public string Form { get; init; } = LeafForms.Name(LeafForm.Array);

    /// <summary>One letter an axis.</summary>
    public string Axes { get; init; } = "";

    /// <summary>The shape in the file.</summary>
    public Shape Shape { get; init; }

    /// <summary>Rows of PyTorch's tensor; null for all.</summary>
    public RowRange? Rows { get; init; }

    /// <summary>Other keys of the same tensor.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>True for a tensor that no key of the state dict names: a constant of the program.</summary>
    public bool IsConstant { get; init; }
}

/// <summary>A key that a tree has no leaf for.</summary>
/// <param name="Key">The key.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
public sealed record DroppedKey(string Key, ElementType Type, Shape Shape);

/// <summary><c>conversion.json</c>: how a tree came from a state dict, which is also the way back.</summary>
/// <param name="Leaves">The leaves.</param>
/// <param name="Dropped">Keys without a leaf.</param>
public sealed record Conversion(ImmutableArray<ConvertedLeaf> Leaves, ImmutableArray<DroppedKey> Dropped)
{
    /// <summary>The file's name, beside the tree.</summary>
    public const string FileName = "conversion.json";

    const string Format = "harness-conversion";
    const string Version = "1";
    const int MaxLength = 256 << 20;

    /// <summary>What else is known, in the order in which it is written: tree, flatten, weights …</summary>
    public ImmutableArray<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>Weights of layers that are computed from leaves, and how: written, and not needed for the way
    /// back.</summary>
    public ImmutableArray<ComputedWeight> Computed { get; init; } = [];

    /// <summary>Sentences for whoever receives the tree.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The record of a tree.</summary>
    public static Conversion Of(TorchModel model, Variables variables, FlaxTree tree)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(tree);
        return new Conversion(
            [.. variables.Leaves.Zip(tree.Arrays, (leaf, array) => new ConvertedLeaf(
                leaf.Path.Insert(0, leaf.Collection), leaf.TorchKey, leaf.Rearrangement, leaf.Source.Shape, leaf.Type,
                array.Type)
            {
                Form = leaf.Form.Name(), Axes = leaf.Axes, Shape = array.Shape, Rows = leaf.Rows,
                    Aliases = leaf.Aliases,
                IsConstant = !model.Weights.ContainsKey(leaf.TorchKey),
            })],
            [.. variables.Dropped.Select(key =>
                new DroppedKey(key, model.Weights[key].Type, model.Weights[key].Shape))])
        {
            Notes = [.. tree.Notes.Select(note => note.Text)],
        };
    }

    /// <summary>The document; the same conversion gives the same bytes.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", int.Parse(Version, CultureInfo.InvariantCulture));
            foreach (var (name, text) in Facts) json.WriteString(name, text);
            json.WriteStartArray("leaves");
            foreach (var leaf in Leaves) Write(json, leaf);
            json.WriteEndArray();
            json.WriteStartArray("dropped");
            foreach (var dropped in Dropped)
            {
                json.WriteStartObject();
                json.WriteString("key", dropped.Key);
                json.WriteString("dtype", dropped.Type.NumPyName());
                WriteNumbers(json, "shape", dropped.Shape.AsSpan());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (!Computed.IsEmpty)
            {
                json.WriteStartArray("computed");
                foreach (var weight in Computed) Write(json, weight);
                json.WriteEndArray();
            }
            WriteTexts(json, "notes", Notes);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    static void Write(Utf8JsonWriter json, ConvertedLeaf leaf)
    {
        json.WriteStartObject();
        WriteTexts(json, "path", leaf.Path);
        json.WriteString("key", leaf.Key);
        if (leaf.IsConstant) json.WriteBoolean("constant", true);
        if (!leaf.Aliases.IsEmpty) WriteTexts(json, "aliases", leaf.Aliases);
        json.WriteString("form", leaf.Form);
        json.WriteString("axes", leaf.Axes);
        WriteNumbers(json, "shape", leaf.Shape.AsSpan());
        json.WriteString("dtype", leaf.Type.NumPyName());
        WriteNumbers(json, "torchShape", leaf.TorchShape.AsSpan());
        json.WriteString("torchDtype", leaf.TorchType.NumPyName());
        if (leaf.Rows is { } rows) WriteNumbers(json, "rows", [rows.First, rows.Count]);
        Write(json, leaf.Rearrangement);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ComputedWeight weight)
    {
        json.WriteStartObject();
        json.WriteString("layer", weight.Layer);
        json.WriteString("leaf", weight.Rule.Leaf);
        json.WriteString("form", weight.Rule.Form.Name());
        WriteNumbers(json, "torchShape", weight.Fact.Shape.AsSpan());
        WriteNumbers(json, "shape", weight.Rule.Rearrangement.Apply(weight.Fact.Shape).AsSpan());
        Write(json, weight.Rule.Rearrangement);
        WriteTexts(json, "of", weight.Keys);
        json.WriteStartArray("formula");
        foreach (var call in weight.Formula)
        {
            json.WriteStartObject();
            json.WriteString("name", call.Name);
            json.WriteString("call", call.Text);
            if (!call.Fact.Type.IsFloating()) json.WriteString("dtype", call.Fact.Type.NumPyName());
            WriteNumbers(json, "shape", call.Fact.Shape.AsSpan());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Rearrangement move)
    {
        if (move.IsIdentity) return;
        json.WriteStartObject("move");
        json.WriteString("from", move.From);
        json.WriteString("to", move.To);
        if (move.Flip.Length > 0) json.WriteString("reversed", move.Flip);
        if (!move.Sizes.IsEmpty)
        {
            json.WriteStartObject("sizes");
            foreach (var (letter, size) in move.Sizes) json.WriteNumber(letter.ToString(), size);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<int> numbers)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(", ", numbers.ToArray())}]");
    }

    /// <summary>Reads a document.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is none; the message names the line.</exception>
    public static Conversion Read(string path)
    {
        using var file = OpenedFile.Open(path);
        if (file.Length > MaxLength) throw file.Bad(0, $"{file.Length} bytes of JSON; {MaxLength} are read");
        Exception Bad(int line, string message) => file.Bad(-1, $"line {line}: {message}");
        return new ConversionReader(Bad).Read(JsonTree.Parse(file.Span(0, (int)file.Length), Bad), Format, Version);
    }

    /// <summary>The state dict that a tree came from, or what became of it since.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="note">Told what a user should know.</param>
    /// <exception cref="ModelException">PAR1003: leaves are missing, unexpected, or of another shape or
    /// kind.</exception>
    public StateDict Restore(FlaxTreeFile tree, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(note);
        var paths = Leaves.Select(leaf => PathIn(tree, leaf)).ToArray();
        var missing = Leaves.Where((_, i) => paths[i] is null).Select(leaf => string.Join('/', leaf.Path)).ToArray();
        string[] unexpected = [.. tree.Paths.Except(paths.OfType<string>())];
        if (missing.Length + unexpected.Length > 0)
        {
            throw Misfit("", $"the tree does not fit its conversion: {missing.Length} missing{Some(missing)}, " +
                $"{unexpected.Length} unexpected{Some(unexpected)}");
        }
        var state = new StateDict();
        foreach (var group in Leaves.Select((leaf, i) => (Leaf: leaf, Path: paths[i]!))
            .Where(one => !one.Leaf.IsConstant)
            .GroupBy(one => one.Leaf.Key))
        {
            var (tensor, aliases) = Whole([.. group], tree, note);
            foreach (string key in aliases.Prepend(group.Key))
                if (!state.Add(key, tensor)) throw Misfit(key,
                    $"'{key}' has two leaves that are no rows of one tensor");
        }
        return state;
    }

    // Other writers leave out the collection where there is only one, and nnx knows none.
    static string? PathIn(FlaxTreeFile tree, ConvertedLeaf leaf)
    {
        string full = string.Join('/', leaf.Path), bare = string.Join('/', leaf.Path.Skip(1));
        return tree.Paths.Contains(full) ? full : tree.Paths.Contains(bare) ? bare : null;
    }

    static (Tensor Tensor, ImmutableArray<string> Aliases) Whole(
        (ConvertedLeaf Leaf, string Path)[] parts, FlaxTreeFile tree, Action<string> note)
    {
        if (parts is [{ Leaf.Rows: null } only]) return (Part(only.Leaf, only.Path, tree, note), only.Leaf.Aliases);
        var first = parts[0].Leaf;
        var bytes = new List<byte>();
        int next = 0;
        ElementType? type = null;
        foreach (var (leaf, path) in parts.OrderBy(part => part.Leaf.Rows?.First ?? -1))
        {
            if (leaf.Rows is not { } rows || rows.First != next)
                throw Misfit(first.Key, $"'{first.Key}': its leaves do not hold each row once");
            var part = Part(leaf, path, tree, note);
            if ((type ??= part.Type) != part.Type) throw Misfit(first.Key,
                $"'{first.Key}': its leaves are of two types");
            bytes.AddRange(part.Bytes.Span);
            next += rows.Count;
        }
        return next == first.TorchShape[0]
            ? (new Tensor(type!.Value, first.TorchShape, bytes.ToArray()), first.Aliases)
            : throw Misfit(first.Key, $"'{first.Key}' has {first.TorchShape[0]} rows, its leaves hold {next}");
    }

    static Tensor Part(ConvertedLeaf leaf, string path, FlaxTreeFile tree, Action<string> note)
    {
        using var elements = tree.Borrow(path);
        var found = elements.Tensor;
        Shape torch = leaf.Rows is { } rows ? [rows.Count, .. leaf.TorchShape.AsSpan()[1..]] : leaf.TorchShape;
        Shape expected;
        try
        {
            expected = leaf.Rearrangement.Apply(torch);
        }
        catch (ArgumentException e)
        {
            throw Misfit(leaf.Key, $"'{leaf.Key}': {e.Message}");
        }
        if (found.Shape != expected) throw Misfit(leaf.Key, $"'{path}' is {found.Shape}, expected {expected}");
        if (found.Type.IsFloating() != leaf.TorchType.IsFloating())
            throw Misfit(leaf.Key, $"'{path}' is {found.Type.NumPyName()}, expected {leaf.TorchType.NumPyName()}");
        using var moved = leaf.Rearrangement.Inverse.Borrow(found);
        if (FlaxTypes.Exactly(moved.Tensor, leaf.TorchType) is { } exact) return Kept(exact);
        note($"'{leaf.Key}' was {leaf.TorchType.NumPyName()} and stays {found.Type.NumPyName()}, as the tree has it");
        return Kept(moved.Tensor);
    }

    static Tensor Kept(Tensor tensor) => new(tensor.Type, tensor.Shape, tensor.Bytes.ToArray());

    static string Some(string[] names) =>
        names.Length == 0 ? "" : $" ({string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", …" : "")})";

    static ModelException Misfit(string place, string message) =>
        new(new Finding(Codes.WeightsDoNotFit, place, message));
}
