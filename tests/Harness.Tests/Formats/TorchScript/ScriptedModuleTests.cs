using System.Text;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Runners;

namespace Harness.Tests.Formats.TorchScript;

/// <summary>Scripted modules by real PyTorch, each with what it returned (fixtures/make_scripts.py), and some that are
/// written by hand because PyTorch writes none so.</summary>
public sealed class ScriptedModuleTests : IDisposable
{
    const string Head = "class M(Module):\n  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Cases => [.. Directory.GetFiles(Fixtures.Path("scripts"), "*.npz")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_PyTorch_returned_is_computed_under_its_names(string name)
    {
        var arrays = NpzFile.Read(Fixtures.Path($"scripts/{name}.npz"));
        string[] arguments = [.. Of("argument.").Select(
            one => $"{one.Name}={Encoding.ASCII.GetString(one.Tensor.Bytes.Span)}")];
        using var model = ModelFile.Open(Fixtures.Path($"scripts/{name}.pt"), arguments: arguments);
        var inputs = model.Graph.Inputs.Select(port => Of("in.").Single(one => one.Name == port.Name).Tensor).ToList();
        var program = NhwcPass.Apply(model, [.. inputs.Select(input => Fact.Of(input.Type, input.Shape))]);
        using var runner = new CpuRunner(threads: 1);
        using var session = runner.Open(program, RunMode.Fast, ElementType.Float64);
        for (int i = 0; i < inputs.Count; i++) session.Write(program.Inputs[i].Value, inputs[i]);
        session.Run(CancellationToken.None);

        program.Outputs.Select(port => port.Name).Should().Equal(Of("out.").Select(one => one.Name));
        foreach (var port in program.Outputs)
        {
            var (found, expected) = (session.Read(port.Value), arrays[$"out.{port.Name}"]);
            (found.Shape == expected.Shape).Should().BeTrue("{0} is {1}", port.Name, found.Shape);
            double[] wanted = expected.ToDoubles();
            double limit = 1e-12 * wanted.Max(Math.Abs);
            found.ToDoubles().Zip(wanted, (x, y) => Math.Abs(x - y)).Max().Should().BeLessThanOrEqualTo(limit);
        }

        IEnumerable<(string Name, Tensor Tensor)> Of(string kind) => arrays
            .Where(entry => entry.Key.StartsWith(kind, StringComparison.Ordinal))
            .Select(entry => (entry.Key[kind.Length..], entry.Value));
    }

    [Fact]
    public void A_graph_that_depends_on_its_inputs_is_made_when_they_are_known()
    {
        using var model = ModelFile.Open(Fixtures.Path("scripts/conditions.pt"));
        (model.DependsOnInputs, model.IsWhole).Should().Be((true, false));
        model.Graph.Inputs.Select(port => port.Name).Should().Equal("x");
        model.Graph.Outputs.Should().BeEmpty();
        model.Graph.Calls.Select(call => call.Target).Should().StartWith("aten::conv2d");
        model.Weights.Keys.Should().Equal("conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean",
            "bn.running_var", "bn.num_batches_tracked");

        var wide = model.For([Shape.Create([2, 3, 5, 6])]);
        var tall = wide.For([Shape.Create([2, 3, 6, 5])]);
        var large = model.For([Shape.Create([1, 3, 60, 50])]);
        wide.IsWhole.Should().BeTrue();
        Targets(wide).Should().Contain("aten::transpose").And.Contain("aten::reshape");
        Targets(tall).Should().NotContain("aten::transpose");
        Targets(large).Should().NotContain("aten::reshape").And.NotContain("aten::transpose");
        large.For([Shape.Create([1, 3, 60, 50])]).Should().BeSameAs(large);
        // Numbers are known: nothing of them is left.
        Targets(wide).Should().NotContain("aten::size").And.NotContain("aten::dim");
        InputShapes.Infer(model, square: true)[0][1].Should().Be(3);

        static IEnumerable<string> Targets(TorchModel made) => made.Graph.Calls.Select(call => call.Target);
    }

    [Fact]
    public void A_script_that_asks_for_nothing_opens_as_a_trace_does()
    {
        using var model = Script("    y = torch.relu(x)\n    if torch.__is__(x, None):\n      z = x\n    else:\n"
            + "      z = torch.add(y, (torch.size(x))[0])\n    return z\n");
        (model.DependsOnInputs, model.IsWhole).Should().Be((false, true));
        model.Graph.Calls.Select(call => call.Target).Should()
            .Equal("aten::relu", "aten::size", "aten::__getitem__", "aten::add");
    }

