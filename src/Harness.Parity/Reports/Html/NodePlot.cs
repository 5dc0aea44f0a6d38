using System.Collections.Immutable;
using System.Text;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>The drift of every node in the order in which they ran, on a logarithmic scale: isolated errors beside
/// cumulative ones, in float64 and float32, with the limits, the floors of rounding, and PyTorch's own noise.</summary>
sealed class NodePlot
{
    // Fewer make no course; the table says all of them.
    const int Fewest = 4;

    const double Width = 720, Height = 316, Left = 62, Right = 700, Top = 14, Bottom = 262, Zero = 274;

    // Half an ulp of each precision: what storing one number may cost.
    const double Floor64 = 1.1102230246251565e-16, Floor32 = 5.9604644775390625e-08;

    // The lowest order of magnitude that is drawn.
    const int Lowest = -17;

    const string Scales = "Scaled: distances from probes and outputs by the golden's largest value, errors of nodes "
        + "alone by Σ|w||x| + |b| of the element.";

    static readonly (string Style, string Words)
        s_cumulative64 = ("series c64", "float64, from the golden's probe: cumulative"),
        s_isolated64 = ("series i64", "float64, alone: against plain loops on the same inputs"),
        s_cumulative32 = ("series c32", "float32, from the golden's probe: cumulative"),
        s_isolated32 = ("series i32", "float32, alone: fed exact inputs"),
        s_limit64 = ("limit", "limit in float64"),
        s_limit32 = ("limit single", "limit of a node in float32"),
        s_noise = ("noise", "PyTorch's own float32 noise at the output"),
        s_floor = ("floor", "rounding's floor");

    readonly Verdict _verdict;
    readonly ImmutableArray<NodeDrift> _nodes;
    readonly OutputColumn? _output;
    readonly int _highest;
    readonly StringBuilder _text;

    NodePlot(StringBuilder text, Verdict verdict)
    {
        (_text, _verdict, _nodes, _output) = (text, verdict, verdict.Probes, OutputColumn.Of(verdict));
        double largest = _nodes.SelectMany(node => new[]
            {
                node.Error, node.Limit, node.Isolated64 ?? 0, node.Isolated32 ?? 0, node.Isolated32Limit,
                node.Cumulative32 ?? 0,
            })
            .Concat(_output?.Figures ?? []).Where(double.IsFinite).Max();
        _highest = Math.Max(-5, (int)Math.Ceiling(Math.Log10(Math.Max(largest, 1e-16)) + 0.2));
    }

    /// <summary>Appends the plot; nothing for a case of one node, of which the table says all.</summary>
    /// <param name="text">The page.</param>
    /// <param name="verdict">The case.</param>
    /// <param name="names">True to name each node and its figures where a pointer rests.</param>
    public static void Append(StringBuilder text, Verdict verdict, bool names)
    {
        if (verdict.Probes.Length >= Fewest) new NodePlot(text, verdict).Append(names);
    }

    /// <summary>True where what was held to the probes is somebody else's, in float32.</summary>
    public static bool IsSingle(Verdict verdict) => verdict.Float64.IsEmpty && verdict.Float32 is not null;

