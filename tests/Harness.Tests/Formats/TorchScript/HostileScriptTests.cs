using System.Text;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats.TorchScript;

/// <summary>Archives that are whole and lie: their checksums are right, their pickles and sources are not.</summary>
public sealed class HostileScriptTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    TorchModel Open(byte[] archive)
    {
        File.WriteAllBytes(_folder["x.pt"], archive);
        return ModelFile.Open(_folder["x.pt"]);
    }

    TorchModel Script(string body) =>
        Open(Archives.Script($"class M(Module):\n  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n{body}"));

    [Theory]
    [InlineData("net.pt", "data.pkl")]
    [InlineData("net.pt", "constants.pkl")]
    [InlineData("shared.pt", "data.pkl")]
    [InlineData("net.pt", "code/__torch__.py")]
    [InlineData("net.pt", "container.py")]
    public void A_changed_pickle_or_source_gives_a_model_or_a_finding(string fixture, string entry)
    {
        byte[] archive = Fixtures.Bytes(fixture);
        byte[] honest = Archives.Entries(archive).Single(e => e.Name.EndsWith(entry, StringComparison.Ordinal)).Bytes;
        HostileBytes.Demand(honest, 61, 200, bytes => Open(Archives.With(archive, entry, bytes)).Dispose());
    }

    [Theory]
    [InlineData("cos\nsystem\n(X\u0002\u0000\u0000\u0000lstR.", "'os.system', which is refused")]
    [InlineData("c__builtin__\neval\n.", "'__builtin__.eval', which is refused")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fabc.", "claims 2147483647 bytes of text")]
    [InlineData("]q\0h\0a.", "holds no module")] // a list that contains itself
    [InlineData("h\u0007.", "memo 7, which was never stored")]
    [InlineData("(((((tttt.", "ends with 2 values")]
    [InlineData("t.", "closes a mark that was never set")]
    [InlineData("}b.", "from an empty stack")]
    [InlineData("", "ends in the middle")]
    [InlineData("}}}s.", "neither text nor integer")]
    [InlineData("2.", "opcode 0x32")]
    public void A_pickle_that_lies_is_refused(string pickle, string reason)
    {
        byte[] bytes = [0x80, 2, .. Encoding.Latin1.GetBytes(pickle)];
        var open = () => Open(Archives.With(Fixtures.Bytes("net.pt"), "data.pkl", bytes));
        open.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void A_module_that_contains_itself_is_refused()
    {
        // M with attribute 'm' that recalls M
        byte[] pickle = [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "q\0}X\u0001\0\0\0mh\0sb."u8];
        var open = () =>
            Open(Archives.With(Archives.Script("class M(Module):\n  def forward(self, x: Tensor):\n    return x\n"),
            "data.pkl", pickle));
        open.Should().Throw<ModelFormatException>().WithMessage("*the module tree at 'm.' is endless*");
    }

    [Fact]
    public void Shared_modules_cannot_explode_the_module_tree()
    {
        // Forty levels, each holding the one below twice: 2^40 paths.
        var pickle = new List<byte> { 0x80, 2 };
        for (int level = 0; level <= 40; level++)
        {
            pickle.AddRange([.. "c__torch__\nM\n)"u8, 0x81, (byte)'}']);
            if (level > 0)
            {
                foreach (string name in new[] { "a", "b" })
                    pickle.AddRange([(byte)'X', 1, 0, 0, 0, (byte)name[0], (byte)'h', (byte)(level - 1), (byte)'s']);
            }
            pickle.AddRange([(byte)'b', (byte)'q', (byte)level]);
            if (level < 40) pickle.Add((byte)'0');
        }
        pickle.Add((byte)'.');
        var open = () =>
            Open(Archives.With(Archives.Script("class M(Module):\n  def forward(self, x: Tensor):\n    return x\n"),
            "data.pkl", [.. pickle]));
        open.Should().Throw<ModelFormatException>().WithMessage("*is endless*");
    }

    [Fact]
    public void A_method_that_calls_itself_is_refused()
    {
        var open = () => Script("    return (self).forward(x, )\n");
        open.Should().Throw<ModelFormatException>().WithMessage("*does a method call itself?*");
    }

    [Fact]
    public void Calls_that_double_at_every_level_are_refused()
    {
        var source = new StringBuilder("    return (self).f0(x, )\n");
        for (int n = 0; n < 60; n++)
            source.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"  def f{n}(self, x: Tensor) -> Tensor:\n    return (self).f{n + 1}((self).f{n + 1}(x, ), )\n");
        source.Append("  def f60(self, x: Tensor) -> Tensor:\n    return x\n");
        var open = () => Script(source.ToString());
        open.Should().Throw<ModelFormatException>().WithMessage("*steps to unroll; does a loop never end?");
    }

    [Fact]
    public void Lists_that_double_at_every_line_are_refused()
    {
        var source = new StringBuilder("    l0 = [x, x]\n");
        for (int n = 1; n < 60; n++)
            source.Append(System.Globalization.CultureInfo.InvariantCulture, $"    l{n} = [l{n - 1}, l{n - 1}]\n");
        source.Append("    return torch.cat(l59, 0)\n");
        var open = () => Script(source.ToString());
        open.Should().Throw<ModelFormatException>().WithMessage("*a container of more than 1000000 values");
    }

    [Fact]
    public void Lists_nested_line_by_line_are_refused_before_the_stack_ends()
    {
        var source = new StringBuilder("    l = [x]\n");
        for (int n = 1; n < 50_000; n++) source.Append("    l = [l]\n");
        source.Append("    return l\n");
        var open = () => Script(source.ToString());
        open.Should().Throw<ModelFormatException>().WithMessage("*containers nested more than 64 deep");
    }

    [Theory]
    [InlineData('(')]
    [InlineData('[')]
    [InlineData('-')]
    [InlineData('{')]
    public void Deep_expressions_are_refused_before_the_stack_ends(char open)
    {
        var read = () => Script($"    return {new string(open, 100_000)}x\n");
        read.Should().Throw<ModelFormatException>();
    }

    [Fact]
    public void Long_chains_of_attributes_are_refused_before_the_stack_ends()
    {
        var read = () => Script($"    return x{string.Concat(Enumerable.Repeat(".a", 100_000))}\n");
        read.Should().Throw<ModelFormatException>().WithMessage("*nested more than 400 deep");
    }

    [Fact]
    public void A_tensor_that_repeats_its_storage_takes_no_memory_that_the_file_does_not_pay_for()
    {
        // scale: sizes (4, 1, 1) with strides (1, 1, 1) becomes (32767, 32767, 1) with strides (0, 0, 1).
        byte[] pickle = Archives.Entries(Fixtures.Bytes("net.pt"))
            .Single(e => e.Name.EndsWith("data.pkl", StringComparison.Ordinal)).Bytes;
        byte[] shape =
            [(byte)'(', (byte)'K', 4, (byte)'K', 1, (byte)'K', 1, (byte)'t', (byte)'(', (byte)'K', 1, (byte)'K', 1,
            (byte)'K', 1, (byte)'t'];
        int at = pickle.AsSpan().IndexOf(shape);
        byte[] large =
            [(byte)'(', (byte)'M', 0xff, 0x7f, (byte)'M', 0xff, 0x7f, (byte)'K', 1, (byte)'t', (byte)'(', (byte)'K', 0,
            (byte)'K', 0, (byte)'K', 1, (byte)'t'];
        byte[] lying = [.. pickle[..at], .. large, .. pickle[(at + shape.Length)..]];
        var open = () => Open(Archives.With(Fixtures.Bytes("net.pt"), "data.pkl", lying));
        open.Should().Throw<ModelFormatException>().WithMessage("*tensor 'scale': *");
    }

    [Theory]
    [InlineData("    while True:\n      y = x\n    return y\n", "does a loop never end?")]
    [InlineData("    for n in range(9223372036854775807):\n      y = x\n    return x\n", "does a loop never end?")]
    [InlineData("    l = [1]\n    while True:\n      torch.extend(l, l)\n    return x\n", "more than 1000000 ")]
    [InlineData("    l = [x]\n    torch.append(l, l)\n    return torch.cat(l)\n", "nested more than 64 deep")]
    [InlineData("    l = [1]\n    torch.append(l, l)\n    return torch.f(x, torch.eq(l, [1, l]))\n",
        "nested more than 64 deep")]
    [InlineData("    s = \"a\"\n    while True:\n      s = torch.add(s, s)\n    return x\n", "1000000 characters")]
    [InlineData("    return torch.f(x, torch.mul([0], 1000000000000))\n", "more than 1000000 values")]
    [InlineData("    return torch.f(x, torch.mul(4611686018427387904, 2))\n", "aten::mul: Arithmetic operation")]
    [InlineData("    return torch.f(x, torch.remainder(1, 0))\n", "aten::remainder: Attempted to divide by zero")]
    [InlineData("    return torch.f(x, ([1, 2])[2])\n", "index 2 into 2 items")]
    [InlineData("    return torch.f(x, ({\"a\": 1})[\"b\"])\n", "the dictionary has no key 'b'")]
    [InlineData("    with x:\n      y = x\n    return y\n", "method '__enter__' of the input 'x' is not supported")]
    [InlineData("    with torch.no_grad():\n      y = x\n    return y\n", "method '__enter__' of the result of")]
    [InlineData("    x.y = x\n    return x\n", "attribute 'y' of the input 'x' is set")]
    [InlineData("    ops.prim.RaiseException(\"never\")\n    return x\n", "the module raises 'never'")]
    [InlineData("    assert False, \"so\"\n    return x\n", "the module raises 'so'")]
    [InlineData("    try:\n      y = x\n    except:\n      y = x\n    return y\n", "'try' is no statement")]
    [InlineData("    return os.system(x)\n", "function 'os.system' is not supported")]
    [InlineData("    return x.size(0)\n", "method 'size' of the input 'x' is not supported")]
    [InlineData("    return y\n", "'y' is used before it has a value")]
    [InlineData("    return None\n", "forward returns None as output '0'")]
    [InlineData("    return torch.add(x, {\"a\": x})\n", "aten::add is given a dictionary")]
    [InlineData("    a, b, = (x, x, x)\n    return a\n", "a tuple is taken apart into 2 values")]
    [InlineData("    return CONSTANTS.c3\n", "'constants.pkl' has 0 constants")]
    [InlineData("    return torch.add(x, 9223372036854775808)\n", "is beyond 64 bits")]
    [InlineData("    return x +\n", "expected the end of the line|found '\\+'")]
    public void Other_constructs_are_refused_with_their_line(string body, string reason)
    {
        var open = () => Script(body);
        open.Should().Throw<ModelFormatException>().Which.Message.Should()
            .MatchRegex(reason.Replace("(", "\\(", StringComparison.Ordinal));
    }

    [Fact]
    public void The_least_integer_and_the_infinities_survive()
    {
        using var model =
            Script("    return torch.f(x, -9223372036854775808, -inf, nan, -1.5e-3, float(\"inf\"), int(True), " +
            "bool(0))\n");
        model.Graph.Calls.Single().Arguments.Skip(1).Should().Equal(
            Argument.Of(long.MinValue), Argument.Of(double.NegativeInfinity), Argument.Of(double.NaN),
            Argument.Of(-1.5e-3),
            Argument.Of(double.PositiveInfinity), Argument.Of(1), Argument.Of(false));
    }

    [Fact]
    public void Results_taken_apart_stay_one_call_however_they_are_used()
    {
        using var model =
            Script("    p = torch.chunk(x, 2, 1)\n    a, b, = p\n    c, d, = p\n    return (torch.cat(p, 1), " +
            "torch.add((p)[-1], c), torch.g((torch.h(x))[1]))\n");
        model.Graph.Calls.Select(c => c.ToString()).Should().Equal(
            "chunk = aten::chunk(%0, 2, 1)", "cat = aten::cat([%1, %2], 1)", "add = aten::add(%2, %1)",
            "h = aten::h(%0)", "__getitem__ = aten::__getitem__(%5, 1)", "g = aten::g(%6)");
    }

    [Fact]
    public void One_result_of_a_list_of_one_is_taken_out_of_it()
    {
        using var model = Script("    a, = torch.chunk(x, 1, 1)\n    return torch.relu(a)\n");
        model.Graph.Calls.Select(c => c.Target).Should().Equal("aten::chunk", "prim::ListUnpack", "aten::relu");
    }

    [Fact]
    public void Free_functions_and_named_tuples_are_put_in_place()
    {
        string source = """
            class Pair(NamedTuple):
              left : Tensor
              right : Tensor
            class M(Module):
              def forward(self: __torch__.M, x: Tensor) -> __torch__.Pair:
                return __torch__.Pair(__torch__.twice(x, ), x)
            def twice(x: Tensor) -> Tensor:
              # doubles
              _0 = torch.mul(x, 2)
              return _0

            """;
        using var model = Open(Archives.Script(source));
        model.Graph.Calls.Single().Place.Should().Be(new SourcePlace("", "code/__torch__.py", 9));
        model.Graph.Outputs.Select(o => o.Name).Should().Equal("left", "right");
    }
}
