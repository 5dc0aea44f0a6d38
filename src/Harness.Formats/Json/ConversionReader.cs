using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Json;

/// <summary>Reads <see cref="Conversion"/> from its document.</summary>
/// <param name="bad">Makes the error for a line.</param>
sealed class ConversionReader(Func<int, string, Exception> bad)
{
    /// <summary>The record of a parsed document.</summary>
    public Conversion Read(JsonTree root, string format, string version)
    {
        if (!root.IsObject || root["format"]?.Text != format) throw bad(root.Line,
            $"expected \"format\": \"{format}\"");
        if (root["version"]?.Text != version) throw bad(root.Line,
            $"version {root["version"]?.Text}; {version} is read");
        return new Conversion(
            [.. Objects(root, "leaves").Select(Leaf)],
            [.. Objects(root, "dropped").Select(dropped => new DroppedKey(
                Text(dropped, "key"), TypeOf(dropped, "dtype"), ShapeOf(dropped, "shape")))])
        {
            Notes = root["notes"] is null ? [] : Texts(root, "notes"),
        };
    }

    ConvertedLeaf Leaf(JsonTree leaf)
    {
        var path = Texts(leaf, "path");
        if (path.Length < 2) throw bad(leaf.Line, "a path is a collection and a name at least");
        return new ConvertedLeaf(
            path, Text(leaf, "key"), Move(leaf), ShapeOf(leaf, "torchShape"), TypeOf(leaf, "torchDtype"),
                TypeOf(leaf, "dtype"))
        {
            Form = Text(leaf, "form"), Axes = Text(leaf, "axes"), Shape = ShapeOf(leaf, "shape"),
            Rows = leaf["rows"] is null ? null : Numbers(leaf, "rows") is [var first, var count]
                ? new RowRange(first, count)
                : throw bad(leaf.Line, "'rows' is a first row and a count"),
            Aliases = leaf["aliases"] is null ? [] : Texts(leaf, "aliases"),
            IsConstant = leaf["constant"]?.Kind == JsonTokenType.True,
        };
    }

    Rearrangement Move(JsonTree leaf)
    {
        if (leaf["move"] is not { } move) return Rearrangement.None;
        string from = Text(move, "from"), to = Text(move, "to"), flip = move["reversed"] is null ? ""
            : Text(move, "reversed");
        var sizes = ImmutableSortedDictionary<char, int>.Empty;
        if (move["sizes"] is { } stated)
        {
            for (int n = 0; n < stated.Keys.Count; n++)
            {
                if (stated.Keys[n].Length != 1) throw bad(stated.Line, "'sizes' names axes by one letter each");
                sizes = sizes.Add(stated.Keys[n][0], Number(stated.Items[n]));
            }
        }
        return IsMove(from, to, flip, sizes)
            ? new Rearrangement(from, to, sizes, flip)
            : throw bad(move.Line, $"'{from}' to '{to}' is no move of axes");
    }

    // Each letter once on both sides, in parentheses that close and hold something.
    static bool IsMove(string from, string to, string flip, ImmutableSortedDictionary<char, int> sizes)
    {
        string Letters(string axes) => string.Concat(axes.Where(char.IsAsciiLetterLower).Order());
        bool AreAxes(string axes)
        {
            int open = -1;
            for (int at = 0; at < axes.Length; at++)
            {
                if (axes[at] == '(' && open < 0) open = at;
                else if (axes[at] == ')' && open >= 0 && at > open + 1) open = -1;
                else if (!char.IsAsciiLetterLower(axes[at])) return false;
            }
            return open < 0;
        }
        string letters = Letters(from);
        return AreAxes(from) && AreAxes(to) && letters == Letters(to) && letters.Distinct().Count() == letters.Length
            && flip.All(letters.Contains) && flip.Distinct().Count() == flip.Length && sizes.Keys.All(letters.Contains)
            && sizes.Values.All(size => size > 0);
    }

    IReadOnlyList<JsonTree> Objects(JsonTree owner, string key) =>
        owner[key] is { IsArray: true } list && list.Items.All(item => item.IsObject)
            ? list.Items
            : throw bad(owner[key]?.Line ?? owner.Line, $"'{key}' is no list of objects");

    string Text(JsonTree owner, string key) => owner[key] is { IsText: true } text
        ? text.Text
        : throw bad(owner[key]?.Line ?? owner.Line, $"'{key}' is missing or no text");

    ImmutableArray<string> Texts(JsonTree owner, string key) =>
        owner[key] is { IsArray: true } list && list.Items.All(item => item.IsText)
            ? [.. list.Items.Select(item => item.Text)]
            : throw bad(owner[key]?.Line ?? owner.Line, $"'{key}' is no list of texts");

    int[] Numbers(JsonTree owner, string key) => owner[key] is { IsArray: true, Items.Count: <= 64 } list
        ? [.. list.Items.Select(Number)]
        : throw bad(owner[key]?.Line ?? owner.Line, $"'{key}' is no list of numbers");

    int Number(JsonTree value) =>
        value.Kind == JsonTokenType.Number
            && int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw bad(value.Line, $"'{value.Text}' is no number below 2^31");

    Shape ShapeOf(JsonTree owner, string key) => Shape.Create(Numbers(owner, key));

    ElementType TypeOf(JsonTree owner, string key)
    {
        string name = Text(owner, key);
        foreach (var known in Enum.GetValues<ElementType>())
            if (known.NumPyName() == name) return known;
        throw bad(owner[key]!.Line, $"element type '{name}' is unknown");
    }
}
