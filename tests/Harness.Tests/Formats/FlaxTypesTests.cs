using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class FlaxTypesTests
{
    public static readonly TheoryData<Tensor, FlaxDtype, ElementType> Choices = new()
    {
        { Tensor.Of([2], [0.5, -2.0]), FlaxDtype.Auto, ElementType.Float32 },
        { Tensor.Of([2], [0.1, -2.0]), FlaxDtype.Auto, ElementType.Float64 },
        { Tensor.Of([1], [1e300]), FlaxDtype.Auto, ElementType.Float64 },
        { Tensor.Of([1], [BitConverter.Int64BitsToDouble(0x7ff8000000000001)]), FlaxDtype.Auto, ElementType.Float64 },
        { Tensor.Of([1], [double.NegativeInfinity]), FlaxDtype.Auto, ElementType.Float32 },
        { Tensor.Of([2], [0.1, -2.0]), FlaxDtype.Float32, ElementType.Float32 },
        { Tensor.Of([1], [1f]), FlaxDtype.Auto, ElementType.Float32 },
        { Tensor.Of([1], [1f]), FlaxDtype.BFloat16, ElementType.BFloat16 },
        { Tensor.Of([2], [1L, int.MinValue]), FlaxDtype.Auto, ElementType.Int32 },
        { Tensor.Of([2], [1L, 1L << 40]), FlaxDtype.Float16, ElementType.Int64 },
        { new Tensor(ElementType.BFloat16, [1], new byte[2]), FlaxDtype.Auto, ElementType.BFloat16 },
        { new Tensor(ElementType.Bool, [1], new byte[1]), FlaxDtype.Float32, ElementType.Bool },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void A_64_bit_type_is_narrowed_only_where_no_bit_is_lost(Tensor tensor, FlaxDtype dtype,
        ElementType expected) =>
        FlaxTypes.Choose(tensor, dtype).Should().Be(expected);

    [Fact]
    public void What_was_narrowed_without_loss_comes_back_bit_for_bit()
    {
        Tensor[] wide =
        [
            Tensor.Of([3], [0.5, -0.0, double.PositiveInfinity]), Tensor.Of([2], [7L, (long)int.MinValue]),
        ];
        foreach (var tensor in wide)
        {
            var narrow = FlaxTypes.Convert(tensor, FlaxTypes.Choose(tensor, FlaxDtype.Auto), "x");
            narrow.Bytes.Length.Should().Be(tensor.Bytes.Length / 2);
            FlaxTypes.Convert(narrow, tensor.Type, "x").Bytes.ToArray().Should().Equal(tensor.Bytes.ToArray());
        }
    }

    [Fact]
    public void The_same_type_stays_the_same_object()
    {
        var tensor = Tensor.Of([1], [1f]);
        FlaxTypes.Convert(tensor, ElementType.Float32, "x").Should().BeSameAs(tensor);
    }

    // 1 + 2^-8 is the tie between two bfloat16; a little more or less in float64 is none, though float32 cannot tell.
    [Theory]
    [InlineData(1.00390625, 0x3f80)]
    [InlineData(1.00390625 + 1e-12, 0x3f81)]
    [InlineData(1.00390625 - 1e-12, 0x3f80)]
    [InlineData(1.01171875, 0x3f82)]
    [InlineData(1.01171875 - 1e-12, 0x3f81)]
    [InlineData(-1.00390625 - 1e-12, 0xbf81)]
    public void Bfloat16_is_the_nearest_in_one_rounding(double number, int expected) =>
        FlaxTypes.Convert(Tensor.Of([1], [number]), ElementType.BFloat16, "x").As<ushort>()[0].Should()
            .Be((ushort)expected);

    [Theory]
    [InlineData(1e300, ElementType.Float32, "1E+300")]
    [InlineData(7e4, ElementType.Float16, "70000")]
    [InlineData(3.4e38, ElementType.Float16, "3.4E+38")]
    public void A_finite_number_never_becomes_infinite(double number, ElementType type, string told) =>
        FluentActions.Invoking(() => FlaxTypes.Convert(Tensor.Of([1], [number]), type, "fc.weight"))
            .Should().Throw<ModelException>().WithMessage($"*fc.weight*{told}*{type.NumPyName()}*")
            .Which.Finding.Code.Should().Be(Codes.WeightsRoundTrip);

    [Fact]
    public void An_integer_beyond_a_type_is_refused_by_key() =>
        FluentActions.Invoking(() => FlaxTypes.Convert(Tensor.Of([1], [1L << 40]), ElementType.Int32, "table.ids"))
            .Should().Throw<ModelException>().WithMessage("*table.ids*1099511627776*");
}
