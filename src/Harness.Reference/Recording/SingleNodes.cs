using System.Globalization;
using Harness.Executor.Model;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Recording;

/// <summary>Holds libtorch's float32 to its float64, node by node, each fed the float64 walk's numbers rounded to
/// float32. A processor on which float32 convolutions come out wrong would else pass as noise, and four times that is
/// the limit of every float32 run. End to end says nothing: what an ill-conditioned network makes of rounding is as
/// large.</summary>
/// <param name="path">The model's file, for messages.</param>
/// <param name="device">Where to compute.</param>
sealed class SingleNodes(string path, Device device)
{
    // A right libtorch stays below 6e-7 of Σ|w||x| + |b| in whole models.
    const double Limit = 1e-5;

    // How many times what half an ulp of every operand moves it a node may be off: of a sum that cancels rounding costs
    // more than a share of what is left, and the ulps are drawn at random, so that the measure is a sample.
    const double Moved = 64;

    // Half an ulp of float32.
    const double HalfUlp = 1.0 / (1 << 24);

    /// <summary>Holds one call.</summary>
    /// <exception cref="ModelException">PAR9006: it is further off than rounding explains.</exception>
    public void Demand(Call call, Func<ScalarType, Func<TorchTensor, TorchTensor>, IEnumerable<TorchTensor>> again)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, device);
        var single = Results(again, ScalarType.Float32, Rounded);
        if (!single.Any(result => result.is_floating_point() && result.numel() > 0)) return;
        var exact = Results(again, ScalarType.Float64, Widened);
        TorchTensor[]? moved = null;
        for (int i = 0; i < exact.Length; i++)
        {
            if (!exact[i].is_floating_point() || exact[i].numel() == 0) continue;
            double off = Furthest(single[i], exact[i]);
            double share = Math.Max(1, Largest(exact[i])) * Math.Max(Limit, CoordinatesOf(call, exact[i]));
            if (off <= share) continue;
            moved ??= Results(again, ScalarType.Float64, x => Shaken(x, generator));
            double explained = Math.Max(share, Moved * Furthest(moved[i], exact[i]));
            if (off <= explained) continue;
            throw new ModelException(new Finding(Codes.LibTorchWrong, path, string.Create(
                CultureInfo.InvariantCulture,
                $"nothing is recorded, since this machine's libtorch is wrong in float32: '{call.Name}' "
                + $"({call.Target}) differs by {off:0.0e+0} from its float64 of the same numbers, where "
                + $"rounding explains {explained:0.0e+0}")));
        }
    }

    // libtorch computes in float32 where a resampled element lies between its neighbours, too: some ulps of the plane's
    // extent, which no operand's ulp shows.
    static double CoordinatesOf(Call call, TorchTensor result) =>
        Resampling.Arms.Any(arm => arm.Target == call.Target) ? 8 * HalfUlp * result.shape.Max() : 0;

    // The operands go at once: those of a classifier's matrix are a gigabyte, and three kinds of them are made.
    static TorchTensor[] Results(
        Func<ScalarType, Func<TorchTensor, TorchTensor>, IEnumerable<TorchTensor>> again, ScalarType type,
        Func<TorchTensor, TorchTensor> change)
    {
        using var scope = NewDisposeScope();
        // One that is an operand itself stays the walk's.
        return [.. again(type, change).Select(result => result.alias().MoveToOuterDisposeScope())];
    }

    static TorchTensor Rounded(TorchTensor tensor) =>
        tensor.is_floating_point() ? tensor.to(ScalarType.Float32) : tensor;

    static TorchTensor Widened(TorchTensor tensor)
    {
        if (!tensor.is_floating_point()) return tensor;
        using var rounded = tensor.to(ScalarType.Float32, copy: true);
        return rounded.to(ScalarType.Float64);
    }

    TorchTensor Shaken(TorchTensor tensor, Generator generator)
    {
        if (!tensor.is_floating_point()) return tensor;
        var ulps = rand(tensor.shape, dtype: ScalarType.Float64, device: device, generator: generator);
        return ulps.mul_(2).sub_(1).mul_(HalfUlp).add_(1).mul_(Rounded(tensor));
    }

    // Of what is finite on both sides: where float32 overflows it says nothing.
    static double Furthest(TorchTensor actual, TorchTensor exact)
    {
        if (!actual.shape.AsSpan().SequenceEqual(exact.shape)) return 0;
        return Largest(actual.to(ScalarType.Float64) - exact);
    }

    static double Largest(TorchTensor tensor) => tensor.to(ScalarType.Float64).abs()
        .nan_to_num(0, 0, 0).max().item<double>();
}
