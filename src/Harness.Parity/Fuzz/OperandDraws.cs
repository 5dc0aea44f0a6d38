using Harness.Executor.Model;

namespace Harness.Parity.Fuzz;

/// <summary>What schemas do not say: which operands and which lists of numbers go together often enough to be worth a
/// try. Whether they do in fact is for the executor and the reference to say.</summary>
static class OperandDraws
{
    delegate SketchValue Draw(CallDraw call);

    // By the operator without overload. What stands nowhere here is drawn from its schema alone.
    static readonly Dictionary<string, Draw> s_draws = new(StringComparer.Ordinal)
    {
        ["_adaptive_avg_pool2d"] = call => Adaptive(call, 2),
        ["_adaptive_avg_pool3d"] = call => Adaptive(call, 3),
        ["_convolution"] = call => Convolution(call, null),
        ["_convolution_mode"] = call => Convolution(call, null),
        ["_log_softmax"] = Float,
        ["_native_batch_norm_legit_no_training"] = BatchNorm,
        ["_pad_circular"] = call => Border(call, call.Dice.Between(1, 3)),
        ["_pad_enum"] = call => Border(call, call.Dice.Between(1, 3)),
        ["_reshape_alias"] = Reshape,
        ["_softmax"] = Float,
        ["_unsafe_view"] = Reshape,
        ["_upsample_bicubic2d_aa"] = call => Resized(call, 2),
        ["_upsample_bilinear2d_aa"] = call => Resized(call, 2),
        ["_upsample_nearest_exact1d"] = call => Resized(call, 1),
        ["_upsample_nearest_exact2d"] = call => Resized(call, 2),
        ["_upsample_nearest_exact3d"] = call => Resized(call, 3),
        ["adaptive_avg_pool1d"] = call => Adaptive(call, 1),
        ["adaptive_avg_pool2d"] = call => Adaptive(call, 2),
        ["adaptive_avg_pool3d"] = call => Adaptive(call, 3),
        ["adaptive_max_pool1d"] = call => Adaptive(call, 1),
        ["adaptive_max_pool2d"] = call => Adaptive(call, 2),
        ["adaptive_max_pool3d"] = call => Adaptive(call, 3),
        ["add"] = Arithmetic,
        ["addmm"] = Addmm,
        ["affine_grid_generator"] = AffineGrid,
        ["avg_pool1d"] = call => Pool(call, 1),
        ["avg_pool2d"] = call => Pool(call, 2),
        ["avg_pool3d"] = call => Pool(call, 3),
        ["batch_norm"] = BatchNorm,
        ["bmm"] = MatMul,
        ["cat"] = Cat,
        ["col2im"] = Fold,
        ["concat"] = Cat,
        ["concatenate"] = Cat,
        ["constant_pad_nd"] = Pad,
        ["conv1d"] = call => Convolution(call, 1),
        ["conv2d"] = call => Convolution(call, 2),
        ["conv3d"] = call => Convolution(call, 3),
        ["conv_transpose1d"] = call => Transposed(call, 1),
        ["conv_transpose2d"] = call => Transposed(call, 2),
        ["conv_transpose3d"] = call => Transposed(call, 3),
        ["convolution"] = call => Convolution(call, null),
        ["div"] = Arithmetic,
        ["divide"] = Arithmetic,
        ["dropout"] = Dropout,
        ["alpha_dropout"] = Dropout,
        ["elu"] = ELU,
        ["expand"] = Expand,
        ["feature_alpha_dropout"] = Dropout,
        ["feature_dropout"] = Dropout,
        ["grid_sampler"] = call => Sampled(call, call.Dice.Of(2, 2, 3)),
        ["grid_sampler_2d"] = call => Sampled(call, 2),
        ["grid_sampler_3d"] = call => Sampled(call, 3),
        ["im2col"] = Unfold,
        ["layer_norm"] = LayerNorm,
        ["linear"] = Linear,
        ["matmul"] = MatMul,
        ["max_pool1d"] = call => Pool(call, 1),
        ["max_pool1d_with_indices"] = call => Pool(call, 1),
        ["max_pool2d"] = call => Pool(call, 2),
        ["max_pool2d_with_indices"] = call => Pool(call, 2),
        ["max_pool3d"] = call => Pool(call, 3),
        ["max_pool3d_with_indices"] = call => Pool(call, 3),
        ["mm"] = MatMul,
        ["mul"] = Arithmetic,
        ["multiply"] = Arithmetic,
        ["narrow"] = Slice,
        ["native_batch_norm"] = BatchNorm,
        ["native_dropout"] = Dropout,
        ["native_layer_norm"] = LayerNorm,
        ["pad"] = Pad,
        ["permute"] = Permute,
        ["pow"] = Pow,
        ["reflection_pad1d"] = call => Border(call, 1),
        ["reflection_pad2d"] = call => Border(call, 2),
        ["reflection_pad3d"] = call => Border(call, 3),
        ["replication_pad1d"] = call => Border(call, 1),
        ["replication_pad2d"] = call => Border(call, 2),
        ["replication_pad3d"] = call => Border(call, 3),
        ["reshape"] = Reshape,
        ["rsub"] = Arithmetic,
        ["select"] = Select,
        ["slice"] = Slice,
        ["split"] = Split,
        ["split_with_sizes"] = Split,
        ["sub"] = Arithmetic,
        ["subtract"] = Arithmetic,
        ["t"] = call => call.Operand(value => value.Shape.Rank <= 2, () => Fact.Float(call.Shape(2))),
        ["true_divide"] = Arithmetic,
        ["unbind"] = Unbind,
        ["unflatten"] = Unflatten,
        ["unsqueeze"] = Unsqueeze,
        ["upsample_bicubic2d"] = call => Resized(call, 2),
        ["upsample_bilinear2d"] = call => Resized(call, 2),
        ["upsample_linear1d"] = call => Resized(call, 1),
        ["upsample_nearest1d"] = call => Resized(call, 1),
        ["upsample_nearest2d"] = call => Resized(call, 2),
        ["upsample_nearest3d"] = call => Resized(call, 3),
        ["upsample_trilinear3d"] = call => Resized(call, 3),
        ["view"] = Reshape,
        ["view_copy"] = Reshape,
    };

