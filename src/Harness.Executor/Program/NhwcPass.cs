using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Moves a model from PyTorch's layout to Flax's. Each value gets a permutation, each parameter its Flax leaf;
/// data moves only where an op cannot work with the layout it finds.</summary>
public static class NhwcPass
{
    /// <summary>Converts a model for these input shapes (PyTorch's axis order) and the types that its file
    /// states.</summary>
    /// <exception cref="ModelException">PAR1002 unsupported op, PAR1003 missing weight, PAR1004 shapes do not
    /// fit.</exception>
    public static NhwcProgram Apply(
        TorchModel model, IReadOnlyList<Shape> inputShapes, FlattenMode flatten = FlattenMode.Transpose)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputShapes);
        return Apply(model, model.Facts(inputShapes), flatten);
    }

    /// <summary>Converts a model for inputs of these types and shapes (PyTorch's axis order).</summary>
    /// <exception cref="ModelException">PAR1002 unsupported op, PAR1003 missing weight, PAR1004 shapes do not
    /// fit.</exception>
    public static NhwcProgram Apply(
        TorchModel model, IReadOnlyList<Fact> inputs, FlattenMode flatten = FlattenMode.Transpose)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        try
        {
            var graph = ShapedGraph.Of(model, inputs);
            var folds = flatten == FlattenMode.Fold ? FlattenFold.Find(graph) : FlattenFold.Nothing;
            return ProgramVerifier.After(nameof(NhwcPass), new Conversion(graph, folds).Run());
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
        // By the value that was moved.
        readonly Dictionary<int, List<int>> _relaid = [];
        readonly HashSet<string> _names = [];
        readonly LeafStore _leaves = new(graph.Model);

        public NhwcProgram Run()
        {
            var torch = graph.Model.Graph;
            foreach (var call in torch.Calls) _names.Add(call.Name);
            foreach (var call in graph.Calls) _names.Add(call.Call.Name);
            var inputs = ImmutableArray.CreateBuilder<Port>();
            foreach (var port in torch.Inputs)
            {
                var shape = graph.ShapeOf(port.Value);
                // Images arrive channels last, as Flax's users hold them; lower ranks have no channels to move.
                var layout = shape.Rank >= 4 ? Permutation.ChannelsLast(shape.Rank) : Permutation.Identity(shape.Rank);
                _placed[port.Value] = NewValue(port.Name, graph.FactOf(port.Value), layout, dependsOnInput: true);
                inputs.Add(port with { Value = _placed[port.Value], Shape = shape,
                    Type = graph.FactOf(port.Value).Type });
            }
            foreach (var call in graph.Calls) Convert(call);
            var outputs = ImmutableArray.CreateBuilder<Port>();
            foreach (var port in graph.Outputs)
            {
                int value = _placed.TryGetValue(port.Value, out int placed)
                    ? placed
                    : Raw(port.Value, Permutation.Identity(graph.ShapeOf(port.Value).Rank));
                var (type, shape) = graph.FactOf(port.Value);
                outputs.Add(port with { Value = value, Shape = shape, Type = type });
            }
            var variables = Settle();
            return new NhwcProgram(
                _values.ToImmutable(), _nodes.ToImmutable(), inputs.ToImmutable(), outputs.ToImmutable(), variables)
            {
                CastsLifted = graph.CastsLifted,
            };
        }

        // Who reads a weight is known only now, and with it how the weight lies in the tree.
        Variables Settle()
        {
            var (variables, readings) = _leaves.Settle();
            // One array may be read under several shapes or layouts, as a kernel and as its transpose.
            var taken = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (reading, values) in _leafValues)
            {
                var (leaf, moves) = readings[reading];
                foreach (int value in values)
                {
                    string stem = moves.IsEmpty ? leaf.FullPath : $"{leaf.FullPath}, {string.Join(", ", moves)}";
                    string name = stem;
                    for (int n = 2; !taken.Add(name); n++) name = $"{stem}, reading {n}";
                    _values[value] = _values[value] with
                    {
                        Name = name,
                        Leaf = leaf,
                        Moves = moves,
                    };
                }
            }
            return variables;
        }

        void Convert(ShapedCall call)
        {
            // A parameter that is only permuted stays a parameter: addmm(bias, x, weight.t()).
            if (call.Op is Permuting move && !_placed.ContainsKey(call.Operands[0])
                && _leaves.TryPermute(call.Operands[0], call.Results[0], move))
                return;
            var op = folds.IsFolded(call) ? new FoldedFlatten() : call.Op;
            var rules = op.Weights.ToDictionary(rule => rule.Operand);
            var placed = new Placed[call.Operands.Length];
            for (int i = 0; i < placed.Length; i++)
            {
                var shape = graph.ShapeOf(call.Operands[i]);
                placed[i] = _placed.TryGetValue(call.Operands[i], out int value)
                    ? _values[value].Placed
                    : new Placed(shape, Permutation.Identity(shape.Rank)) { DependsOnInput = false };
            }
            bool depends = placed.Any(operand => operand.DependsOnInput);
            var arrangement = op.Arrange(placed);
            var inputs = ImmutableArray.CreateBuilder<int>(placed.Length);
            for (int i = 0; i < placed.Length; i++)
            {
                int operand = call.Operands[i];
                if (_placed.TryGetValue(operand, out int value))
                {
                    // A weight that is computed is read as it lies: no rule moves it. That of a norm over several axes
                    // lies as these do.
                    var wanted = !rules.TryGetValue(i, out var computed) ? arrangement.Inputs[i]
                        : computed.FollowsInput ? Broadcast.Restrict(arrangement.Inputs[0], placed[i].Shape.Rank)
                        : _values[value].Layout;
                    inputs.Add(InLayout(value, wanted, call.Call));
                }
                else if (rules.TryGetValue(i, out var rule))
                    inputs.Add(Weight(
                        operand, folds.Adjust(call, rule).Following(arrangement.Inputs[0], placed[i].Shape.Rank)));
                else inputs.Add(Raw(operand, arrangement.Inputs[i]));
            }
            var outputs = ImmutableArray.CreateBuilder<int>(call.Results.Length);
            for (int i = 0; i < call.Results.Length; i++)
            {
                string name = i == 0 ? call.Call.Name : $"{call.Call.Name}:{i}";
                outputs.Add(_placed[call.Results[i]] = NewValue(name, graph.FactOf(call.Results[i]),
                    arrangement.Outputs[i], depends));
            }
            _nodes.Add(new NhwcNode(call.Call.Name, op, inputs.ToImmutable(), outputs.ToImmutable(), call.Call.Place)
            {
                Call = call.Stated.IsDefault ? null : OfOperands(call),
                IsPart = call.IsPart,
            });
        }

        // The graph's values have no meaning here: the call speaks of its node's operands instead.
        static Call OfOperands(ShapedCall call)
        {
            return call.Call with
            {
                Arguments = [.. call.Call.Arguments.Select(Renumbered)],
                Keywords = [.. call.Call.Keywords.Select(k => k with { Value = Renumbered(k.Value) })],
            };

            Argument Renumbered(Argument argument) => argument switch
            {
                ValueArgument value => Argument.Value(call.Stated.IndexOf(value.Id)),
                ListArgument list => Argument.Of([.. list.Items.Select(Renumbered)]),
                _ => argument,
            };
        }

        int InLayout(int value, Permutation wanted, Call consumer)
        {
            var source = _values[value];
            return source.Layout == wanted
                ? value
                : Moved(value, wanted, consumer.Name, consumer.Place, !source.Layout.SameMemory(wanted, source.Shape));
        }

        // The value in another layout, once for all who want it.
        int Moved(int value, Permutation wanted, string consumer, SourcePlace place, bool moves)
        {
            if (!_relaid.TryGetValue(value, out var known)) _relaid[value] = known = [];
            foreach (int other in known)
                if (_values[other].Layout == wanted) return other;
            string stem = $"{consumer}.relayout", name = stem;
            for (int n = 2; !_names.Add(name); n++) name = $"{stem}_{n}";
            int moved = NewValue(name, _values[value].Fact, wanted, _values[value].DependsOnInput);
            _nodes.Add(new NhwcNode(name, new Relayout { Moves = moves }, [value], [moved], place));
            known.Add(moved);
            return moved;
        }

        // A weight under a rule has the shape its leaf has; its logical shape is PyTorch's.
        int Weight(int operand, WeightRule rule)
        {
            var fact = graph.FactOf(operand);
            return ValueOf(_leaves.Read(operand, rule), fact, Permutation.Identity(fact.Shape.Rank));
        }

        int Raw(int operand, Permutation layout) =>
            ValueOf(_leaves.ReadRaw(operand, layout), graph.FactOf(operand), layout);

        // By the reading that gives their elements.
        readonly Dictionary<int, List<int>> _leafValues = [];

        int ValueOf(int reading, Fact fact, Permutation layout)
        {
            if (!_leafValues.TryGetValue(reading, out var known)) _leafValues[reading] = known = [];
            foreach (int other in known)
                if (_values[other].Fact == fact && _values[other].Layout == layout) return other;
            known.Add(NewValue("", fact, layout, dependsOnInput: false));
            return known[^1];
        }

        int NewValue(string name, Fact fact, Permutation layout, bool dependsOnInput)
        {
            _values.Add(new NhwcValue(_values.Count, name, fact, layout, null) { DependsOnInput = dependsOnInput });
            return _values.Count - 1;
        }
    }
}
