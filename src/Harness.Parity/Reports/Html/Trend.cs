using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>How a case's float64 drift went over its earlier runs: a line of the size of a word.</summary>
static class Trend
{
    const double Width = 92, Height = 22, Margin = 3;

    // What is no rounding of a right model is drawn as if it were, so that a quiet case has a quiet line.
    const double Least = 1e-17;

    /// <summary>Appends the line; nothing where there are no earlier runs.</summary>
    public static void Append(StringBuilder text, Verdict verdict)
    {
        ImmutableArray<double> course = [.. verdict.History.Select(run => run.Float64).OfType<double>()];
        if (course.IsEmpty || verdict.Float64.IsEmpty) return;
        double now = verdict.Float64.Max(drift => drift.Scaled);
        course = [.. course, now];
        double[] orders = [.. course.Select(value => Math.Log10(Math.Clamp(value, Least, 1e3)))];
        // Two orders of magnitude at least: a factor of two is no mountain.
        double middle = (orders.Min() + orders.Max()) / 2, span = Math.Max(2, orders.Max() - orders.Min());
        bool grew = verdict.Findings.Any(finding => finding.Code == Codes.DriftGrew);
        var path = new StringBuilder();
        for (int i = 0; i < orders.Length; i++)
            path.Add($"{(i == 0 ? 'M' : 'L')}{X(i):0.#} {Y(orders[i]):0.#}");
        string words = $"{course.Length - 1} earlier runs, from {Figures.Short(course[0])} to {Figures.Short(now)}";
        string style = grew ? " class=\"grew\"" : "";
        text.Add($"<svg class=\"spark\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{words}\">");
        text.Add($"<title>{words}</title><path{style} d=\"{path}\"/>");
        text.Add($"<path class=\"last{(grew ? " grew" : "")}\" ");
        text.Add($"d=\"M{X(orders.Length - 1):0.#} {Y(orders[^1]):0.#}h0\"/></svg>");

        double X(int i) => Margin + ((Width - (2 * Margin)) * i / (orders.Length - 1));

        double Y(double order) => Margin + ((Height - (2 * Margin)) * (0.5 - ((order - middle) / span)));
    }
}
