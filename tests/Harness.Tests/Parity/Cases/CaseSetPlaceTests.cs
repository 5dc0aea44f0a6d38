using Harness.Parity.Cases;

namespace Harness.Tests.Parity.Cases;

/// <summary>Which set a golden is recorded into.</summary>
public sealed class CaseSetPlaceTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static readonly TheoryData<string, string?, string?, string?, string> Places = new()
    {
        // golden, a set that is there, one that is named, the folder of all, where to
        { "d/a", null, null, null, "d" },
        { "d/deep/a", null, null, null, "d/deep" },
        { "d/deep/a", "d", null, null, "d" },
        { "d/deep/a", "d/deep", null, "d", "d/deep" },
        { "golden/models/a", null, null, null, "golden" },
        { "golden", null, null, null, "golden" },
        { "golden/models/a", "", null, null, "" },
        { "shared/models/a", null, null, "shared", "shared" },
        { "elsewhere/a", null, null, "shared", "elsewhere" },
        { "golden/models/a", null, "golden/models/golden.cases.json", null, "golden/models" },
        { "golden/models/a", null, "Project.cases.json", null, "golden" },
        { "golden/models/a", null, "other/golden.cases.json", null, "golden" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Each_golden_has_one_place(string golden, string? there, string? named, string? root, string where)
    {
        if (there is not null) CaseSet.Add(Path.Combine(_folder[there], CaseSet.FileName), []);

        CaseSetPlace.OfGolden(
            _folder[golden], named is null ? null : _folder[named], root is null ? null : _folder[root])
            .Should().Be(Path.Combine(_folder[where], CaseSet.FileName));
    }

    [Fact]
    public void The_folder_of_temporary_files_is_no_place() =>
        CaseSetPlace.OfGolden(Path.Combine(Path.GetTempPath(), $"golden-{Guid.NewGuid():n}")).Should().BeNull();

    [Fact]
    public void A_new_set_begins_with_what_is_there_and_in_no_other()
    {
        foreach (string golden in (string[])["a", "models/b", "models/c"])
        {
            Directory.CreateDirectory(_folder[golden]);
            File.WriteAllText(_folder[$"{golden}/golden.json"], "{}");
        }
        CaseSet.Add(_folder["models/golden.cases.json"], [_folder["models/b"]]);

        CaseSetPlace.Beginning(_folder["golden.cases.json"]).Should().BeEquivalentTo(
            _folder["a"], _folder["models/c"]);
        CaseSetPlace.Beginning(_folder["Project.cases.json"]).Should().BeEmpty("others' goldens are not a project's");
        CaseSetPlace.Beginning(_folder["models/golden.cases.json"]).Should().BeEmpty("it has begun");
    }
}
