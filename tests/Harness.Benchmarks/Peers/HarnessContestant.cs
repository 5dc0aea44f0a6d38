using System.Numerics;
using Harness.Executor.Layout;
using Harness.Executor.Model;
using Harness.Executor.Planning;

namespace Harness.Benchmarks.Peers;

/// <summary>Our own executor, channels last in and out.</summary>
sealed class HarnessContestant<E> : Contestant where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly NhwcModel _model;
    readonly Session<E> _session;
    readonly E[][] _inputs;
    readonly E[][] _outputs;

    public HarnessContestant(Subject subject, PlanOptions options)
    {
        _model = NhwcPass.Apply(subject.Model, subject.Shapes);
        _session = Plan.Compile<E>(_model, options).CreateSession();
        _inputs = [.. _model.Inputs.Select((port, i) => InMemoryOrder(subject.Inputs[i], _model.Values[port.Value].Layout))];
        _outputs = [.. _model.Outputs.Select(port => new E[_model.Values[port.Value].Shape.Elements])];
    }

    /// <inheritdoc/>
    public override void Run()
    {
        for (int i = 0; i < _inputs.Length; i++) _session.WriteInput(i, _inputs[i]);
        _session.Run();
        for (int i = 0; i < _outputs.Length; i++) _session.ReadOutput(i, _outputs[i]);
    }

    /// <inheritdoc/>
    public override double[][] Outputs()
    {
        var outputs = new double[_outputs.Length][];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new double[_outputs[i].Length];
            _session.Read(_model.Outputs[i].Value, outputs[i]);
        }
        return outputs;
    }

    /// <inheritdoc/>
    public override void Dispose() => _session.Dispose();

    static E[] InMemoryOrder(Tensor tensor, Permutation layout)
    {
        const string Letters = "abcdefgh";
        string from = Letters[..layout.Rank];
        var moved = layout.IsIdentity
            ? tensor
            : new Rearrangement(from, string.Concat(layout.AsSpan().ToArray().Select(axis => from[axis]))).Apply(tensor);
        return Array.ConvertAll(moved.ToDoubles(), E.CreateTruncating);
    }
}