    /// <summary>Draws the operands of a call, and what hangs on them.</summary>
    /// <returns>The first operand.</returns>
    public static SketchValue Of(CallDraw call)
    {
        if (s_draws.TryGetValue(call.Op, out var draw))
        {
            var self = draw(call);
            call[call.Signature.Parameters[0].Name] = self.Argument;
            if (call.Op is "cat" or "concat" or "concatenate") call["tensors"] = Joined(call, self);
            return self;
        }
        var any = call.Any();
        call[call.Signature.Parameters[0].Name] = any.Argument;
        return any;
    }

    static SketchValue Float(CallDraw call)
    {
        call["half_to_float"] = Argument.Of(call.Dice.Chance(3));
        return call.Float(value => value.Shape.Rank > 0, () => call.Shape(call.Dice.Between(1, 5)));
    }

    static SketchValue Dropout(CallDraw call)
    {
        call["train"] = Argument.Of(call.Dice.Chance(3));
        return call.Any();
    }

    static SketchValue ELU(CallDraw call)
    {
        call["scale"] = call["input_scale"] = Argument.Of(1L);
        return call.Any();
    }

    static SketchValue Pow(CallDraw call)
    {
        call["exponent"] = call.Dice.Chance(50) ? Argument.Of(call.Dice.Of<long>(2, 2, 3, -1, -2, 1))
            : Argument.Of(call.Dice.Of(2.0, 3.0, 0.5, -0.5, -1.0, 1.5));
        return call.Any();
    }

    static SketchValue Arithmetic(CallDraw call)
    {
        var self = call.Any();
        if (call.Signature.Parameters[1].Type.Kind == Executor.Schema.ValueKind.Tensor)
            call["other"] = call.Other(self).Argument;
        if (call.Takes("rounding_mode") && call.Dice.Chance(90)) call["rounding_mode"] = Argument.None;
        return self;
    }

    // A batch of images, sequences or volumes; one of them a few times.
    static SketchValue Images(CallDraw call, int? axes)
    {
        int wanted = axes ?? call.Dice.Of(1, 2, 2, 2, 3);
        bool single = call.Dice.Chance(8);
        return call.Float(value => value.Shape.Rank == wanted + (single ? 1 : 2), () => single
            ? Shape.Create([.. call.Shape(wanted + 2).Skip(1)]) : call.Shape(wanted + 2));
    }

