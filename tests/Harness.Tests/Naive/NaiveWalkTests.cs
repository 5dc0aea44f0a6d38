using System.Text.Json;

namespace Harness.Tests.Naive;

/// <summary>Holds the oracle to what real PyTorch computed on every case of <c>golden/ops</c>: <c>pytorch.json</c>,
/// written by <c>golden/ops/make_cases.py --vectors</c>.</summary>
public sealed class NaiveWalkTests
{
    public static readonly string Repository = FindRepository();

    static readonly JsonElement s_pytorch =
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Naive", "pytorch.json")));

    public static TheoryData<string> Cases => [.. s_pytorch.EnumerateObject().Select(property => property.Name)];

    [Fact]
    public void Every_op_case_has_a_vector_and_every_vector_a_case() =>
        Directory.EnumerateFiles(Path.Combine(Repository, "golden", "ops"), "graph.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(
                Path.Combine(Repository, "golden", "ops"), Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Order(StringComparer.Ordinal).Should().Equal(
                s_pytorch.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Oracle_computes_what_PyTorch_computed(string name)
    {
        var file = Path.Combine(Repository, "golden", "ops", name, "graph.json");
        var graph = JsonElement.Parse(File.ReadAllBytes(file));
        var outputs = NaiveWalk.Run(graph, Seeded(graph));

        outputs.Should().HaveCount(s_pytorch.GetProperty(name).GetArrayLength());
        foreach (var expected in s_pytorch.GetProperty(name).EnumerateArray())
        {
            var output = outputs[expected.GetProperty("name").GetString()!];
            output.Shape.Should().Equal(expected.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()));
            var sums = expected.GetProperty("sums").EnumerateArray().Select(e => e.GetDouble()).ToArray();
            for (var i = 0; i < sums.Length; i++)
            {
                var weights = NaiveTensor.Random(101 + i, output.Shape);
                output.Data.Zip(weights.Data, (y, weight) => y * weight).Sum()
                    .Should().BeApproximately(sums[i], 1e-12 * output.Data.Sum(Math.Abs));
            }
        }
    }

    /// <summary>The values that the script drew: inputs, then parameters, each with the next seed.</summary>
    static Dictionary<string, NaiveTensor> Seeded(JsonElement graph)
    {
        var values = new Dictionary<string, NaiveTensor>();
        foreach (var port in graph.GetProperty("inputs").EnumerateArray()
            .Concat(graph.GetProperty("parameters").EnumerateArray()))
        {
            var name = port.GetProperty("name").GetString()!;
            int[] shape = [.. port.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];
            var drawn = NaiveTensor.Random(values.Count + 1, shape);
            values.Add(name, name.EndsWith("running_var", StringComparison.Ordinal)
                ? drawn.Map(value => Math.Abs(value) + 0.5) : drawn);
        }
        return values;
    }

    static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Harness.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Harness.sln above the tests");
        return folder.FullName;
    }
}
