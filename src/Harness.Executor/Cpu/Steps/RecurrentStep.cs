using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>A recurrent layer: a sequence of the batch in one direction is a piece; of several layers, which read each
/// other in both directions, a sequence.</summary>
sealed unsafe class RecurrentStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly Recurrent _op;
    readonly RecurrentKind _kind;
    readonly ValueBuffer _x;
    readonly ValueBuffer? _output;
    readonly ValueBuffer[] _from, _to;
    readonly Weight[] _weights;
    readonly int _steps, _batch, _inputs, _hidden, _features, _wide, _gates;
    // Elements of scratch: two sequences between layers, two states and what a projection makes; and weights that are
    // computed. Whatever a product writes has room for whole panels.
    readonly nint _layer, _states, _computed;

    // A parameter in panels, a bias as one row of them: in the plan's memory, or where it is computed, and where it
    // goes.
    readonly record struct Weight(PinnedArray<E>? Stored, ValueBuffer? Computed, nint At);

    /// <summary>A step of a node that is a <see cref="Recurrent"/>.</summary>
    public RecurrentStep(StepSite<E> site, RecurrentKind kind)
    {
        _op = (Recurrent)site.Op;
        (_lanes, _kind, _x) = (site.Lanes, kind, site.Input(0));
        int outputs = _op.IsCell ? 0 : 1;
        _output = _op.IsCell ? null : site.Output();
        _from = [.. Enumerable.Range(1, _op.States).Select(site.Input)];
        _to = [.. Enumerable.Range(outputs, _op.States).Select(site.Output)];
        _inputs = _x.Shape[-1];
        _batch = _x.Shape[_op.IsCell || _op.BatchFirst ? 0 : 1];
        _steps = _op.IsCell ? 1 : _x.Shape[_op.BatchFirst ? 1 : 0];
        _hidden = site.ShapeOf(_op.OperandOf(0, 0))[0] / _op.Gates;
        _features = _from[0].Shape[-1];
        _wide = _op.Directions * _features;
        _weights = new Weight[_op.Layers * _op.Directions * _op.Parameters];
        for (int i = 0; i < _weights.Length; i++)
        {
            int operand = _op.OperandOf(0, 0) + i;
            var shape = site.ShapeOf(operand);
            bool stored = site.IsStored(operand);
            _weights[i] = stored
                ? new Weight(site.Pin(InPanels(site.Weight(operand), shape)), null, 0)
                : new Weight(null, site.Input(operand), _computed);
            if (!stored) _computed += PanelProduct.Elements(shape.Rank == 1 ? 1 : shape[1], shape[0]);
        }
        _gates = checked((int)PanelProduct.Padded((nint)_op.Gates * _hidden));
        _layer = checked((nint)_steps * _wide);
        _states = PanelProduct.Padded(Math.Max(_hidden, _features));
        ScratchBytes = checked((((nint)_gates * (_steps + 1)) + (2 * _layer) + (3 * _states) + _computed) * sizeof(E));
        Pieces = (long)_batch * (_op.Layers == 1 ? _op.Directions : 1);
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override nint ScratchBytes { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("recurrent", CostModel.Plain)
    {
        WeightBytes = _weights.Sum(weight => weight.Stored?.Bytes ?? 0),
    };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* gates = frame.Scratch<E>(), state = gates + ((nint)_gates * _steps), sequences = state + _gates;
        E* h = sequences + (2 * _layer), c = h + _states, made = c + _states, computed = made + _states;
        foreach (var weight in _weights)
            if (weight.Computed is { } value) Pack(frame.At<E>(value), value, computed + weight.At);
        int share = _op.Layers == 1 ? _op.Directions : 1;
        var room = new Room(gates, state, h, c, made, computed);
        for (long piece = first; piece < last; piece++)
        {
            int n = (int)Math.DivRem(piece, share, out long only);
            var x = new Sequence(
                (nint)(frame.At<E>(_x) + (n * _x.StrideOf(_op.IsCell || _op.BatchFirst ? 0 : 1))),
                _op.IsCell ? 0 : _x.StrideOf(_op.BatchFirst ? 1 : 0), _inputs);
            for (int layer = 0; layer < _op.Layers; layer++)
            {
                var y = layer == _op.Layers - 1 && _output is not null
                    ? new Sequence(
                        (nint)(frame.At<E>(_output) + (n * _output.StrideOf(_op.BatchFirst ? 0 : 1))),
                        _output.StrideOf(_op.BatchFirst ? 1 : 0), _wide)
                    : new Sequence((nint)(sequences + (layer % 2 * _layer)), _wide, _wide);
                if (share > 1) Pass(frame, n, (int)only, x, y, room);
                else
                {
                    for (int direction = 0; direction < _op.Directions; direction++)
                        Pass(frame, n, (layer * _op.Directions) + direction, x, y, room);
                }
                x = y;
            }
        }
    }

    // Where elements of a sequence lie.
    readonly record struct Sequence(nint At, nint Stride, int Features);

    // A thread's memory.
    readonly ref struct Room(E* gates, E* state, E* h, E* c, E* made, E* computed)
    {
        public readonly E* Gates = gates, State = state, H = h, C = c, Made = made, Computed = computed;
    }

    // One direction of one layer over a sequence.
    void Pass(in Frame frame, int n, int run, in Sequence x, in Sequence y, in Room room)
    {
        int direction = run % _op.Directions;
        PanelProduct.Run(
            _lanes, (E*)x.At, x.Stride, _steps, x.Features, Of(run, 0, room.Computed), _gates,
            _op.Bias ? Of(run, 2, room.Computed) : null, room.Gates);
        Load(frame, run, n, room.H, room.C);
        for (int step = 0; step < _steps; step++)
        {
            int t = direction == 0 ? step : _steps - 1 - step;
            Advance(run, room.Computed, room.Gates + ((nint)t * _gates), room.State, room.H, room.C, room.Made);
            new Span<E>(room.H, _features).CopyTo(
                new Span<E>((E*)y.At + (t * y.Stride) + (direction * _features), _features));
        }
        Save(frame, run, n, room.H, room.C);
    }

    // One element of a sequence.
    void Advance(int run, E* computed, E* input, E* state, E* h, E* c, E* made)
    {
        PanelProduct.Run(
            _lanes, h, 0, 1, _features, Of(run, 1, computed), _gates, _op.Bias ? Of(run, 3, computed) : null, state);
        if (!_op.Projected)
        {
            RecurrentGates.Step(_lanes, _kind, input, state, h, c, _hidden);
            return;
        }
        RecurrentGates.Step(_lanes, _kind, input, state, made, c, _hidden);
        PanelProduct.Run(
            _lanes, made, 0, 1, _hidden, Of(run, _op.Parameters - 1, computed),
            (int)PanelProduct.Padded(_features), (E*)null, h);
    }

    E* Of(int run, int parameter, E* computed)
    {
        var weight = _weights[(run * _op.Parameters) + parameter];
        return weight.Stored is { } stored ? stored.Address : computed + weight.At;
    }

    void Load(in Frame frame, int run, int n, E* h, E* c)
    {
        for (int i = 0; i < _from.Length; i++)
        {
            var kept = new Span<E>(At(frame, _from[i], run, n), _from[i].Shape[-1]);
            kept.CopyTo(new Span<E>(i == 0 ? h : c, kept.Length));
        }
    }

    void Save(in Frame frame, int run, int n, E* h, E* c)
    {
        for (int i = 0; i < _to.Length; i++)
        {
            var kept = new Span<E>(At(frame, _to[i], run, n), _to[i].Shape[-1]);
            new Span<E>(i == 0 ? h : c, kept.Length).CopyTo(kept);
        }
    }

    E* At(in Frame frame, ValueBuffer state, int run, int n) =>
        frame.At<E>(state) + (_op.IsCell ? 0 : run * state.StrideOf(0)) + (n * state.StrideOf(-2));

    // A parameter as Flax has it: the features of its input outermost.
    static E[] InPanels(ReadOnlySpan<E> weight, Shape shape)
    {
        int outputs = shape[0], inputs = shape.Rank == 1 ? 1 : shape[1];
        var panels = new E[PanelProduct.Elements(inputs, outputs)];
        fixed (E* from = weight, to = panels) PanelProduct.Pack(from, inputs, outputs, outputs, 1, to);
        return panels;
    }

    // A parameter as PyTorch has it.
    static void Pack(E* from, ValueBuffer value, E* to)
    {
        bool isRow = value.Shape.Rank == 1;
        PanelProduct.Pack(from, isRow ? 1 : value.Shape[1], isRow ? 0 : value.StrideOf(1), value.Shape[0],
            value.StrideOf(0), to);
    }
}
