using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Finds input shapes that a model accepts when neither the file nor the user states them: a traced archive
/// does not.</summary>
/// <remarks>Channels and ranks follow from the parameters that meet the input; batch and plane sizes are tried in a
/// fixed order of preference until every call's shapes fit, or a fixed number of calls has been looked at. The result
/// is the same on every machine.</remarks>
public static class InputShapes
{
    // What vision models are trained at, most common first; then everything small.
    static readonly int[] s_usual =
        [224, 32, 28, 64, 96, 128, 256, 299, 227, 112, 160, 192, 240, 288, 320, 384, 416, 448, 512, 16, 8];

    // Neither square nor constant ratios: a square hides a swap of H and W. Small first, since goldens hold what they
    // give.
    static readonly (int H, int W)[] s_oblong =
        [(40, 56), (48, 64), (64, 48), (64, 96), (96, 64), (72, 104), (96, 128), (128, 96), (128, 160), (192, 224),
            (224, 192), (256, 224), (299, 331), (384, 352)];

    // Whole steps of what usual networks divide planes by: of a column that no window meets nothing would be told. Then
    // other heights, and, where a flatten fixes how many elements there are, as many.
    static readonly Func<int, (int H, int W)>[] s_otherPlanes =
        [
            side => (side, side < 64 ? 0 : side - 32), side => (side, side + 32), side => (side, side / 2 * 3),
            side => (side, side * 2), side => (side < 64 ? 0 : side - 32, side), side => (side + 32, side),
            side => (side * 2, side), side => (side / 2, side % 2 == 0 ? side * 2 : 0),
            side => (side % 2 == 0 ? side * 2 : 0, side / 2), side => (side / 3, side % 3 == 0 ? side * 3 : 0),
        ];

    // Frames of a clip and slices of a scan; the plane's own height stands for cubes.
    static readonly int[] s_depths = [16, 8, 32, 4, 12];

    // Volumes have a depth to try besides, and each is dear.
    const int MostPlanes = 600;

    // Of an axis that is made larger.
    const int MostExtent = 1 << 12;

    // A network of 500 calls that nothing fits is given up with every plane tried at the first batch; one of 200 after
    // everything.
    const long MostCalls = 8_000_000;

    /// <summary>Shapes for every input, in PyTorch's axis order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="square">True for the size a model was probably made for; false for an oblong one and a batch of 2
    /// where the graph allows them, which is what a golden wants.</param>
    /// <exception cref="ModelException">PAR1004: no shape was found; or what the graph itself throws.</exception>
    public static Shape[] Infer(TorchModel model, bool square)
    {
        ArgumentNullException.ThrowIfNull(model);
        Finding? first;
        try
        {
            if (ShapedGraph.FirstThatFits(model, Candidates(model, square), MostCalls, out first) is { } shapes)
                return shapes;
        }
        catch (ModelException e)
        {
            throw model.Locate(e);
        }
        // What the file states itself is not what is wrong.
        if (first is not null && AreStatedBy(model))
            throw model.Locate(new ModelException(first));
        throw model.Locate(new ModelException(new Finding(
            Codes.ShapeMismatch, "", "the file does not state its input shape and none could be inferred; " +
            $"state it with --input-shape ({first?.Message ?? "no input"})")));
    }

    /// <summary>True where the file states every input's shape; else what nobody states is guessed.</summary>
    public static bool AreStatedBy(TorchModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Graph.Inputs.All(port => port.Shape is not null);
    }

    /// <summary>What is said of inputs whose shapes were guessed, wherever it is said.</summary>
    public static string GuessOf(IEnumerable<(string Name, Shape Shape)> inputs) =>
        $"input shapes guessed: {string.Join(", ", inputs.Select(input => $"{input.Name} {input.Shape}"))}";

    /// <summary>Larger shapes that a model accepts too: planes and volumes of twice the extents, again and
    /// again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes that it accepts.</param>
    public static IEnumerable<Shape[]> Larger(TorchModel model, Shape[] shapes)
    {
        ArgumentNullException.ThrowIfNull(model);
        for (int times = 2; times <= 8; times *= 2)
        {
            Shape[] larger = [.. shapes.Select(shape => Shape.Create([.. shape.Select((extent, axis) =>
                axis > 1 && extent <= MostExtent / times ? extent * times : extent)]))];
            if (ShapedGraph.FirstThatFits(model, [larger], long.MaxValue, out _) is not null) yield return larger;
        }
    }

    /// <summary>Shapes with planes that are not square, near these, which a model accepts too: all of them, else one.
    /// Null where all planes are oblong already, and where the graph takes no others or its file states them; an
    /// architecture states the size it was published for, and takes others. A square plane hides an exchange of its
    /// axes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes that it accepts.</param>
    public static Shape[]? Oblong(TorchModel model, Shape[] shapes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(shapes);
        int[] square = [.. Enumerable.Range(0, shapes.Length).Where(i => IsSquare(shapes[i])
            && (model.IsArchitecture || model.Graph.Inputs[i].Shape is null))];
        if (square.Length == 0) return null;
        int[][] chosen = square.Length == 1 ? [square] : [square, .. square.Select(i => (int[])[i])];
        var oblong = chosen.SelectMany(some => s_otherPlanes.Select(other => shapes.Select((shape, i) =>
        {
            if (!some.Contains(i)) return shape;
            var (h, w) = other(shape[shape.Rank - 1]);
            return Shape.Create([.. shape.AsSpan()[..^2], h, w]);
        }).ToArray()));
        return ShapedGraph.FirstThatFits(
            model, oblong.Where(tried => Array.TrueForAll(tried, shape => shape.Elements > 0)), long.MaxValue, out _);
    }