    [Fact]
    public void Integers_of_unknown_sizes_are_left_to_the_graph_where_it_computes_them_alike_and_asked_for_elsewhere()
    {
        using var alike = Script("    n = torch.floordiv(torch.mul(torch.size(x, 0), 3), 2)\n"
            + "    return torch.f(x, n)\n");
        alike.DependsOnInputs.Should().BeFalse();
        // A third of 3 is exact in double precision, and is not in the float32 that a trace divides in.
        using var other = Script("    return torch.mul(x, torch.div(torch.size(x, 0), 3))\n");
        other.DependsOnInputs.Should().BeTrue();
        other.For([Shape.Create([4, 2])]).Graph.Calls.Single().Arguments[1].Should().Be(Argument.Of(4.0 / 3));
    }

    [Theory]
    [InlineData("    if bool(torch.gt(torch.sum(x), 0)):\n      y = x\n    return x\n",
        Codes.UnsupportedOp, "code/__torch__.py:3: a condition that depends on a tensor's elements")]
    [InlineData("    n = int(torch.sum(x))\n    while torch.lt(n, 3):\n      n = torch.add(n, 1)\n    return x\n",
        Codes.UnsupportedOp, "code/__torch__.py:4: a condition that depends on a tensor's elements")]
    [InlineData("    for n in range(torch.item(x)):\n      y = x\n    return x\n",
        Codes.UnsupportedOp, "code/__torch__.py:3: a number that depends on a tensor's elements")]
    [InlineData("    y = torch.nonsense(x)\n    if torch.eq(torch.dim(y), 2):\n      y = x\n    return y\n",
        Codes.UnsupportedOp, "aten::nonsense is not supported*and a condition at code/__torch__.py:4 needs its shape")]
    [InlineData("    if torch.eq(torch.dim(x), 2):\n      ops.prim.RaiseException(\"only 3\")\n    return x\n",
        Codes.ShapeMismatch, "code/__torch__.py:4: the module raises 'only 3'")]
    [InlineData("    n = torch.size(x, 2)\n    if torch.gt(n, 3):\n      y = x\n    return x\n",
        Codes.ShapeMismatch, "code/__torch__.py:3: axis 2 of a tensor of 2 axes")]
    [InlineData("    a, b, c, = torch.size(x)\n    if torch.gt(a, 3):\n      y = x\n    return x\n",
        Codes.ShapeMismatch, "code/__torch__.py:3: a list of 2 items is taken apart into 3 values")]
    [InlineData("    y = torch.matmul(x, x)\n    if torch.eq(torch.dim(y), 2):\n      y = x\n    return y\n",
        Codes.ShapeMismatch, "aten::matmul")]
    public void What_the_inputs_do_not_settle_is_refused_in_one_line(string body, string code, string reason)
    {
        using var model = Script(body);
        model.DependsOnInputs.Should().BeTrue();
        var make = () => NhwcPass.Apply(model, [Shape.Create([2, 3])]);
        var thrown = make.Should().Throw<ModelException>().WithMessage($"*{reason}*").Which;
        thrown.Finding.Code.Should().Be(code);
        thrown.Message.Should().NotContain("\n");
    }

    [Theory]
    // Five more each time.
    [InlineData("    self.n = torch.add(self.n, 1)\n    return torch.add(x, self.n)\n",
        "code/__torch__.py:3: the module changes its attribute 'n' after reading it")]
    [InlineData("    l = self.l\n    _0 = torch.append(l, 4)\n    return torch.add(x, torch.len(l))\n",
        "code/__torch__.py:4: the module changes its attribute 'l'")]
    [InlineData("    if self.training:\n      y = x\n    else:\n      y = torch.neg(x)\n    return y\n",
        "code/__torch__.py:3: module '' was saved in training mode")]
    public void A_module_that_the_next_inference_finds_otherwise_is_refused(string body, string reason)
    {
        var open = () => WithState(body).Dispose();
        open.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*")
            .Which.Code.Should().Be(Codes.UnsupportedOp);
    }

