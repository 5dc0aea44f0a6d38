using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>The part of check 1 that knows Flax and not the converter: each layer is computed at some places by plain
/// loops from the arrays that Flax would look up by name in the tree that ships, and held to what the run gave there.
/// A run reads leaves by its own record of them, and would not notice that scale and bias, or mean and variance, go by
/// each other's names, or that a collection has another one's leaves.</summary>
/// <param name="program">The program.</param>
/// <param name="tree">The tree that ships, by full path.</param>
sealed class FlaxLayers(NhwcProgram program, IReadOnlyDictionary<string, Leaf> tree)
{
    // One array that layers read under several names is stored under one of them, and found there.
    readonly HashSet<string> _ofSeveralNames =
    [
        .. from node in program.Nodes
           from rule in node.Op.Weights
           let leaf = program.Values[node.Inputs[rule.Operand]].Leaf
           where leaf is not null
           group rule.Leaf by leaf.FullPath into names
           where names.Distinct().Count() > 1
           select names.Key,
    ];

    // Places of each result that are computed: few, since one wrong axis moves nearly all of them.
    const int Places = 4;

    // Of Σ|w||x| + |b|. Both sides add in double.
    const double Limit = 1e-11;

    readonly ImmutableArray<string>.Builder _faults = ImmutableArray.CreateBuilder<string>();
    readonly Dictionary<string, double> _errors = new(StringComparer.Ordinal);
    readonly Dictionary<string, Numbers> _arrays = new(StringComparer.Ordinal);
    // Features of the layer at hand that the run computed, by the name that a stored one would have.
    readonly Dictionary<string, double[]> _computed = new(StringComparer.Ordinal);
    // Paths of the arrays of the layer at hand that have several names, by the name that this layer has for each.
    readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);

    /// <summary>What is wrong, one sentence each.</summary>
    public ImmutableArray<string> Faults => _faults.ToImmutable();

    /// <summary>By the value that a layer gives: how far it lies from the loops' at the worst place, as a share of
    /// Σ|w||x| + |b|.</summary>
    public IReadOnlyDictionary<string, double> Errors => _errors;

    /// <summary>How many layers were computed.</summary>
    public int Layers { get; private set; }

    /// <summary>Computes a node's layer in a session that kept all values.</summary>
    public void Observe(RunnerSession session, NhwcNode node, ValueReader reader)
    {
        var model = session.Program;
        _computed.Clear();
        _shared.Clear();
        if (ModuleOf(model, node) is not { } module) return;
        foreach (var rule in node.Op.Weights)
        {
            int operand = node.Inputs[rule.Operand];
            if (model.Values[operand].Leaf is null) _computed[rule.Leaf] = reader.Read(session, operand).ToArray();
        }
        Layer? layer = node.Op switch
        {
            Conv op => OfConv(op, module),
            ConvTranspose op => OfTransposed(op, module),
            Linear op => OfDense(module, op.Bias),
            Addmm => OfDense(module, bias: true),
            BatchNorm2d op => OfBatchNorm(op, module),
            Normalizing op => OfGroupNorm(op, module),
            LayerNorm op => OfLayerNorm(op, module, model.Values[node.Inputs[0]].Layout),
            _ => null,
        };
        if (layer is null) return;
        int input = node.Inputs[node.Op is Addmm ? 1 : 0], output = node.Outputs[0];
        var (x, y) = (model.Values[input].Shape, model.Values[output].Shape);
        if (y.Elements == 0) return;
        Layers++;
        try
        {
            Hold(node, model.Values[output].Name, module, layer, reader.Read(session, input), x,
                reader.Read(session, output), y);
        }
        finally
        {
            foreach (var array in _arrays.Values) array.Dispose();
            _arrays.Clear();
        }
    }

    // The value at a place of the result, and Σ|w||x| + |b|: both in PyTorch's axis order.
    delegate (double Value, double Scale) Layer(ReadOnlySpan<double> x, Shape shape, int[] at);

    void Hold(
        NhwcNode node, string name, string module, Layer layer, ReadOnlySpan<double> x, Shape from,
        ReadOnlySpan<double> y, Shape to)
    {
        for (int place = 0; place < Places; place++)
        {
            // Its middle, where a window meets no padding, and others that only the name decides.
            int[] at = place == 0 ? [.. to.AsSpan().ToArray().Select(extent => extent / 2)]
                : IndexOf(to, (long)(ProbeSums.Mix(GoldenProbe.Seed(name) + (ulong)place) % (ulong)to.Elements));
            long flat = FlatOf(to, at);
            try
            {
                var (value, scale) = layer(x, from, at);
                double off = Math.Abs(value - y[(int)flat]);
                double share = off == 0 ? 0 : off / scale;
                if (double.IsFinite(share)) _errors[name] = Math.Max(_errors.GetValueOrDefault(name), share);
                // Where the run gives no number there is nothing to hold a layer to.
                if (!double.IsFinite(y[(int)flat]) || off <= Limit * scale) continue;
                _faults.Add(FormattableString.Invariant(
                    $"Flax's {node.Op.Name} over '{module}' gives {value:R} at ({string.Join(", ", at)}), the run ") +
                    FormattableString.Invariant($"{y[(int)flat]:R}"));
            }
            catch (Exception e) when (e is KeyNotFoundException or IndexOutOfRangeException)
            {
                _faults.Add($"Flax's {node.Op.Name} over '{module}' does not find its arrays: {e.Message}");
            }
            return;
        }
    }

    // The module of a layer whose stored parameters are all used as they lie, empty where all of them have several
    // names; null for others, and for a kernel that is computed.
    string? ModuleOf(NhwcProgram model, NhwcNode node)
    {
        string? module = null;
        foreach (var rule in node.Op.Weights)
        {
            var value = model.Values[node.Inputs[rule.Operand]];
            if (value.Leaf is not { } leaf)
            {
                if (rule.Form == LeafForm.Features && value.Shape.Rank == 1) continue;
                return null;
            }
            if (!value.Moves.IsEmpty || leaf.Form == LeafForm.Array) return null;
            if (_ofSeveralNames.Contains(leaf.FullPath))
            {
                _shared[rule.Leaf] = leaf.FullPath;
                continue;
            }
            // Another module's, which goes by another name there.
            string key = leaf.TorchKey.Contains('.', StringComparison.Ordinal)
                ? leaf.TorchKey[..leaf.TorchKey.LastIndexOf('.')] : "";
            if (leaf.Path[^1] != rule.Leaf && key != node.Place.Module) return null;
            // One that another module has, or that is no layer's own, is not looked up by this one.
            string owner = string.Join('/', leaf.Path[..^1]);
            if (module is not null && owner != module) return null;
            module = owner;
        }
        return module ?? (_shared.Count > 0 ? "" : null);
    }

    // An array as Flax finds it: by collection, module and name.
    Numbers Find(string collection, string module, string name)
    {
        if (!_shared.TryGetValue(name, out string? path))
            path = module.Length == 0 ? $"{collection}/{name}" : $"{collection}/{module}/{name}";
        if (_arrays.TryGetValue(path, out var known)) return known;
        if (!tree.TryGetValue(path, out var leaf)) throw new KeyNotFoundException($"'{path}' is not in the tree");
        return _arrays[path] = new Numbers(path, leaf.Borrow());
    }

    Numbers Find(string collection, string module, string name, params ReadOnlySpan<int> shape)
    {
        var found = Find(collection, module, name);
        return found.Shape == Shape.Create(shape) ? found : throw new KeyNotFoundException(
            $"'{found.Path}' has the shape {found.Shape}, Flax wants {Shape.Create(shape)}");
    }

    double Feature(string collection, string module, string name, long at, params ReadOnlySpan<int> shape) =>
        _computed.TryGetValue(name, out double[]? values) ? values[at] : Find(collection, module, name, shape)[at];

    // Elements of an array, of which few are looked at.
    sealed class Numbers(string path, BorrowedTensor elements) : IDisposable
    {
        readonly double[]? _widened = elements.Tensor.Type is ElementType.Float32 or ElementType.Float64
            ? null : elements.Tensor.ToDoubles();

        public string Path => path;

        public Shape Shape => elements.Tensor.Shape;

        public double this[long at] => _widened is not null ? _widened[at]
            : elements.Tensor.Type == ElementType.Float32 ? elements.Tensor.As<float>()[(int)at]
            : elements.Tensor.As<double>()[(int)at];

        public void Dispose() => elements.Dispose();
    }

    // linen.Conv: kernel (window…, in/groups, out).
    Layer OfConv(Conv op, string module) => (x, shape, at) =>
    {
        var window = Extents(module, op.Axes);
        var padding = op.SamePadding ? Same(op, window) : [.. op.Padding.Low];
        return Convolve(
            module, x, shape, at, window, op.Groups, op.Bias,
            (axis, o, k) => ((long)o * op.Stride[axis]) + ((long)op.Dilation[axis] * k) - padding[axis],
            mirrored: false);
    };

    static int[] Same(Conv op, int[] window) => [.. window.Select((k, axis) => op.Dilation[axis] * (k - 1) / 2)];

    // linen.ConvTranspose(transpose_kernel=True): kernel (window…, out, in); grouped, a Conv over the input with
    // zeros between its elements.
    Layer OfTransposed(ConvTranspose op, string module) => (x, shape, at) =>
    {
        var window = Extents(module, op.Axes);
        // Where the element of the input lies that a tap meets; -1 between two, or outside.
        long Met(int axis, int o, int k)
        {
            long place = op.Groups == 1
                ? o + op.Padding[axis] - ((long)op.Dilation[axis] * k)
                : o + ((long)op.Dilation[axis] * (k - window[axis] + 1)) + op.Padding[axis];
            return place >= 0 && place % op.Stride[axis] == 0 ? place / op.Stride[axis] : -1;
        }
        return Convolve(module, x, shape, at, window, op.Groups, op.Bias, Met, mirrored: op.Groups == 1);
    };

    int[] Extents(string module, int axes)
    {
        var kernel = Find("params", module, "kernel");
        return kernel.Shape.Rank == axes + 2 ? [.. kernel.Shape.AsSpan()[..axes]] : throw new KeyNotFoundException(
            $"'{kernel.Path}' has the shape {kernel.Shape}, Flax wants {axes + 2} axes");
    }

    (double, double) Convolve(
        string module, ReadOnlySpan<double> x, Shape shape, int[] at, int[] window, int groups, bool bias,
        Func<int, int, int, long> met, bool mirrored)
    {
        int channels = OutputsOf(module, mirrored), inputs = shape[1] / groups, channel = at[1];
        Numbers kernel = mirrored
            ? Find("params", module, "kernel", [.. window, channels, inputs])
            : Find("params", module, "kernel", [.. window, inputs, channels]);
        int first = channel / (channels / groups) * inputs;
        double sum = 0, scale = 0;
        int taps = window.Aggregate(1, (product, extent) => product * extent);
        for (int tap = 0; tap < taps; tap++)
        {
            int[] k = IndexOf(Shape.Create(window), tap);
            long place = at[0];
            bool inside = true;
            for (int axis = 0; inside && axis < window.Length; axis++)
            {
                long i = met(axis, at[2 + axis], k[axis]);
                inside = i >= 0 && i < shape[2 + axis];
            }
            if (!inside) continue;
            for (int c = 0; c < inputs; c++)
            {
                place = ((long)at[0] * shape[1]) + first + c;
                for (int axis = 0; axis < window.Length; axis++)
                    place = (place * shape[2 + axis]) + met(axis, at[2 + axis], k[axis]);
                double w = mirrored
                    ? kernel[(((long)tap * channels) + channel) * inputs + c]
                    : kernel[(((long)tap * inputs) + c) * channels + channel];
                sum += w * x[(int)place];
                scale += Math.Abs(w * x[(int)place]);
            }
        }
        double b = bias ? Feature("params", module, "bias", channel, channels) : 0;
        return (sum + b, scale + Math.Abs(b));
    }

    int OutputsOf(string module, bool mirrored) => Find("params", module, "kernel").Shape[mirrored ? -2 : -1];

    // linen.Dense: kernel (in, out).
    Layer OfDense(string module, bool bias) => (x, shape, at) =>
    {
        int features = shape[-1], outputs = OutputsOf(module, mirrored: false), output = at[^1];
        var kernel = Find("params", module, "kernel", features, outputs);
        long row = 0;
        for (int axis = 0; axis < at.Length - 1; axis++) row = (row * shape[axis]) + at[axis];
        double sum = 0, scale = 0;
        for (int i = 0; i < features; i++)
        {
            double term = x[(int)((row * features) + i)] * kernel[((long)i * outputs) + output];
            sum += term;
            scale += Math.Abs(term);
        }
        double b = bias ? Feature("params", module, "bias", output, outputs) : 0;
        return (sum + b, scale + Math.Abs(b));
    };

    // linen.BatchNorm(use_running_average=True).
    Layer OfBatchNorm(BatchNorm2d op, string module) => (x, shape, at) =>
    {
        int channels = shape[1], channel = at[1];
        double value = x[(int)FlatOf(shape, at)];
        double mean = Feature("batch_stats", module, "mean", channel, channels);
        double variance = Feature("batch_stats", module, "var", channel, channels);
        double scale = op.Scale ? Feature("params", module, "scale", channel, channels) : 1;
        double bias = op.Bias ? Feature("params", module, "bias", channel, channels) : 0;
        double factor = scale / Math.Sqrt(variance + op.Eps);
        return (((value - mean) * factor) + bias,
            ((Math.Abs(value) + Math.Abs(mean)) * Math.Abs(factor)) + Math.Abs(bias));
    };

    // linen.GroupNorm and linen.InstanceNorm; linen.BatchNorm(use_running_average=False) where images share statistics.
    Layer OfGroupNorm(Normalizing op, string module) => (x, shape, at) =>
    {
        int channels = shape[1], channel = at[1], together = op.ChannelsTogether(channels);
        int plane = shape.Rank == 2 ? 1 : (int)Shape.Create(shape.AsSpan()[2..]).Elements;
        int first = channel / together * together;
        var (from, to) = op.ImagesTogether ? (0, shape[0]) : (at[0], at[0] + 1);
        double count = (double)(to - from) * together * plane, mean = 0, squares = 0;
        for (int n = from; n < to; n++)
        {
            var block = x.Slice(((n * channels) + first) * plane, together * plane);
            foreach (double value in block) mean += value / count;
        }
        for (int n = from; n < to; n++)
        {
            var block = x.Slice(((n * channels) + first) * plane, together * plane);
            foreach (double value in block) squares += (value - mean) * (value - mean) / count;
        }
        double scale = op.Scale ? Feature("params", module, "scale", channel, channels) : 1;
        double bias = op.Bias ? Feature("params", module, "bias", channel, channels) : 0;
        double found = x[(int)FlatOf(shape, at)], factor = scale / Math.Sqrt(squares + op.Eps);
        double size = (Math.Abs(found) + Math.Abs(mean)) * Math.Abs(factor);
        return (((found - mean) * factor) + bias, (100 * size) + Math.Abs(bias));
    };

    // linen.LayerNorm over the last axes, which lie in Flax's arrays in the order that they have in its input.
    Layer OfLayerNorm(LayerNorm op, string module, Permutation layout) => (x, shape, at) =>
    {
        int count = op.NormalizedShape.Count, first = shape.Rank - count;
        int[] order = [.. layout.AsSpan().ToArray().Where(axis => axis >= first)];
        int[] extents = [.. order.Select(axis => shape[axis])], place = [.. order.Select(axis => at[axis])];
        int features = op.NormalizedShape.Aggregate(1, (product, extent) => product * extent);
        long flat = FlatOf(shape, at), row = flat / features * features, feature = FlatOf(Shape.Create(extents), place);
        double mean = 0, squares = 0;
        for (int i = 0; i < features; i++) mean += x[(int)row + i] / features;
        for (int i = 0; i < features; i++) squares += (x[(int)row + i] - mean) * (x[(int)row + i] - mean) / features;
        double scale = op.Scale ? Feature("params", module, "scale", feature, extents) : 1;
        double bias = op.Bias ? Feature("params", module, "bias", feature, extents) : 0;
        double value = x[(int)flat], factor = scale / Math.Sqrt(squares + op.Eps);
        double size = (Math.Abs(value) + Math.Abs(mean)) * Math.Abs(factor);
        // The mean of many numbers that cancel carries their rounding.
        return (((value - mean) * factor) + bias, (100 * size) + Math.Abs(bias));
    };

    static int[] IndexOf(Shape shape, long flat)
    {
        var index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            index[axis] = (int)(flat % shape[axis]);
            flat /= shape[axis];
        }
        return index;
    }

    static long FlatOf(Shape shape, int[] at)
    {
        long flat = 0;
        for (int axis = 0; axis < at.Length; axis++) flat = (flat * shape[axis]) + at[axis];
        return flat;
    }
}
