using Harness.Executor.Ops;
using Harness.Executor.Schema;
using Harness.Tests.Naive;
using Harness.Tests.Ops;

namespace Harness.Tests.Schema;

public sealed class SchemaTableTests
{
    static IEnumerable<string> Lines => ((string[])["Additions.txt", "Operators.txt"])
        .Select(name => Path.Combine(NaiveWalkTests.Repository, "src", "Harness.Executor", "Schema", name))
        .SelectMany(File.ReadLines).Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split("  #")[0]);

    [Fact]
    public void Every_schema_reads_and_writes_itself()
    {
        Lines.Should().HaveCountGreaterThan(330);
        foreach (string line in Lines) Signature.Parse(line).ToString().Should().Be(line);
    }

    [Fact]
    public void Every_schema_is_found_by_its_name()
    {
        // The first line counts: an addition stands for what PyTorch says more narrowly.
        foreach (var line in Lines.DistinctBy(line => line[..line.IndexOf('(', StringComparison.Ordinal)]))
        {
            var signature = Signature.Parse(line);
            SchemaTable.Find(signature.Name)!.ToString().Should().Be(line);
            SchemaTable.Overloads(signature.Target).Select(one => one.Overload).Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void Every_operator_that_an_op_takes_stands_in_the_table()
    {
        foreach (string name in OpSet.All.SelectMany(definition => definition.Operators))
            SchemaTable.Find(name).Should().NotBeNull(name);
    }

    [Theory]
    [InlineData("aten::conv2d.padding", "Tensor input|Tensor weight|Tensor? bias=None|SymInt[2] stride=[1, 1]"
        + "|str padding=\"valid\"|SymInt[2] dilation=[1, 1]|SymInt groups=1", "Tensor")]
    [InlineData("aten::layer_norm", "Tensor input|SymInt[] normalized_shape|Tensor? weight=None|Tensor? bias=None"
        + "|float eps=1.0000000000000001e-05|bool cudnn_enable=True", "Tensor")]
    [InlineData("aten::split.Tensor", "Tensor(a -> *) self|SymInt split_size|int dim=0", "Tensor(a)[]")]
    [InlineData("aten::add_.Tensor", "Tensor(a!) self|Tensor other|Scalar alpha=1", "Tensor(a!)")]
    [InlineData("aten::max.dim", "Tensor self|int dim|bool keepdim=False", "Tensor values|Tensor indices")]
    [InlineData("aten::index.Tensor", "Tensor self|Tensor?[] indices", "Tensor")]
    [InlineData("aten::to.prim_Device", "Tensor(a) self|Device? device|int? dtype=None|bool non_blocking=False"
        + "|bool copy=False", "Tensor(b|a)")]
    [InlineData("aten::_assert_scalar", "Scalar self|str assert_msg", "")]
    public void A_schema_keeps_types_defaults_aliases_and_results(string name, string parameters, string results)
    {
        var signature = SchemaTable.Find(name)!;
        string.Join('|', signature.Parameters).Should().Be(parameters);
        string.Join('|', signature.Results).Should().Be(results);
    }

    [Fact]
    public void What_must_be_named_is_told_from_what_may_stand_by_position()
    {
        SchemaTable.Find("aten::add.Tensor")!.Parameters.Select(parameter => parameter.IsKeywordOnly)
            .Should().Equal(false, false, true);
        SchemaTable.Find("aten::add.Scalar")!.Parameters.Should().OnlyContain(parameter => !parameter.IsKeywordOnly);
    }

    [Fact]
    public void An_operator_in_place_without_a_schema_of_its_own_has_the_operators()
    {
        SchemaTable.Find("aten::relu6_")!.ToString().Should().Be("aten::relu6_(Tensor(a!) self) -> Tensor(a!)");
        SchemaTable.Find("aten::add_.Scalar")!.ToString().Should()
            .Be("aten::add_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!)");
        SchemaTable.Overloads("aten::add_").Select(signature => signature.Overload).Should()
            .BeEquivalentTo(["Tensor", "Scalar"], "of two integers nothing is written");
        SchemaTable.Overloads("aten::no_such_").Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("aten::")]
    [InlineData("aten::rel")]
    [InlineData("# PyTorch 2")]
    [InlineData("aten::relu(Tensor self) -> Tensor  # TEC\naten::relu_")]
    public void What_is_no_operator_has_no_schema(string target) => SchemaTable.Overloads(target).Should().BeEmpty();

    [Theory]
    [InlineData("aten::conv2d(%0, %1)", "aten::conv2d")]
    [InlineData("aten::conv2d(%0, %1, padding='same')", "aten::conv2d.padding")]
    [InlineData("aten::conv2d(weight=%1, input=%0)", "aten::conv2d")]
    [InlineData("aten::max_pool2d(%0, kernel_size=3)", "aten::max_pool2d")]
    [InlineData("aten::mean(%0, [1])", "aten::mean.dim")]
    [InlineData("aten::to(%0, 6)", "aten::to.dtype")]
    [InlineData("aten::to(%0, 'cpu', 6)", "aten::to.device")]
    [InlineData("aten::to(%0, dtype=6, layout=0, device='cpu')", "aten::to.dtype_layout")]
    [InlineData("aten::to(%0, %1)", "aten::to.other")]
    [InlineData("aten::zeros([2], dtype=6, layout=None, device='cpu', pin_memory=False)", "aten::zeros")]
    [InlineData("prim::ListUnpack([%0, %1])", "prim::ListUnpack")]
    [InlineData("aten::format('x {}', 3, %0)", "aten::format")]
    public void Trailing_defaults_and_names_in_place_of_positions_bind(string text, string name)
    {
        var call = CallText.Call(text);
        var bound = SchemaTable.Overloads(call.Target).Select(signature => signature.Bind(call))
            .OfType<Bound>().ToArray();
        bound.Should().NotBeEmpty().And.Contain(one => one.Signature.Name == name);
    }

    [Theory]
    [InlineData("aten::add.Tensor", "aten::add(%0, %1, 2)")]
    [InlineData("aten::relu", "aten::relu(%0, self=%1)")]
    [InlineData("aten::relu", "aten::relu(%0, other=%1)")]
    [InlineData("aten::linear", "aten::linear(%0)")]
    [InlineData("aten::conv2d", "aten::conv2d(%0, %1, None, 1.5)")]
    [InlineData("aten::to.device", "aten::to(%0, 1, 6)")]
    public void What_a_schema_does_not_take_does_not_bind(string name, string text) =>
        SchemaTable.Find(name)!.Bind(CallText.Call(text)).Should().BeNull();

    [Theory]
    [InlineData("aten::f")]
    [InlineData("aten::f(Tensor)  -> Tensor")]
    [InlineData("aten::f(Tensor x Tensor y) -> Tensor")]
    [InlineData("aten::f(Tensr x) -> Tensor")]
    [InlineData("aten::f(Tensor(a x) -> Tensor")]
    [InlineData("aten::f(int x=) -> Tensor")]
    [InlineData("aten::f(Tensor x) -> Tensor and more")]
    public void What_is_no_schema_is_refused(string text) =>
        FluentActions.Invoking(() => Signature.Parse(text)).Should().Throw<FormatException>();
}
