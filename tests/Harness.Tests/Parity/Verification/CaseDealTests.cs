using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class CaseDealTests
{
    [Fact]
    public void Neighbours_of_one_model_stay_together_and_its_weights_count_once()
    {
        var deal = new CaseDeal([Case("a", 10, 7, 100), Case("a", 12, 7, 50), Case("b", 3), Case("a", 9)], 1000);

        All(deal, inOrder: true).Should().Equal(
            new CaseRun(0, 2, 15, 100), new CaseRun(2, 3, 3, 1), new CaseRun(3, 4, 9, 1));
    }

    [Fact]
    public void One_takes_them_in_order_and_another_the_dearest()
    {
        CaseCost[] costs = [Case("a", 1), Case("b", 5), Case("c", 2), Case("d", 9), Case("e", 3)];

        var dearest = All(new CaseDeal(costs, 1000), inOrder: false);
        var deal = new CaseDeal(costs, 1000);
        bool[] turns = [true, false, true, false, true];
        int[] both = [.. turns.Select(inOrder => deal.Next(inOrder, default)!.First)];

        dearest.Select(run => run.First).Should().Equal(3, 1, 4, 2, 0);
        both.Should().Equal(0, 3, 1, 4, 2);
        deal.Next(true, default).Should().BeNull();
    }

    [Fact]
    public void A_model_has_threads_by_its_share_and_alone_it_has_all()
    {
        var deal = new CaseDeal([Case("a", 6), Case("b", 3), Case("c", 1)], 1000);

        All(deal, inOrder: true).Select(run => deal.Threads(run, 8)).Should().Equal(5, 2, 1);
        var alone = new CaseDeal([Case("a", 6)], 1000);
        alone.Threads(alone.Next(true, default)!, 8).Should().Be(8);
    }

    [Fact]
    public async Task What_does_not_fit_beside_others_lets_smaller_ones_pass_and_waits_for_room()
    {
        var deal = new CaseDeal([Case("a", 9, 0, 80), Case("b", 8, 0, 70), Case("c", 1, 0, 20)], 100);

        var first = deal.Next(true, default)!;
        var passing = deal.Next(true, default)!;
        var waiting = Task.Run(() => deal.Next(false, default));
        deal.Return(passing);
        bool waited = await Task.WhenAny(waiting, Task.Delay(50)) != waiting;
        deal.Return(first);

        (first.First, passing.First, waited).Should().Be((0, 2, true));
        (await waiting)!.First.Should().Be(1);
    }

    [Fact]
    public void A_model_larger_than_all_memory_is_taken_alone()
    {
        var deal = new CaseDeal([Case("a", 9, 0, 5000)], 100);

        deal.Next(false, default)!.First.Should().Be(0);
    }

    [Fact]
    public void A_cancelled_gate_is_dealt_nothing()
    {
        var deal = new CaseDeal([Case("a", 1)], 100);

        var act = () => deal.Next(true, new CancellationToken(canceled: true));

        act.Should().Throw<OperationCanceledException>();
    }

    static List<CaseRun> All(CaseDeal deal, bool inOrder)
    {
        var all = new List<CaseRun>();
        while (deal.Next(inOrder, default) is { } run) all.Add(run);
        return all;
    }

    static CaseCost Case(string model, long cost, long ofModel = 0, long bytes = 1) =>
        new(cost, ofModel, bytes, model, "");
}
