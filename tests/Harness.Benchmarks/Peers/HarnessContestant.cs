using System.Numerics;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;

namespace Harness.Benchmarks.Peers;

/// <summary>Our own executor, channels last in and out.</summary>
sealed class HarnessContestant<E> : Contestant where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly NhwcProgram _model;
    readonly Plan _plan;
    readonly Session _session;

    public HarnessContestant(Subject subject, PlanOptions options)
    {
        _model = ConstantFold.Apply(NhwcPass.Apply(subject.Model, subject.Shapes), options);
        _plan = Plan.Compile<E>(_model, options);
        _session = _plan.CreateSession();
        // Inputs and outputs stay where the session has them, as those of the others stay in the buffers bound to them.
        for (int i = 0; i < _model.Inputs.Length; i++)
        {
            var moved = InMemoryOrder(subject.Inputs[i], _model.Values[_model.Inputs[i].Value].Layout);
            if (moved.Type.IsFloating())
                _session.WriteInput<E>(i, Array.ConvertAll(moved.ToDoubles(), E.CreateTruncating));
            else _session.WriteInputBytes(i, moved.Bytes.Span);
        }
    }

    /// <inheritdoc/>
    public override void Run()
    {
        _session.Run();
    }

    /// <inheritdoc/>
    public override double[][] Outputs()
    {
        var outputs = new double[_model.Outputs.Length][];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new double[_model.Values[_model.Outputs[i].Value].Shape.Elements];
            _session.Read(_model.Outputs[i].Value, outputs[i]);
        }
        return outputs;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _session.Dispose();
        _plan.Dispose();
    }

    static Tensor InMemoryOrder(Tensor tensor, Permutation layout)
    {
        const string Letters = "abcdefgh";
        string from = Letters[..layout.Rank];
        return layout.IsIdentity
            ? tensor
            : new Rearrangement(from, string.Concat(layout.AsSpan().ToArray().Select(axis => from[axis])))
                .Apply(tensor);
    }
}
