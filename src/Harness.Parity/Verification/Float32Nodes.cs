using System.Diagnostics;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>Check 3a: node by node, each fed the float64 run's activations rounded to float32. Follows the float64 run
/// segment by segment: what a segment's nodes give in double is taken from that run's own session, and when it is gone,
/// the same nodes run in float32 and, for the limit of contractions, without signs.</summary>
/// <remarks>Values are held in memory order, which is the same in every session of a model.</remarks>
sealed class Float32Nodes(Runner runner, Scratch scratch, CancellationToken cancellation)
{
    // At 1e-5 of the scale libtorch's float32 is called wrong on a machine. Nearer it is not always: its layer norm
    // sums the moments of a large mean in float32, which this project's does not.
    static readonly Float32Bound s_foreign = new(10, "kernels of another library");

    readonly List<Float32Node> _measured = [];
    // Of the current segment: what its nodes read, rounded; what they give in double; Σ|w||x| + |b|, or Σ|x|.
    readonly Dictionary<int, Memory<float>> _read = [];
    readonly Dictionary<int, Memory<double>> _exact = [], _scale = [];
    // Integers and Booleans, which no precision rounds: what nodes read, and what they give in the float64 run.
    readonly Dictionary<int, Tensor> _integersRead = [], _integersExact = [];
    double[] _double = [];
    float[] _single = [];

    /// <summary>Every node's measurement so far.</summary>
    public IReadOnlyList<Float32Node> Measured => _measured;

    /// <summary>Computes a segment's nodes in double on their rounded operands, in the session that has run
    /// it.</summary>
    /// <param name="truth">Of an opened segment; its activations are no longer the run's afterwards.</param>
    public void Observe(RunnerSession truth)
    {
        var model = truth.Program;
        // All of them first, before any is overwritten.
        foreach (var (_, value, _, _) in model.Inputs)
        {
            if (model.Values[value].Type.IsFloating()) _read[value] = Rounded(truth, value);
            else _integersRead[value] = truth.Read(value);
        }
        Each(truth, Widened, (_, value) =>
        {
            if (!model.Values[value].Type.IsFloating())
            {
                _integersExact[value] = truth.Read(value);
                return;
            }
            _exact[value] = scratch.Doubles.Take(model.Values[value].Shape.Elements);
            truth.ReadMemory(value, _exact[value].Span);
        });
    }

    /// <summary>Computes and measures the same nodes in float32.</summary>
    public void Measure(NhwcProgram segment)
    {
        Scales(segment);
        Singles(segment);
        _read.Clear();
        _exact.Clear();
        _scale.Clear();
        scratch.Singles.Clear();
        scratch.Doubles.Clear();
        _integersRead.Clear();
        _integersExact.Clear();
    }

    void Scales(NhwcProgram segment)
    {
        NhwcNode[] sums = [.. segment.Nodes.Where(node => node.Op.AddsUp
            && segment.Values[node.Outputs[0]].Type.IsFloating())];
        if (sums.Length == 0) return;
        // Σ|w||x| + |b| is the same op with every operand's sign taken away.
        var part = WithoutSigns(Segment.OpenPart(segment, sums));
        using var session = runner.Open(part, RunMode.EachNode, ElementType.Float64);
        Each(session, WidenedWithoutSign, (_, value) =>
        {
            _scale[value] = scratch.Doubles.Take(part.Values[value].Shape.Elements);
            session.ReadMemory(value, _scale[value].Span);
        });
    }

    void Singles(NhwcProgram segment)
    {
        using var session = runner.Open(segment, RunMode.EachNode, ElementType.Float32);
        Each(session, value => _read[value].Span, (node, value) =>
        {
            if (_integersExact.TryGetValue(value, out var integers))
            {
                _measured.Add(Compare(node, segment.Values[value], session.Read(value), integers));
                return;
            }
            var actual = Buffer(ref _single, _exact[value].Length);
            session.ReadMemory(value, actual);
            _measured.Add(Measure(node, segment.Values[value], actual, _exact[value].Span,
                _scale.TryGetValue(value, out var scale) ? scale.Span : [], _scale.ContainsKey(value)));
        });
    }

    delegate ReadOnlySpan<E> Elements<E>(int value);

