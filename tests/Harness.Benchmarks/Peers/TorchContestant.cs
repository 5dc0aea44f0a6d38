using System.Diagnostics;
using System.Runtime.CompilerServices;
using Harness.Benchmarks.Script;
using Harness.Executor.Program;
using Harness.Executor.Model;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Benchmarks.Peers;

/// <summary>How libtorch may be given a model.</summary>
enum TorchVariant
{
    /// <summary>Images and windows channels last.</summary>
    ChannelsLast,
    /// <summary>Images and windows as PyTorch makes them.</summary>
    Contiguous,
    /// <summary>Images channels last, convolutions and what follows them oneDNN's on packed windows; float32
    /// only.</summary>
    Frozen,
}

/// <summary>libtorch's own compiler and fuser on the same graph, batch norms folded as freeze folds them.</summary>
/// <remarks>Denormals stay as IEEE 754 has them.</remarks>
sealed class TorchContestant : Contestant
{
    // The compiler's profiling executor settles within two runs.
    const int TrialWarmUps = 2, TrialRuns = 5;

    readonly TorchVariant _variant;
    readonly IDisposable _program;
    readonly Func<object[], object> _forward;
    readonly object[] _arguments;
    TorchTensor[] _outputs = [];

    TorchContestant(TorchModel folded, Subject subject, ScalarType type, TorchVariant variant)
    {
        _variant = variant;
        var graph = folded.Graph;
        var shaped = ShapedGraph.Of(folded, subject.Shapes);
        var used = shaped.Calls.SelectMany(call => Reference.Walk.GraphWalk.Used(call.Call))
            .Concat(shaped.Outputs.Select(port => port.Value)).ToHashSet();
        var parameters = graph.Parameters.Where(parameter => used.Contains(parameter.Value)).ToArray();
        var constants = graph.Constants.Where(constant => used.Contains(constant.Value)).ToArray();
        int[] values =
            [.. parameters.Select(parameter => parameter.Value), .. constants.Select(constant => constant.Value)];
        Func<string, object[], object> method;
        IReadOnlyCollection<int> packed = [];
        if (variant == TorchVariant.Frozen)
        {
            var module = jit.load(ScriptArchive.Of(FrozenText.Of(shaped, values, out packed)));
            (_program, method, _forward) = (module, module.invoke, module.forward);
        }
        else
        {
            var unit = jit.compile(ScriptText.Of(shaped, values));
            (_program, method, _forward) = (unit, unit.invoke, all => unit.invoke("forward", all));
        }
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var arguments = new List<TorchTensor>();
        foreach (var input in subject.Inputs) arguments.Add(Ordered(Load(input, type)));
        foreach (var parameter in parameters)
        {
            var tensor = Load(folded.Weights[parameter.Key], type);
            arguments.Add(packed.Contains(parameter.Value)
                ? (TorchTensor)method($"pack{parameter.Value}", [tensor])
                : Ordered(tensor));
        }
        foreach (var constant in constants) arguments.Add(Load(constant.Tensor, type));
        _arguments = [.. arguments.Select(tensor => tensor.DetachFromDisposeScope())];
    }

    /// <summary>The variant that is fastest on this subject here, by a few runs of each in turns.</summary>
    public static TorchContestant Fastest(Subject subject, ScalarType type)
    {
        var folded = NormFold.Apply(FoldedGraph.Of(subject.Model, subject.Shapes));
        TorchVariant[] variants = type == ScalarType.Float32
            ? [TorchVariant.ChannelsLast, TorchVariant.Contiguous, TorchVariant.Frozen]
            : [TorchVariant.ChannelsLast, TorchVariant.Contiguous];
        TorchContestant[] contestants =
            [.. variants.Select(variant => new TorchContestant(folded, subject, type, variant))];
        var least = new double[contestants.Length];
        Array.Fill(least, double.PositiveInfinity);
        for (int run = -TrialWarmUps; run < TrialRuns; run++)
            for (int i = 0; i < contestants.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                contestants[i].Run();
                if (run >= 0) least[i] = Math.Min(least[i], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        var best = contestants[Array.IndexOf(least, least.Min())];
        foreach (var other in contestants.Where(other => other != best)) other.Dispose();
        return best;
    }

    /// <inheritdoc/>
    public override string Variant => _variant switch
    {
        TorchVariant.ChannelsLast => "channels_last",
        TorchVariant.Contiguous => "contiguous",
        _ => "channels_last, frozen",
    };

    /// <inheritdoc/>
    public override void Run()
    {
        foreach (var output in _outputs) output.Dispose();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        object result = _forward(_arguments);
        _outputs = result is ITuple several
            ? [.. Enumerable.Range(0, several.Length).Select(i => ((TorchTensor)several[i]!).DetachFromDisposeScope())]
            : result is TorchTensor[] list ? [.. list.Select(tensor => tensor.DetachFromDisposeScope())]
            : [((TorchTensor)result).DetachFromDisposeScope()];
    }

    /// <inheritdoc/>
    public override double[][] Outputs() => [.. _outputs.Select(Doubles)];

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var output in _outputs) output.Dispose();
        foreach (object argument in _arguments) ((TorchTensor)argument).Dispose();
        _program.Dispose();
    }

    /// <summary>All elements in PyTorch's axis order.</summary>
    public static double[] Doubles(TorchTensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>A stored tensor as libtorch's; floating-point elements become <paramref name="type"/>.</summary>
    public static TorchTensor Load(Stored stored, ScalarType type)
    {
        long[] extents = [.. stored.Shape.Select(extent => (long)extent)];
        if (!stored.Type.IsFloating())
            return tensor(Array.ConvertAll(stored.ToDoubles(), x => (long)x), extents);
        return tensor(stored.ToDoubles(), extents).to(type);
    }

    // Channels last for libtorch is a matter of strides, which permuting there and back leaves behind.
    TorchTensor Ordered(TorchTensor tensor) => _variant == TorchVariant.Contiguous ? tensor : tensor.ndim switch
    {
        4 => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
        5 => tensor.permute(0, 2, 3, 4, 1).contiguous().permute(0, 4, 1, 2, 3),
        _ => tensor,
    };
}