    static SketchValue Convolution(CallDraw call, int? named)
    {
        var dice = call.Dice;
        var x = Images(call, named);
        int axes = named ?? Math.Max(1, x.Shape.Rank - 2);
        bool transposed = call.Takes("transposed") && dice.Chance(35);
        call["transposed"] = Argument.Of(transposed);
        int channels = Math.Max(1, x.Shape.Rank > axes ? x.Shape[-axes - 1] : 1);
        int groups = Groups(call, channels);
        int into = groups * dice.Between(1, Math.Max(1, call.Channels() / groups));
        int[] window = Extents(call, axes);
        call["groups"] = Argument.Of((long)groups);
        Shape shape = transposed ? [channels, into / groups, .. window] : [into, channels / groups, .. window];
        call["weight"] = call.Weight("weight", shape);
        call["bias"] = dice.Chance(55) ? call.Weight("bias", [into]) : Argument.None;
        bool isText = call.Signature.Parameters.First(p => p.Name == "padding").Type.Kind
            == Executor.Schema.ValueKind.Str;
        bool same = isText && dice.Chance(60);
        call["stride"] = same && dice.Chance(90) ? CallDraw.Ints(Enumerable.Repeat(1, axes))
            : call.Window("stride", axes, () => dice.Of(1, 1, 1, 2, 2, 3));
        call["padding"] = isText ? Argument.Of(same ? "same" : "valid")
            : call.Window("padding", axes, () => dice.Of(0, 0, 1, 1, 2, 3));
        call["dilation"] = call.Window("dilation", axes, () => dice.Of(1, 1, 1, 1, 2, 3));
        call["output_padding"] = transposed ? call.Window("output_padding", axes, () => dice.Of(0, 0, 0, 1))
            : CallDraw.Ints(Enumerable.Repeat(0, axes));
        return x;
    }

    static SketchValue Transposed(CallDraw call, int axes)
    {
        var dice = call.Dice;
        var x = Images(call, axes);
        int channels = Math.Max(1, x.Shape[-axes - 1]);
        int groups = Groups(call, channels);
        int into = groups * dice.Between(1, Math.Max(1, call.Channels() / groups));
        call["groups"] = Argument.Of((long)groups);
        call["weight"] = call.Weight("weight", [channels, into / groups, .. Extents(call, axes)]);
        call["bias"] = dice.Chance(55) ? call.Weight("bias", [into]) : Argument.None;
        call["stride"] = call.Window("stride", axes, () => dice.Of(1, 1, 2, 2, 3));
        call["padding"] = call.Window("padding", axes, () => dice.Of(0, 0, 1, 1, 2));
        call["dilation"] = call.Window("dilation", axes, () => dice.Of(1, 1, 1, 2, 3));
        call["output_padding"] = call.Window("output_padding", axes, () => dice.Of(0, 0, 0, 1));
        return x;
    }

    static int Groups(CallDraw call, int channels)
    {
        int kind = call.Dice.Below(100);
        if (kind < 60) return 1;
        if (kind < 80) return channels;
        int[] divisors = [.. Enumerable.Range(1, channels).Where(d => channels % d == 0)];
        return divisors[call.Dice.Below(divisors.Length)];
    }

    static int[] Extents(CallDraw call, int axes)
    {
        int Draw() => call.Dice.Of(1, 1, 2, 3, 3, 3, 4, 5, 7);
        return call.Dice.Chance(50) ? [.. Enumerable.Repeat(Draw(), axes)]
            : [.. Enumerable.Range(0, axes).Select(_ => Draw())];
    }

    static SketchValue Pool(CallDraw call, int axes)
    {
        var dice = call.Dice;
        var x = Images(call, axes);
        call["kernel_size"] = call.Window("kernel_size", axes, () => dice.Of(1, 2, 2, 3, 3, 4));
        call["stride"] = dice.Chance(30) ? CallDraw.Ints([])
            : call.Window("stride", axes, () => dice.Of(1, 1, 2, 2, 3));
        call["padding"] = call.Window("padding", axes, () => dice.Of(0, 0, 0, 1, 1));
        call["dilation"] = call.Window("dilation", axes, () => dice.Of(1, 1, 1, 2));
        call["ceil_mode"] = Argument.Of(dice.Chance(40));
        call["divisor_override"] = dice.Chance(80) ? Argument.None : Argument.Of((long)dice.Between(-2, 7));
        return x;
    }