    // A view computes nothing: its elements are its operand's own.
    void Each<E>(RunnerSession session, Elements<E> read, Action<NhwcNode, int> take) where E : unmanaged
    {
        var model = session.Program;
        var parameterViews = Segment.ParameterViews(model);
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var node = model.Nodes[i];
            if (node.Op.IsView) continue;
            foreach (int input in Segment.Operands(model, node, parameterViews))
            {
                if (_integersRead.TryGetValue(input, out var integers)) session.Write(input, integers);
                else session.WriteMemory(input, read(input));
            }
            session.RunNode(i);
            foreach (int output in node.Outputs) take(node, output);
        }
    }

    Memory<float> Rounded(RunnerSession session, int value)
    {
        var exact = Buffer(ref _double, checked((int)session.Program.Values[value].Shape.Elements));
        session.ReadMemory(value, exact);
        var rounded = scratch.Singles.Take(exact.Length);
        var to = rounded.Span;
        for (int i = 0; i < to.Length; i++) to[i] = (float)exact[i];
        return rounded;
    }

    ReadOnlySpan<double> Widened(int value)
    {
        var elements = _read[value].Span;
        var widened = Buffer(ref _double, elements.Length);
        for (int i = 0; i < elements.Length; i++) widened[i] = elements[i];
        return widened;
    }

    ReadOnlySpan<double> WidenedWithoutSign(int value)
    {
        var elements = _read[value].Span;
        var widened = Buffer(ref _double, elements.Length);
        for (int i = 0; i < elements.Length; i++) widened[i] = Math.Abs(elements[i]);
        return widened;
    }

    // One array for whatever is on its way in or out.
    static Span<E> Buffer<E>(ref E[] buffer, int elements) where E : unmanaged
    {
        if (buffer.Length < elements) buffer = LargeArray.Of<E>(elements);
        return buffer.AsSpan(0, elements);
    }

    static NhwcProgram WithoutSigns(NhwcProgram model)
    {
        var read = model.Nodes.SelectMany(node => node.Inputs).ToHashSet();
        return model with
        {
            Values = [.. model.Values.Select(value => value.Leaf is { } leaf && read.Contains(value.Id)
                ? value with { Leaf = leaf with { Elements = () => WithoutSigns(leaf) } }
                : value)],
        };
    }

    // Made while it is packed, and no longer there when the plan is.
    static BorrowedTensor WithoutSigns(Leaf leaf)
    {
        using var elements = leaf.Borrow();
        var tensor = elements.Tensor;
        var type = tensor.Type == ElementType.Float32 ? ElementType.Float32 : ElementType.Float64;
        return BorrowedTensor.Make(type, tensor.Shape, bytes =>
        {
            if (type == ElementType.Float32)
            {
                var from = tensor.As<float>();
                var to = MemoryMarshal.Cast<byte, float>(bytes);
                for (int i = 0; i < to.Length; i++) to[i] = Math.Abs(from[i]);
            }
            else
            {
                var to = MemoryMarshal.Cast<byte, double>(bytes);
                tensor.CopyTo(to);
                foreach (ref double x in to) x = Math.Abs(x);
            }
        });
    }

    Float32Node Measure(
        NhwcNode node, NhwcValue value, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected,
        ReadOnlySpan<double> scale, bool scaled)
    {
        Float32Bound bound = node.Op.Float32Bound, more = runner.IsForeign ? s_foreign : Float32Bound.Default;
        double factor = 1e-6 * bound.Factor * more.Factor, largest = 1;
        foreach (double e in expected)
            if (double.IsFinite(e)) largest = Math.Max(largest, Math.Abs(e));
        double ratio = 0, error = 0, limit = factor * (scale.Length > 0 ? scale[0] : largest);
        int worst = 0;
        // A sum that is no contraction has no products to be relative to where all it adds is small.
        double floor = scaled && node.Op.IsContraction ? 0 : largest;
        for (int i = 0; i < actual.Length; i++)
        {
            double a = actual[i], e = expected[i];
            double off = Math.Abs(a - e), allowed = factor * (scaled ? Math.Max(floor, scale[i]) : floor);
            // Nearly all, without a division.
            if (off <= ratio * allowed && double.IsFinite(off)) continue;
            // What no float32 holds is infinite in it.
            if (a.Equals(e) || a.Equals((double)(float)e)) continue;
            if (!double.IsFinite(a) || !double.IsFinite(e)) off = double.PositiveInfinity;
            double of = off == 0 ? 0 : double.IsFinite(off) ? off / allowed : double.PositiveInfinity;
            // 0 / 0 cannot come here; a scale that is itself not finite says nothing about a finite difference.
            Debug.Assert(!double.IsNaN(of) || !double.IsFinite(allowed));
            if (of > ratio) (ratio, error, limit, worst) = (of, off, allowed, i);
        }
        string formula = !scaled ? "max(1, max|e|)"
            : node.Op.IsContraction ? "(sum|w||x| + |b|)" : "max(1, max|e|, sum|x|)";
        string reasons = string.Join(", ", new[] { bound, more }.Where(b => b.Factor != 1).Select(b => b.Reason));
        string text = reasons.Length == 0 ? $"1e-6 * {formula}" : $"{Figures.Short(factor)} * {formula}: {reasons}";
        return new Float32Node(value.Name, node.Op.Name, node.Place, ratio, error, limit, text,
            expected.Length == 0 ? DriftPlace.Nowhere
                : DriftPlace.Of(value.Shape, Logical(value, worst), actual[worst], expected[worst]))
        {
            Factor = factor,
        };
    }

    // Integers are what they are: from the same operands a node gives the same in any precision.
    static Float32Node Compare(NhwcNode node, NhwcValue value, Tensor actual, Tensor expected)
    {
        var drift = Drift.OfIntegers(value.Name, actual, expected);
        return new Float32Node(
            value.Name, node.Op.Name, node.Place, drift.Holds ? 0 : double.PositiveInfinity, drift.MaxAbs, 0, "exactly",
            drift.Holds ? DriftPlace.Nowhere : drift.Worst);
    }

    // The flat index in PyTorch's axis order of an element in memory order.
    static long Logical(NhwcValue value, long flat)
    {
        Shape physical = value.Physical;
        long index = 0;
        for (int axis = physical.Rank - 1; axis >= 0; axis--)
        {
            long stride = 1;
            for (int later = value.Layout[axis] + 1; later < value.Shape.Rank; later++) stride *= value.Shape[later];
            index += flat % physical[axis] * stride;
            flat /= physical[axis];
        }
        return index;
    }
}
