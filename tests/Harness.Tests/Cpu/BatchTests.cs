using System.Numerics;
using System.Text.Json;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>An image's bits do not depend on its company: a batch of 5 as 5 of 1, as 2 and 3, at every width, on 1,
/// 2, 3 and 7 threads, in both precisions.</summary>
public sealed class BatchTests
{
    const int Count = 5;

    // Ops of which no case has images that are computed apart: they make tensors of numbers alone, or mix the batch.
    static readonly string[] s_mixing =
    [
        "addbmm", "addmv", "affine_grid_generator", "argmin", "argsort", "as_strided", "bucketize", "copy", "cross",
        "dot", "eye", "ger", "gru", "index_add", "index_copy", "index_put", "index_put_", "index_select", "kron",
        "lstm", "masked_scatter", "meshgrid", "new_ones", "numpy_T", "ones", "outer", "ps_roi_align", "ps_roi_pool",
        "renorm", "rnn_relu", "rnn_tanh", "roi_align", "roi_pool", "row_stack", "select_scatter", "slice_scatter",
        "triu", "vdot", "vstack", "zeros",
    ];

    // Of these some do, and others mix them, state the batch in numbers, or have none.
    static readonly string[] s_sometimesMixing =
    [
        "addmm", "amax", "amin", "argmax", "argwhere", "baddbmm", "batch_norm", "bilinear", "broadcast_tensors", "cat",
        "cdist", "col2im", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose3d", "cosine_similarity",
        "count_nonzero", "cumsum", "diagonal", "diff", "einsum", "expand", "expand_as", "flatten", "flip", "full",
        "gather", "hstack", "im2col", "index", "index_fill", "layer_norm", "lerp", "linalg_matrix_norm", "linalg_norm",
        "linalg_vector_norm", "linspace", "log_softmax", "masked_select", "matmul", "max", "mean", "min", "movedim",
        "mul", "nonzero", "nonzero_numpy", "norm", "pad", "pairwise_distance", "permute", "pixel_shuffle", "prelu",
        "prod", "repeat", "repeat_interleave", "reshape", "roll", "rot90", "scaled_dot_product_attention", "scatter",
        "scatter_add", "searchsorted", "slice", "softmax", "split", "squeeze", "stack", "sum", "take_along_dim", "tile",
        "trapezoid", "unbind", "unflatten", "unsqueeze", "var",
    ];

    /// <summary>The operators that have cases.</summary>
    public static TheoryData<string> Operators => [.. OpCases.All.Select(name => name[..name.IndexOf('/')]).Distinct()];

    // A shift along time mixes the images of a batch.
    public static TheoryData<string> Models =>
        [.. ((IEnumerable<object[]>)SessionTests.Models).Select(row => (string)row[0])
            .Where(name => name != "in_place_small")];