    static SketchValue Adaptive(CallDraw call, int axes)
    {
        var x = Images(call, axes);
        bool open = call.Signature.Overload == "none";
        call["output_size"] = open
            ? Argument.Of([.. Enumerable.Range(0, axes).Select(_ => call.Dice.Chance(40) ? Argument.None
                : Argument.Of((long)call.Dice.Between(1, 7)))])
            : call.Window("output_size", axes, () => call.Dice.Chance(30) ? 1 : call.Dice.Between(1, 9));
        return x;
    }

    static SketchValue BatchNorm(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Float(value => value.Shape.Rank >= 2, () => call.Shape(dice.Between(2, 5)));
        int channels = x.Shape.Rank > 1 ? x.Shape[1] : 1;
        call["weight"] = dice.Chance(80) ? call.Weight("weight", [channels]) : Argument.None;
        call["bias"] = dice.Chance(80) ? call.Weight("bias", [channels]) : Argument.None;
        call["running_mean"] = call.Weight("running_mean", [channels], isBuffer: true);
        call["running_var"] = call.Weight("running_var", [channels], isBuffer: true);
        call["training"] = Argument.Of(dice.Chance(2));
        call["momentum"] = Argument.Of(dice.Of(0.1, 0.01, 0.0));
        call["eps"] = Argument.Of(dice.Of(1e-5, 1e-3, 0.1));
        return x;
    }

    static SketchValue LayerNorm(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Float(value => value.Shape.Rank >= 1, () => call.Shape(dice.Between(1, 5)));
        int axes = dice.Chance(60) ? 1 : dice.Between(1, Math.Max(1, x.Shape.Rank));
        Shape last = Shape.Create(x.Shape.AsSpan()[^Math.Min(axes, x.Shape.Rank)..]);
        call["normalized_shape"] = CallDraw.Ints(last);
        call["weight"] = dice.Chance(75) ? call.Weight("weight", last) : Argument.None;
        call["bias"] = dice.Chance(75) ? call.Weight("bias", last) : Argument.None;
        call["eps"] = Argument.Of(dice.Of(1e-5, 1e-6, 1e-3));
        return x;
    }

    static SketchValue Linear(CallDraw call)
    {
        var x = call.Float(value => value.Shape.Rank >= 1, () => call.Shape(call.Dice.Between(1, 5)));
        int from = x.Shape.Rank > 0 ? x.Shape[-1] : 1, into = call.Channels();
        call["weight"] = call.Weight("weight", call.Dice.Chance(3) ? [from] : [into, from]);
        call["bias"] = call.Dice.Chance(60) ? call.Weight("bias", [into]) : Argument.None;
        return x;
    }

    static SketchValue Addmm(CallDraw call)
    {
        var x = call.Float(value => value.Shape.Rank == 2, () => call.Shape(2));
        int into = call.Channels();
        call["mat1"] = x.Argument;
        call["mat2"] = call.Weight("weight", [x.Shape[1], into]);
        call["beta"] = call["alpha"] = Argument.Of(1L);
        var shape = call.Dice.Chance(80) ? Shape.Create([into]) : [x.Shape[0], into];
        return call.Float(value => value.Shape == shape && call.Dice.Chance(20), () => shape);
    }

    static SketchValue MatMul(CallDraw call)
    {
        var dice = call.Dice;
        int? rank = call.Op switch { "mm" => 2, "bmm" => 3, _ => null };
        var x = call.Float(
            value => rank is { } only ? value.Shape.Rank == only : value.Shape.Rank >= 1,
            () => call.Shape(rank ?? dice.Of(1, 2, 3, 3, 4)));
        int meets = x.Shape[-1], columns = call.Channels();
        string name = call.Signature.Parameters[1].Name;
        Shape batches = x.Shape.Rank > 2 && (rank is not null || dice.Chance(60))
            ? Shape.Create([.. x.Shape.AsSpan()[..^2]]) : [];
        Shape other = rank is null && dice.Chance(5) ? [meets] : [.. batches.AsSpan(), meets, columns];
        call[name] = call.Dice.Chance(45) ? call.Weight("weight", other)
            : call.Float(value => value.Shape.Rank >= 2 && value.Shape[-2] == meets
                && (rank is null || value.Shape.Rank == rank), () => other).Argument;
        return x;
    }

