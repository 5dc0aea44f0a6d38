using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>A pass left a program that no program may be: a bug of ours, whatever the user gave.</summary>
/// <param name="pass">The pass that ran last.</param>
/// <param name="place">The node, value, port or leaf.</param>
/// <param name="found">What is there.</param>
/// <param name="expected">What must be there.</param>
sealed class BrokenProgramException(string pass, string place, string found, string expected)
    : InvalidOperationException($"{pass} left a broken program: {place}: found {found}, expected {expected}");

/// <summary>Holds a program to what all passes and plans rely on: numbers, names, definitions before uses, facts as the
/// ops infer them, layouts as they arrange them, leaves as their rules move them.</summary>
/// <remarks>After every pass, in Debug builds and where <see cref="Switch"/> is set, as tests do.</remarks>
static class ProgramVerifier
{
    /// <summary>The runtime switch that turns it on in a Release build.</summary>
    public const string Switch = "Harness.Executor.VerifyPrograms";

    // Read once, so that compiled code has no trace of what is off.
    /// <summary>True where programs are verified.</summary>
    public static readonly bool IsOn =
#if DEBUG
        true;
#else
        AppContext.TryGetSwitch(Switch, out bool on) && on;
#endif

    /// <summary>A whole program as a pass made it, verified where that is on.</summary>
    /// <exception cref="BrokenProgramException">It breaks a rule.</exception>
    public static NhwcProgram After(string pass, NhwcProgram program)
    {
        if (IsOn) new Verification(pass, program, null).Run();
        return program;
    }

    /// <summary>A program as a pass left it that changed another, of which nothing may be lost: that one may be some
    /// nodes of a model, which leave values and leaves to others, and take values as inputs that they give
    /// too.</summary>
    /// <exception cref="BrokenProgramException">It breaks a rule.</exception>
    public static NhwcProgram After(string pass, NhwcProgram program, NhwcProgram before)
    {
        if (IsOn) new Verification(pass, program, before).Run();
        return program;
    }

    sealed class Verification(string pass, NhwcProgram program, NhwcProgram? before)
    {
        const string Fed = "an input in the middle";

        // Who defines a value; null until somebody has.
        readonly string?[] _definedBy = new string?[program.Values.Length];
        readonly HashSet<string> _read = new(StringComparer.Ordinal);
        // Inputs that a node gives too: a program whose nodes run one by one may be fed in the middle.
        readonly HashSet<int> _fed = before is null ? []
            : [.. before.Inputs.Select(port => port.Value).Intersect(before.Nodes.SelectMany(node => node.Outputs))];

        public void Run()
        {
            Leaves();
            Values();
            foreach (var port in program.Inputs)
            {
                string place = $"input '{port.Name}'";
                Port(place, port);
                Define(port.Value, place);
            }
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var node in program.Nodes)
            {
                string place = $"{node.Op.Name} '{node.Name}'";
                if (node.Name.Length == 0 || !names.Add(node.Name)) throw Broken(place, "its name again", "names once");
                Node(place, node);
            }
            foreach (var port in program.Outputs)
            {
                string place = $"output '{port.Name}'";
                Port(place, port);
                Use(place, port.Value);
                var value = program.Values[port.Value];
                if (value.Leaf is not null) Leaf(place, port.Value, value.Physical);
            }
            foreach (int value in before is null
                ? Enumerable.Range(0, program.Values.Length)
                : before.Nodes.SelectMany(node => node.Outputs))
            {
                if (_definedBy[value] is null)
                    throw Broken(Name(program.Values[value]), "nobody who defines it", "an input, a leaf or a node");
            }
            if (before is not null) return;
            foreach (var leaf in program.Variables.Leaves)
            {
                if (!_read.Contains(leaf.FullPath))
                    throw Broken($"leaf '{leaf.FullPath}'", "nobody who reads it", "a reader");
            }
        }

        void Leaves()
        {
            var paths = new HashSet<string>(StringComparer.Ordinal);
            foreach (var leaf in program.Variables.Leaves)
                if (!paths.Add(leaf.FullPath)) throw Broken($"leaf '{leaf.FullPath}'", "its path again", "paths once");
        }

        void Values()
        {
            var leaves = program.Variables.Leaves.ToDictionary(leaf => leaf.FullPath, StringComparer.Ordinal);
            var names = new HashSet<string>(StringComparer.Ordinal);
            for (int i = 0; i < program.Values.Length; i++)
            {
                var value = program.Values[i];
                if (value.Id != i) throw Broken($"value {i}", $"id {value.Id}", $"id {i}");
                if (value.Name.Length == 0 || !names.Add(value.Name))
                    throw Broken(Name(value), "its name again", "names once");
                if (value.Layout.Rank != value.Shape.Rank)
                    throw Broken(Name(value), $"layout {value.Layout}", $"the rank of shape {value.Shape}");
                if (value.Type != Fact.Of(value.Type, value.Shape).Type)
                    throw Broken(Name(value), value.Fact.ToString(), "float32 for the plan's precision");
                if (value.Leaf is not { } leaf)
                {
                    if (!value.Moves.IsEmpty) throw Broken(Name(value), "moves without a leaf", "none");
                    continue;
                }
                // Who runs a model with other elements changes the values alone, once passes are done.
                if (!leaves.TryGetValue(leaf.FullPath, out var known) || (before is null && known != leaf))
                    throw Broken(Name(value), $"leaf '{leaf.FullPath}'", "one of the program's variables");
                if (Fact.Of(leaf.Type, value.Shape) is var fact && fact.Type != value.Type)
                    throw Broken(Name(value), value.Fact.ToString(), $"{fact.Type.NumPyName()} as its leaf");
                Define(i, $"leaf '{leaf.FullPath}'");
            }
        }