    // (n, c, h, w), (n, c, d, h, w); what has no batch has no plane that could be told from a sequence's.
    static bool IsSquare(Shape shape) =>
        shape.Rank > 3 && shape[shape.Rank - 1] > 1 && shape[shape.Rank - 1] == shape[shape.Rank - 2];

    static IEnumerable<Shape[]> Candidates(TorchModel model, bool square)
    {
        var ports = model.Graph.Inputs;
        if (ports.All(port => port.Shape is not null))
        {
            yield return [.. ports.Select(port => port.Shape!.Value)];
            yield break;
        }
        int[][][] known = [.. ports.Select(
            port => port.Shape is { } shape ? [[.. shape.AsSpan()]] : Meets(model, port.Value))];
        // An input that meets no parameter looks like the first one that does.
        int[][] example = Array.Find(known, patterns => patterns.Length > 0)
            ?? [[0, 3, 0, 0], [0, 1, 0, 0], [0, 0], [0, 0, 0]];
        for (int i = 0; i < known.Length; i++)
            if (known[i].Length == 0) known[i] = example;
        for (int choice = 0; choice < known.Max(patterns => patterns.Length); choice++)
        {
            int[][] chosen = [.. known.Select(patterns => patterns[Math.Min(choice, patterns.Length - 1)])];
            bool planes = Array.Exists(chosen, pattern => pattern.Length > 2);
            bool volumes = Array.Exists(chosen, pattern => pattern.Length > 4);
            foreach (int n in square ? new[] { 1, 2, 4, 8, 16 } : [2, 1, 4, 8, 16])
            {
                // A batch that the trace has baked in is rare, and a plane that nothing usual fits is too: not both.
                foreach (var (h, w) in planes ? Planes(square).Take(n > 2 || volumes ? MostPlanes : int.MaxValue)
                    : [(1, 1)])
                {
                    foreach (int d in volumes ? s_depths.Append(h) : [1])
                        yield return [.. ports.Select((port, i) => port.Shape ?? Fill(chosen[i], n, d, h, w))];
                }
            }
        }
        // Nothing usual is within the file's bounds: what it was made with is.
        if (model.Graph.Sizes is { Example: { IsDefault: false } made }) yield return [.. made];
    }

    static IEnumerable<(int H, int W)> Planes(bool square)
    {
        if (!square)
        {
            foreach (var plane in s_oblong) yield return plane;
            foreach (var plane in Pairs(40)) yield return plane;
        }
        foreach (int size in s_usual) yield return (size, size);
        for (int size = 1; size <= 512; size++) yield return (size, size);
        // A flatten that feeds a linear fixes the plane; an oblong one is found last, smallest first.
        foreach (var plane in Pairs(128)) yield return plane;
    }

    static IEnumerable<(int H, int W)> Pairs(int most)
    {
        for (int larger = 2; larger <= most; larger++)
        {
            for (int smaller = 1; smaller < larger; smaller++)
            {
                yield return (smaller, larger);
                yield return (larger, smaller);
            }
        }
    }

    // 0 marks an extent that is open: the first is the batch, the later ones the plane or the volume.
    static Shape Fill(int[] pattern, int n, int d, int h, int w)
    {
        var extents = (int[])pattern.Clone();
        int open = pattern.Length > 4 ? 0 : 1;
        for (int axis = 0; axis < extents.Length; axis++)
            if (extents[axis] == 0) extents[axis] = axis == 0 ? n : open++ switch { 0 => d, 1 => h, _ => w };
        return Shape.Create(extents);
    }

    // The patterns that the first op with a parameter implies, looking through those without. Where it takes several
    // ranks, the next one that takes a single one says which of them is meant.
    static int[][] Meets(TorchModel model, int input)
    {
        var stored = new Dictionary<int, Shape>();
        foreach (var (value, key) in model.Graph.Parameters)
            if (model.Weights.TryGetValue(key, out var tensor)) stored[value] = tensor.Shape;
        // What comes of the input, and what of that has its shape still.
        HashSet<int> reached = [input], alike = [input];
        int[][] open = [];
        foreach (var call in model.Graph.Calls)
        {
            if (call.Arguments is not [ValueArgument { Id: var self }, ..] || !reached.Contains(self)) continue;
            bool keeps = false;
            if (OpSet.TryParse(call, out var op, out var operands))
            {
                Shape?[] shapes =
                    [.. operands.Select(id => stored.TryGetValue(id, out var shape) ? shape : (Shape?)null)];
                int[][] patterns = op.Demands(shapes);
                if (patterns is [var only])
                {
                    // Rows of features hold for the input only where it is what they are: a plane may be flattened.
                    if (only.Length == 2 && !alike.Contains(self)) return open;
                    return open.Length == 0 ? patterns : [.. open.OrderBy(pattern => pattern.Length != only.Length)];
                }
                if (patterns.Length > 0 && open.Length == 0)
                    open = alike.Contains(self) ? patterns : [.. patterns.Where(pattern => pattern.Length > 2)];
                keeps = patterns.Length > 0 || (op.IsElementwise && operands.Length == 1);
            }
            if (call.Results.Length == 0) continue;
            reached.Add(call.Results[0]);
            if (keeps && alike.Contains(self)) alike.Add(call.Results[0]);
        }
        return open;
    }
}
