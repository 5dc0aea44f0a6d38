using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class Float32CheckTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    // An output may forgive what a node does: the node is held by itself.
    [Fact]
    public void A_node_beyond_its_limit_is_an_error_where_all_outputs_hold()
    {
        var float32 = _case.Verify().Float32!;
        var golden = GoldenStore.Read(_case.Directory);
        var (worst, next) = (float32.Nodes[0], float32.Nodes[1]);
        float32.Outputs.Should().OnlyContain(drift => drift.Holds);
        Float32Check.Judge(golden, float32).Should().BeEmpty();

        var finding = Float32Check.Judge(golden, float32 with
        {
            Nodes = [worst with { Ratio = 1.5 }, next with { Ratio = 1.25 }, .. float32.Nodes[2..]],
        }).Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.Float32Drift);
        finding.Message.Should().Contain($"node '{worst.Node}'").And.EndWith("1 other nodes too");
        Float32Check.Judge(golden, float32 with { Nodes = [worst with { Ratio = double.PositiveInfinity }] })
            .Should().ContainSingle();
    }
}
