using System.Numerics;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;

namespace Harness.Tests.Cpu;

/// <summary>A model's inputs as a row of images, any run of which can be computed as one batch.</summary>
sealed class Images
{
    readonly TorchModel _model;
    readonly Shape[] _one;
    readonly bool[] _batched;
    readonly double[][] _values;

    /// <summary>Seeded images of these shapes. The first axis of the first input is the batch, and that of all inputs
    /// that are like it; other inputs are the same for every image.</summary>
    public Images(TorchModel model, IReadOnlyList<Shape> shapes, int count)
    {
        _model = model;
        _batched = [.. shapes.Select(shape => shape.Rank == shapes[0].Rank && shape[0] == shapes[0][0])];
        _one = [.. shapes.Select((shape, port) => _batched[port] ? WithBatch(shape, 1) : shape)];
        _values =
            [.. _one.Select((shape, port) => OpCases.Values(port + 1, (_batched[port] ? count : 1) * shape.Elements))];
        Count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The shapes of the inputs for a batch of this many.</summary>
    public Shape[] Shapes(int batch) =>
        [.. _one.Select((shape, port) => _batched[port] ? WithBatch(shape, batch) : shape)];

    static Shape WithBatch(Shape shape, int count) => Shape.Create([count, .. shape.AsSpan()[1..]]);

    /// <summary>The model's input <paramref name="port"/> for a run of images.</summary>
    public ReadOnlySpan<double> Values(int port, int first, int count)
    {
        if (!_batched[port]) return _values[port];
        int elements = (int)_one[port].Elements;
        return _values[port].AsSpan(first * elements, count * elements);
    }

    /// <summary>The model for a batch of this many.</summary>
    public NhwcProgram Convert(int batch) => NhwcPass.Apply(_model, Shapes(batch));

    /// <summary>A session for a batch of this many.</summary>
    public Session Open<E>(int batch, PlanOptions options) where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        Session.Open<E>(Convert(batch), options);

    /// <summary>The outputs of the images from <paramref name="first"/> on, as many as the session's batch. An output
    /// that joins the images along the batch, as multi_out's third does, is left out.</summary>
    public double[][] Run(Session session, int first)
    {
        var model = session.Plan.Model;
        int batch = model.Inputs[0].Shape!.Value[0];
        for (int port = 0; port < _one.Length; port++)
            session.Write(model.Inputs[port].Value, Values(port, first, batch));
        session.Run();
        return [.. model.Outputs.Where(port => port.Shape!.Value[0] == batch).Select(port =>
        {
            var output = new double[port.Shape!.Value.Elements];
            session.Read(port.Value, output);
            return output;
        })];
    }

    /// <summary>The outputs of all images, computed in batches of these sizes, one after another.</summary>
    public double[][] Run<E>(PlanOptions options, params ReadOnlySpan<int> batches)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var parts = new List<double[][]>();
        int first = 0;
        var sessions = new Dictionary<int, Session>();
        foreach (int batch in batches)
        {
            if (!sessions.TryGetValue(batch, out var session)) sessions[batch] = session = Open<E>(batch, options);
            parts.Add(Run(session, first));
            first += batch;
        }
        foreach (var session in sessions.Values) session.Dispose();
        return [.. parts[0].Select((_, output) => parts.SelectMany(part => part[output]).ToArray())];
    }

    /// <summary>Fails where the bits of two runs differ, naming the image.</summary>
    public void ShouldEqual(double[][] actual, double[][] expected, string because)
    {
        actual.Should().HaveSameCount(expected, because).And.NotBeEmpty(because);
        for (int output = 0; output < actual.Length; output++)
        {
            double[] a = actual[output], e = expected[output];
            a.Length.Should().Be(e.Length, because);
            for (int i = 0; i < a.Length; i++)
            {
                if (BitConverter.DoubleToInt64Bits(a[i]) == BitConverter.DoubleToInt64Bits(e[i])) continue;
                Assert.Fail(
                    $"{because}: output {output}, image {(long)i * Count / a.Length}, element {i}: "
                    + $"{a[i]:R}, expected {e[i]:R}");
            }
        }
    }
}
