using System.Collections.Immutable;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Program;

/// <summary>Each rule of a program broken by hand, one after the other.</summary>
public sealed class ProgramVerifierTests
{
    // conv → relu → (relayout) → flatten → linear, and a constant added.
    static NhwcProgram Good()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 5, 4);
        int image = sketch.Call("relu", Sketch.Of(sketch.Conv(x, sketch.Weight("conv.weight", 4, 3, 3, 3),
            padding: 1)));
        int sum = sketch.Call("add", Sketch.Of(image), Sketch.Of(sketch.Buffer("shift", 5, 1)));
        int flat = sketch.Call("flatten", Sketch.Of(sum), Argument.Of(1L), Argument.Of(-1L));
        sketch.Output("y", sketch.Call(
            "linear", Sketch.Of(flat), Sketch.Of(sketch.Weight("fc.weight", 7, 80)),
                Sketch.Of(sketch.Weight("fc.bias", 7))));
        return sketch.Convert();
    }

    static int At(NhwcProgram program, string node)
    {
        for (int i = 0; i < program.Nodes.Length; i++)
            if (program.Nodes[i].Name == node) return i;
        throw new ArgumentException($"{node}: there are {string.Join(", ", program.Nodes.Select(n => n.Name))}");
    }

    static int Leaf(NhwcProgram program, string key) =>
        program.Values.Single(value => value.Leaf?.TorchKey == key).Id;

    static NhwcProgram Value(NhwcProgram program, int id, Func<NhwcValue, NhwcValue> damage) =>
        program with { Values = program.Values.SetItem(id, damage(program.Values[id])) };

    static NhwcProgram Node(NhwcProgram program, string node, Func<NhwcNode, NhwcNode> damage) =>
        program with { Nodes = program.Nodes.SetItem(At(program, node), damage(program.Nodes[At(program, node)])) };

    static ImmutableArray<FusedNode> Fused(NhwcProgram program) =>
        Fusion.Apply(program, Fusion.Nothing(program), large: 1 << 20).Nodes;

    static int Result(NhwcProgram program, string node) => program.Nodes[At(program, node)].Outputs[0];

    // What is done, and what must be said: place, found, expected.
    static readonly Dictionary<string, (Func<NhwcProgram, NhwcProgram> Damage, string Words)> s_damages = new()
    {
        ["a value's id"] = (p => Value(p, 1, v => v with { Id = 2 }), "value 1: found id 2, expected id 1"),
        ["a value's name, twice"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Name = "conv2d0" }), "'conv2d0': found its name again"),
        ["a value without a name"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Name = "" }), "found its name again, expected names once"),
        ["a layout's rank"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Layout = Permutation.Identity(3) }),
            "'relu1': found layout (0, 1, 2), expected the rank of shape (2, 4, 5, 4)"),
        ["a layout that is none"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Layout = default }),
            "'relu1': found layout (), expected the rank of shape (2, 4, 5, 4)"),
        ["a width that only a plan chooses"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Fact = v.Fact with { Type = ElementType.Float64 } }),
            "'relu1': found float64 (2, 4, 5, 4), expected float32"),
        ["moves of an activation"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Moves = [new Rearrangement("ab", "ba")] }),
            "'relu1': found moves without a leaf, expected none"),
        ["a leaf of another tree"] = (
            p => Value(p, Leaf(p, "fc.bias"), v => v with { Leaf = v.Leaf! with { TorchKey = "other" } }),
            "found leaf 'params/fc/bias', expected one of the program's variables"),
        ["a leaf's type"] = (
            p => Value(p, Leaf(p, "fc.bias"), v => v with { Fact = v.Fact with { Type = ElementType.Int64 } }),
            "found int64 (7), expected float32 as its leaf"),
        ["a node's name, twice"] = (
            p => Node(p, "relu1", n => n with { Name = "conv2d0" }), "ReLU 'conv2d0': found its name again"),
        ["a use before the definition"] = (
            p => p with { Nodes = p.Nodes.Reverse().ToImmutableArray() }, "before it is defined, expected it after"),
        ["an operand that does not exist"] = (
            p => Node(p, "relu1", n => n with { Inputs = [99] }), "ReLU 'relu1': found value 99, expected one of"),
        ["an operand that is absent"] = (
            p => Node(p, "relu1", n => n with { Inputs = [-1] }), "ReLU 'relu1': found value -1, expected one of"),
        ["a result that does not exist"] = (
            p => Node(p, "relu1", n => n with { Outputs = [-1] }), "ReLU 'relu1': found value -1, expected one of"),
        ["two definitions"] = (
            p => Node(p, "relu1", n => n with { Outputs = [Result(p, "conv2d0")] }),
            "'conv2d0': found a definition by ReLU 'relu1' and one by Conv2d 'conv2d0', expected one"),
        ["a definition of an input"] = (
            p => Node(p, "relu1", n => n with { Outputs = [p.Inputs[0].Value] }),
            "'x': found a definition by ReLU 'relu1' and one by input 'x', expected one"),
        ["a definition of a leaf"] = (
            p => Node(p, "relu1", n => n with { Outputs = [Leaf(p, "shift")] }),
            "a definition by ReLU 'relu1' and one by leaf"),
        ["no definition"] = (
            p => p with { Values = p.Values.Add(new NhwcValue(p.Values.Length, "stray", Fact.Float([2]),
                Permutation.Identity(1), null)) },
            "'stray': found nobody who defines it"),
        ["operands that do not fit"] = (
            p => Node(p, "conv2d0", n => n with { Inputs = [n.Inputs[0], Leaf(p, "fc.weight")] }),
            "Conv2d 'conv2d0': found "),
        ["a result's shape"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Fact = Fact.Float([2, 4, 5, 3]) }),
            "of float32 (2, 4, 5, 3), expected float32 (2, 4, 5, 4)"),
        ["a result's type"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Fact = v.Fact with { Type = ElementType.Int64 } }),
            "of int64 (2, 4, 5, 4), expected float32 (2, 4, 5, 4)"),
        ["a result that hides its input"] = (
            p => Value(p, Result(p, "relu1"), v => v with { DependsOnInput = false }),
            "that depends on no input, expected one that depends on an input, as its operands say"),
        ["the number of results"] = (
            p => Node(p, "relu1", n => n with { Outputs = [] }), "ReLU 'relu1': found 0 results, expected 1"),
        ["an operand's layout"] = (
            p => Value(p, p.Inputs[0].Value, v => v with { Layout = Permutation.Identity(4) }),
            "Conv2d 'conv2d0': found operand 0 in layout (0, 1, 2, 3), expected (0, 2, 3, 1)"),
        ["a result's layout"] = (
            p => Value(p, Result(p, "relu1"), v => v with { Layout = Permutation.Identity(4) }),
            "in layout (0, 1, 2, 3), expected (0, 2, 3, 1)"),
        ["a relayout that should move"] = (
            p => Node(p, "flatten3.relayout", n => n with { Op = new Relayout { Moves = false } }),
            "'flatten3.relayout': found layout (0, 1, 2, 3) without a move, expected one that lies as (0, 2, 3, 1)"),
        ["a weight that is computed"] = (
            p => Node(p, "linear4", n => n with { Inputs = [n.Inputs[0], n.Inputs[0], n.Inputs[2]] }),
                "Linear 'linear4': found "),
        ["a weight's rearrangement"] = (
            p => OtherLeaf(p, "conv.weight", leaf => leaf with { Rearrangement = new Rearrangement("oihw", "hwoi") }),
            "Conv2d 'conv2d0', operand 1: found value"),
        ["a moved weight's rank"] = (
            p => Value(p, Leaf(p, "conv.weight"), v => v with { Moves = [new Rearrangement("ab", "ba")] }),
            "expected moves that its leaf can make"),
        ["an ordinary tensor's move"] = (
            p => Value(p, Leaf(p, "shift"), v => v with { Moves = [new Rearrangement("ab", "ba")] }),
            "operand 1: found "),
        ["an output's value"] = (
            p => p with { Outputs = [p.Outputs[0] with { Value = 99 }] },
                "output 'y': found value 99, expected one of"),
        ["an output's fact"] = (
            p => p with { Outputs = [p.Outputs[0] with { Shape = Shape.Create([7, 2]) }] },
            "output 'y': found float32 (7, 2), expected float32 (2, 7)"),
        ["an input's type"] = (
            p => p with { Inputs = [p.Inputs[0] with { Type = ElementType.Bool }] },
                "input 'x': found bool (2, 3, 5, 4), expected float32"),
        ["an input without a shape"] = (
            p => p with { Inputs = [p.Inputs[0] with { Shape = null }] },
                "input 'x': found float32 , expected float32"),
        ["an input, twice"] = (
            p => p with { Inputs = p.Inputs.Add(p.Inputs[0] with { Name = "z" }) },
                "a definition by input 'z' and one by input 'x'"),
        ["a leaf, twice"] = (
            p => p with { Variables = p.Variables with { Leaves = p.Variables.Leaves.Add(p.Variables.Leaves[0]) } },
            "leaf 'params/conv/kernel': found its path again, expected paths once"),
        ["a leaf that nobody reads"] = (
            p => p with
            {
                Variables = p.Variables with
                {
                    Leaves = p.Variables.Leaves.Add(p.Variables.Leaves[0] with { Path = ["stray"] }),
                },
            },
            "leaf 'params/stray': found nobody who reads it, expected a reader"),
    };

    static NhwcProgram OtherLeaf(NhwcProgram program, string key, Func<Leaf, Leaf> damage)
    {
        int id = Leaf(program, key);
        var (old, other) = (program.Values[id].Leaf!, damage(program.Values[id].Leaf!));
        return Value(
            program with
            {
                Variables = program.Variables with { Leaves = program.Variables.Leaves.Replace(old, other) },
            },
            id, v => v with { Leaf = other });
    }

    public static TheoryData<string> Damages => [.. s_damages.Keys];

    [Fact]
    public void Tests_verify_programs_in_every_configuration() => ProgramVerifier.IsOn.Should().BeTrue();

    [Fact]
    public void A_good_program_passes()
    {
        var program = Good();
        program.Nodes.Should().Contain(node => node.Op is Relayout);
        ProgramVerifier.After("Nothing", program).Should().BeSameAs(program);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_is_named(string what)
    {
        var (damage, words) = s_damages[what];
        var program = damage(Good());

        var broken = FluentActions.Invoking(() => ProgramVerifier.After("Damage", program))
            .Should().Throw<BrokenProgramException>().Which;

        broken.Message.Should().StartWith("Damage left a broken program: ").And.Contain(words)
            .And.Contain(", expected ");
        broken.Should().BeAssignableTo<InvalidOperationException>();
    }

    [Fact]
    public void A_plan_does_not_compile_a_broken_program()
    {
        var program = Good();
        var broken = Value(program, Result(program, "relu1"), v => v with { Layout = Permutation.Identity(4) });

        FluentActions.Invoking(() => Plan.Compile<float>(broken, new PlanOptions { Threads = 1 }))
            .Should().Throw<BrokenProgramException>().WithMessage("Room left*'relu1'*");
    }

    [Fact]
    public void Steps_in_another_order_are_named()
    {
        var program = Good();
        var steps = Fused(program);
        steps.Should().Contain(step => step.Tail.Nodes.Length > 0);

        FluentActions.Invoking(() => StepVerifier.After("Turn", program, [.. steps.Reverse()]))
            .Should().Throw<BrokenProgramException>().WithMessage("Turn left*before it is defined*");
    }

    [Fact]
    public void A_step_that_runs_twice_or_never_is_named()
    {
        var program = Good();
        var steps = Fused(program);

        FluentActions.Invoking(() => StepVerifier.After("Copy", program, steps.Add(steps[^1])))
            .Should().Throw<BrokenProgramException>().WithMessage("Copy left*'linear4'*");
        FluentActions.Invoking(() => StepVerifier.After("Loss", program, steps.RemoveAt(steps.Length - 1)))
            .Should().Throw<BrokenProgramException>().WithMessage("Loss left*'linear4'*before it is defined*");
        var silent = program with { Outputs = [] };
        FluentActions.Invoking(() => StepVerifier.After("Loss", silent, steps.RemoveAt(steps.Length - 1)))
            .Should().Throw<BrokenProgramException>().WithMessage("Loss left*'linear4'*nobody who defines it*");
    }

    [Fact]
    public void A_value_that_a_step_does_not_store_is_nobodys_to_read()
    {
        var program = Good();
        var steps = Fused(program);
        int conv = Result(program, "conv2d0");
        steps.Should().Contain(step => step.Main.Outputs[0] == conv && step.Tail.Nodes.Length > 0);
        var given = program with
        {
            Outputs = program.Outputs.Add(new Port("inner", conv, program.Values[conv].Shape)),
        };

        FluentActions.Invoking(() => StepVerifier.After("Fuse", given, steps))
            .Should().Throw<BrokenProgramException>()
            .WithMessage("Fuse left*output 'inner': found value * 'conv2d0', expected one that 'conv2d0' stores");
    }

    [Fact]
    public void Some_nodes_of_a_model_may_be_fed_in_the_middle_and_defined_once_besides()
    {
        var program = Good();
        int conv = Result(program, "conv2d0");
        var fed = program with { Inputs = program.Inputs.Add(new Port("middle", conv, program.Values[conv].Shape)) };
        ProgramVerifier.After("Nothing", fed, fed).Should().BeSameAs(fed);

        FluentActions.Invoking(() => ProgramVerifier.After("Feed", fed)).Should().Throw<BrokenProgramException>();
        FluentActions.Invoking(() => ProgramVerifier.After("Feed", fed, program))
            .Should().Throw<BrokenProgramException>().WithMessage("Feed left*by input 'middle', expected one");
        var twice = fed with { Nodes = fed.Nodes.Insert(1, fed.Nodes[0] with { Name = "again" }) };
        FluentActions.Invoking(() => ProgramVerifier.After("Feed", twice, fed))
            .Should().Throw<BrokenProgramException>().WithMessage("Feed left*by Conv2d 'again'*");
    }
}