        void Node(string place, NhwcNode node)
        {
            foreach (int value in node.Inputs) Use(place, value);
            foreach (int value in node.Outputs)
            {
                if ((uint)value >= (uint)program.Values.Length) throw Missing(place, value);
                Define(value, place);
            }
            Facts(place, node);
            Dependence(place, node);
            Layouts(place, node);
            Weights(place, node);
        }

        void Facts(string place, NhwcNode node)
        {
            Fact[] operands = [.. node.Inputs.Select(value => program.Values[value].Fact)];
            if (node.Op.Misfit(operands) is { } misfit) throw Broken(place, misfit, "operands that it takes");
            var facts = node.Op.Infer(operands);
            if (facts.Length != node.Outputs.Length)
                throw Broken(place, $"{node.Outputs.Length} results", $"{facts.Length}");
            for (int i = 0; i < facts.Length; i++)
            {
                var result = program.Values[node.Outputs[i]];
                if (result.Fact != facts[i]) throw Broken(place, $"{Name(result)} of {result.Fact}", $"{facts[i]}");
            }
        }

        void Dependence(string place, NhwcNode node)
        {
            bool depends = node.Inputs.Any(value => program.Values[value].DependsOnInput);
            foreach (int value in node.Outputs)
            {
                if (program.Values[value].DependsOnInput != depends)
                    throw Broken(place, $"{Name(program.Values[value])} that {Depends(!depends)}",
                        $"one that {Depends(depends)}, as its operands say");
            }
        }

        static string Depends(bool depends) => depends ? "depends on an input" : "depends on no input";

        // Operands lie as the op wants them, results as it leaves them. A stored weight lies as its rule says, whatever
        // its layout; a computed one as it was left.
        void Layouts(string place, NhwcNode node)
        {
            Placed[] placed = [.. node.Inputs.Select(value => program.Values[value].Placed)];
            if (node.Op is Relayout move)
            {
                var (from, to) = (placed[0].Layout, program.Values[node.Outputs[0]].Layout);
                if (!move.Moves && !from.SameMemory(to, placed[0].Shape))
                    throw Broken(place, $"layout {to} without a move", $"one that lies as {from} does");
                return;
            }
            var arrangement = node.Op.Arrange(placed);
            for (int i = 0; i < placed.Length; i++)
            {
                if (node.Op.Weights.All(rule => rule.Operand != i) && placed[i].Layout != arrangement.Inputs[i])
                    throw Broken(place, $"operand {i} in layout {placed[i].Layout}", $"{arrangement.Inputs[i]}");
            }
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                var result = program.Values[node.Outputs[i]];
                if (result.Layout != arrangement.Outputs[i])
                    throw Broken(place, $"{Name(result)} in layout {result.Layout}", $"{arrangement.Outputs[i]}");
            }
        }

        // A leaf that an op reads as its parameter has the shape of its rule, any other that of the value.
        void Weights(string place, NhwcNode node)
        {
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                var value = program.Values[node.Inputs[i]];
                var rule = node.Op.Weights.FirstOrDefault(rule => rule.Operand == i);
                if (value.Leaf is null)
                {
                    if (rule is not { FollowsInput: true }) continue;
                    var layout = Broadcast.Restrict(program.Values[node.Inputs[0]].Layout, value.Shape.Rank);
                    if (value.Layout != layout)
                        throw Broken(place, $"{rule.Leaf} in layout {value.Layout}", $"{layout}");
                    continue;
                }
                var wanted = rule is null ? value.Physical
                    : !rule.FollowsInput ? rule.Rearrangement.Apply(value.Shape)
                    : Broadcast.Restrict(program.Values[node.Inputs[0]].Layout, value.Shape.Rank)
                        .Physical(value.Shape);
                Leaf($"{place}, operand {i}", value.Id, wanted);
            }
        }

        void Leaf(string place, int id, Shape wanted)
        {
            var value = program.Values[id];
            _read.Add(value.Leaf!.FullPath);
            var shape = value.Leaf.Shape;
            try
            {
                foreach (var move in value.Moves) shape = move.Apply(shape);
            }
            catch (ArgumentException e)
            {
                throw Broken(place, e.Message, "moves that its leaf can make");
            }
            if (shape != wanted) throw Broken(place, $"{Name(value)} of {shape} in memory", $"{wanted}");
        }

        void Port(string place, Port port)
        {
            if ((uint)port.Value >= (uint)program.Values.Length) throw Missing(place, port.Value);
            var fact = program.Values[port.Value].Fact;
            if (port.Shape is { } shape && new Fact(port.Type, shape) == fact) return;
            throw Broken(
                place, $"{port.Type.NumPyName()} {port.Shape}", $"{fact} as {Name(program.Values[port.Value])}");
        }

        // No op has an operand that may be absent.
        void Use(string place, int value)
        {
            if ((uint)value >= (uint)program.Values.Length) throw Missing(place, value);
            if (_definedBy[value] is null)
                throw Broken(place, $"{Name(program.Values[value])} before it is defined", "it after");
        }

        void Define(int value, string place)
        {
            if (_definedBy[value] is { } other && !(_fed.Contains(value) && other == Fed))
                throw Broken(Name(program.Values[value]), $"a definition by {place} and one by {other}", "one");
            _definedBy[value] = _definedBy[value] is null && _fed.Contains(value) ? Fed : place;
        }

        static string Name(NhwcValue value) => $"value {value.Id} '{value.Name}'";

        BrokenProgramException Missing(string place, int value) =>
            Broken(place, $"value {value}", $"one of {program.Values.Length} values");

        BrokenProgramException Broken(string place, string found, string expected) => new(pass, place, found, expected);
    }
}
