using Harness.Executor.Model;
using Harness.Formats.Export;

namespace Harness.Tests.Formats.Export;

public sealed class SizeReaderTests
{
    static SizeExpression? Read(string text) => SizeReader.Read(text, path => path == "['x']" ? "x" : null);

    // s0 is 6, s1 is 4; x has 5 along its axis 1.
    [Theory]
    [InlineData("Symbol('s0', positive=True, integer=True)", 6)]
    [InlineData("Mul(Integer(4), Symbol('s0', positive=True, integer=True))", 24)]
    [InlineData("Add(Symbol('s0', integer=True), Integer(-1))", 5)]
    [InlineData("FloorDiv(Add(Symbol('s0'), Integer(1)), Integer(2))", 3)]
    [InlineData("Max(Integer(1), Symbol('s1'))", 4)]
    [InlineData("4*s0", 24)]
    [InlineData("(s0 - 1)*s1 + 2", 22)]
    [InlineData("s0//4", 1)]
    [InlineData("-s0//4", -2)]
    [InlineData("s0**2 % 5", 1)]
    [InlineData("Mod(s0, 4)", 2)]
    [InlineData("Eq(s0, 6)", 1)]
    [InlineData("L['x'].size()[1] == 5", 1)]
    [InlineData("L['x'].shape[1] >= 2 and L['x'].size()[1] <= 4", 0)]
    [InlineData("2 <= s1 < 4", 0)]
    [InlineData("not s0 == 6 or s1 == 4", 1)]
    public void What_PyTorch_writes_of_sizes_is_read(string text, long expected) =>
        Read(text)!.Value(symbol => symbol.Axis is { } axis ? axis == 1 ? 5 : null : symbol.Name == "s0" ? 6 : 4)
            .Should().Be(expected);

    [Theory]
    [InlineData("")]
    [InlineData("s0 +")]
    [InlineData("L['y'].size()[0] == 3")]
    [InlineData("L")]
    [InlineData("L['x'].stride()[0] == 3")]
    [InlineData("IntTrueDiv(s0, 2)")]
    [InlineData("Symbol('s0")]
    [InlineData("99999999999999999999")]
    [InlineData("s0 s1")]
    public void What_is_not_known_is_given_up_whole(string text) => Read(text).Should().BeNull();

    [Fact]
    public void Endless_nesting_is_given_up() => Read(new string('(', 30000)).Should().BeNull();

    [Theory]
    [InlineData("Mul(9223372036854775807, s0)")]
    [InlineData("s0 // (s1 - 4)")]
    public void What_has_no_value_has_none(string text) =>
        Read(text)!.Value(symbol => symbol.Name == "s0" ? 6 : 4).Should().BeNull();

    // x is (1, 2, s53, 4*s23), y is (s53, s7 + 1).
    static readonly SizeRules s_rules = new(
        [
            [new SizeNumber(1), new SizeNumber(2), Read("s53")!, Read("4*s23")!],
            [Read("s53")!, Read("s7 + 1")!],
        ],
        [new SizeRange(Read("s53")!, 4, 40), new SizeRange(Read("4*s23")!, 4, 36), new SizeRange(Read("s23")!, 2, 9)],
        [Read("L['x'].size()[3] != 20")!]);

    [Theory]
    [InlineData(1, 2, 6, 8, 6, 3, null)]
    [InlineData(1, 2, 40, 36, 40, 1, null)]
    // PyTorch exports from 2 on and runs with 0 and 1.
    [InlineData(1, 2, 6, 4, 6, 3, null)]
    [InlineData(1, 3, 6, 8, 6, 3, "input 'x' has 3 along axis 1, expected 2: the program was exported for it")]
    [InlineData(1, 2, 41, 8, 41, 3, "input 'x' has 41 along axis 2, input 'y' has 41 along axis 0: s53 is 41, the "
        + "program takes it from 4 to 40")]
    [InlineData(1, 2, 3, 8, 3, 3, "input 'x' has 3 along axis 2, input 'y' has 3 along axis 0: s53 is 3, the "
        + "program takes it from 4 to 40")]
    [InlineData(1, 2, 6, 8, 5, 3, "input 'y' has 5 along axis 0, expected 6: it is s53 (s53 from 4 to 40), and input "
        + "'x' has 6 along axis 2")]
    [InlineData(1, 2, 6, 9, 6, 3, "input 'x' has 9 along axis 3, expected 4*s23 (s23 from 2 to 9)")]
    [InlineData(1, 2, 6, 40, 6, 3, "input 'x' has 40 along axis 3: 4*s23 is 40, the program takes it from 4 to 36")]
    [InlineData(1, 2, 6, 20, 6, 3, "x.shape[3] is 20, the program takes sizes of which x.shape[3] != 20")]
    [InlineData(1, 2, 6, 8, 6, 0, "input 'y' has 0 along axis 1, expected s7 + 1")]
    public void Sizes_that_the_file_rules_out_are_told(int a, int b, int c, int d, int e, int f, string? expected) =>
        s_rules.Misfit(["x", "y"], [[a, b, c, d], [e, f]]).Should().Be(expected);

    [Fact]
    public void Another_number_of_axes_is_told() => s_rules.Misfit(["x", "y"], [[1, 2, 6], [6, 3]])
        .Should().Be("input 'x' is (1, 2, 6), expected 4 axes");
}
