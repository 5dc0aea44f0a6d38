using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class FlaxTypesTests
{
    [Fact]
    public void Float64_becomes_float32_and_int64_int32()
    {
        FlaxTypes.Narrow(Tensor.Of([2], [0.1, -2.0]), "x").As<float>().ToArray().Should().Equal(0.1f, -2f);
        FlaxTypes.Narrow(Tensor.Of([2], [1L, int.MinValue]), "x").As<int>().ToArray().Should().Equal(1, int.MinValue);
    }

    [Fact]
    public void Float32_stays_the_same_object()
    {
        var tensor = Tensor.Of([1], [1f]);
        FlaxTypes.Narrow(tensor, "x").Should().BeSameAs(tensor);
    }

    [Fact]
    public void An_int64_beyond_int32_is_refused_by_key() =>
        FluentActions.Invoking(() => FlaxTypes.Narrow(Tensor.Of([1], [1L << 40]), "table.ids"))
            .Should().Throw<ModelException>().WithMessage("*table.ids*1099511627776*");
}
