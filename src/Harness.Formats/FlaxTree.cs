using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>The files in which a tree is written.</summary>
public enum FlaxFormat
{
    /// <summary>Flax's own.</summary>
    Msgpack,

    /// <summary>NumPy's archive.</summary>
    Npz,

    /// <summary>Hugging Face's.</summary>
    Safetensors,
}

/// <summary>A model's variables as they are written: every leaf with its type, made from the leaf's own record and
/// nothing else. What <c>convert</c> writes and what the gate reads back is this.</summary>
public sealed class FlaxTree
{
    static readonly (string Ending, FlaxFormat Format)[] s_endings =
        [(".msgpack", FlaxFormat.Msgpack), (".npz", FlaxFormat.Npz), (".safetensors", FlaxFormat.Safetensors)];

    FlaxTree(ImmutableArray<FlaxArray> arrays, ImmutableArray<FlaxNote> notes)
    {
        Arrays = arrays;
        Notes = notes;
    }

    /// <summary>One array a leaf, in the order of the leaves.</summary>
    public ImmutableArray<FlaxArray> Arrays { get; }

    /// <summary>What a user should know about the types, one sentence each.</summary>
    public ImmutableArray<FlaxNote> Notes { get; }

    /// <summary>Endings of files that hold a tree.</summary>
    public static IEnumerable<string> Endings => s_endings.Select(entry => entry.Ending);

    /// <summary>The format that a file's ending stands for; null for none.</summary>
    public static FlaxFormat? FormatOf(string path)
    {
        foreach (var (ending, format) in s_endings)
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return format;
        return null;
    }

    /// <summary>The tree of these variables. Moves no element yet.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="dtype">The type of floats.</param>
    /// <param name="format">Where it is to be written.</param>
    /// <param name="api">Whose names: linen's begin with the collection, nnx's are the attributes alone.</param>
    public static FlaxTree Of(
        Variables variables, FlaxDtype dtype = FlaxDtype.Auto, FlaxFormat format = FlaxFormat.Msgpack,
        FlaxApi api = FlaxApi.Linen)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var arrays = ImmutableArray.CreateBuilder<FlaxArray>(variables.Leaves.Length);
        var notes = ImmutableArray.CreateBuilder<FlaxNote>();
        foreach (var leaf in variables.Leaves)
        {
            var type = FlaxTypes.Choose(leaf.Part, dtype);
            if (format == FlaxFormat.Npz && type == ElementType.BFloat16)
            {
                type = ElementType.Float32;
                notes.Add(new FlaxNote(
                    "no bfloat16", $"'{leaf.TorchKey}' is written as float32: npz has no bfloat16"));
            }
            arrays.Add(new FlaxArray(
                api == FlaxApi.Nnx ? leaf.Path : leaf.Path.Insert(0, leaf.Collection), type, leaf.Shape,
                () => type == leaf.Type ? leaf.Borrow() : Converted(leaf, type)));
            if (Note(leaf, type) is { } note) notes.Add(note);
        }
        return new FlaxTree(arrays.ToImmutable(), notes.ToImmutable());
    }

    /// <summary>Writes the tree, one array at a time. The three formats hold one and the same tree.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="format">What it is.</param>
    /// <param name="metadata">For safetensors, which alone has a place for it.</param>
    public void Write(string path, FlaxFormat format, IReadOnlyDictionary<string, string>? metadata = null)
    {
        switch (format)
        {
            case FlaxFormat.Msgpack:
                FlaxMsgpack.Write(path, Arrays);
                break;
            case FlaxFormat.Npz:
                NpzFile.Write(path, Elements('/'));
                break;
            default:
                byte[] header = Storage.SafetensorsHeader.Write(
                    Arrays.Select(array => (string.Join('.', array.Path), array.Type, array.Shape)), metadata);
                SafetensorsFile.Write(path, header, Elements('.').Select(entry => entry.Value));
                break;
        }
    }

    IEnumerable<KeyValuePair<string, Tensor>> Elements(char separator)
    {
        foreach (var array in Arrays)
        {
            using var elements = array.Elements();
            yield return KeyValuePair.Create(string.Join(separator, array.Path), elements.Tensor);
        }
    }

    static BorrowedTensor Converted(Leaf leaf, ElementType type)
    {
        using var elements = leaf.Borrow();
        return BorrowedTensor.Of(FlaxTypes.Convert(elements.Tensor, type, leaf.TorchKey));
    }

    static FlaxNote? Note(Leaf leaf, ElementType type)
    {
        string key = leaf.TorchKey;
        if (type == ElementType.Int64)
        {
            return new FlaxNote("int64", $"'{key}' holds integers beyond int32 and stays int64: JAX cuts them unless " +
                "jax_enable_x64 is set");
        }
        if (type == ElementType.Float64)
            return leaf.Type == ElementType.Float64
                ? new FlaxNote("float64", $"'{key}' is float64 that float32 does not hold and stays so: JAX rounds " +
                    "it unless jax_enable_x64 is set; --dtype float32 rounds it here")
                : null;
        if (!leaf.Type.IsFloating() || FlaxTypes.Holds(type, leaf.Type)) return null;
        double worst = Rounding(leaf.Part, type, key);
        return worst == 0 ? null : new FlaxNote("rounded", string.Create(CultureInfo.InvariantCulture,
            $"'{key}' is rounded from {leaf.Type.NumPyName()} to {type.NumPyName()}, by up to {worst:0.0e+0} of its " +
            $"largest number"), worst);
    }

    static double Rounding(Tensor tensor, ElementType type, string key)
    {
        double[] exact = tensor.ToDoubles(), rounded = FlaxTypes.Convert(tensor, type, key).ToDoubles();
        double worst = 0, largest = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            if (!double.IsFinite(exact[i])) continue;
            worst = Math.Max(worst, Math.Abs(exact[i] - rounded[i]));
            largest = Math.Max(largest, Math.Abs(exact[i]));
        }
        return worst == 0 ? 0 : worst / largest;
    }
}
