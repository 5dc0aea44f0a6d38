using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Moves a model from PyTorch's layout to Flax's. Each value gets a permutation, each parameter its Flax leaf; data
/// moves only where an op cannot work with the layout it finds (CONVERSION section 2).</summary>
public static class NhwcPass
{
    /// <summary>Converts a model for these input shapes (PyTorch's axis order).</summary>
    /// <exception cref="ModelException">PAR1002 unsupported op, PAR1003 missing weight, PAR1004 shapes do not fit.</exception>
    public static NhwcProgram Apply(TorchModel model, IReadOnlyList<Shape> inputShapes, FlattenMode flatten = FlattenMode.Transpose)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputShapes);
        try
        {
            var graph = ShapedGraph.Of(model, inputShapes);
            return new Conversion(graph, flatten == FlattenMode.Fold ? FlattenFold.Find(graph) : FlattenFold.Nothing).Run();
        }
        catch (ModelException e)
        {
            throw model.Locate(e);
        }
    }

    sealed class Conversion(ShapedGraph graph, FlattenFold folds)
    {
        readonly ImmutableArray<NhwcValue>.Builder _values = ImmutableArray.CreateBuilder<NhwcValue>();
        readonly ImmutableArray<NhwcNode>.Builder _nodes = ImmutableArray.CreateBuilder<NhwcNode>();
        readonly Dictionary<int, int> _placed = [];
        readonly Dictionary<(int Value, Permutation Layout), int> _relaid = [];
        readonly HashSet<string> _names = [];
        readonly LeafStore _leaves = new(graph.Model);

        public NhwcProgram Run()
        {
            var torch = graph.Model.Graph;
            foreach (var call in torch.Calls) _names.Add(call.Name);
            var inputs = ImmutableArray.CreateBuilder<Port>();
            foreach (var port in torch.Inputs)
            {
                var shape = graph.ShapeOf(port.Value);
                // Images arrive channels last, as Flax's users hold them; lower ranks have no channels to move.
                var layout = shape.Rank >= 4 ? Permutation.ChannelsLast(shape.Rank) : Permutation.Identity(shape.Rank);
                _placed[port.Value] = NewValue(port.Name, shape, layout);
                inputs.Add(port with { Value = _placed[port.Value], Shape = shape });
            }
            foreach (var call in graph.Calls) Convert(call);
            var outputs = ImmutableArray.CreateBuilder<Port>();
            foreach (var port in graph.Outputs)
            {
                int value = _placed.TryGetValue(port.Value, out int placed)
                    ? placed
                    : Raw(port.Value, Permutation.Identity(graph.ShapeOf(port.Value).Rank));
                outputs.Add(port with { Value = value, Shape = graph.ShapeOf(port.Value) });
            }
            GiveRoom();
            return new NhwcProgram(_values.ToImmutable(), _nodes.ToImmutable(), inputs.ToImmutable(), outputs.ToImmutable(),
                _leaves.Finish());
        }

        // A value that is read under several shapes must be one run without gaps, so that no window finds its zeros around
        // it: the window reads a copy.
        void GiveRoom()
        {
            int[] roots = NhwcProgram.Roots(_values.Count, _nodes);
            var rigid = new bool[_values.Count];
            for (int value = 0; value < roots.Length; value++)
                if (_values[value].Physical != _values[roots[value]].Physical) rigid[roots[value]] = true;
            for (int n = 0; n < _nodes.Count; n++)
            {
                Shape[] shapes = [.. _nodes[n].Inputs.Select(value => _values[value].Shape)];
                for (int i = 0; i < shapes.Length; i++)
                {
                    int value = _nodes[n].Inputs[i];
                    if (value >= roots.Length || !rigid[roots[value]] || _nodes[n].Op.HaloFor(i, shapes) == default) continue;
                    int copies = _nodes.Count;
                    int copy = Moved(value, _values[value].Layout, _nodes[n].Name, _nodes[n].Place, moves: true);
                    // A new copy was put last; its place is before its first reader.
                    if (_nodes.Count > copies)
                    {
                        var made = _nodes[^1];
                        _nodes.RemoveAt(copies);
                        _nodes.Insert(n++, made);
                    }
                    _nodes[n] = _nodes[n] with { Inputs = _nodes[n].Inputs.SetItem(i, copy) };
                }
            }
        }

        void Convert(ShapedCall call)
        {
            // A parameter that is only permuted stays a parameter: addmm(bias, x, weight.t()).
            if (call.Op is Permuting move && !_placed.ContainsKey(call.Operands[0]) && _leaves.TryPermute(call.Operands[0], call.Results[0], move))
                return;
            var op = folds.IsFolded(call) ? new FoldedFlatten() : call.Op;
            var rules = op.Weights.ToDictionary(rule => rule.Operand);
            var placed = new Placed[call.Operands.Length];
            for (int i = 0; i < placed.Length; i++)
            {
                var shape = graph.ShapeOf(call.Operands[i]);
                placed[i] = new Placed(shape, _placed.TryGetValue(call.Operands[i], out int value)
                    ? _values[value].Layout
                    : Permutation.Identity(shape.Rank));
            }
            var arrangement = op.Arrange(placed);
            var inputs = ImmutableArray.CreateBuilder<int>(placed.Length);
            for (int i = 0; i < placed.Length; i++)
            {
                int operand = call.Operands[i];
                if (_placed.TryGetValue(operand, out int value))
                {
                    if (rules.TryGetValue(i, out var computed)) throw NotStored(call, op, computed, _values[value].Name);
                    inputs.Add(InLayout(value, arrangement.Inputs[i], call.Call));
                }
                else if (rules.TryGetValue(i, out var rule)) inputs.Add(Weight(operand, folds.Adjust(call, rule), call.Call));
                else inputs.Add(Raw(operand, arrangement.Inputs[i]));
            }
            var outputs = ImmutableArray.CreateBuilder<int>(call.Results.Length);
            for (int i = 0; i < call.Results.Length; i++)
            {
                string name = i == 0 ? call.Call.Name : $"{call.Call.Name}:{i}";
                outputs.Add(_placed[call.Results[i]] = NewValue(name, graph.ShapeOf(call.Results[i]), arrangement.Outputs[i]));
            }
            _nodes.Add(new NhwcNode(call.Call.Name, op, inputs.ToImmutable(), outputs.ToImmutable(), call.Call.Place));
        }

        static ModelException NotStored(ShapedCall call, Op op, WeightRule rule, string source) => new(new Finding(
            Codes.UnsupportedOp, call.Call.Place.ToString(), $"{op.Name} '{call.Call.Name}': its {rule.Leaf} is computed by " +
            $"'{source}' while running, expected a stored parameter; fold it before exporting the model"));

        int InLayout(int value, Permutation wanted, Call consumer)
        {
            var source = _values[value];
            return source.Layout == wanted
                ? value
                : Moved(value, wanted, consumer.Name, consumer.Place, !source.Layout.SameMemory(wanted, source.Shape));
        }

        // The value in another layout or, where that is its own, a copy; once for all who want it.
        int Moved(int value, Permutation wanted, string consumer, SourcePlace place, bool moves)
        {
            if (_relaid.TryGetValue((value, wanted), out int known)) return known;
            string stem = $"{consumer}.relayout", name = stem;
            for (int n = 2; !_names.Add(name); n++) name = $"{stem}_{n}";
            int moved = NewValue(name, _values[value].Shape, wanted);
            _nodes.Add(new NhwcNode(name, new Relayout { Moves = moves }, [value], [moved], place));
            return _relaid[(value, wanted)] = moved;
        }

        int Weight(int operand, WeightRule rule, Call call)
        {
            var leaf = _leaves.Take(operand, rule, call);
            return ValueOf(leaf, graph.ShapeOf(operand), Permutation.Identity(graph.ShapeOf(operand).Rank));
        }

        int Raw(int operand, Permutation layout)
        {
            var shape = graph.ShapeOf(operand);
            return ValueOf(_leaves.TakeRaw(operand, layout), shape, layout);
        }

        readonly Dictionary<string, int> _leafValues = [];

        // A weight under a rule has the shape its leaf has; its logical shape is PyTorch's.
        int ValueOf(Leaf leaf, Shape shape, Permutation layout)
        {
            if (_leafValues.TryGetValue(leaf.FullPath, out int value)) return value;
            return _leafValues[leaf.FullPath] = NewValue(leaf.FullPath, shape, layout, leaf);
        }

        int NewValue(string name, Shape shape, Permutation layout, Leaf? leaf = null)
        {
            _values.Add(new NhwcValue(_values.Count, name, shape, layout, leaf));
            return _values.Count - 1;
        }
    }
}
