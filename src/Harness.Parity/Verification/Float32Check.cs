using System.Collections.Immutable;
using System.Diagnostics;
using Harness.Executor.Model;
using Harness.Executor.Planning;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Check 3: the fast path. Node by node, each fed the float64 run's activations rounded to float32, and end to
/// end with the fused plan.</summary>
static class Float32Check
{
    // How many nodes a verdict lists: enough to see a pattern, few enough to read.
    const int Listed = 10;

    /// <summary>Both measurements.</summary>
    public static Float32Verdict Measure(
        GoldenCase golden, NhwcModel model, Session<double> truth, Tolerance tolerance, VerifyOptions options,
        CancellationToken cancellation)
    {
        var nodes = Nodes(model, truth, options, cancellation);
        var (limit, reason) = EndToEndLimit(golden.Document, tolerance, options.Float32);
        return new Float32Verdict(
            EndToEnd(golden, model, limit, options, cancellation), limit, reason,
            [.. nodes.OrderByDescending(node => node.Ratio).ThenBy(node => node.Node, StringComparer.Ordinal)
                .Take(Listed)]);
    }

    /// <summary>PAR2002 for the worst node and for the worst output; empty when all is well.</summary>
    public static ImmutableArray<Finding> Judge(GoldenCase golden, Float32Verdict verdict)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var nodes = verdict.Nodes.Where(node => !node.Holds).ToArray();
        if (nodes.Length > 0)
        {
            var worst = nodes[0];
            string others = nodes.Length > 1
                ? $"; {nodes.Length - 1}{(nodes.Length == Listed ? " or more" : "")} other nodes too" : "";
            findings.Add(new Finding(Codes.Float32Drift, golden.PlaceOf(GoldenStore.ProbeName(worst.Node)),
                $"node '{worst.Node}' ({worst.Op}{(worst.Place.File.Length > 0 ? $", {worst.Place}" : "")}) drifts " +
                $"in float32: " +
                $"|a-e| {Figures.Short(worst.Error)} at {worst.Worst}, got {worst.Worst.Actual:R}, float64 " +
                $"{worst.Worst.Expected:R}, " +
                $"limit {Figures.Short(worst.Limit)} = {worst.Bound}{others}"));
        }
        if (verdict.Outputs.Where(drift => !drift.Holds).MaxBy(drift => drift.MaxAbs) is { } output)
        {
            findings.Add(new Finding(Codes.Float32Drift, golden.PlaceOf(GoldenStore.OutputName(output.Output)),
                $"in float32 {Float64Check.Sentence(output, Limit(verdict.Limit))} ({verdict.LimitReason})"));
        }
        return findings.ToImmutable();
    }

    static Tolerance Limit(double value) => new(TolerancePolicy.Default, value, "float32");

    static (double Limit, string Reason) EndToEndLimit(GoldenDocument document, Tolerance tolerance, Float32Mode mode)
    {
        // A looser limit in float64 was accepted with a reason; float32 cannot be nearer than that.
        double floor = Math.Max(Tolerance.DefaultValue, tolerance.Value);
        double noise = 4 * document.Float32Noise.Overall;
        if (mode == Float32Mode.Strict) return (floor, "strict: whatever torch's own float32 noise");
        return noise > floor
            ? (noise, $"4 times torch's own float32 noise {Figures.Short(document.Float32Noise.Overall)}")
            : (floor, floor > Tolerance.DefaultValue ? "the golden's own tolerance" : "1e-6");
    }

    static ImmutableArray<Drift> EndToEnd(
        GoldenCase golden, NhwcModel model, double limit, VerifyOptions options, CancellationToken cancellation)
    {
        var plan = Plan.Compile<float>(model, new PlanOptions { Threads = options.Threads, Lanes = options.Lanes });
        using var session = plan.CreateSession();
        for (int i = 0; i < model.Inputs.Length; i++)
            session.Write(model.Inputs[i].Value, golden.Input(golden.Document.Inputs[i]).ToDoubles());
        session.Run(cancellation);
        var drifts = ImmutableArray.CreateBuilder<Drift>();
        for (int i = 0; i < model.Outputs.Length; i++)
        {
            var port = golden.Document.Outputs[i];
            var actual = new double[port.Shape.Elements];
            session.Read(model.Outputs[i].Value, actual);
            drifts.Add(Drift.Measure(port.Name, port.Shape, actual, golden.Output(port).As<double>(), Limit(limit)));
        }
        return drifts.ToImmutable();
    }

    static List<Float32Node> Nodes(
        NhwcModel model, Session<double> truth, VerifyOptions options, CancellationToken cancellation)
    {
        var kept = new PlanOptions { Threads = options.Threads, Lanes = options.Lanes, KeepAll = true };
        using var single = Plan.Compile<float>(model, kept).CreateSession();
        using var exact = truth.Plan.CreateSession();
        // Σ|w||x| + |b| is the same op with every operand's sign taken away.
        using var magnitude = model.Nodes.Any(node => node.Op.IsContraction)
            ? Plan.Compile<double>(WithoutSigns(model), kept).CreateSession()
            : null;
        var measured = new List<Float32Node>();
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var node = model.Nodes[i];
            // A view computes nothing: its elements are its operand's own.
            if (node.Op.IsView) continue;
            Feed(node, model, truth, single, exact, node.Op.IsContraction ? magnitude : null);
            single.RunNode(i);
            exact.RunNode(i);
            if (node.Op.IsContraction) magnitude!.RunNode(i);
            foreach (int output in node.Outputs)
            {
                Shape shape = model.Values[output].Shape;
                double[] a = Read(single, output, shape), e = Read(exact, output, shape);
                double[]? scale = node.Op.IsContraction ? Read(magnitude!, output, shape) : null;
                measured.Add(Measure(node, model.Values[output], a, e, scale));
            }
        }
        return measured;
    }

    static void Feed(
        NhwcNode node, NhwcModel model, Session<double> truth, Session<float> single, Session<double> exact,
        Session<double>? magnitude)
    {
        foreach (int input in node.Inputs.Distinct())
        {
            if (input < 0 || IsParameter(model, input)) continue;
            double[] x = Read(truth, input, model.Values[input].Shape);
            for (int i = 0; i < x.Length; i++) x[i] = (float)x[i];
            single.Write(input, x);
            exact.Write(input, x);
            if (magnitude is null) continue;
            for (int i = 0; i < x.Length; i++) x[i] = Math.Abs(x[i]);
            magnitude.Write(input, x);
        }
    }

    // A view of a parameter is memory of the parameter.
    static bool IsParameter(NhwcModel model, int value)
    {
        while (model.Values[value].Leaf is null)
        {
            var view = model.Nodes.FirstOrDefault(node => node.Op.IsView && node.Outputs.Contains(value));
            if (view is null) return false;
            value = view.Inputs[0];
        }
        return true;
    }

    static double[] Read<E>(Session<E> session, int value, Shape shape)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        var elements = new double[shape.Elements];
        session.Read(value, elements);
        return elements;
    }

    static NhwcModel WithoutSigns(NhwcModel model) => model with
    {
        Values = [.. model.Values.Select(value => value.Leaf is { } leaf
            ? value with { Leaf = leaf with { Source = WithoutSigns(leaf.Source) } }
            : value)],
    };

    static Tensor WithoutSigns(Tensor tensor)
    {
        double[] elements = tensor.ToDoubles();
        for (int i = 0; i < elements.Length; i++) elements[i] = Math.Abs(elements[i]);
        return Tensor.Of(tensor.Shape, elements);
    }

    static Float32Node Measure(NhwcNode node, NhwcValue value, double[] actual, double[] expected, double[]? scale)
    {
        double factor = 1e-6 * node.Op.Float32Bound.Factor, largest = 1;
        foreach (double e in expected)
            if (double.IsFinite(e)) largest = Math.Max(largest, Math.Abs(e));
        double ratio = 0, error = 0, limit = factor * (scale is { Length: > 0 } ? scale[0] : largest);
        int worst = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double a = actual[i], e = expected[i];
            if (a.Equals(e)) continue;
            double off = double.IsFinite(a) && double.IsFinite(e) ? Math.Abs(a - e) : double.PositiveInfinity;
            double allowed = factor * (scale is null ? largest : scale[i]);
            double of = off == 0 ? 0 : double.IsFinite(off) ? off / allowed : double.PositiveInfinity;
            // 0 / 0 cannot come here; a scale that is itself not finite says nothing about a finite difference.
            Debug.Assert(!double.IsNaN(of) || !double.IsFinite(allowed));
            if (of > ratio) (ratio, error, limit, worst) = (of, off, allowed, i);
        }
        string formula = scale is null ? "max(1, max|e|)" : "(sum|w||x| + |b|)";
        var bound = node.Op.Float32Bound;
        string text = bound.Factor == 1 ? $"1e-6 * {formula}" : $"{Figures.Short(factor)} * {formula}: {bound.Reason}";
        return new Float32Node(value.Name, node.Op.Name, node.Place, ratio, error, limit, text,
            DriftPlace.Of(value.Shape, worst, actual, expected));
    }
}
