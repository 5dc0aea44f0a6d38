using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>A case's inputs through the converted model in double, from end to end, segment after segment: one session
/// is held at a time, and only those activations that something will read.</summary>
static class Float64Run
{
    /// <summary>Each output in PyTorch's axis order: float64, or its own type where that is no float.</summary>
    /// <param name="golden">Whose inputs to feed.</param>
    /// <param name="model">The converted model.</param>
    /// <param name="runner">What runs them.</param>
    /// <param name="mode">How; every value is a port in <see cref="RunMode.EachNode"/>.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <param name="visit">Sees the session of each segment when it has run, and may use it up.</param>
    /// <param name="leave">Told each segment when its session is gone.</param>
    /// <param name="size">Elements of one segment.</param>
    /// <param name="precision">float32 for the same in that, whose numbers double holds exactly.</param>
    public static ImmutableArray<Tensor> Outputs(
        GoldenCase golden, NhwcProgram model, Runner runner, RunMode mode, CancellationToken cancellation,
        Action<RunnerSession>? visit = null, Action<NhwcProgram>? leave = null,
        long size = Segment.DefaultSize, ElementType precision = ElementType.Float64)
    {
        var values = new Dictionary<int, double[]>();
        // Doubles do not tell all int64 apart.
        var integers = new Dictionary<int, Tensor>();
        for (int i = 0; i < model.Inputs.Length; i++)
        {
            var tensor = golden.Input(golden.Document.Inputs[i]);
            if (tensor.Type.IsFloating()) values[model.Inputs[i].Value] = tensor.ToDoubles();
            else integers[model.Inputs[i].Value] = tensor;
        }
        foreach (var segment in Segment.Of(model, mode == RunMode.EachNode, size))
        {
            Run(segment, values, integers, runner, mode, precision, visit, cancellation);
            foreach (int value in segment.Spent)
            {
                values.Remove(value);
                integers.Remove(value);
            }
            leave?.Invoke(segment.Model);
        }
        return [.. model.Outputs.Select(port => integers.TryGetValue(port.Value, out var tensor) ? tensor
            : values.TryGetValue(port.Value, out double[]? elements)
                ? Tensor.Of(model.Values[port.Value].Shape, elements)
            : Parameter(model.Values[port.Value]))];
    }

    // An output that no segment gives, since nothing computes it: it lies in PyTorch's axis order.
    static Tensor Parameter(NhwcValue value)
    {
        var elements = value.Elements();
        return elements.Type.IsFloating() ? Tensor.Of(value.Shape, elements.ToDoubles()) : elements;
    }

    static void Run(
        Segment segment, Dictionary<int, double[]> values, Dictionary<int, Tensor> integers, Runner runner,
        RunMode mode, ElementType precision,
        Action<RunnerSession>? visit, CancellationToken cancellation)
    {
        using var session = runner.Open(segment.Model, mode, precision);
        foreach (int value in segment.Needs)
        {
            if (integers.TryGetValue(value, out var tensor)) session.Write(value, tensor);
            else session.Write(value, values[value]);
        }
        session.Run(cancellation);
        foreach (int value in segment.Gives)
        {
            if (!segment.Model.Values[value].Type.IsFloating())
            {
                integers[value] = session.Read(value);
                continue;
            }
            values[value] = LargeArray.Of<double>(checked((int)segment.Model.Values[value].Shape.Elements));
            session.Read(value, values[value]);
        }

        visit?.Invoke(session);
    }
}