    [Theory]
    // Written before it is read, it is the same in every inference; so is what is left as it was.
    [InlineData("    self.n = 7\n    return torch.f(x, self.n)\n", 7)]
    [InlineData("    y = self.n\n    self.n = 5\n    return torch.f(x, self.n)\n", 5)]
    public void What_is_written_and_not_read_again_changes_nothing(string body, long expected)
    {
        using var model = WithState(body);
        model.Graph.Calls.Single().Arguments[1].Should().Be(Argument.Of(expected));
    }

    [Fact]
    public void Two_names_of_one_list_are_one_list_and_calls_hold_what_it_held()
    {
        using var model = Script("    a = [1]\n    b = a\n    y = torch.f(x, a)\n    _0 = torch.append(b, 2)\n"
            + "    z = torch.g(y, a)\n    return z\n");
        model.Graph.Calls.Select(call => call.ToString()).Should()
            .Equal("f = aten::f(%0, [1])", "g = aten::g(%1, [1, 2])");
    }

    [Theory]
    [InlineData("arguments.pt", "forward's argument 'rate' is no tensor but int, and has no default", "")]
    [InlineData("arguments.pt", "argument 'mode': expected NAME=VALUE", "rate=3 mode")]
    [InlineData("arguments.pt", "argument 'rate' is '2.5', expected int", "rate=2.5")]
    [InlineData("arguments.pt", "argument 'sizes' is '[1.5]', expected Optional[List[int]]",
        "rate=1 mode=a sizes=[1.5]")]
    [InlineData("arguments.pt", "forward takes no such argument; it takes rate, mode, ratio, mask, sizes, flip",
        "rate=1 mode=a speed=3")]
    [InlineData("arguments.pt", "argument 'x' is a tensor; give it as an input", "rate=1 mode=a x=1")]
    [InlineData("arguments.pt", "expected NAME=VALUE, each name once", "rate=1 rate=2")]
    [InlineData("net.pt", "forward takes no such argument; all it takes are tensors", "rate=1")]
    public void Arguments_that_do_not_fit_are_refused_by_name(string fixture, string reason, string arguments)
    {
        var open = () => ModelFile.Open(Fixtures.Path($"scripts/{fixture}"), arguments:
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        open.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void Only_scripts_take_arguments()
    {
        var open = () => ModelFile.Open("arch:resnet18", "seed:1", arguments: ["rate=1"]);
        open.Should().Throw<ModelException>().WithMessage("*only TorchScript files take arguments*")
            .Which.Finding.Code.Should().Be(Codes.BadUsage);
    }

    [Fact]
    public void A_condition_on_elements_by_real_PyTorch_is_refused_with_its_line()
    {
        using var model = ModelFile.Open(Fixtures.Path("scripted.pt"));
        var make = () => model.For([Shape.Create([2, 3])]);
        make.Should().Throw<ModelFormatException>()
            .WithMessage("*code/__torch__.py:8: a condition that depends on a tensor's elements*");
    }

    // Whatever a damaged source says, what comes of it is a graph or a finding.
    [Theory]
    [InlineData("conditions", "2,3,5,6")]
    [InlineData("lists", "4,3")]
    [InlineData("loops", "3,5")]
    [InlineData("numbers", "3,2")]
    [InlineData("objects", "2,3")]
    [InlineData("texts", "2,2")]
    [InlineData("traced", "3,2")]
    public void A_changed_source_or_pickle_gives_a_graph_or_a_finding(string name, string shape)
    {
        byte[] archive = Fixtures.Bytes($"scripts/{name}.pt");
        var inputs = Shape.Create([.. shape.Split(',').Select(int.Parse)]);
        foreach (string entry in (string[])["code/__torch__.py", "data.pkl"])
        {
            byte[] honest = Archives.Entries(archive).Single(
                one => one.Name.EndsWith(entry, StringComparison.Ordinal)).Bytes;
            HostileBytes.Demand(honest, Sweeps.Draws(13, 5), Sweeps.Draws(60, 120), bytes =>
            {
                using var model = Open(Archives.With(archive, entry, bytes));
                model.For([.. model.Graph.Inputs.Select(_ => inputs)]);
            });
        }
    }

    TorchModel Script(string body) => Open(Archives.Script(Head + body));

    // n = 5, l = [3], training = True
    TorchModel WithState(string body) => Open(Archives.Script(
        Head + body, ("n", "K\u0005"), ("l", "]K\u0003a"), ("training", "\u0088")));

    TorchModel Open(byte[] archive)
    {
        File.WriteAllBytes(_folder["x.pt"], archive);
        return ModelFile.Open(_folder["x.pt"]);
    }
}
