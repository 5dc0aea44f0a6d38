using System.Text.RegularExpressions;

namespace Harness.Tests.Mutation;

/// <summary>A mistake that a maintainer could make: a small edit of one source.</summary>
/// <param name="Area">What it is about.</param>
/// <param name="Name">What it is called.</param>
/// <param name="File">The source, below <c>src/Harness.</c>.</param>
/// <param name="Find">Text that the source has once.</param>
/// <param name="Replace">What stands there instead.</param>
/// <param name="By">Who must see it at least.</param>
/// <param name="Equivalent">Why nobody can see it; null where somebody must.</param>
sealed record CodeFault(
    string Area, string Name, string File, string Find, string Replace, CodeJudge By = CodeJudge.Gate,
    string? Equivalent = null)
{
    /// <summary>The project that is compiled anew.</summary>
    public string Project => $"Harness.{File[..File.IndexOf('/', StringComparison.Ordinal)]}";

    /// <summary>The source, from the repository's root.</summary>
    public string Source => $"src/Harness.{File}";

    /// <summary><c>edge/padding-left-forgotten</c>.</summary>
    public string FullName => $"{Area}/{Name}";

    /// <summary>The source with the mistake in it. How lines are indented does not matter.</summary>
    /// <exception cref="InvalidOperationException">The source does not have the text once.</exception>
    public string Apply(string source)
    {
        var found = Regex.Matches(source, string.Join(@"\s*\n\s*",
            Find.Split('\n').Select(line => Regex.Escape(line.Trim()))));
        return found is [var only]
            ? string.Concat(source.AsSpan(0, only.Index), Replace, source.AsSpan(only.Index + only.Length))
            : throw new InvalidOperationException(
                $"{FullName}: {Source} has this {found.Count} times, expected once; " +
                $"make the same mistake in what it is now:\n{Find}");
    }
}

/// <summary>Who sees a fault of the code, the nearest to a user first.</summary>
enum CodeJudge
{
    /// <summary><c>harness verify</c> over the goldens, as a build runs it.</summary>
    Gate,

    /// <summary>Tests: of what goldens that hold cannot show, such as the verifier itself, and of what this machine's
    /// gate does not run, such as narrower registers.</summary>
    Tests,
}

