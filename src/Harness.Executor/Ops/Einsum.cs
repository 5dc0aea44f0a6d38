using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Sums of products of elements whose axes have letters: axes with one letter run together, and what the
/// result does not name is summed. Source: torch.einsum.</summary>
/// <remarks>Operands meet from left to right, each pair as a product of matrices. An ellipsis stands for axes that are
/// broadcast; where no result is stated it has these, and then the letters that occur once, in order.</remarks>
public sealed record Einsum : Composite
{
    const string Ellipsis = "...";

    /// <summary>The terms of the operands.</summary>
    public required string Terms { get; init; }

    /// <summary>The term of the result; null where the operands' say it.</summary>
    public string? Result { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "einsum");

    static Einsum Parse(Bound call)
    {
        string equation = call.Text("equation").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        if (sides.Length > 2) throw call.Refuse($"equation '{equation}' has several arrows; PyTorch refuses it too");
        string[] terms = sides[0].Split(',');
        if (terms.Length != call.Operands.Length)
            throw call.Refuse($"equation '{equation}' has {terms.Length} terms for {call.Operands.Length} operands");
        foreach (string term in sides.Length == 2 ? [.. terms, sides[1]] : terms)
        {
            string letters = Letters(term);
            if (letters.AsSpan().IndexOfAnyExcept(s_letters) >= 0)
                throw call.Refuse($"term '{term}' of equation '{equation}' is no list of letters");
            if (letters.Distinct().Count() != letters.Length)
                throw call.Refuse($"term '{term}' of equation '{equation}' has a letter twice: diagonals are not "
                    + "supported");
        }
        if (sides is [_, var result] && Letters(result).Except(sides[0]).FirstOrDefault() is var lost and not '\0')
            throw call.Refuse($"equation '{equation}': no operand has '{lost}'; PyTorch refuses it too");
        return new Einsum { Terms = sides[0], Result = sides.Length == 2 ? sides[1] : null };
    }

    static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    static string Letters(string term) =>
        term.IndexOf(Ellipsis, StringComparison.Ordinal) is >= 0 and var at ? term.Remove(at, Ellipsis.Length) : term;

    /// <inheritdoc/>
    public override bool IsContraction => true;

    // Axes are numbered: letters by their codes, those of an ellipsis -1, -2, … from the last.
    static int[] Labels(string term, int rank)
    {
        int at = term.IndexOf(Ellipsis, StringComparison.Ordinal);
        if (at < 0) return [.. term.Select(letter => (int)letter)];
        string before = term[..at], after = term[(at + Ellipsis.Length)..];
        int broadcast = Math.Max(0, rank - before.Length - after.Length);
        return
        [
            .. before.Select(letter => (int)letter),
            .. Enumerable.Range(0, broadcast).Select(i => i - broadcast),
            .. after.Select(letter => (int)letter),
        ];
    }

    int[] ResultLabels(int[][] operands)
    {
        int broadcast = operands.Max(labels => labels.Count(label => label < 0));
        var ellipsis = Enumerable.Range(0, broadcast).Select(i => i - broadcast);
        if (Result is null)
        {
            var once = operands.SelectMany(labels => labels).Where(label => label > 0).CountBy(label => label)
                .Where(count => count.Value == 1).Select(count => count.Key).Order();
            return [.. ellipsis, .. once];
        }
        return Labels(Result, Letters(Result).Length + broadcast);
    }

