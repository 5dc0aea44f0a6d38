using System.Text;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>A <see cref="DriftMap"/> as pictures: by place, and by channel.</summary>
static class MapFigure
{
    const int Shades = 24;

    // The first is "equal"; then what is within the limit, from pale to dark, and what is beyond it, from yellow to
    // dark red. The same on a light and on a dark page.
    static readonly (byte R, byte G, byte B)[] s_palette =
    [
        (0x8A, 0x90, 0x99),
        .. Enumerable.Range(0, Shades).Select(i => Between((0xE3, 0xEE, 0xFF), (0x12, 0x3F, 0x91), i)),
        .. Enumerable.Range(0, Shades).Select(i => Between((0xFF, 0xD8, 0x5E), (0x8E, 0x0A, 0x16), i)),
    ];

    /// <summary>Appends both pictures.</summary>
    public static void Append(StringBuilder text, DriftMap map, string precision)
    {
        var scale = Scale.Of(map);
        text.Add($"<h4>Where it sits: output <code>{Markup.Text(map.Output)}</code> {map.Shape}, {precision}</h4>\n");
        if (scale.Largest == 0)
        {
            text.Append("<p>Every element is equal.</p>\n");
            return;
        }
        text.Append("<div class=\"maps\">\n");
        if (map.Rows > 0) AppendPlane(text, map, scale);
        // One channel of a plane is the plane.
        if (map.Rows == 0 || map.Shape[map.ChannelAxis] > 1) AppendChannels(text, map, scale);
        text.Append("</div>\n");
    }

    static void AppendPlane(StringBuilder text, DriftMap map, Scale scale)
    {
        int height = map.Shape.Rank > 3 ? map.Shape[-2] : 1, width = map.Shape[-1];
        var colours = map.Plane.Select(scale.ColourOf).ToArray();
        int worst = map.Plane.IndexOf(map.Plane.Max());
        string letters = GoldenPort.LayoutOf(map.Shape.Rank);
        string across = $"{Letter(letters, ^1)} 0–{width - 1}", down = $"{Letter(letters, ^2)} 0–{height - 1}";
        string axes = map.Shape.Rank > 3 ? $"{across} to the right, {down} down" : $"{across} to the right";
        string place = $"largest |a-e| {Figures.Short(map.Plane[worst])} around "
            + (map.Shape.Rank > 3 ? $"{Letter(letters, ^2)} {Middle(worst / map.Columns, map.Rows, height)}, " : "")
            + $"{Letter(letters, ^1)} {Middle(worst % map.Columns, map.Columns, width)}";
        text.Append("<figure class=\"map\">\n");
        text.Append("<img class=\"plane\" alt=\"Drift by place\" ");
        text.Add($"src=\"{Picture.DataUri(map.Rows, map.Columns, colours, s_palette)}\">\n");
        AppendScale(text, scale);
        text.Add($"<figcaption>By place, the largest over all else: {axes}; {place}.</figcaption>\n</figure>\n");
    }

    static void AppendScale(StringBuilder text, Scale scale)
    {
        var shades = Enumerable.Range(0, 64).Select(i => scale.ColourOf(scale.At(i / 63.0))).ToArray();
        text.Add($"<img class=\"scale\" alt=\"Colours from {Figures.Short(scale.Smallest)} to ");
        text.Add($"{Figures.Short(scale.Largest)}\" src=\"{Picture.DataUri(1, 64, shades, s_palette)}\">\n");
        string middle = scale.Largest > scale.Limit ? $"blue within {Figures.Short(scale.Limit)}, red beyond"
            : $"all within {Figures.Short(scale.Limit)}";
        text.Add($"<p class=\"ends\"><span>{Figures.Short(scale.Smallest)}</span><span>{middle}</span>");
        text.Add($"<span>{Figures.Short(scale.Largest)}</span></p>\n");
    }