/// <summary>The mistakes that <see cref="MutateCommand"/> makes one at a time, by area and name.</summary>
static class CodeFaults
{
    public static readonly CodeFault[] All =
    [
        // Products of matrices that are both computed.
        new("attention", "batch-stride-of-the-other", "Executor/Cpu/Steps/MatMulStep.cs",
            """b += (nint)at * _bStrides[axis];""", """b += (nint)at * _aStrides[axis];"""),
        new("attention", "columns-of-the-panel-before", "Executor/Cpu/Kernels/Gemm/MatrixProduct.cs",
            """Pack<L>((E*)operands.B + (column * operands.BColumn),""",
            """Pack<L>((E*)operands.B + (panel * L.Width * operands.BColumn),"""),
        new("attention", "deep-products-repeat-the-first-block", "Executor/Cpu/Kernels/Gemm/MatrixProduct.cs",
            """b += Block * vectors * L.Width;""", """b += 0;"""),
        new("attention", "last-columns-keep-two-registers", "Executor/Cpu/Kernels/Gemm/MatrixProduct.cs",
            """_n - column > L.Width ? 2 : 1""", """_n - column >= L.Width ? 2 : 1""",
            Equivalent: "the second register holds columns that do not exist, and what is stored is counted"),
        new("attention", "rows-of-a-group-start-late", "Executor/Cpu/Kernels/Gemm/MatrixProduct.cs",
            """int from = (int)((long)_m * group / groups),""", """int from = Math.Min(_m, group * _maxRows),"""),

        // Rows that are computed some at a time.
        new("band", "bottom-padding-left-as-it-was", "Executor/Cpu/Steps/ChainStep.cs",
            """Clear(middle, Math.Max(to - top, kept), end - top);""", ""),
        new("band", "first-row-from-the-neighbour", "Executor/Cpu/Steps/ChainStep.cs",
            """Math.Max(0, End(band - 1) - Top(band))""", """Math.Max(0, End(band - 1) - Top(band) + 1)"""),
        new("band", "kept-from-another-image", "Executor/Cpu/Steps/ChainStep.cs",
            """int kept = piece > first && band > 0 ?""", """int kept = piece > first ?"""),
        new("band", "kept-from-another-thread", "Executor/Cpu/Steps/ChainStep.cs",
            """int kept = piece > first && band > 0 ?""", """int kept = band > 0 ?"""),
        new("band", "means-of-the-first-rows", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """RowMeans = At(RowMeans, RowMeansLayout, n, row),""",
            """RowMeans = At(RowMeans, RowMeansLayout, n, 0),"""),
        new("band", "moved-rows-start-one-late", "Executor/Cpu/Steps/ChainStep.cs",
            """Move(middle + ((top - Top(band - 1)) * _middle.RowStride), middle, kept)""",
            """Move(middle + ((top - Top(band - 1) + 1) * _middle.RowStride), middle, kept)"""),
        new("band", "residual-of-the-first-rows", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """Residual = At(Residual, ResidualLayout, n, row),""",
            """Residual = At(Residual, ResidualLayout, n, 0),"""),
        new("band", "stage-counts-no-rows", "Executor/Cpu/Kernels/Gemm/Depthwise.cs",
            """row.FirstRow++;""", ""),
        new("band", "stage-of-the-first-rows", "Executor/Cpu/Kernels/Gemm/EpilogueStage.cs",
            """Other + (n * ImageStride) + (row * RowStride);""", """Other + (n * ImageStride);"""),

        // From PyTorch's weights to Flax's tree.
        new("converter", "bias-of-layer-norm-swapped-with-scale", "Executor/Ops/LastAxesNorm.cs",
            """
            rules.Add(WeightRule.OfFeatures(1, "scale") with { FollowsInput = true });
            if (Bias) rules.Add(WeightRule.OfFeatures(Scale ? 2 : 1, "bias") with { FollowsInput = true });
            """, """
            rules.Add(WeightRule.OfFeatures(1, Bias ? "bias" : "scale") with { FollowsInput = true });
            if (Bias)
                rules.Add(WeightRule.OfFeatures(Scale ? 2 : 1, Scale ? "scale" : "bias") with { FollowsInput = true });
            """),
        new("converter", "double-narrowed-without-a-word", "Formats/Flax/FlaxTypes.cs",
            """tensor.Type == ElementType.Float64 && FitsFloat32(tensor.As<double>()) ?""",
            """tensor.Type == ElementType.Float64 ?""", CodeJudge.Tests),
        new("converter", "extent-128-in-one-byte", "Formats/Flax/MsgpackWriter.cs",
            """if (number <= 127) Byte((int)number);""", """if (number <= 128) Byte((int)number);"""),
        new("converter", "flatten-folded-channels-first", "Executor/Program/FlattenFold.cs",
            """i", $"({window}c)", StringComparison""", """i", $"(c{window})", StringComparison"""),
        new("converter", "group-window-not-reversed", "Executor/Ops/ConvTranspose.cs",
            """
            .Add('g', Groups),
            window);
            """, """
            .Add('g', Groups),
            "");
            """),
        new("converter", "kernel-hwoi", "Executor/Ops/Conv.cs",
            """Window.LettersOf(Axes) + "io");""", """Window.LettersOf(Axes) + "oi");"""),
        new("converter", "large-integers-narrowed", "Formats/Flax/FlaxTypes.cs",
            """if (number is < int.MinValue or > int.MaxValue) return false;""",
            """if (number is < int.MinValue) return false;""", CodeJudge.Tests),
        new("converter", "linear-not-transposed", "Executor/Ops/Linear.cs",
            """? [new(1, "kernel", new Rearrangement("oi", "io"), LeafForm.Dense), WeightRule""",
            """? [new(1, "kernel", Rearrangement.None, LeafForm.Dense), WeightRule"""),
        new("converter", "mean-and-variance-go-by-each-other", "Executor/Ops/BatchNorm2d.cs",
            """
            (MeanOperand, "mean", "batch_stats"));
            rules.Add(WeightRule.OfFeatures(MeanOperand + 1, "var", "batch_stats"));
            """, """
            (MeanOperand, "var", "batch_stats"));
            rules.Add(WeightRule.OfFeatures(MeanOperand + 1, "mean", "batch_stats"));
            """),
        new("converter", "permuted-parameter-composed-backwards", "Executor/Program/LeafStore.cs",
            """[.. move.Order(source.Axes.Rank).Select(axis => source.Axes[axis])]""",
            """[.. source.Axes.AsSpan().ToArray().Select(axis => move.Order(source.Axes.Rank)[axis])]"""),
        new("converter", "permuted-parameter-read-by-the-inverse", "Executor/Program/LeafStore.cs",
            """stored[source.Axes[j]] = letters[j];""", """stored[j] = letters[source.Axes[j]];"""),
        new("converter", "rearrangements-composed-backwards", "Executor/Model/Rearrangement.cs",
            """next.To.Select(letter => To[next.From.IndexOf(letter)])""",
            """next.From.Select(letter => To[next.To.IndexOf(letter)])"""),
        new("converter", "statistics-among-the-parameters", "Executor/Ops/BatchNorm2d.cs",
            """rules.Add(WeightRule.OfFeatures(MeanOperand, "mean", "batch_stats"));""",
            """rules.Add(WeightRule.OfFeatures(MeanOperand, "mean"));"""),
        new("converter", "tied-weight-not-moved-back", "Executor/Program/LeafStore.cs",
            """: wanted.IsIdentity ? [leaf.Inverse]""", """: wanted.IsIdentity ? []"""),
        new("converter", "window-never-reversed", "Executor/Model/Rearrangement.cs",
            """bool flips = Flip.Contains(letter, StringComparison.Ordinal);""", """bool flips = false;"""),

        // Rows' and windows' ends.
        new("edge", "ceil-mode-keeps-a-window-in-the-padding", "Executor/Ops/Window.cs",
            """(extent - 1) * stride >= (long)n + padding""", """(extent - 1) * stride > (long)n + padding"""),
        new("edge", "crop-of-the-innermost-axis", "Executor/Cpu/Steps/PadStep.cs",
            """source + from + (start - _before[inner])""", """source + from"""),
        new("edge", "depth-padding-forgotten", "Executor/Cpu/Lowerings/Windows.cs",
            """PadFront = Planes(padding.AsSpan(), 0),""", """PadFront = 0,"""),
        new("edge", "depthwise-last-run-of-the-block", "Executor/Cpu/Kernels/Gemm/Depthwise.cs",
            """int start = Math.Min(pixel, row->Pixels - Run7);""", """int start = Math.Min(pixel, end - Run7);""",
            Equivalent: "blocks of columns are whole runs of seven but for the last, which ends where the row does"),
        new("edge", "dilated-padding-skips-too-little", "Executor/Cpu/Kernels/WindowAxis.cs",
            """(-start + dilation - 1) / dilation""", """-start / dilation"""),
        new("edge", "dilation-forgotten-in-the-reach", "Executor/Cpu/Kernels/Gemm/ConvGeometry.cs",
            """int at = (k * dilation) - pad,""", """int at = k - pad,"""),
        new("edge", "halo-behind-not-cleared", "Executor/Cpu/Kernels/Halo.cs",
            """Pixels(image + ((layout.Front + layout.D) * stride), layout.Back * pixels, layout);""", ""),
        new("edge", "halo-below-not-cleared", "Executor/Cpu/Kernels/Halo.cs",
            """Pixels(plane + ((layout.Top + layout.H) * layout.RowStride), layout.Bottom * width, layout);""",
            ""),
        new("edge", "halo-of-one-pixel", "Executor/Cpu/Kernels/Halo.cs",
            """layout.Right, layout);""", """Math.Min(layout.Right, 1), layout);"""),
        new("edge", "halo-one-short", "Executor/Cpu/Kernels/Gemm/ConvGeometry.cs",
            """last - (input - 1)""", """last - input"""),
        new("edge", "next-image-one-row-late", "Executor/Cpu/Kernels/Gemm/Convolution.cs",
            """if (++row == phase.Rows)""", """if (++row > phase.Rows)"""),
        new("edge", "pad-reads-one-row-more", "Executor/Cpu/Steps/PadStep.cs",
            """inside &= position >= 0 && position < _x.Physical[axis];""",
            """inside &= position >= 0 && position <= _x.Physical[axis];"""),
        new("edge", "padding-left-forgotten", "Executor/Cpu/Kernels/Gemm/ConvPhase.cs",
            """(kw * g.DilationW) - g.PadLeft);""", """kw * g.DilationW);"""),
        new("edge", "pairs-of-a-shuffle-end-early", "Executor/Cpu/Kernels/Interleave.cs",
            """for (; i <= count - 4; i += 4)""", """for (; i < count - 4; i += 4)""",
            Equivalent: "the loop after it copies what it leaves"),
        new("edge", "rows-with-a-gap-taken-for-one", "Executor/Cpu/Kernels/Gemm/ConvTiles.cs",
            """rowStep == Phase.Columns * Step""", """rowStep >= Phase.Columns * Step"""),
        new("edge", "same-padding-on-the-other-side", "Executor/Ops/Conv.cs",
            """new WindowPadding([.. all.Select(n => n / 2)], [.. all.Select(n => n - n / 2)])""",
            """new WindowPadding([.. all.Select(n => n - n / 2)], [.. all.Select(n => n / 2)])"""),
        new("edge", "seventh-row-looks-for-an-eighth", "Executor/Cpu/Kernels/Gemm/ConvTiles.cs",
            """rows > Run ? InputOffset(pixel + Run) : 0""", """rows >= Run ? InputOffset(pixel + Run) : 0""",
            Equivalent: "a tile of seven pixels has no second run, and does not look where it would be"),
        new("edge", "transposed-dilation-forgotten", "Executor/Cpu/Kernels/Gemm/ConvPhase.cs",
            """int t = first - (k * dilation);""", """int t = first - k;"""),
        new("edge", "transposed-last-row-left-out", "Executor/Cpu/Kernels/Gemm/ConvPhase.cs",
            """=> (extent - first + stride - 1) / stride;""", """=> (extent - first) / stride;"""),
        new("edge", "transposed-output-padding-forgotten", "Executor/Ops/ConvTranspose.cs",
            """+ OutputPadding[axis];""", """+ (0 * OutputPadding[axis]);"""),
        new("edge", "window-reads-one-beyond-the-row", "Executor/Cpu/Kernels/WindowAxis.cs",
            """((input - 1 - first) / dilation) + 1)""", """((input - first) / dilation) + 1)"""),
        new("edge", "winograd-odd-height", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """Math.Min((2 * row) + 2, _g.Output.H)""", """(2 * row) + 2"""),
        new("edge", "winograd-odd-width", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """tile.Rows = Math.Min(2 * side, _g.Output.W - ow);""", """tile.Rows = 2 * side;"""),

        // What a step does to its sums before they are stored, and after.
        new("epilogue", "activation-of-a-whole-register-twice", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """L.Store(TOp.Apply<L, E>(x, t.Scalars), output);""",
            """L.Store(TOp.Apply<L, E>(TOp.Apply<L, E>(x, t.Scalars), t.Scalars), output);"""),
        new("epilogue", "bias-before-a-norm-forgotten", "Executor/Cpu/TailEpilogue.cs",
            """bias is null ? norm.Center<E>() : norm.Center<E>(bias)""", """norm.Center<E>()"""),
        new("epilogue", "bias-before-a-norm-subtracted", "Executor/Cpu/Steps/NormStep.cs",
            """E.CreateTruncating(convolutionBias[c] - m)""", """E.CreateTruncating(-convolutionBias[c] - m)"""),
        new("epilogue", "bound-above-left-out", "Executor/Cpu/Functions/Hardtanh.cs",
            """HasLow: true, a.A, HasHigh: true, a.B);""", """HasLow: true, a.A);"""),
        new("epilogue", "depthwise-residual-of-the-first-pixel", "Executor/Cpu/Kernels/Gemm/Depthwise.cs",
            """L.LoadPartial(r.Residual + (i * r.ResidualStride) + c, count);""",
            """L.LoadPartial(r.Residual + c, count);""", CodeJudge.Tests),
        new("epilogue", "norm-of-the-first-group", "Executor/Cpu/Kernels/Gemm/Convolution.cs",
            """tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + channel;""",
            """tile.Scale = epilogue.Scale == null ? null : epilogue.Scale + column;"""),
        new("epilogue", "operands-of-a-pair-exchanged", "Executor/Cpu/Tail.cs",
            """Second = b == value,""", """Second = b != value,"""),
        new("epilogue", "pair-reads-another-halo", "Executor/Cpu/TailEpilogue.cs",
            """stage.RowStride = channel > 2 ? Along(channel - 2) : 0;""",
            """stage.RowStride = channel > 2 ? output.Rows.RowStride : 0;"""),
        new("epilogue", "residual-lies-like-the-output", "Executor/Cpu/Kernels/Gemm/Convolution.cs",
            """job.ResidualLiesAlike = epilogue.ResidualLayout == _g.Output;""", """job.ResidualLiesAlike = true;"""),
        new("epilogue", "stages-left-out-by-panels", "Executor/Cpu/Kernels/Gemm/Convolution.cs",
            """
            NativeMemory.Clear(job.Sums, (nuint)(rows.Rows * job.Tile.SumStride * sizeof(E)));
            if (!ends) Finish(phase.Phase, rows, channel, job.Sums, epilogue, ref job);
            else if (epilogue.StageCount > 0)
            """, """
            NativeMemory.Clear(job.Sums, (nuint)(rows.Rows * job.Tile.SumStride * sizeof(E)));
            if (!ends) Finish(phase.Phase, rows, channel, job.Sums, epilogue, ref job);
            else if (epilogue.StageCount > 1)
            """),
        new("epilogue", "sum-comes-after-the-function", "Executor/Cpu/Tail.cs",
            """bool fits = last.Filled < filling;""", """bool fits = last.Filled < Filling.Function;"""),
        new("epilogue", "winograd-stages-of-the-upper-row", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """epilogue.Continue(&tile, image, 0, oh, ow, 1, channel);""",
            """epilogue.Continue(&tile, image, 0, 2 * row, ow, 1, channel);"""),

        // Element by element.
        new("function", "elu-alpha-forgotten", "Executor/Cpu/Functions/ELU.cs",
            """L.Splat(a.A) * LaneMath.Expm1<L, E>(x)""", """LaneMath.Expm1<L, E>(x)"""),
        new("function", "erf-by-a-float", "Executor/Cpu/Kernels/LanePolynomials.cs",
            """L.Of(1.128379167095512574)""", """L.Of(1.1283791670955f)"""),
        new("function", "exp-last-digits", "Executor/Cpu/Kernels/LanePolynomials.cs",
            """L.Of(0.04166666666666667677)""", """L.Of(0.0416666666667)""", CodeJudge.Tests),
        new("function", "exp-last-digits-of-a-float", "Executor/Cpu/Kernels/LanePolynomials.cs",
            """L.Of(0.04166655462)""", """L.Of(0.0416665)""", CodeJudge.Tests),
        new("function", "exp-of-a-double-by-a-float", "Executor/Cpu/Kernels/LaneMath.cs",
            """L.Of(single ? -Ln2LowSingle : -Ln2Low)""", """L.Of(-Ln2LowSingle)"""),
        new("function", "gelu-by-a-float", "Executor/Cpu/Functions/GELU.cs",
            """L.Of(0.70710678118654752440)""", """L.Of(0.70710678118654752440f)"""),
        new("function", "hardswish-by-a-float", "Executor/Cpu/Functions/Hardswish.cs",
            """L.Of(1.0 / 6)""", """L.Of(1f / 6)"""),
        new("function", "leaky-at-zero", "Executor/Cpu/Functions/LeakyReLU.cs",
            """L.LessThan(L.Zero, x)""", """L.LessOrEqual(L.Zero, x)""",
            Equivalent: "zero times any slope is zero, and a zero's sign is no difference to PyTorch's tests or ours"),
        new("function", "log-of-half-a-power", "Executor/Cpu/Kernels/LaneMath.cs",
            """k * L.Of(single ? Ln2LowSingle : Ln2Low)""", """k * L.Of(Ln2LowSingle)"""),
        new("function", "sigmoid-of-what-is-negative", "Executor/Cpu/Kernels/LaneMath.cs",
            """return L.SelectLess(x, L.Zero, z, L.Of(1)) / (L.Of(1) + z);""",
            """return L.Of(1) / (L.Of(1) + z);"""),

        // Integers and Booleans.
        new("integer", "cast-saturates", "Executor/Cpu/Steps/IntegerSteps.cs",
            """TTo.CreateTruncating(long.CreateSaturating(value))""", """TTo.CreateSaturating(value)"""),
        new("integer", "flag-of-two-is-two", "Executor/Cpu/Steps/IntegerSteps.cs",
            """!flags || T.IsZero(value) ? value : T.One""", """value"""),
        new("integer", "limit-wraps-round", "Executor/Cpu/IntegerKernel.cs",
            """TOp.NumbersAreLimits ? T.CreateSaturating(number)""",
            """!TOp.NumbersAreLimits ? T.CreateSaturating(number)"""),
        new("integer", "sum-of-32-bits", "Executor/Cpu/Steps/IntegerSteps.cs",
            """With(long result, long element) => result + element;""",
            """With(long result, long element) => (int)(result + element);"""),

        // Registers of each width: the gate runs the widest of its machine.
        new("lane", "eight-load-one-less", "Executor/Cpu/Kernels/PartialLanes.cs",
            """? Avx.MaskLoad((float*)source, First256Single(count)).As<float, E>()""",
            """? Avx.MaskLoad((float*)source, First256Single(count - 1)).As<float, E>()""", CodeJudge.Tests),
        new("lane", "four-round-twice", "Executor/Cpu/Kernels/Lanes128.cs",
            """Vector128.FusedMultiplyAdd(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble())""",
            """((a._v.AsDouble() * b._v.AsDouble()) + c._v.AsDouble())""", CodeJudge.Tests),
        new("lane", "one-keeps-the-sign-of-zero", "Executor/Cpu/Kernels/Lanes1.cs",
            """value._v < bound._v ? bound : value;""", """value._v <= bound._v ? bound : value;""",
            CodeJudge.Tests),
        new("lane", "power-of-two-by-halves-of-floats", "Executor/Cpu/Kernels/LaneMath.cs",
            """return value * PowerOfTwo<L, E>(half) * PowerOfTwo<L, E>(n - half);""",
            """return value * PowerOfTwo<L, E>(n);""", CodeJudge.Tests),
        new("lane", "sixteen-store-one-less", "Executor/Cpu/Kernels/PartialLanes.cs",
            """Avx512F.MaskStore((double*)destination, First512Double(count), value.AsDouble());""",
            """Avx512F.MaskStore((double*)destination, First512Double(count - 1), value.AsDouble());""",
            CodeJudge.Tests),

        // Who lies where, and for how long.
        new("layout", "batch-norm-takes-any-order", "Executor/Ops/BatchNorm2d.cs",
            """return layout[layout.Rank - 1] == 1""", """return layout.Rank > 0"""),
        new("layout", "flatten-of-a-shuffled-order", "Executor/Ops/Carry.cs",
            """if (ranks[i] != ranks[i - 1] + 1) return null;""", """if (ranks[i] < ranks[i - 1]) return null;"""),
        new("layout", "inputs-of-a-second-run-overwritten", "Executor/Cpu/Placement.cs",
            """
            Need(port.Value, -1);
            Need(port.Value, Nodes.Length);
            """, """Need(port.Value, -1);""", CodeJudge.Tests),
        new("layout", "life-ends-a-step-early", "Executor/Cpu/Arena.cs",
            """First <= other.Last && other.First <= Last;""", """First < other.Last && other.First < Last;"""),
        new("layout", "negative-axis-one-off", "Executor/Ops/Axis.cs",
            """=> axis < 0 ? axis + Math.Max(rank, 1) : axis;""",
            """=> axis < 0 ? Math.Max(axis + Math.Max(rank, 1) - 1, 0) : axis;"""),
        new("layout", "outputs-overwritten", "Executor/Cpu/Placement.cs",
            """foreach (var port in _model.Outputs) Need(port.Value, Nodes.Length);""", ""),
        new("layout", "overwrites-what-dies-later", "Executor/Cpu/Placement.cs",
            """|| life.Last != step) continue;""", """|| life.Last < step) continue;"""),
        new("layout", "part-of-a-block-given-twice", "Executor/Model/PagePool.cs",
            """region.Idle.Add(start + (nint)bytes, size - bytes);""", """region.Idle.Add(start, size - bytes);"""),
        new("layout", "permutation-inverted-backwards", "Executor/Model/Permutation.cs",
            """inverse[_axes[j]] = j;""", """inverse[j] = _axes[j];"""),
        new("layout", "slice-forgets-its-step", "Executor/Cpu/Lowerings/MoveLowerings.cs",
            """strides[axis] *= op.Step;""", ""),
        new("layout", "slice-twice-in-one-concatenation", "Executor/Cpu/Slices.cs",
            """&& all.Count(value => value == part || operands.Contains(value)) == operands.Length;""", """;""",
            Equivalent: "what is joined twice is copied from the one place where it lies then"),
        new("layout", "stride-of-a-view-from-the-other-axis", "Executor/Cpu/ValueBuffer.cs",
            """result[at] = stride * (nint)wanted;""", """result[at] = stride;"""),
        new("layout", "strips-end-early", "Executor/Model/Strips.cs",
            """Parallel.For(0, count,""", """Parallel.For(0, count - 1,"""),
        new("layout", "two-readers-of-one-memory", "Executor/Cpu/Placement.cs",
            """if (reads.Length != overwritable.Count(value => _buffers[value].Home == operand)) continue;""",
            ""),
        new("layout", "zeros-around-a-part", "Executor/Cpu/Buffers.cs",
            """
            _copied.Add(root);
            ref var all
            """, """ref var all"""),

        // Means, variances and what is derived of them.
        new("norm", "computed-epsilon-forgotten", "Executor/Cpu/Steps/NormStep.cs",
            """Math.Sqrt(_variance.At(frame, c) + _eps)""", """Math.Sqrt(_variance.At(frame, c))"""),
        new("norm", "epsilon-of-a-batch-norm-by-a-float", "Executor/Cpu/Lowerings/NormLowerings.cs",
            """Math.Sqrt(v + op.Eps)""", """Math.Sqrt(v + (float)op.Eps)"""),
        new("norm", "epsilon-of-a-layer-norm-by-a-float", "Executor/Cpu/Steps/LayerNormStep.cs",
            """E.CreateTruncating(eps));""", """E.CreateTruncating((float)eps));"""),
        new("norm", "mean-and-variance-exchanged", "Executor/Cpu/Lowerings/NormLowerings.cs",
            """
            variance = elements(inputs[op.MeanOperand + 1]);
            double[]? scale
            """, """
            variance = mean;
            mean = elements(inputs[op.MeanOperand + 1]);
            double[]? scale
            """),
        new("norm", "mean-of-the-wrong-axis", "Executor/Cpu/Steps/ReduceStep.cs",
            """if (axes.Contains(axis) || extent == 1) continue;""",
            """if (axes.Contains(j) || extent == 1) continue;"""),
        new("norm", "means-of-planes-alone", "Executor/Cpu/Steps/PlaneMeanStep.cs",
            """0, 1, frame.Scratch<E>(), y, E.CreateTruncating(x.D * x.H));""",
            """0, 1, frame.Scratch<E>(), y, E.CreateTruncating(x.H));"""),
        new("norm", "sample-variance", "Executor/Cpu/Kernels/BlockNorm.cs",
            """Sum<DeviationReduction, L, E>(runs, x, mean) / count""",
            """Sum<DeviationReduction, L, E>(runs, x, mean) / (count - E.One)"""),
        new("norm", "scale-of-the-first-run", "Executor/Cpu/Kernels/BlockNorm.cs",
            """scale += runs.Length;""", ""),
        new("norm", "softmax-without-the-largest", "Executor/Cpu/Kernels/Softmax.cs",
            """var max = L.Splat(Reduce.Contiguous<MaxReduction, L, E>(x, length, E.Zero));""",
            """var max = L.Zero;"""),
        new("norm", "softmax-without-the-largest-by-columns", "Executor/Cpu/Kernels/Softmax.cs",
            """max = L.Max(max, L.LoadPartial(x + (i * xs), count));""", """max = L.Zero;"""),
        new("norm", "sum-not-reset-after-a-block", "Executor/Cpu/Kernels/Reduce.cs",
            """
            total = TOp.Combine<L, E>(total, block);
            block = TOp.Identity<L, E>();
            """, """total = TOp.Combine<L, E>(total, block);"""),

        // Weights in the order in which tiles read them, and the tiles' chains.
        new("packing", "block-boundary-forgotten", "Executor/Cpu/Kernels/Gemm/ConvTiles.cs",
            """bool continues = k % Block != 0""", """bool continues = k > 0"""),
        new("packing", "column-stride-of-all-groups", "Executor/Cpu/Kernels/Gemm/PackedWeights.cs",
            """nint column = (nint)g.GroupInput * g.Output.C,""", """nint column = (nint)g.Input.C * g.Output.C,""",
            CodeJudge.Tests),
        new("packing", "columns-beyond-the-last-not-zero", "Executor/Cpu/Kernels/Gemm/PackedWeights.cs",
            """row[existing..].Clear();""", "", CodeJudge.Tests),
        new("packing", "computed-kernel-of-the-first-group", "Executor/Cpu/Contraction.cs",
            """GroupsByInput ? geometry.GroupInput * input : geometry.GroupOutput * output)""",
            """GroupsByInput ? geometry.GroupInput * input : 0)"""),
        new("packing", "group-index-forgotten", "Executor/Cpu/Kernels/Gemm/PackedWeights.cs",
            """+ (tap.KernelD * KernelD) + (group * Group);""", """+ (tap.KernelD * KernelD);"""),
        new("packing", "groups-left-out-of-the-key", "Executor/Cpu/Kernels/Gemm/PackedWeights.cs",
            """/{g.Groups} {g.IsDepthwise}""", """ {g.IsDepthwise}""",
            Equivalent: "the kernel's shape, which the key has, and the channels say the groups as well"),
        new("packing", "input-channels-in-blocks-of-one-tap", "Executor/Cpu/Kernels/Gemm/PackedWeights.cs",
            """to + ((((nint)t * inputs) + start) * columns);""", """to + ((((nint)t * Block) + start) * columns);"""),
        new("packing", "plane-stride-by-columns", "Executor/Cpu/Contraction.cs",
            """KernelD = Along(window, 3),""", """KernelD = Along(window, 2),"""),
        new("packing", "stored-blocks-not-added", "Executor/Cpu/Kernels/Gemm/StoredProduct.cs",
            """block == 0 ? L.Load(chains + i) : L.Load(sums + i) + L.Load(chains + i)""", """L.Load(chains + i)"""),
        new("packing", "stored-first-row-for-all", "Executor/Cpu/Kernels/Gemm/StoredProduct.cs",
            """input + InputOf(row) + k,""", """input + InputOf(0) + k,"""),
        new("packing", "stored-first-strip-for-all", "Executor/Cpu/Kernels/Gemm/StoredProduct.cs",
            """((nint)(k + i) * all) + column,""", """((nint)(k + i) * all),"""),
        new("packing", "stored-in-another-order", "Executor/Cpu/StepSite.cs",
            """strides is { Origin: 0, Output: 1 } && strides.Input == geometry.Output.C;""",
            """strides is { Origin: 0 };""", CodeJudge.Tests),
        new("packing", "stored-rows-beyond-the-last", "Executor/Cpu/Kernels/Gemm/StoredProduct.cs",
            """int count = Math.Min(Together, end - k);""", """int count = Together;""", CodeJudge.Tests),
        new("packing", "stored-tail-of-the-first-strip", "Executor/Cpu/Kernels/Gemm/StoredProduct.cs",
            """epilogue.Continue(&tile, n, d, h, w, 1, column);""", """epilogue.Continue(&tile, n, d, h, w, 1, 0);""",
            CodeJudge.Tests),
        new("packing", "sums-of-deep-windows-not-added", "Executor/Cpu/Kernels/Gemm/Convolution.cs",
            """segments, count, weights, sums, block > 0,""", """segments, count, weights, sums, block > 1,"""),
        new("packing", "tied-weights-share-what-they-should-not", "Executor/Cpu/StepSite.cs",
            """$"{kind} {contraction.Stored} {PackedWeights""", """$"{contraction.Stored} {PackedWeights""",
            CodeJudge.Tests),
        new("packing", "tile-of-fourteen-drops-a-row", "Executor/Cpu/Kernels/Gemm/GemmTiles.g.cs",
            """(2, 14) => &Tile14x2<L, E>,""", """(2, 14) => &Tile13x2<L, E>,"""),
        new("packing", "transposed-window-not-reversed", "Executor/Cpu/Lowerings/ConvolutionLowerings.cs",
            """KernelAxes.Hwio with { Reversed = true }""", """KernelAxes.Hwio"""),
        new("packing", "winograd-deep-channels", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """segments + block, 1, b, c, block > 0, near, next, null);""",
            """segments + block, 1, b, c, false, near, next, null);"""),
        new("packing", "winograd-keeps-the-first-patches", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """if (chunk != transformed)""", """if (transformed < 0)"""),
        new("packing", "winograd-kernel-sign", "Executor/Cpu/Kernels/Gemm/Winograd.cs",
            """half[6 + kw] = (w0 - w1 + w2) / 2;""", """half[6 + kw] = (w0 - w1 - w2) / 2;"""),
        new("packing", "winograd-patch-sign", "Executor/Cpu/Kernels/Gemm/WinogradTransforms.cs",
            """L.Store(c2 - c1, v + (2 * place));""", """L.Store(c1 - c2, v + (2 * place));"""),

        // Pools.
        new("pooling", "accumulator-of-a-large-window-not-reset", "Executor/Cpu/Kernels/Window.cs",
            """
            total = TOp.Combine<L, E>(total, block);
            block = TOp.Identity<L, E>();
            """, """total = TOp.Combine<L, E>(total, block);"""),
        new("pooling", "adaptive-window-ends-early", "Executor/Cpu/Kernels/WindowAxis.cs",
            """((((long)(o + 1) * input) + output - 1) / output)""", """(((long)(o + 1) * input) / output)"""),
        new("pooling", "divisor-counts-beyond-the-padding", "Executor/Cpu/Kernels/WindowAxis.cs",
            """countPadding ? Math.Min(end, input + padding) - start :""", """countPadding ? end - start :"""),
        new("pooling", "divisor-override-forgotten", "Executor/Cpu/Lowerings/PoolLowerings.cs",
            """op.Divisor ?? 0);""", """0);"""),
        new("pooling", "largest-of-negative-numbers-is-zero", "Executor/Cpu/Kernels/Reductions.cs",
            """L.Of(double.NegativeInfinity)""", """L.Zero"""),
        new("pooling", "max-dilation-forgotten", "Executor/Cpu/Lowerings/PoolLowerings.cs",
            """op.Dilation[axis])));""", """1)));"""),
        new("pooling", "padding-counted-always", "Executor/Cpu/Lowerings/PoolLowerings.cs",
            """op.CountIncludePad)),""", """true)),"""),
        new("pooling", "plane-of-the-row", "Executor/Cpu/Kernels/Window.cs",
            """_input.Index(n, _planes.First[od], _rows.First[oh], 0)""",
            """_input.Index(n, _planes.First[0], _rows.First[oh], 0)"""),

        // Bytes to tensors and graphs.
        new("reader", "bfloat16-as-float16", "Formats/Pickle/PickleCalls.cs",
            """BFloat16Storage" => ElementType.BFloat16""", """BFloat16Storage" => ElementType.Float16""",
            CodeJudge.Tests),
        new("reader", "bfloat16-as-its-lower-half", "Executor/Model/Tensor.cs",
            """BitConverter.UInt32BitsToSingle((uint)x << 16)""", """BitConverter.UInt32BitsToSingle(x)""",
            CodeJudge.Tests),
        new("reader", "big-endian-as-it-lies", "Formats/Npy/NpyArray.cs",
            """if (header.IsBigEndian) SwapBytes(copy, size);""", "", CodeJudge.Tests),
        new("reader", "checksum-ignored", "Formats/Zip/ZipView.cs",
            """if (crc != entry.Crc)""", """if (crc != entry.Crc && entry.Length == 0)""", CodeJudge.Tests),
        new("reader", "fortran-order-of-two-axes", "Formats/Npy/NpyArray.cs",
            """IsFortranOrder && header.Shape.Rank > 1;""", """IsFortranOrder && header.Shape.Rank > 2;""",
            CodeJudge.Tests),
        new("reader", "minus-infinity-is-infinity", "Formats/Json/GraphJsonReader.cs",
            """-inf" => double.NegativeInfinity,""", """-inf" => double.PositiveInfinity,""", CodeJudge.Tests),
        new("reader", "msgpack-extents-little-endian", "Formats/Flax/FlaxMsgpackReader.cs",
            """BinaryPrimitives.ReadUInt16BigEndian(raw)""", """BinaryPrimitives.ReadUInt16LittleEndian(raw)"""),
        new("reader", "negative-float-loses-its-sign", "Formats/TorchScript/ScriptEvaluator.cs",
            """FloatArgument number } => Constant(Argument.Of(-number.Number)),""",
            """FloatArgument number } => Constant(Argument.Of(number.Number)),""", CodeJudge.Tests),
        new("reader", "offset-of-a-storage-ignored", "Formats/Pickle/StorageReader.cs",
            """bytes.Slice((int)pickled.Offset * size, length)""", """bytes.Slice(0, length)""", CodeJudge.Tests),
        new("reader", "offsets-of-safetensors-ignored", "Formats/SafetensorsFile.cs",
            """file.Memory(8 + (long)length + entry.Start,""", """file.Memory(8 + (long)length,"""),
        new("reader", "seeded-weights-of-another-stream", "Formats/Weights/SeededWeights.cs",
            """ulong.RotateLeft(_b * 5, 7) * 9""", """ulong.RotateLeft(_b * 5, 9) * 9"""),
        new("reader", "strides-of-a-storage-ignored", "Formats/Pickle/StorageReader.cs",
            """if (IsContiguous(sizes, strides))""", """if (sizes.Length > 0)""", CodeJudge.Tests),
        new("reader", "unexpected-keys-permitted", "Formats/Weights/WeightSlots.cs",
            """.Where(k => !known.Contains(k) && !IsCounter(k))""", """.Where(k => k.Length == 0)""",
            CodeJudge.Tests),

        // Numbers that a program computes of shapes.
        new("scalar", "division-rounds-to-zero", "Executor/Program/ScalarCalls.cs",
            """a % b != 0 && a < 0 != b < 0 ? quotient - 1 : quotient""", """quotient""", CodeJudge.Tests),
        new("scalar", "item-from-the-end-one-off", "Executor/Program/ScalarCalls.cs",
            """list.Items[(int)(at < 0 ? at + count : at)]""", """list.Items[(int)(at < 0 ? at + count - 1 : at)]""",
            CodeJudge.Tests),
        new("scalar", "numel-of-the-batch", "Executor/Program/ScalarCalls.cs",
            """return Argument.Of(shape.Elements);""", """return Argument.Of((long)shape[0]);""", CodeJudge.Tests),

        // Whole registers, and what is left.
        new("tail", "activation-of-the-last-channels-left-out", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """L.StorePartial(Map.Apart<TOp, L, E>(x, t.Scalars), output, count);""",
            """L.StorePartial(x, output, count);"""),
        new("tail", "block-norm-scale-starts-again", "Executor/Cpu/Kernels/BlockNorm.cs",
            """L.Fma(z, L.LoadPartial(scale + i, left),""", """L.Fma(z, L.LoadPartial(scale, left),"""),
        new("tail", "depthwise-single-without-activation", "Executor/Cpu/Kernels/Gemm/Depthwise.cs",
            """L.StorePartial(Map.Apart<TOp, L, E>(total, r.Scalars),""", """L.StorePartial(total,"""),
        new("tail", "last-elements-left-out-of-a-sum", "Executor/Cpu/Kernels/Reduce.cs",
            """for (int i = full; i < length; i++)""", """for (int i = full; i < length - 1; i++)"""),
        new("tail", "map-last-register-left-out", "Executor/Cpu/Kernels/Map.cs",
            """Put(Apart<TOp, L, E>(fx, a), destination + (i * ds), ds, count, scratch);""",
            """if (count == L.Width) Put(Apart<TOp, L, E>(fx, a), destination + (i * ds), ds, count, scratch);"""),
        new("tail", "map-second-operand-by-the-first-ones-stride", "Executor/Cpu/Kernels/Map.cs",
            """Fetch<L, E>(y + (i * ys), ys, count, scratch)""", """Fetch<L, E>(y + (i * xs), ys, count, scratch)"""),
        new("tail", "pair-of-the-last-channels-starts-again", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """one ? L.Splat(*other) : L.LoadPartial(other + c, count)""",
            """one ? L.Splat(*other) : L.LoadPartial(other, count)"""),
        new("tail", "pool-last-channels-not-divided", "Executor/Cpu/Kernels/Window.cs",
            """if (divide) total /= scale;""", """if (divide && count == L.Width) total /= scale;"""),
        new("tail", "residual-of-the-last-channels-left-out", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """if (t.Residual != null) x += L.LoadPartial(residual, count);""", ""),
        new("tail", "softmax-last-not-divided", "Executor/Cpu/Kernels/Softmax.cs",
            """if (at < length) L.StorePartial(L.LoadPartial(y + at, length - at) / sum, y + at, length - at);""",
            ""),
        new("tail", "stage-skips-the-last-channels", "Executor/Cpu/Kernels/Gemm/Epilogue.cs",
            """if (full == columns) continue;""", """if (full <= columns) continue;"""),
        new("tail", "winograd-last-channels-stale", "Executor/Cpu/Kernels/Gemm/WinogradTransforms.cs",
            """if (c == channels) return;""", """if (c <= channels) return;"""),

        // Threads.
        new("thread", "last-pieces-left-out", "Executor/Cpu/Workers.cs",
            """pieces * slot / slots, pieces * (slot + 1) / slots);""",
            """pieces / slots * slot, pieces / slots * (slot + 1));"""),
        new("thread", "one-scratch-for-all", "Executor/Cpu/Workers.cs",
            """step.Run(new Frame(_values, _scratch[worker]),""", """step.Run(new Frame(_values, _scratch[0]),"""),
        new("thread", "step-begins-before-the-last-ends", "Executor/Cpu/Workers.cs",
            """Volatile.Read(ref _left) > 0; spins++)""", """Volatile.Read(ref _left) > 1; spins++)"""),
        new("thread", "taken-slots-taken-again", "Executor/Cpu/Workers.cs",
            """if (seen - generation >= 0 ||""", """if (seen - generation > 0 ||"""),

        // The gate itself: goldens that hold cannot show that it would see one that does not.
        new("verifier", "absolute-value-left-out", "Parity/Drift.cs",
            """error = Math.Abs(a - e);""", """error = a - e;""", CodeJudge.Tests),
        new("verifier", "axes-of-leaves-not-looked-at", "Parity/Verification/FormCheck.cs",
            """if (axes is not null && found != axes)""", """if (axes is not null && found.Length == 0)""",
            CodeJudge.Tests),
        new("verifier", "blind-weights-permitted", "Parity/Golden/Vacuity.cs",
            """if (weight.Elements * 10.0 > weight.Of * 9.0)""", """if (weight.Elements > weight.Of)""",
            CodeJudge.Tests),
        new("verifier", "case-gone-unnoticed", "Parity/Cases/CaseSetCheck.cs",
            """|| isVerified(golden)) continue;""", """|| golden.Length > 0) continue;""", CodeJudge.Tests),
        new("verifier", "constant-outputs-permitted", "Parity/Golden/Vacuity.cs",
            """else if (elements > 1 && ConstantOf(tensor) is { } constant)""",
            """else if (elements > int.MaxValue && ConstantOf(tensor) is { } constant)""", CodeJudge.Tests),
        new("verifier", "dealt-cases-not-verified", "Parity/Verification/GateThreads.cs",
            """Take(i, with, open, inOrder, failed.Token);""", """lock (_telling) _done[i] = [];"""),
        new("verifier", "drift-of-nodes-forgiven", "Parity/Verification/Float64Check.cs",
            """if (bad is not null && GoesByScale(golden, tolerance))""",
            """if (bad is not null && bad.Isolated > 1e-3 && GoesByScale(golden, tolerance))""", CodeJudge.Tests),
        new("verifier", "exit-code-of-drift-is-zero", "Cli/Program.cs",
            """Severity.Error => 1,""", """Severity.Error => 0,""", CodeJudge.Tests),
        new("verifier", "fault-on-purpose-is-green", "Parity/Verification/Verifier.cs",
            """return verdict.Fault is null ? verdict : Confess(verdict);""", """return verdict;""", CodeJudge.Tests),
        new("verifier", "first-output-alone", "Parity/Verification/Float64Check.cs",
            """[.. golden.Document.Outputs.Select((port, i) =>""",
            """[.. golden.Document.Outputs.Take(1).Select((port, i) =>""", CodeJudge.Tests),
        new("verifier", "flatten-fold-not-looked-at", "Parity/Verification/FoldCheck.cs",
            """return worst is null ? null""", """return worst is null or { Scaled: >= 0 } ? null""", CodeJudge.Tests),
        new("verifier", "flax-layers-by-a-thousandth", "Parity/Verification/FlaxLayers.cs",
            """const double Limit = 1e-11;""", """const double Limit = 1e-1;""", CodeJudge.Tests),
        new("verifier", "float32-limit-a-hundredfold", "Parity/Verification/Float32Check.cs",
            """int factor = runner.IsForeign ? ForeignFactor : 4;""",
            """int factor = runner.IsForeign ? ForeignFactor : 400;""", CodeJudge.Tests),
        new("verifier", "float32-nodes-not-judged", "Parity/Verification/Float32Check.cs",
            """verdict.Nodes.Where(node => !node.Holds).ToArray()""",
            """verdict.Nodes.Where(node => node.Ratio < 0).ToArray()""", CodeJudge.Tests),
        new("verifier", "golden-missing-is-passed", "Cli/Verbs/VerifyVerb.cs",
            """missing.Add(e.Finding);""", """_ = e;""", CodeJudge.Tests),
        new("verifier", "hash-by-its-prefix", "Parity/Verification/CaseModel.cs",
            """return found == recorded.Sha256""", """return found[..8] == recorded.Sha256?[..8]""",
            CodeJudge.Tests),
        new("verifier", "hash-of-a-tensor-not-looked-at", "Parity/Golden/GoldenConsistency.cs",
            """Sha256Hash.Of(tensor) != port.Sha256 ?""", """port.Sha256.Length == 0 ?""", CodeJudge.Tests),
        new("verifier", "integers-off-by-one", "Parity/Drift.cs",
            """if (off == 0) continue;""", """if (off <= 1) continue;""", CodeJudge.Tests),
        new("verifier", "leaves-not-compared", "Parity/Verification/WeightCheck.cs",
            """return at == source.Bytes.Length ? null""", """return at >= 0 ? null""", CodeJudge.Tests),
        new("verifier", "limit-a-thousandfold", "Parity/Tolerance.cs",
            """: error <= LimitAt(expected);""", """: error <= 1000 * LimitAt(expected);""", CodeJudge.Tests),
        new("verifier", "measurements-changed-by-hand", "Parity/Golden/GoldenStore.cs",
            """if (measuredSha256 != GoldenJson.MeasuredSha256(document))""",
            """if (measuredSha256.Length == 0)""", CodeJudge.Tests),
        new("verifier", "nan-holds", "Parity/Drift.cs",
            """else if (a.Equals(e)) continue;""", """else if (double.IsNaN(a) || a.Equals(e)) continue;""",
            CodeJudge.Tests),
        new("verifier", "nan-of-a-probe-holds", "Parity/Verification/ProbeCheck.cs",
            """if (double.IsNaN(error)) error = double.PositiveInfinity;""", "", CodeJudge.Tests),
        new("verifier", "nan-of-nodes-not-counted", "Parity/Verification/ProbeCheck.cs",
            """if (sums.NonFinite != probe.NonFinite)""", """if (sums.NonFinite < probe.NonFinite)""",
            CodeJudge.Tests),
        new("verifier", "other-weights-from-the-cache", "Parity/Verification/OpenModel.cs",
            """_source == source)""", """_source.Path == path)""", CodeJudge.Tests),
        new("verifier", "probes-changed-by-hand", "Parity/Golden/GoldenStore.cs",
            """Sha256Hash.Of(document.Probes.Select(golden.Probe)) != probesSha256""",
            """probesSha256.Length == 0""", CodeJudge.Tests),
        new("verifier", "projection-not-compared", "Parity/Verification/ProbeCheck.cs",
            """(Off(projection, probe.Projection), scale,""", """(0, scale,""", CodeJudge.Tests),
        new("verifier", "scale-of-small-outputs-forgotten", "Parity/Tolerance.cs",
            """Math.Max(Math.Min(DefaultValue, Scaled * magnitude), Explained(magnitude, rounding))""",
            """Math.Max(DefaultValue, Explained(magnitude, rounding))""", CodeJudge.Tests),
        new("verifier", "shape-of-a-probe-not-compared", "Parity/Verification/ProbeCheck.cs",
            """if (fact.Shape != probe.Shape)""", """if (fact.Shape.Elements != probe.Shape.Elements)""",
            CodeJudge.Tests),
        new("verifier", "shard-leaves-one-out", "Parity/Verification/Shard.cs",
            """.Where((_, i) => parts[i] == Index)""", """.Where((_, i) => parts[i] == Index && i > 0)""",
            CodeJudge.Tests),
        new("verifier", "shipped-bytes-not-read-back", "Parity/Verification/ShippedTree.cs",
            """? leaf with { Elements = () => Read(file, entry, leaf) }""", """? leaf""", CodeJudge.Tests),
        new("verifier", "square-planes-permitted", "Parity/Golden/Vacuity.cs",
            """if (sensitivity.IsSquare)""", """if (sensitivity.IsSquare && sensitivity.Blind.Length > 0)""",
            CodeJudge.Tests),
        new("verifier", "strangers-permitted", "Parity/Cases/CaseSetCheck.cs",
            """if (isKnown(golden)) continue;""", """if (golden.Length > 0) continue;""", CodeJudge.Tests),
        new("verifier", "weights-of-another-model", "Parity/Verification/CaseModel.cs",
            """if (weights != document.Weights.Sha256)""", """if (weights.Length != document.Weights.Sha256.Length)""",
            CodeJudge.Tests),
    ];
}