    void Append(bool names)
    {
        int bad = _nodes.Count(node => !node.Holds);
        _text.Append("<figure class=\"plot\">\n<h4>Drift of each node, in the order in which they ran</h4>\n");
        _text.Add($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Drift of {_nodes.Length} nodes ");
        _text.Add($"on a ");
        _text.Add($"logarithmic scale; {bad} beyond their float64 limit\">\n");
        AppendBands();
        _text.Add($"<use href=\"#grid{_highest}\" width=\"{Width}\" height=\"{Height}\"/>\n");
        if (_output is { Noise: > 0 } output)
            _text.Add($"<path class=\"noise\" d=\"M{Left} {Y(output.Noise):0.#}H{Right}\"/>\n");
        AppendSteps(IsSingle(_verdict) ? "limit single" : "limit", node => node.Limit);
        AppendSteps("limit single", node => node.Isolated32 is null ? 0 : node.Isolated32Limit);
        AppendCourse("c32", node => node.Cumulative32);
        AppendDots("i32", node => node.Isolated32);
        AppendDots("i64", node => node.Isolated64);
        AppendCourse(IsSingle(_verdict) ? "c32" : "c64", node => node.Error);
        AppendBadNodes();
        AppendOutput();
        if (names) AppendNames();
        _text.Append("</svg>\n");
        if (names) AppendLegend();
        else AppendKey();
        _text.Append("</figure>\n");
    }

    double Step => (Right - Left) / (_nodes.Length + (_output is null ? 0 : 2));

    double X(int node) => Left + ((node + 0.5) * Step);

    double Y(double value) => Y(value, _highest);

    static double Y(double value, int highest) => value <= 0 ? Zero
        : double.IsFinite(value)
            ? Bottom - ((Bottom - Top) * Math.Clamp((Math.Log10(value) - Lowest) / (highest - Lowest), 0, 1))
        : Top - 6;

    bool Has(Func<NodeDrift, double?> figure) => _nodes.Any(node => figure(node) is not null);

    // Where the blocks of the model begin and end, named where there is room.
    void AppendBands()
    {
        var blocks = Blocks();
        for (int i = 0, first = 0; i < blocks.Count; first += blocks[i].Nodes, i++)
        {
            var (name, count) = blocks[i];
            double x = Left + (first * Step), width = count * Step;
            if (i % 2 == 0)
            {
                _text.Add($"<rect class=\"band\" x=\"{x:0.#}\" y=\"{Top}\" width=\"{width:0.#}\" ");
                _text.Add($"height=\"{Zero - Top}\"/>\n");
            }
            // A letter of ten pixels is some five and a half wide.
            int letters = (int)(width / 5.6);
            if (name.Length == 0 || letters < 3) continue;
            string shown = name.Length <= letters ? name : $"{name[..(letters - 1)]}…";
            _text.Add($"<text class=\"wide-only\" x=\"{x + (width / 2):0.#}\" y=\"{Zero + 15 + (i % 2 * 13)}\" ");
            _text.Add($"text-anchor=\"middle\">{Markup.Text(shown)}</text>\n");
        }
    }

    // By as many parts of the module's path as give a number of blocks that can be told apart.
    List<(string Name, int Nodes)> Blocks()
    {
        const int Most = 26;
        var paths = _nodes.Select(node => NodeTable.ModuleOf(node).Split('.')).ToArray();
        var chosen = At(1);
        for (int depth = 2; depth <= 6; depth++)
        {
            var finer = At(depth);
            if (finer.Count > Most) break;
            chosen = finer;
        }
        return chosen;

        List<(string Name, int Nodes)> At(int depth)
        {
            var blocks = new List<(string Name, int Nodes)>();
            foreach (string[] path in paths)
            {
                string name = string.Join('.', path.Take(depth));
                if (blocks.Count > 0 && blocks[^1].Name == name) blocks[^1] = (name, blocks[^1].Nodes + 1);
                else blocks.Add((name, 1));
            }
            return blocks;
        }
    }

    /// <summary>Appends the grids that plots refer to: most are alike.</summary>
    public static void AppendGrids(StringBuilder text, IEnumerable<Verdict> verdicts)
    {
        text.Append("<svg class=\"grids\" width=\"0\" height=\"0\" aria-hidden=\"true\">\n");
        foreach (int highest in verdicts.Where(verdict => verdict.Probes.Length >= Fewest)
            .Select(verdict => new NodePlot(text, verdict)._highest).Distinct().Order())
        {
            text.Add($"<symbol id=\"grid{highest}\" viewBox=\"0 0 {Width} {Height}\">\n");
            AppendGrid(text, highest);
            text.Append("</symbol>\n");
        }
        text.Append("</svg>\n");
    }

    static void AppendGrid(StringBuilder text, int highest)
    {
        var lines = new StringBuilder();
        for (int order = Lowest + 1; order <= highest; order++)
        {
            double y = Y(Math.Pow(10, order), highest);
            lines.Add($"M{Left} {y:0.#}H{Right}");
            if (order % 2 != 0) continue;
            text.Add($"<text x=\"{Left - 5}\" y=\"{y + 3.5:0.#}\" text-anchor=\"end\"");
            text.Add($"{(order % 4 == 0 ? "" : " class=\"wide-only\"")}>1e{order}</text>\n");
        }
        text.Add($"<text x=\"{Left - 5}\" y=\"{Zero + 3}\" text-anchor=\"end\">0</text>\n");
        text.Add($"<path class=\"grid\" d=\"{lines}\"/>\n");
        text.Add($"<path class=\"axis\" d=\"M{Left} {Zero}H{Right}\"/>\n");
        text.Add($"<path class=\"floor\" d=\"M{Left} {Y(Floor64, highest):0.#}H{Right}\"/>\n");
        text.Add($"<path class=\"floor\" d=\"M{Left} {Y(Floor32, highest):0.#}H{Right}\"/>\n");
    }

    // A limit that is the same everywhere is one line.
    void AppendSteps(string style, Func<NodeDrift, double> limit)
    {
        var path = new StringBuilder();
        double last = double.NaN;
        for (int i = 0; i < _nodes.Length; i++)
        {
            double y = limit(_nodes[i]);
            if (y <= 0)
            {
                last = double.NaN;
                continue;
            }
            y = Y(y);
            if (double.IsNaN(last)) path.Add($"M{Left + (i * Step):0.#} {y:0.#}");
            else if (y != last) path.Add($"V{y:0.#}");
            if (i + 1 == _nodes.Length || Math.Abs(Y(limit(_nodes[i + 1])) - y) > 1e-9)
                path.Add($"H{Left + ((i + 1) * Step):0.#}");
            last = y;
        }
        if (path.Length > 0) _text.Add($"<path class=\"{style}\" d=\"{path}\"/>\n");
    }