    static void AppendChannels(StringBuilder text, DriftMap map, Scale scale)
    {
        const int Width = 480, Height = 150, Left = 56, Bottom = 18;
        int channels = map.Shape[map.ChannelAxis], bins = map.Channels.Length;
        double step = (double)(Width - Left) / bins, gap = step > 5 ? 1 : 0;
        int worst = map.Channels.IndexOf(map.Channels.Max());
        string letter = map.Shape.Rank == 1 ? "index" : "channel";
        string place = $"largest |a-e| {Figures.Short(map.Channels[worst])} in {letter} "
            + Middle(worst, bins, channels);
        string beyond = map.Channels.Count(off => off > map.Limit) is > 0 and var count
            ? $"; {count} of {bins} {(bins == channels ? "bars" : "bins")} beyond the limit" : "";
        text.Append("<figure class=\"map channels\">\n");
        text.Add($"<svg viewBox=\"0 0 {Width} {Height + Bottom}\" role=\"img\" aria-label=\"Drift ");
        text.Add($"by {letter}: {place}\">\n");
        foreach (var (y, value) in new[] { (10, scale.Largest), (Height, scale.Smallest) })
            text.Add($"<text x=\"{Left - 4}\" y=\"{y}\" text-anchor=\"end\">{Figures.Short(value)}</text>\n");
        AppendBars("column", off => off <= map.Limit);
        AppendBars("column beyond", off => off > map.Limit);
        text.Add($"<path class=\"axis\" d=\"M{Left} {Height}H{Width}\"/>\n");
        if (scale.Limit > scale.Smallest && scale.Limit < scale.Largest)
        {
            double y = Height * (1 - scale.ShareOf(scale.Limit));
            text.Add($"<path class=\"limit\" d=\"M{Left} {y:0.#}H{Width}\"/>\n");
        }
        text.Add($"<text x=\"{Left}\" y=\"{Height + Bottom - 4}\">0</text>");
        text.Add($"<text x=\"{Width}\" y=\"{Height + Bottom - 4}\" text-anchor=\"end\">{channels - 1}</text>\n");
        text.Append("</svg>\n");
        text.Add($"<figcaption>By {letter} (axis {map.ChannelAxis}, 0–{channels - 1}): {place}{beyond}.");
        text.Append("</figcaption>\n</figure>\n");

        // All in one path: hundreds of elements would take ten times the room.
        void AppendBars(string style, Func<double, bool> counts)
        {
            var path = new StringBuilder();
            for (int i = 0; i < bins; i++)
            {
                double off = map.Channels[i];
                if (off == 0 || !counts(off)) continue;
                double tall = Math.Max(2, Height * scale.ShareOf(off));
                path.Add($"M{Left + (i * step):0.#} {Height}v{-tall:0}h{step - gap:0.#}V{Height}");
            }
            if (path.Length > 0) text.Add($"<path class=\"{style}\" d=\"{path}\"/>\n");
        }
    }

    static string Letter(string letters, Index at) => letters[at].ToString().ToUpperInvariant();

    // The elements of a bin.
    static string Middle(int bin, int bins, int extent)
    {
        int first = (int)(((long)bin * extent + bins - 1) / bins), last = (int)((((long)bin + 1) * extent - 1) / bins);
        return first >= last ? $"{first}" : $"{first}–{last}";
    }

    static (byte, byte, byte) Between((int R, int G, int B) from, (int R, int G, int B) to, int i)
    {
        return (Mix(from.R, to.R), Mix(from.G, to.G), Mix(from.B, to.B));

        byte Mix(int a, int b) => (byte)(a + ((b - a) * i / (Shades - 1)));
    }

    // From the smallest difference that is one to the largest, by orders of magnitude.
    readonly record struct Scale(double Smallest, double Largest, double Limit)
    {
        public static Scale Of(DriftMap map)
        {
            var finite = map.Plane.Concat(map.Channels).Where(off => off > 0 && double.IsFinite(off)).ToArray();
            if (finite.Length == 0)
            {
                bool infinite = map.Channels.Any(double.IsPositiveInfinity);
                return new Scale(infinite ? map.Limit : 0, infinite ? double.PositiveInfinity : 0, map.Limit);
            }
            // A bar of the smallest must still be seen, and ten orders are as many as an eye tells apart.
            double largest = finite.Max(), smallest = Math.Max(finite.Min() / 2, largest * 1e-10);
            return new Scale(smallest, largest, map.Limit);
        }

        public double ShareOf(double off) => off <= 0 ? 0
            : !double.IsFinite(off) || off >= Largest ? 1
            : Math.Clamp(Math.Log10(off / Smallest) / Math.Log10(Largest / Smallest), 0, 1);

        public double At(double share) => double.IsFinite(Largest)
            ? Smallest * Math.Pow(Largest / Smallest, share) : Largest;

        public byte ColourOf(double off)
        {
            if (off == 0) return 0;
            if (off > Limit) return (byte)(1 + Shades + Part(off, Math.Max(Limit, Smallest), Largest));
            return (byte)(1 + Part(off, Smallest, Math.Min(Limit, Largest)));
        }

        static int Part(double off, double from, double to) => !double.IsFinite(off) || off >= to ? Shades - 1
            : off <= from || from <= 0 ? 0
            : (int)((Shades - 1) * (Math.Log10(off / from) / Math.Log10(to / from)));
    }
}
