using System.Runtime.CompilerServices;
using Harness.Benchmarks.Script;
using Harness.Executor.Layout;
using Harness.Executor.Model;
using TorchSharp;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Benchmarks.Peers;

/// <summary>libtorch's own compiler and fuser on the same graph: batch norms folded as freeze folds them, images and windows
/// channels last.</summary>
sealed class TorchContestant : Contestant
{
    readonly jit.CompilationUnit _unit;
    readonly object[] _arguments;
    readonly DisposeScope _scope = NewDisposeScope();
    TorchTensor[] _outputs = [];

    public TorchContestant(Subject subject, ScalarType type)
    {
        var folded = NormFold.Apply(subject.Model);
        var graph = folded.Graph;
        var shaped = ShapedGraph.Of(folded, subject.Shapes);
        var used = shaped.Calls.SelectMany(call => Reference.Walk.GraphWalk.Used(call.Call))
            .Concat(shaped.Outputs.Select(port => port.Value)).ToHashSet();
        var parameters = new List<int>();
        var arguments = new List<object>();
        foreach (var input in subject.Inputs) arguments.Add(ChannelsLast(Load(input, type)));
        foreach (var parameter in graph.Parameters.Where(parameter => used.Contains(parameter.Value)))
        {
            parameters.Add(parameter.Value);
            arguments.Add(ChannelsLast(Load(folded.Weights[parameter.Key], type)));
        }
        foreach (var constant in graph.Constants.Where(constant => used.Contains(constant.Value)))
        {
            parameters.Add(constant.Value);
            arguments.Add(Load(constant.Tensor, type));
        }
        _arguments = [.. arguments];
        _unit = jit.compile(ScriptText.Of(shaped, parameters));
    }

    /// <inheritdoc/>
    public override void Run()
    {
        foreach (var output in _outputs) output.Dispose();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        object result = _unit.invoke("forward", _arguments);
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
        _unit.Dispose();
        _scope.Dispose();
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
    static TorchTensor ChannelsLast(TorchTensor tensor) =>
        tensor.ndim == 4 ? tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;
}