    // Extents of as many elements; one of them left to PyTorch a few times, or asked of the tensor itself.
    static SketchValue Reshape(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Any();
        long left = x.Shape.Elements;
        var sizes = new List<Argument>();
        int kept = dice.Chance(50) ? dice.Below(x.Shape.Rank + 1) : 0;
        for (int axis = 0; axis < kept; axis++)
        {
            sizes.Add(dice.Chance(15)
                ? call.Sketch.Number("aten::size", x.Argument, Argument.Of((long)axis))
                : Argument.Of((long)x.Shape[axis]));
            left /= Math.Max(1, x.Shape[axis]);
        }
        while (sizes.Count < 6 && (left > 1 || dice.Chance(25)))
        {
            long size = dice.Chance(35) ? left : Divisor(dice, left);
            sizes.Add(Argument.Of(size));
            left /= Math.Max(1, size);
            if (left == 1 && dice.Chance(75)) break;
        }
        if (sizes.Count > 0 && dice.Chance(40)) sizes[dice.Below(sizes.Count)] = Argument.Of(-1L);
        var list = Argument.Of([.. sizes]);
        call["shape"] = list;
        call["size"] = list;
        if (call.Takes("stride"))
        {
            // What PyTorch itself would state there.
            long stride = 1;
            var strides = new long[sizes.Count];
            for (int axis = strides.Length - 1; axis >= 0; axis--)
            {
                strides[axis] = stride;
                stride *= sizes[axis] is IntArgument { Number: > 0 and var size } ? size : 1;
            }
            call["stride"] = Argument.Of([.. strides.Select(Argument.Of)]);
        }
        return x;
    }

    static long Divisor(Dice dice, long number)
    {
        var divisors = new List<long>();
        for (long d = 1; d <= Math.Min(number, 64); d++)
            if (number % d == 0) divisors.Add(d);
        return divisors.Count == 0 ? number : divisors[dice.Below(divisors.Count)];
    }

    static SketchValue Unflatten(CallDraw call)
    {
        var x = call.Operand(value => value.Shape.Rank > 0, () => Fact.Float(call.Shape(call.Dice.Between(1, 4))));
        if (x.Shape.Rank == 0) return x;
        int dim = call.Dice.Between(-x.Shape.Rank, x.Shape.Rank - 1);
        long first = Divisor(call.Dice, x.Shape[dim]);
        var sizes = new List<Argument> { Argument.Of(first), Argument.Of(x.Shape[dim] / Math.Max(1, first)) };
        if (call.Dice.Chance(40)) sizes[call.Dice.Below(2)] = Argument.Of(-1L);
        if (call.Dice.Chance(20)) sizes.Insert(call.Dice.Below(3), Argument.Of(1L));
        call["dim"] = Argument.Of((long)dim);
        call["sizes"] = Argument.Of([.. sizes]);
        return x;
    }

    static SketchValue Expand(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Operand(value => value.Shape.Contains(1), () => Fact.Float(Shape.Create(
            [.. call.Shape(dice.Between(1, 4)).Select(extent => dice.Chance(50) ? 1 : extent)])));
        var sizes = x.Shape.Select(extent => extent == 1 && dice.Chance(70) ? dice.Between(1, 6)
            : dice.Chance(40) ? -1 : extent).ToList();
        if (dice.Chance(30)) sizes.Insert(0, dice.Between(1, 4));
        call["size"] = CallDraw.Ints(sizes);
        return x;
    }

    static SketchValue Permute(CallDraw call)
    {
        var x = call.Any();
        call["dims"] = CallDraw.Ints(call.Dice.Shuffled(Enumerable.Range(0, x.Shape.Rank))
            .Select(axis => call.Dice.Chance(20) ? axis - x.Shape.Rank : axis));
        return x;
    }

    static SketchValue Unsqueeze(CallDraw call)
    {
        var x = call.Any();
        call["dim"] = Argument.Of((long)call.Axis(x.Shape.Rank + 1));
        return x;
    }

    static SketchValue Select(CallDraw call)
    {
        var x = call.Any();
        int dim = call.Axis(x.Shape.Rank);
        // Of no elements none is selected: PyTorch refuses it.
        int extent = dim >= -x.Shape.Rank && dim < x.Shape.Rank ? Math.Max(1, x.Shape[dim]) : 1;
        call["dim"] = Argument.Of((long)dim);
        call["index"] = Argument.Of((long)(call.Dice.Chance(3) ? extent : call.Dice.Between(-extent, extent - 1)));
        return x;
    }