    // Which cases compute each image by itself not our arithmetic decides, but the oracle's.
    [Theory]
    [MemberData(nameof(Operators))]
    public void Cases_that_compute_each_image_by_itself_give_it_the_same_bits_in_any_batch(string op)
    {
        string[] cases = [.. OpCases.All.Where(name => name.StartsWith($"{op}/", StringComparison.Ordinal))];
        string[] split = [.. cases.Where(Splits)];
        s_mixing.Contains(op).Should().Be(split.Length == 0, "an operator without such a case is listed");
        if (split.Length > 0 && split.Length < cases.Length) s_sometimesMixing.Should().Contain(op);
        foreach (string name in split)
        {
            using var model = OpCases.Open(name);
            Any<float>(name, model, OpCases.Shapes(model));
            Any<double>(name, model, OpCases.Shapes(model));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Traced_models_give_an_image_the_same_bits_in_any_batch(string name)
    {
        using var model = ModelFile.Open(Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt"));
        var shapes = InputShapes.Infer(model, square: false);
        Any<float>(name, model, shapes);
        Any<float>(name, model, shapes, exactOrder: true);
        Any<double>(name, model, shapes);
        Any<double>(name, model, shapes, exactOrder: true);
    }

    /// <summary>Planes and channels around the points where Winograd's transform begins to pay.</summary>
    public static TheoryData<int, int, int> Windows
    {
        get
        {
            var rows = new TheoryData<int, int, int>();
            foreach (var (ci, co) in new[] { (32, 32), (64, 40), (31, 64), (257, 256) })
                foreach (int size in (int[])[1, 2, 3, 4, 5, 6, 7, 11])
                    rows.Add(ci, co, size);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Three_by_three_windows_are_computed_alike_for_one_image_and_for_many(int ci, int co, int size)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [1, ci, size, size + 1]), weight = builder.Parameter("conv.weight", [co, ci, 3, 3]);
        var one = Argument.Of([Argument.Of(1), Argument.Of(1)]);
        var y = builder.Call(
            "aten::conv2d", [Argument.Value(x), Argument.Value(weight), Argument.None, one, one, one, Argument.Of(1)],
            [], 1, SourcePlace.Unknown);
        builder.Output("0", y[0]);
        var graph = builder.Build();
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "graph");
        Any<float>($"{ci} to {co}", model, [[1, ci, size, size + 1]]);
        Any<double>($"{ci} to {co}", model, [[1, ci, size, size + 1]]);
        // 17 and more images are also more patches than any threshold counts.
        var images = new Images(model, [[1, ci, size, size + 1]], 40);
        images.ShouldEqual(
            images.Run<float>(OpCases.Options(LaneWidth.Sixteen, 2), 40),
            images.Run<float>(
                OpCases.Options(LaneWidth.Sixteen, 1), 1, 39), $"{ci} to {co} channels of {size} rows, 40 images");
    }

    static void Any<E>(string name, TorchModel model, Shape[] shapes, bool exactOrder = false)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        PlanOptions Options(LaneWidth lanes, int threads) =>
            OpCases.Options(lanes, threads) with { ExactOrder = exactOrder };
        var images = new Images(model, shapes, Count);
        double[][] single = images.Run<E>(Options(LaneWidth.One, 1), 1, 1, 1, 1, 1);
        images.ShouldEqual(
            images.Run<E>(Options(LaneWidth.Four, 2), 2, 3), single, $"{name}: 2 and 3 images at 4 lanes, 2 threads");
        images.ShouldEqual(
            images.Run<E>(Options(LaneWidth.Eight, 3), 3, 1, 1), single,
            $"{name}: 3, 1 and 1 images at 8 lanes, 3 threads");
        images.ShouldEqual(
            images.Run<E>(Options(LaneWidth.Sixteen, 7), 5), single, $"{name}: 5 images at 16 lanes, 7 threads");
        images.ShouldEqual(
            images.Run<E>(Options(LaneWidth.Sixteen, 1), 4, 1), single,
            $"{name}: 4 and 1 images at 16 lanes, 1 thread");
    }

    // True where the oracle computes of five images at once exactly what it computes of each.
    static bool Splits(string name)
    {
        using var model = OpCases.Open(name);
        var graph = JsonElement.Parse(File.ReadAllBytes(OpCases.PathOf(name)));
        var images = new Images(model, OpCases.Shapes(model), Count);
        try
        {
            var whole = Oracle(graph, model, images, 0, Count);
            NaiveTensor[][] parts =
                [.. Enumerable.Range(0, Count).Select(image => Oracle(graph, model, images, image, 1))];
            for (int output = 0; output < whole.Length; output++)
            {
                int[] one = parts[0][output].Shape;
                if (one.Length == 0 || one[0] != 1 || !whole[output].Shape.SequenceEqual([Count, .. one[1..]]))
                    return false;
                if (!whole[output].Data.SequenceEqual(parts.SelectMany(part => part[output].Data))) return false;
            }
            return true;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or DivideByZeroException
            or KeyNotFoundException)
        {
            // The case states its batch in numbers.
            return false;
        }
    }

    static NaiveTensor[] Oracle(JsonElement graph, TorchModel model, Images images, int first, int count)
    {
        var given = new Dictionary<string, NaiveTensor>();
        for (int i = 0; i < model.Graph.Inputs.Length; i++)
        {
            var port = model.Graph.Inputs[i];
            given[port.Name] = new NaiveTensor([.. images.Shapes(count)[i]], images.Values(i, first, count).ToArray());
        }
        foreach (var (key, tensor) in model.Weights)
            given[key] = new NaiveTensor([.. tensor.Shape], tensor.ToDoubles());
        return [.. NaiveWalk.Run(graph, given).Values];
    }
}
