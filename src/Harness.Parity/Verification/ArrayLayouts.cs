using System.Collections.Immutable;
using System.IO.Enumeration;
using Harness.Executor.Model;

namespace Harness.Parity.Verification;

/// <summary>In which order the axes of somebody else's arrays lie: PyTorch's, or with the channels last. Stated, never
/// guessed: an array of three axes may be a sequence, which has channels, or tokens, which have none.</summary>
public sealed class ArrayLayouts
{
    const string Torch = "nchw", ChannelsLast = "nhwc";

    readonly ImmutableArray<(string Name, bool Last)> _rules;

    ArrayLayouts(ImmutableArray<(string Name, bool Last)> rules) => _rules = rules;

    /// <summary>PyTorch's for all.</summary>
    public static readonly ArrayLayouts OfTorch = new([]);

    /// <summary>The layouts of these words; a later word goes before an earlier one.</summary>
    /// <param name="words">Each <c>nchw</c> or <c>nhwc</c> for all arrays, or <c>NAME=nchw</c> for those whose name it
    /// is; a name may hold <c>*</c>.</param>
    /// <exception cref="ModelException">PAR9003: a word says something else.</exception>
    public static ArrayLayouts Of(IEnumerable<string> words)
    {
        var rules = ImmutableArray.CreateBuilder<(string, bool)>();
        foreach (string word in words)
        {
            int equals = word.LastIndexOf('=');
            string name = equals < 0 ? "*" : word[..equals], layout = word[(equals + 1)..];
            if (layout is not (Torch or ChannelsLast) || name.Length == 0)
                throw new ModelException(new Finding(Codes.BadUsage, "harness",
                    $"layout '{word}' is unknown, expected {ChannelsLast}, {Torch}, or NAME={Torch} for arrays of " +
                    "that name"));
            rules.Add((name, layout == ChannelsLast));
        }
        return new ArrayLayouts(rules.ToImmutable());
    }

    /// <summary>An array as PyTorch's axes have it.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="tensor">The array as its file has it.</param>
    public Tensor ToTorch(string name, Tensor tensor) =>
        Move(tensor, Order(name, tensor.Shape.Rank).Inverse());

    /// <summary>An array of PyTorch's as a file of this layout has it.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="tensor">The array in PyTorch's axis order.</param>
    public Tensor FromTorch(string name, Tensor tensor) => Move(tensor, Order(name, tensor.Shape.Rank));

    /// <summary><c>nhwc</c> or <c>nchw</c>: what is stated for the array of this name.</summary>
    public string NameOf(string name) => IsLast(name) ? ChannelsLast : Torch;

    Permutation Order(string name, int rank) =>
        IsLast(name) ? Permutation.ChannelsLast(rank) : Permutation.Identity(rank);

    bool IsLast(string name)
    {
        for (int i = _rules.Length - 1; i >= 0; i--)
            if (FileSystemName.MatchesSimpleExpression(_rules[i].Name, name, ignoreCase: false)) return _rules[i].Last;
        return false;
    }

    static Tensor Move(Tensor tensor, Permutation order)
    {
        if (order.IsIdentity) return tensor;
        const string Letters = "abcdefghijklmnopqrstuvwxyz";
        string from = Letters[..order.Rank];
        return new Rearrangement(from, string.Concat(order.AsSpan().ToArray().Select(axis => from[axis])))
            .Apply(tensor);
    }
}
