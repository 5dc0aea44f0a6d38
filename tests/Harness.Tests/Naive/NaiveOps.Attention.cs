namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>group_norm</c>: x[n, c] less the mean of the group's channels of that image, by their deviation
    /// (of n, not n − 1), times weight[c] plus bias[c].</summary>
    public static NaiveTensor GroupNorm(
        NaiveTensor x, int groups, NaiveTensor? weight, NaiveTensor? bias, double epsilon)
    {
        var together = x.Shape[1] / groups;
        return Normalized(x, weight, bias, epsilon, at => (at[0], at[1] / together));
    }

    /// <summary><c>batch_norm</c> without running statistics: channel by channel, by the batch's own mean and
    /// deviation.</summary>
    public static NaiveTensor BatchNormOfBatch(
        NaiveTensor x, NaiveTensor? weight, NaiveTensor? bias, double epsilon) =>
        Normalized(x, weight, bias, epsilon, at => (0, at[1]));

    /// <summary><c>rms_norm</c>: by the root of the mean of squares over the last axes, as many as
    /// <paramref name="axes"/>.</summary>
    public static NaiveTensor RmsNorm(NaiveTensor x, int axes, NaiveTensor? weight, double epsilon)
    {
        var block = x.Shape[^axes..].Aggregate(1, (product, extent) => product * extent);
        var y = new double[x.Data.Length];
        for (var i = 0; i < y.Length; i++)
        {
            var squares = x.Data[(i / block * block)..(i / block * block + block)].Average(value => value * value);
            y[i] = x.Data[i] / Math.Sqrt(squares + epsilon) * (weight?.Data[i % block] ?? 1);
        }
        return new NaiveTensor(x.Shape, y);
    }

    /// <summary><c>scaled_dot_product_attention</c>: for each query the mean of the values, weighted by the
    /// exponentials of its products with their keys. A mask of flags hides keys, another is added to the
    /// products.</summary>
    public static NaiveTensor Attention(
        NaiveTensor query, NaiveTensor key, NaiveTensor value, NaiveTensor? mask, bool maskIsFlags, bool causal,
        double? scale, bool grouped)
    {
        if (grouped)
        {
            key = Repeated(key, query.Shape[^3] / key.Shape[^3]);
            value = Repeated(value, query.Shape[^3] / value.Shape[^3]);
        }
        var batch = Common(Common(query.Shape[..^2], key.Shape[..^2]), value.Shape[..^2]);
        var factor = scale ?? 1 / Math.Sqrt(query.Shape[^1]);
        return NaiveTensor.From([.. batch, query.Shape[^2], value.Shape[^1]], at =>
        {
            double sum = 0, total = 0;
            var head = at[..^2];
            for (var s = 0; s < key.Shape[^2]; s++)
            {
                if (causal && s > at[^2]) continue;
                var product = 0.0;
                for (var e = 0; e < query.Shape[^1]; e++)
                    product += Broadcasted(query, [.. head, at[^2], e]) * Broadcasted(key, [.. head, s, e]);
                product *= factor;
                if (mask is not null)
                {
                    var entry = Broadcasted(mask, [.. head, at[^2], s]);
                    if (maskIsFlags && entry == 0) continue;
                    if (!maskIsFlags) product += entry;
                }
                var weight = Math.Exp(product);
                total += weight;
                sum += weight * Broadcasted(value, [.. head, s, at[^1]]);
            }
            return total == 0 ? 0 : sum / total;
        });
    }

    /// <summary><c>einsum</c>: for each place of the result, every product of elements whose letters are where they
    /// are.</summary>
    public static NaiveTensor Einsum(string equation, NaiveTensor[] operands)
    {
        var sides = equation.Replace(" ", "").Split("->");
        var terms = sides[0].Split(',');
        var dots = operands.Select((operand, i) => operand.Rank - terms[i].Replace("...", "").Length).ToArray();
        var most = Enumerable.Range(0, terms.Length).Max(i => terms[i].Contains("...") ? dots[i] : 0);
        // Axes of an ellipsis are digits, the last one 9.
        for (var i = 0; i < terms.Length; i++) terms[i] = terms[i].Replace("...", Digits(dots[i]));
        var result = sides.Length > 1
            ? sides[1].Replace("...", Digits(most))
            : Digits(most) + string.Concat(string.Concat(terms).Where(char.IsLetter).GroupBy(letter => letter)
                .Where(group => group.Count() == 1).Select(group => group.Key).Order());
        var letters = string.Concat(string.Concat(terms).Distinct());
        var extents = letters.ToDictionary(letter => letter, letter => Enumerable.Range(0, terms.Length)
            .Max(i => terms[i].Contains(letter) ? operands[i].Shape[terms[i].IndexOf(letter)] : 1));
        var y = NaiveTensor.Zeros([.. result.Select(letter => extents[letter])]);
        foreach (var at in NaiveTensor.Indices([.. letters.Select(letter => extents[letter])]))
        {
            var product = 1.0;
            for (var i = 0; i < terms.Length; i++)
                product *= Broadcasted(operands[i], [.. terms[i].Select(letter => at[letters.IndexOf(letter)])]);
            y[[.. result.Select(letter => at[letters.IndexOf(letter)])]] += product;
        }
        return y;
    }

    static string Digits(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(i => (char)('9' - count + 1 + i)));

    /// <summary><c>matmul</c> of operands of which one may be a vector, and of two vectors.</summary>
    public static NaiveTensor Product(NaiveTensor a, NaiveTensor b)
    {
        var row = a.Rank == 1 ? new NaiveTensor([1, .. a.Shape], a.Data) : a;
        var column = b.Rank == 1 ? new NaiveTensor([.. b.Shape, 1], b.Data) : b;
        var y = MatMul(row, column);
        int[] shape = [.. y.Shape[..^2], .. a.Rank == 1 ? [] : y.Shape[^2..^1], .. b.Rank == 1 ? [] : y.Shape[^1..]];
        return new NaiveTensor(shape, y.Data);
    }

    /// <summary>Attention of packed heads: weights are those of the packed projection and of the last one, each with
    /// its bias.</summary>
    public static NaiveTensor MultiheadAttention(
        NaiveTensor query, NaiveTensor key, NaiveTensor value, int heads, NaiveTensor[] weights)
    {
        int width = query.Shape[2], each = width / heads;
        NaiveTensor Heads(NaiveTensor x, int role)
        {
            var y = Linear(
                x, Narrow(weights[0], 0, role * width, width), Narrow(weights[1], 0, role * width, width));
            return Transpose(new NaiveTensor([x.Shape[0], x.Shape[1], heads, each], y.Data), 1, 2);
        }
        var joined = Attention(
            Heads(query, 0), Heads(key, 1), Heads(value, 2), null, false, false, null, false);
        return Linear(new NaiveTensor(query.Shape, Transpose(joined, 1, 2).Data), weights[2], weights[3]);
    }

    /// <summary>A layer of a transformer: norms are weight and bias of each, then those of the two linear
    /// layers.</summary>
    public static NaiveTensor TransformerEncoderLayer(
        NaiveTensor x, int heads, NaiveTensor[] attention, NaiveTensor[] rest, bool gelu, bool normFirst,
        double epsilon)
    {
        NaiveTensor One(NaiveTensor value) => LayerNorm(value, 1, rest[0], rest[1], epsilon);
        NaiveTensor Two(NaiveTensor value) => LayerNorm(value, 1, rest[2], rest[3], epsilon);
        NaiveTensor Attended(NaiveTensor value) => MultiheadAttention(value, value, value, heads, attention);
        NaiveTensor Fed(NaiveTensor value) =>
            Linear(Linear(value, rest[4], rest[5]).Map(gelu ? Gelu : Relu), rest[6], rest[7]);
        if (!normFirst)
        {
            x = One(Add(x, Attended(x)));
            return Two(Add(x, Fed(x)));
        }
        x = Add(x, Attended(One(x)));
        return Add(x, Fed(Two(x)));
    }

    /// <summary><c>bilinear</c>: Σ x1[i] · weight[o, i, j] · x2[j] + bias[o].</summary>
    public static NaiveTensor Bilinear(NaiveTensor x1, NaiveTensor x2, NaiveTensor weight, NaiveTensor? bias)
    {
        var y = Einsum("...i,oij,...j->...o", [x1, weight, x2]);
        return bias is null ? y : Add(y, bias, 1);
    }

    /// <summary>A recurrent layer: <paramref name="step"/> takes the gates of the input, those of the state, and the
    /// states, and gives new ones. Results: outputs, then states.</summary>
    public static NaiveTensor[] Recurrent(
        NaiveTensor x, NaiveTensor[] states, NaiveTensor[] weights, bool biased, int layers, int directions,
        bool batchFirst, Func<double[], double[], double[][], double[][]> step)
    {
        if (batchFirst) x = Transpose(x, 0, 1);
        int times = x.Shape[0], batch = x.Shape[1], features = states[0].Shape[2];
        var each = weights.Length / (layers * directions);
        var projected = each == (biased ? 5 : 3);
        var last = states.Select(state => NaiveTensor.Zeros(state.Shape)).ToArray();
        for (var layer = 0; layer < layers; layer++)
        {
            var y = NaiveTensor.Zeros(times, batch, directions * features);
            for (var direction = 0; direction < directions; direction++)
            {
                var run = layer * directions + direction;
                var own = weights[(run * each)..((run + 1) * each)];
                for (var n = 0; n < batch; n++)
                {
                    var now = states.Select(state => Row(state, run, n)).ToArray();
                    for (var i = 0; i < times; i++)
                    {
                        var t = direction == 0 ? i : times - 1 - i;
                        now = step(
                            Affine(own[0], Row(x, t, n), biased ? own[2] : null),
                            Affine(own[1], now[0], biased ? own[3] : null), now);
                        if (projected) now[0] = Affine(own[^1], now[0], null);
                        for (var c = 0; c < features; c++) y[t, n, direction * features + c] = now[0][c];
                    }
                    for (var s = 0; s < now.Length; s++)
                        for (var c = 0; c < now[s].Length; c++) last[s][run, n, c] = now[s][c];
                }
            }
            x = y;
        }
        return [batchFirst ? Transpose(x, 0, 1) : x, .. last];
    }

    /// <summary>A cell: one step of one layer.</summary>
    public static NaiveTensor[] Cell(
        NaiveTensor x, NaiveTensor[] states, NaiveTensor[] weights,
        Func<double[], double[], double[][], double[][]> step)
    {
        var sequence = new NaiveTensor([1, .. x.Shape], x.Data);
        var whole = states.Select(state => new NaiveTensor([1, .. state.Shape], state.Data)).ToArray();
        var results = Recurrent(sequence, whole, weights, weights.Length > 2, 1, 1, false, step);
        return [.. results[1..].Select(state => new NaiveTensor(state.Shape[1..], state.Data))];
    }

    /// <summary>Gates i, f, g, o; states h, c.</summary>
    public static double[][] LstmStep(double[] a, double[] b, double[][] states)
    {
        var h = states[1].Length;
        double Gate(int gate, int i) => a[gate * h + i] + b[gate * h + i];
        var c = states[1].Select((old, i) =>
            Sigmoid(Gate(1, i)) * old + Sigmoid(Gate(0, i)) * Math.Tanh(Gate(2, i))).ToArray();
        return [[.. c.Select((value, i) => Sigmoid(Gate(3, i)) * Math.Tanh(value))], c];
    }

    /// <summary>Gates r, z, n.</summary>
    public static double[][] GruStep(double[] a, double[] b, double[][] states)
    {
        var h = states[0].Length;
        return [[.. states[0].Select((old, i) =>
        {
            var z = Sigmoid(a[h + i] + b[h + i]);
            var n = Math.Tanh(a[2 * h + i] + Sigmoid(a[i] + b[i]) * b[2 * h + i]);
            return (1 - z) * n + z * old;
        })]];
    }

    /// <summary>One gate.</summary>
    public static double[][] RnnStep(double[] a, double[] b, Func<double, double> function) =>
        [[.. a.Select((value, i) => function(value + b[i]))]];

    static double[] Row(NaiveTensor x, int first, int second) =>
        [.. Enumerable.Range(0, x.Shape[2]).Select(i => x[first, second, i])];

    static double[] Affine(NaiveTensor weight, double[] x, NaiveTensor? bias) =>
        [.. Enumerable.Range(0, weight.Shape[0]).Select(o => x.Select((value, i) => weight[o, i] * value).Sum()
            + (bias?[o] ?? 0))];

    // Each head as often as queries share it.
    static NaiveTensor Repeated(NaiveTensor x, int times)
    {
        int[] shape = [.. x.Shape];
        shape[^3] *= times;
        return NaiveTensor.From(shape, at => x[With(at, at.Length - 3, at[^3] / times)]);
    }

    static int[] Common(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var one = i <= a.Length ? a[^i] : 1;
            shape[^i] = one != 1 || i > b.Length ? one : b[^i];
        }
        return shape;
    }

    static double Broadcasted(NaiveTensor x, int[] at)
    {
        var index = at[^x.Rank..];
        for (var axis = 0; axis < index.Length; axis++)
            if (x.Shape[axis] == 1) index[axis] = 0;
        return x[index];
    }

    // Elements with the same key share mean and variance.
    static NaiveTensor Normalized(
        NaiveTensor x, NaiveTensor? weight, NaiveTensor? bias, double epsilon, Func<int[], (int, int)> key)
    {
        var statistics = NaiveTensor.Indices(x.Shape).GroupBy(key).ToDictionary(group => group.Key, group =>
        {
            var values = group.Select(at => x[at]).ToArray();
            var mean = values.Average();
            return (Mean: mean, Variance: values.Average(value => (value - mean) * (value - mean)));
        });
        return NaiveTensor.From(x.Shape, at =>
        {
            var (mean, variance) = statistics[key(at)];
            return (x[at] - mean) / Math.Sqrt(variance + epsilon) * (weight?[at[1]] ?? 1) + (bias?[at[1]] ?? 0);
        });
    }
}
