using CsCheck;
using Harness.Parity.Verification;
using Harness.Tests.Naive;

namespace Harness.Tests.Parity.Verification;

public sealed class ShardTests
{
    [Fact]
    public void Every_case_is_in_one_shard_and_none_has_more_than_its_share_and_the_dearest_case()
    {
        var costs = Gen.Long[0, 1_000_000].Array[0, 60];
        Gen.Select(costs, Gen.Int[1, 70]).Sample((costs, count) =>
        {
            var parts = Shard.Parts(costs, count);

            parts.Should().HaveCount(costs.Length);
            parts.All(part => part >= 1 && part <= count).Should().BeTrue();
            long[] loads = [.. Enumerable.Range(1, count).Select(part =>
                costs.Where((_, i) => parts[i] == part).Sum())];
            loads.Sum().Should().Be(costs.Sum());
            loads.Max().Should().BeLessThanOrEqualTo(costs.Sum() / count + costs.Append(0).Max() + 1);
        });
    }

    [Fact]
    public void Shards_deal_any_requests_each_once_and_in_their_order()
    {
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 12]).Sample((cases, count) =>
        {
            VerifyRequest[] requests = [.. Enumerable.Range(0, cases).Select(i => new VerifyRequest($"case{i:00}"))];
            var shards = Enumerable.Range(1, count)
                .Select(index => new Shard(index, count).Deal(requests, "cpu").Cases).ToList();

            shards.SelectMany(shard => shard).Should().BeEquivalentTo(requests);
            shards.Should().OnlyContain(shard => shard.SequenceEqual(shard.OrderBy(request => request.Golden)));
        }, iter: 50);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_goldens_of_this_repository_are_dealt_evenly_wherever_they_are_seen_from(int count)
    {
        string root = Path.Combine(NaiveWalkTests.Repository, "golden");
        VerifyRequest[] requests = [.. GoldenSearch.Below(root).Select(folder => new VerifyRequest(folder))];
        VerifyRequest[] relative = [.. requests.Select(request => new VerifyRequest(
            Path.GetRelativePath(Environment.CurrentDirectory, request.Golden)))];
        var costs = requests.Select(CaseCost.Of).ToList();

        var parts = Shard.Parts([.. costs.Select(cost => cost.Nanoseconds)], count);

        relative.Select(CaseCost.Of).Should().Equal(costs);
        costs.Select(cost => cost.Content).Should().OnlyHaveUniqueItems();
        var loads = costs.Zip(parts).GroupBy(pair => pair.Second)
            .Select(group => group.Sum(pair => pair.First.Nanoseconds));
        loads.Should().HaveCount(count)
            .And.OnlyContain(load => load < 1.1 * costs.Sum(cost => cost.Nanoseconds) / count);
    }

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("3/4", 3, 4)]
    public void A_shard_is_written_as_it_is_read(string text, int index, int count)
    {
        Shard.Parse(text).Should().Be(new Shard(index, count));
        new Shard(index, count).ToString().Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0/1")]
    [InlineData("2/1")]
    [InlineData("1/2/3")]
    [InlineData("-1/2")]
    [InlineData("a/b")]
    [InlineData(" 1/2")]
    [InlineData("1/99999999999")]
    public void What_is_no_shard_is_none(string text) => Shard.Parse(text).Should().BeNull();
}
