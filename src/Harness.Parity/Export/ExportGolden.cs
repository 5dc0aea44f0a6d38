using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats.Flax.Source;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Export;

/// <summary><c>golden.npz</c> of an exported folder: inputs and float64 outputs as the source has them in memory, what
/// every layer gives at sampled places, and how far a correct run may lie.</summary>
public static class ExportGolden
{
    // PyTorch and XLA add in orders of their own: a few units in the last place of the largest output, and as much more
    // as float32 shows that rounding is amplified.
    const double Float64Limit = 1e-12, Float32Limit = 1e-5, Float64Noise = 2e-7, Float32Noise = 50;

    /// <summary>The arrays.</summary>
    /// <param name="runner">Computes in float64 and float32.</param>
    /// <param name="program">The program over the parameters that are written.</param>
    /// <param name="calls">The source's layers.</param>
    /// <param name="inputs">One tensor an input, in PyTorch's axis order.</param>
    /// <param name="golden">PyTorch's own outputs on these inputs; null where nobody recorded any.</param>
    /// <param name="cancellation">Stops between nodes.</param>
    public static List<KeyValuePair<string, Tensor>> Of(
        Runner runner, NhwcProgram program, ImmutableArray<LayerCall> calls, IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor>? golden, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(inputs);
        var arrays = new List<KeyValuePair<string, Tensor>>();
        for (int i = 0; i < inputs.Count; i++)
            Add("input", i, program.Inputs[i], inputs[i]);
        using var session = runner.Open(program, RunMode.EachNode, ElementType.Float64);
        for (int i = 0; i < inputs.Count; i++) session.Write(program.Inputs[i].Value, inputs[i]);
        session.Run(cancellation);
        Tensor[] outputs = [.. program.Outputs.Select((port, i) => golden?[i] ?? session.Read(port.Value))];
        for (int i = 0; i < outputs.Length; i++) Add("output", i, program.Outputs[i], outputs[i]);
        double noise = Noise(runner, program, inputs, outputs, cancellation);
        double[] limits =
            [Math.Max(Float64Limit, noise * Float64Noise), Math.Max(Float32Limit, noise * Float32Noise)];
        arrays.Add(KeyValuePair.Create("limits", Doubles([2], limits)));
        foreach (var call in calls)
        {
            var value = program.Values[call.Value];
            if (!value.Type.IsFloating()) continue;
            var (probe, values) = GoldenProbe.Sample(call.Path, InMemory(value, session.Read(call.Value)));
            string name = $"{call.Path}:{call.Call.ToString(CultureInfo.InvariantCulture)}";
            arrays.Add(KeyValuePair.Create("tap.at." + name, new Tensor(
                ElementType.Int64, [probe.Positions.Length],
                MemoryMarshal.AsBytes(probe.Positions.AsSpan()).ToArray())));
            arrays.Add(KeyValuePair.Create("tap.values." + name, values));
            arrays.Add(KeyValuePair.Create("tap.l2." + name, Doubles([], [probe.L2])));
        }
        return arrays;

        void Add(string kind, int i, Port port, Tensor tensor) => arrays.Add(KeyValuePair.Create(
            $"{kind}.{i.ToString(CultureInfo.InvariantCulture)}.{port.Name}",
            InMemory(program.Values[port.Value], tensor)));
    }

    // The largest difference that float32 makes, beside the largest output.
    static double Noise(
        Runner runner, NhwcProgram program, IReadOnlyList<Tensor> inputs, Tensor[] outputs,
        CancellationToken cancellation)
    {
        using var session = runner.Open(program, RunMode.Plain, ElementType.Float32);
        for (int i = 0; i < inputs.Count; i++) session.Write(program.Inputs[i].Value, inputs[i]);
        session.Run(cancellation);
        double noise = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (!outputs[i].Type.IsFloating()) continue;
            double[] exact = outputs[i].ToDoubles(), rough = session.Read(program.Outputs[i].Value).ToDoubles();
            double most = 0, scale = 0;
            for (int j = 0; j < exact.Length; j++)
            {
                if (!double.IsFinite(exact[j]) || !double.IsFinite(rough[j])) continue;
                most = Math.Max(most, Math.Abs(exact[j] - rough[j]));
                scale = Math.Max(scale, Math.Abs(exact[j]));
            }
            noise = Math.Max(noise, scale > 0 ? most / scale : most);
        }
        return noise;
    }

    static Tensor InMemory(NhwcValue value, Tensor tensor)
    {
        if (value.Layout.IsIdentity) return tensor;
        string letters = "abcdefghijklmnopqrstuvwxyz"[..value.Shape.Rank];
        return new Rearrangement(letters, string.Concat(value.Layout.AsSpan().ToArray().Select(axis => letters[axis])))
            .Apply(tensor);
    }

    static Tensor Doubles(Shape shape, double[] values) =>
        new(ElementType.Float64, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