    static SketchValue Slice(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Any();
        int dim = call.Axis(x.Shape.Rank);
        int extent = dim >= -x.Shape.Rank && dim < x.Shape.Rank ? x.Shape[dim] : 1;
        int start = dice.Between(0, Math.Max(0, extent - 1)), length = dice.Between(1, Math.Max(1, extent - start));
        call["dim"] = Argument.Of((long)dim);
        call["length"] = Argument.Of((long)length);
        if (!call.Takes("end"))
        {
            call["start"] = Argument.Of((long)(dice.Chance(20) ? start - extent : start));
            return x;
        }
        call["start"] = dice.Chance(25) ? Argument.None : Argument.Of((long)(dice.Chance(20) ? start - extent : start));
        call["end"] = dice.Chance(25) ? Argument.None
            : Argument.Of(dice.Chance(20) ? long.MaxValue : dice.Chance(20) ? -1L : start + length);
        call["step"] = Argument.Of(dice.Of<long>(1, 1, 1, 2, 3));
        return x;
    }

    static SketchValue Split(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Operand(value => value.Shape.Rank > 0, () => Fact.Float(call.Shape(dice.Between(1, 4))));
        int dim = call.Axis(x.Shape.Rank);
        int extent = dim >= -x.Shape.Rank && dim < x.Shape.Rank ? x.Shape[dim] : 1, left = extent;
        var sizes = new List<int>();
        while (left > 0 && sizes.Count < 6)
        {
            int size = sizes.Count == 5 ? left : dice.Between(dice.Chance(5) ? 0 : 1, left);
            sizes.Add(size);
            left -= size;
        }
        call["dim"] = Argument.Of((long)dim);
        call["split_size"] = call.Signature.Parameters[1].Type.IsList ? CallDraw.Ints(sizes)
            : Argument.Of((long)dice.Between(Math.Max(1, extent / 6), extent + 1));
        call["split_sizes"] = CallDraw.Ints(sizes);
        return x;
    }

    static SketchValue Unbind(CallDraw call) => call.Operand(
        value => value.Shape.Rank > 0 && value.Shape.Any(extent => extent <= 6),
        () => Fact.Float([call.Dice.Between(1, 5), .. call.Shape(2).AsSpan()]));

    static SketchValue Pad(CallDraw call)
    {
        var dice = call.Dice;
        var x = call.Any();
        int axes = dice.Between(0, x.Shape.Rank);
        call["pad"] = CallDraw.Ints(Enumerable.Range(0, 2 * axes).Select(_ => dice.Of(0, 0, 1, 1, 2, 3, -1)));
        call["mode"] = Argument.Of(dice.Chance(95) ? "constant" : "reflect");
        call["value"] = dice.Chance(40) && call.Signature.Parameters[^1].Type.IsOptional ? Argument.None
            : dice.Chance(50) ? Argument.Of((long)dice.Between(-2, 3)) : Argument.Of(dice.Of(0.0, 1.0, -2.5));
        return x;
    }

    // Elements of the tensor's own around it: as a rule no more than there are.
    static SketchValue Border(CallDraw call, int axes)
    {
        var dice = call.Dice;
        var x = Batch(call, axes);
        call["pad"] = call["padding"] =
            CallDraw.Ints(Enumerable.Range(0, 2 * axes).Select(_ => dice.Of(0, 0, 1, 1, 2, -1)));
        call["mode"] = Argument.Of((long)dice.Below(4));
        call["value"] = Argument.None;
        return x;
    }

    static SketchValue Batch(CallDraw call, int axes) =>
        call.Float(value => value.Shape.Rank == axes + 2, () => call.Shape(axes + 2));

    // By sizes, or by scales that give them.
    static SketchValue Resized(CallDraw call, int axes)
    {
        var dice = call.Dice;
        var x = Batch(call, axes);
        bool listed = call.Takes("scale_factors"), scaled = dice.Chance(50);
        double[] scales = [.. Enumerable.Range(0, axes).Select(_ => dice.Of(0.5, 1.0, 1.5, 2.0, 2.0, 3.0))];
        // From or to planes one element wide libtorch 2.10 gives other numbers than 1.13 and the formula do.
        bool antialias = call.Op.EndsWith("_aa", StringComparison.Ordinal);
        if (antialias && x.Shape.AsSpan()[2..].ToArray().Min() < 4)
            (scaled, scales) = (true, [.. Enumerable.Repeat(1.0, axes)]);
        var sizes = CallDraw.Ints(scaled
            ? scales.Select((scale, axis) => (int)(x.Shape[2 + axis] * scale))
            : scales.Select(_ => dice.Between(antialias ? 2 : 1, 12)));
        call["output_size"] = listed && scaled ? Argument.None : sizes;
        call["scale_factors"] = scaled ? Argument.Of([.. scales.Select(Argument.Of)]) : Argument.None;
        string[] names = axes == 1 ? ["scales"] : ((string[])["scales_d", "scales_h", "scales_w"])[^axes..];
        foreach (var (axis, name) in names.Index()) call[name] = scaled ? Argument.Of(scales[axis]) : Argument.None;
        return x;
    }

