using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Harness.Executor.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests;

/// <summary>Holds the projects to the edges that the design draws, read from the compiled references.</summary>
public sealed class ArchitectureTests
{
    static readonly Dictionary<string, string[]> s_edges = new()
    {
        ["Harness.Executor"] = [],
        ["Harness.Formats"] = ["Harness.Executor"],
        ["Harness.Parity"] = ["Harness.Executor", "Harness.Formats"],
        ["harness"] = ["Harness.Executor", "Harness.Formats", "Harness.Parity"],
        ["Harness.Reference"] = ["Harness.Executor", "Harness.Formats", "Harness.Parity"],
        ["Harness.MSBuild"] = [],
    };

    public static TheoryData<string> Assemblies => [.. s_edges.Keys];

    static IEnumerable<string> References(string assembly)
    {
        string folder = assembly == "harness" ? "Harness.Cli" : assembly;
        string configuration = Path.GetFileName(Path.GetDirectoryName(typeof(ArchitectureTests).Assembly.Location)!);
        string file = Path.Combine(NaiveWalkTests.Repository, "artifacts", "bin", folder, configuration, assembly
            + ".dll");
        File.Exists(file).Should().BeTrue($"{assembly} is built with the solution");
        using var reader = new PEReader(File.OpenRead(file));
        var metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(
            handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_project_edge_that_the_design_does_not_draw(string assembly) =>
        References(assembly).Where(name => name.StartsWith("Harness", StringComparison.OrdinalIgnoreCase))
            .Should().BeSubsetOf(s_edges[assembly]);

    [Fact]
    public void Executor_references_nothing_but_the_runtime() =>
        References("Harness.Executor").Should()
            .OnlyContain(name => name.StartsWith("System.", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Only_Reference_uses_TorchSharp(string assembly) =>
        References(assembly).Contains("TorchSharp").Should().Be(assembly == "Harness.Reference");

    [Fact]
    public void Every_op_that_is_no_view_has_a_step_of_its_own()
    {
        var op = typeof(Harness.Executor.Ops.Op);
        var lowered = Lowerings.All.Select(lowering => lowering.Op).ToArray();
        lowered.Should()
            .OnlyHaveUniqueItems().And.BeInAscendingOrder(type => type.Name, StringComparer.OrdinalIgnoreCase);
        // No program holds a composite.
        foreach (var type in op.Assembly.GetTypes().Where(
            t => t.IsSubclassOf(op) && !t.IsAbstract && !t.IsSubclassOf(typeof(Harness.Executor.Ops.Composite))))
        {
            bool isView = type.GetProperty("IsView")!.DeclaringType != op;
            (lowered.Contains(type) || isView).Should().BeTrue($"{type.Name} must stand in Lowerings");
        }
    }
}