    static Dictionary<int, int> Extents(int[][] labels, ReadOnlySpan<Shape> inputs)
    {
        var extents = new Dictionary<int, int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int axis = 0; axis < inputs[i].Rank; axis++)
                if (extents.GetValueOrDefault(labels[i][axis], 1) == 1) extents[labels[i][axis]] = inputs[i][axis];
        }
        return extents;
    }

    int[][] Labels(ReadOnlySpan<Shape> inputs)
    {
        string[] terms = Terms.Split(',');
        var labels = new int[terms.Length][];
        for (int i = 0; i < labels.Length; i++) labels[i] = Labels(terms[i], inputs[i].Rank);
        return labels;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        int[][] labels = Labels(inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (labels[i].Length != inputs[i].Rank)
                return $"operand {i} is {inputs[i]}, expected the {labels[i].Length} axes of '{Terms.Split(',')[i]}'";
        }
        var extents = Extents(labels, inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int axis = 0; axis < inputs[i].Rank; axis++)
            {
                if (inputs[i][axis] != 1 && inputs[i][axis] != extents[labels[i][axis]])
                    return $"operand {i} is {inputs[i]}, expected {extents[labels[i][axis]]} on axis {axis}";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[][] labels = Labels(inputs);
        var extents = Extents(labels, inputs);
        return [Shape.Create([.. ResultLabels(labels).Select(label => extents[label])])];
    }

    internal override void Write(CallWriter calls)
    {
        Shape[] shapes = [.. calls.Operands.Select(calls.ShapeOf)];
        int[][] labels = Labels(shapes);
        int[] result = ResultLabels(labels);
        var sums = new Sums(calls);
        var all = new Term(calls.Operands[0], labels[0]);
        for (int i = 1; i < shapes.Length; i++)
        {
            // What the result or an operand further on names is kept.
            HashSet<int> kept = [.. result, .. labels.Skip(i + 1).SelectMany(further => further)];
            all = sums.Product(all, new Term(calls.Operands[i], labels[i]), kept);
        }
        all = sums.Reduced(all, [.. result]);
        if (all.Labels.AsSpan().SequenceEqual(result)) calls.Give("aten::alias", all.Value);
        else
            calls.Give(
                "aten::permute", all.Value, CallWriter.Ints(result.Select(label => Array.IndexOf(all.Labels, label))));
    }

    readonly record struct Term(Argument Value, int[] Labels);

    sealed class Sums(CallWriter calls)
    {
        int _parts;

        string Part(string name) => name + (_parts++).ToString(CultureInfo.InvariantCulture);

        // Summed over what is not kept.
        public Term Reduced(Term term, HashSet<int> kept)
        {
            int[] gone = [.. Enumerable.Range(0, term.Labels.Length).Where(axis => !kept.Contains(term.Labels[axis]))];
            if (gone.Length == 0) return term;
            var sum = calls.Call(Part("sum"), "aten::sum", term.Value, CallWriter.Ints(gone), Argument.Of(false));
            return new Term(sum, [.. term.Labels.Where(kept.Contains)]);
        }

        public Term Product(Term a, Term b, HashSet<int> kept)
        {
            a = Reduced(a, [.. kept, .. b.Labels]);
            b = Reduced(b, [.. kept, .. a.Labels]);
            (a, b) = (Expanded(a, b), Expanded(b, a));
            int[] both = [.. a.Labels.Where(b.Labels.Contains)];
            int[] batch = [.. both.Where(kept.Contains)], summed = [.. both.Except(kept)];
            int[] left = [.. a.Labels.Except(both)], right = [.. b.Labels.Except(both)];
            var rows = Matrix(a, batch, left, summed);
            var columns = Matrix(b, batch, summed, right);
            var product = calls.Call(Part("product"), "aten::matmul", rows, columns);
            int[] labels = [.. batch, .. left, .. right];
            return new Term(Reshaped(product, [.. labels.Select(label => ExtentOf(label, a, b))]), labels);
        }

        // Axes of extent 1 as long as the other's.
        Term Expanded(Term term, Term other)
        {
            var shape = calls.ShapeOf(term.Value);
            int[] sizes = [.. term.Labels.Select(label => ExtentOf(label, term, other))];
            if (shape.AsSpan().SequenceEqual(sizes)) return term;
            var expanded = calls.Call(Part("expanded"), "aten::expand", term.Value, CallWriter.Ints(sizes));
            return term with { Value = expanded };
        }

        int ExtentOf(int label, Term a, Term b)
        {
            int of = Array.IndexOf(a.Labels, label), from = Array.IndexOf(b.Labels, label);
            int extent = of < 0 ? 1 : calls.ShapeOf(a.Value)[of];
            return extent == 1 && from >= 0 ? calls.ShapeOf(b.Value)[from] : extent;
        }

        // Batches of matrices, each axis of which may be several or none of the term's.
        Argument Matrix(Term term, int[] batch, int[] rows, int[] columns)
        {
            var shape = calls.ShapeOf(term.Value);
            int[] order = [.. batch.Concat(rows).Concat(columns).Select(label => Array.IndexOf(term.Labels, label))];
            var value = term.Value;
            if (!order.AsSpan().SequenceEqual(Enumerable.Range(0, order.Length).ToArray()))
                value = calls.Call(Part("turned"), "aten::permute", value, CallWriter.Ints(order));
            return Reshaped(value, [.. batch.Select(Extent), Count(rows), Count(columns)]);

            int Extent(int label) => shape[Array.IndexOf(term.Labels, label)];
            int Count(int[] labels) => labels.Aggregate(1, (product, label) => checked(product * Extent(label)));
        }

        Argument Reshaped(Argument value, int[] shape) => calls.ShapeOf(value).AsSpan().SequenceEqual(shape)
            ? value
            : calls.Call(Part("reshaped"), "aten::reshape", value, CallWriter.Ints(shape));
    }
}