    static SketchValue Unfold(CallDraw call)
    {
        var x = Batch(call, 2);
        Sliding(call);
        return x;
    }

    static (int[] Kernel, int[] Dilation, int[] Padding, int[] Stride) Sliding(CallDraw call)
    {
        var dice = call.Dice;
        int[] Two(params ReadOnlySpan<int> among) => [dice.Of(among), dice.Of(among)];
        var (kernel, dilation, padding, stride) = (Two(1, 2, 3), Two(1, 1, 2), Two(0, 0, 1), Two(1, 1, 2));
        call["kernel_size"] = CallDraw.Ints(kernel);
        call["dilation"] = CallDraw.Ints(dilation);
        call["padding"] = CallDraw.Ints(padding);
        call["stride"] = CallDraw.Ints(stride);
        return (kernel, dilation, padding, stride);
    }

    // As many columns as there are windows in the image they are added up to.
    static SketchValue Fold(CallDraw call)
    {
        var dice = call.Dice;
        var (kernel, dilation, padding, stride) = Sliding(call);
        int[] sizes = [dice.Between(5, 9), dice.Between(5, 9)];
        call["output_size"] = CallDraw.Ints(sizes);
        int windows = 1, taps = kernel[0] * kernel[1];
        for (int axis = 0; axis < 2; axis++)
        {
            int span = dilation[axis] * (kernel[axis] - 1) + 1;
            windows *= (sizes[axis] + 2 * padding[axis] - span) / stride[axis] + 1;
        }
        return call.Float(
            value => value.Shape.Rank == 3 && value.Shape[1] % taps == 0 && value.Shape[2] == windows,
            () => [dice.Between(1, 2), taps * dice.Between(1, 3), windows]);
    }

    static SketchValue Sampled(CallDraw call, int axes)
    {
        var dice = call.Dice;
        var x = Batch(call, axes);
        Shape grid = Shape.Create([x.Shape[0], .. Enumerable.Range(0, axes).Select(_ => dice.Between(1, 5)), axes]);
        call["grid"] = call.Float(value => value.Shape == grid, () => grid).Argument;
        call["interpolation_mode"] = Argument.Of(dice.Of<long>(0, 0, 1, 2));
        call["padding_mode"] = Argument.Of((long)dice.Below(3));
        return x;
    }

    static SketchValue AffineGrid(CallDraw call)
    {
        var dice = call.Dice;
        int axes = dice.Of(2, 2, 3);
        var theta = call.Float(
            value => value.Shape.Rank == 3 && value.Shape[1] == axes && value.Shape[2] == axes + 1,
            () => [dice.Between(1, 3), axes, axes + 1]);
        call["size"] = CallDraw.Ints(
            [theta.Shape[0], dice.Between(1, 4), .. Enumerable.Range(0, axes).Select(_ => dice.Between(1, 6))]);
        return theta;
    }

    static SketchValue Cat(CallDraw call) => call.Any();

    static Argument Joined(CallDraw call, SketchValue self)
    {
        var dice = call.Dice;
        int dim = call.Axis(self.Shape.Rank);
        call["dim"] = Argument.Of((long)dim);
        int axis = dim < 0 ? dim + self.Shape.Rank : dim;
        var items = new List<Argument> { self.Argument };
        for (int more = dice.Between(0, 3); more > 0; more--)
        {
            int[] extents = [.. self.Shape];
            if (axis >= 0 && axis < extents.Length) extents[axis] = dice.Between(1, 6);
            var other = call.Operand(
                value => value.Shape.Rank == self.Shape.Rank && (value.Fact.Type == self.Fact.Type || dice.Chance(5))
                    && !value.Shape.Where((extent, n) => n != axis && extent != self.Shape[n]).Any(),
                () => new Fact(self.Fact.Type, Shape.Create(extents)));
            items.Insert(dice.Below(items.Count + 1), other.Argument);
        }
        return Argument.Of([.. items]);
    }
}
