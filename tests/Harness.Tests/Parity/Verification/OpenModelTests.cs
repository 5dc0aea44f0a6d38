using System.Runtime.CompilerServices;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class OpenModelTests
{
    [Fact]
    public void Cases_of_one_model_share_its_weights_and_another_model_does_not_find_them()
    {
        using var open = new OpenModel();
        var (first, weights) = Opened(open);

        Hold(open).Should().BeTrue("the same file with the same weights is the same model");
        var other = open.Get("arch:squeezenet1_1", "seed:1");
        GC.Collect();

        first.IsAlive.Should().BeFalse("two models at once would be twice the memory");
        weights.IsAlive.Should().BeFalse();
        open.WeightsHash.Should().Be(Sha256Hash.Of(other.Weights));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool Hold(OpenModel open) => ReferenceEquals(
        open.Get("arch:squeezenet1_1", "seed:0"), open.Get("arch:squeezenet1_1", "seed:0"));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (WeakReference Model, WeakReference Weights) Opened(OpenModel open)
    {
        TorchModel model = open.Get("arch:squeezenet1_1", "seed:0");
        open.WeightsHash.Should().Be(Sha256Hash.Of(model.Weights));
        return (new WeakReference(model), new WeakReference(model.Weights));
    }
}