    // A line from node to node, and a dot at each where there is room for dots.
    void AppendCourse(string style, Func<NodeDrift, double?> figure)
    {
        if (!Has(figure)) return;
        var path = new StringBuilder();
        bool drawing = false;
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (figure(_nodes[i]) is not { } value)
            {
                drawing = false;
                continue;
            }
            path.Add($"{(drawing ? 'L' : 'M')}{X(i):0.#} {Y(value):0.#}");
            drawing = true;
        }
        _text.Add($"<path class=\"series {style}\" d=\"{path}\"/>\n");
        if (_nodes.Length <= 100) AppendDots($"{style} dots", figure);
    }

    // Each a line of no length with round or square ends.
    void AppendDots(string style, Func<NodeDrift, double?> figure)
    {
        var path = new StringBuilder();
        for (int i = 0; i < _nodes.Length; i++)
            if (figure(_nodes[i]) is { } value)
                path.Add($"M{X(i):0.#} {Y(value):0.#}h0");
        if (path.Length > 0)
            _text.Add($"<path class=\"series {style}\" d=\"{path}\"/>\n");
    }

    void AppendBadNodes()
    {
        for (int i = 0, drawn = 0; i < _nodes.Length && drawn < 500; i++)
        {
            var node = _nodes[i];
            bool single = node.Isolated32 > node.Isolated32Limit;
            if (node.Holds && !single) continue;
            _text.Add($"<circle class=\"bad-node\" cx=\"{X(i):0.#}\" ");
            _text.Add($"cy=\"{Y(node.Holds ? node.Isolated32!.Value : node.Error):0.#}\" ");
            _text.Append("r=\"4.5\"/>\n");
            drawn++;
        }
        if (_verdict.FirstBadNode is not { } first) return;
        int at = _nodes.IndexOf(_nodes.FirstOrDefault(node => node.Node == first.Node)!);
        if (at < 0) return;
        bool late = at > _nodes.Length / 2;
        _text.Add($"<path class=\"first\" d=\"M{X(at):0.#} {Top}V{Zero}\"/>\n");
        _text.Add($"<text class=\"strong\" x=\"{X(at) + (late ? -6 : 6):0.#}\" y=\"{Y(1e-12):0.#}\"");
        _text.Add($"{(late ? " text-anchor=\"end\"" : "")}>first bad: {Markup.Text(Tail(first.Node, 40))}</text>\n");
    }

    void AppendOutput()
    {
        if (_output is not { } output) return;
        double x = X(_nodes.Length) + (Step / 2), half = Math.Min(Step, 9);
        _text.Add($"<path class=\"axis\" d=\"M{x - Step + 0.5:0.#} {Top}V{Zero}\"/>\n");
        _text.Add($"<text class=\"wide-only\" x=\"{Right}\" y=\"{Zero + 15}\" text-anchor=\"end\">output</text>\n");
        foreach (var (style, value, limit, holds) in output.Points)
        {
            if (limit > 0)
            {
                _text.Add($"<path class=\"limit{(style == "c32" ? " single" : "")}\" ");
                _text.Add($"d=\"M{x - half:0.#} {Y(limit):0.#}H{Math.Min(x + half, Width)}\"/>\n");
            }
            _text.Add($"<path class=\"series {style} dots\" d=\"M{x:0.#} {Y(value):0.#}h0\"/>\n");
            if (holds) continue;
            _text.Add($"<circle class=\"bad-node\" cx=\"{x:0.#}\" cy=\"{Y(value):0.#}\" r=\"4.5\"/>\n");
        }
    }

    void AppendNames()
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            var node = _nodes[i];
            _text.Add($"<rect class=\"hit\" x=\"{Left + (i * Step):0.##}\" y=\"{Top}\" width=\"{Step:0.##}\" ");
            _text.Add($"height=\"{Zero - Top}\"><title>{i + 1}. ");
            _text.Add($"{Markup.Text(node.Node)} ({Markup.Text(node.Op)}): float64 ");
            _text.Add($"{Figures.Short(node.Error)}, limit {Figures.Short(node.Limit)}");
            Add("alone", node.Isolated64);
            Add("float32", node.Cumulative32);
            Add("float32 alone", node.Isolated32);
            _text.Append("</title></rect>\n");
        }

        void Add(string word, double? value)
        {
            if (value is { } number)
                _text.Add($"; {word} {Figures.Short(number)}");
        }
    }

    // What a reader of many plots needs to be told of each.
    void AppendKey()
    {
        string precision = IsSingle(_verdict) ? "float32" : "float64";
        _text.Add($"<figcaption>Limits: {precision} {Range(_nodes.Select(node => node.Limit))}");
        if (Has(node => node.Isolated32)) _text.Add($", float32 {Range(Singles)}");
        if (_output is { Noise: > 0 } output) _text.Add($"; PyTorch's own float32 noise {Figures.Short(output.Noise)}");
        _text.Append(". <a href=\"#key\">Key</a></figcaption>\n");
    }

    IEnumerable<double> Singles =>
        _nodes.Where(node => node.Isolated32 is not null).Select(node => node.Isolated32Limit);

    void AppendLegend()
    {
        bool single = Has(node => node.Isolated32);
        _text.Append("<ul class=\"legend\">\n");
        AppendEntry(_text, IsSingle(_verdict) ? s_cumulative32 : s_cumulative64, "");
        if (Has(node => node.Isolated64)) AppendEntry(_text, s_isolated64, "");
        if (Has(node => node.Cumulative32)) AppendEntry(_text, s_cumulative32, "");
        if (single) AppendEntry(_text, s_isolated32, "");
        AppendEntry(_text, IsSingle(_verdict) ? s_limit32 : s_limit64, $" {Range(_nodes.Select(node => node.Limit))}");
        if (single) AppendEntry(_text, s_limit32, $" {Range(Singles)}");
        if (_output is { Noise: > 0 } output) AppendEntry(_text, s_noise, $" {Figures.Short(output.Noise)}");
        AppendEntry(_text, s_floor, $" {Figures.Short(Floor64)}, in float32 {Figures.Short(Floor32)}");
        _text.Append("</ul>\n<figcaption>").Append(Scales);
        if (_verdict.FirstBadNode is not null)
            _text.Append(" What the first bad node reads is PyTorch's: its distance from its probe is its own.");
        _text.Append("</figcaption>\n");
    }

    /// <summary>Appends what the lines and dots of every plot mean.</summary>
    public static void AppendKeyOfAll(StringBuilder text)
    {
        text.Append("<ul class=\"legend\" id=\"key\">\n");
        foreach (var entry in new[]
        {
            s_cumulative64, s_isolated64, s_cumulative32, s_isolated32, s_limit64, s_limit32, s_noise, s_floor,
        })
        {
            AppendEntry(text, entry, "");
        }
        text.Append("</ul>\n<p class=\"note\">").Append(Scales).Append("</p>\n");
    }

    static void AppendEntry(StringBuilder text, (string Style, string Words) entry, string more)
    {
        // Isolated errors are dots, all else is lines.
        string path = entry.Style.StartsWith("series i", StringComparison.Ordinal) ? "M6 5h0M19 5h0" : "M1 5H25";
        text.Add($"<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"{entry.Style}\" ");
        text.Add($"d=\"{path}\"/></svg>{entry.Words}{more}</li>\n");
    }

    static string Range(IEnumerable<double> limits)
    {
        var known = limits.Where(limit => limit > 0).DefaultIfEmpty().ToArray();
        return known.Min() == known.Max() ? Figures.Short(known[0])
            : $"{Figures.Short(known.Min())} to {Figures.Short(known.Max())}";
    }

    static string Tail(string text, int most) => text.Length <= most ? text : $"…{text[^(most - 1)..]}";

    /// <summary>The worst output beside the nodes, scaled as they are.</summary>
    /// <param name="Points">Its drift and limit in each precision.</param>
    /// <param name="Noise">PyTorch's own float32 noise.</param>
    sealed record OutputColumn(
        ImmutableArray<(string Style, double Value, double Limit, bool Holds)> Points, double Noise)
    {
        public IEnumerable<double> Figures => Points.SelectMany(point => new[] { point.Value, point.Limit })
            .Append(Noise);

        public static OutputColumn? Of(Verdict verdict)
        {
            if (verdict.Origin is not { } origin) return null;
            var points = ImmutableArray.CreateBuilder<(string, double, double, bool)>();
            double noise = 0;
            Add("c32", verdict.Float32?.Outputs ?? []);
            Add("c64", verdict.Float64);
            return points.Count == 0 ? null : new OutputColumn(points.ToImmutable(), noise);

            void Add(string style, ImmutableArray<Drift> drifts)
            {
                var worst = CaseFigure.Worst([.. drifts.Where(drift => drift.Exempt is null)]);
                if (worst is null) return;
                var port = origin.Outputs.FirstOrDefault(port => port.Name == worst.Output);
                if (port is not { Magnitude: > 0 }) return;
                noise = port.Noise / port.Magnitude;
                points.Add((style, worst.Scaled, worst.IsExact ? 0 : worst.Limit.Value / port.Magnitude, worst.Holds));
            }
        }
    }
}
