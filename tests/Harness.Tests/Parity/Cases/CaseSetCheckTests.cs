using Harness.Parity.Cases;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Cases;

/// <summary>PAR3006: what is missing from a run, and what no set knows.</summary>
public sealed class CaseSetCheckTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string Root => _folder["g"];

    string SetFile => _folder["g/golden.cases.json"];

    string Own => _folder["p/P.cases.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_that_is_recorded_and_verified_is_well()
    {
        Golden("a", "models/b");
        CaseSet.Add(SetFile, [At("a"), At("models/b")]);

        Search(Root).Should().BeEmpty();
        Search(_folder["g/models"]).Should().BeEmpty("the set above knows it");
        Search(At("a")).Should().BeEmpty();
        Search(Path.Combine(At("a"), "golden.json")).Should().BeEmpty();
    }

    [Fact]
    public void A_case_that_is_gone_is_told_at_its_line_with_both_cures()
    {
        Golden("a");
        CaseSet.Add(SetFile, [At("a"), At("models/b")]);

        var finding = Search(Root).Should().ContainSingle().Subject;

        finding.Should().StartWith(
            $"{SetFile}(5): PAR3006: the case 'models/b' is gone: no golden.json in {At("models/b")}");
        finding.Should().Contain("put it back").And.EndWith($"harness accept {At("models/b")} --remove --reason \"…\"");
        Search(_folder["g/models"]).Should().Equal(finding);
        Search(At("a")).Should().BeEmpty("nothing of b was asked for");
    }

    [Fact]
    public void A_case_that_is_a_link_to_another_is_none()
    {
        Golden("a", "b");
        CaseSet.Add(SetFile, [At("a"), At("b")]);
        Directory.Delete(At("b"), recursive: true);
        Directory.CreateSymbolicLink(At("b"), "a");

        Search(Root).Should().ContainSingle().Which.Should()
            .StartWith($"{SetFile}(5): PAR3006: the case 'b' is a link to the case 'a'");
    }

    [Fact]
    public void Links_that_lead_up_and_in_circles_are_followed_once()
    {
        Golden("a", "b");
        CaseSet.Add(SetFile, [At("a"), At("b")]);
        foreach (string link in new[] { "a/up", "b/up", "a/up2", "b/up2" })
            Directory.CreateSymbolicLink(At(link), "..");
        foreach (string link in new[] { "l1", "l2", "l3" }) Directory.CreateSymbolicLink(At(link), ".");

        Search(Root).Should().BeEmpty();
        CaseSetPlace.Below(Root).Should().Equal(SetFile);
    }

    [Fact]
    public void A_set_that_links_to_itself_is_told_beside_what_holds()
    {
        Golden("a");
        File.CreateSymbolicLink(SetFile, "golden.cases.json");

        Search(Root).Should().ContainSingle().Which.Should().StartWith($"{SetFile}(1): PAR3003: ");
    }

    [Fact]
    public void A_root_of_which_nothing_is_left_tells_of_each_case()
    {
        CaseSet.Add(SetFile, [At("a"), At("b")]);

        Search(Root).Should().HaveCount(2);
    }

    [Fact]
    public void A_golden_in_the_root_itself_hides_no_other()
    {
        Golden(".", "a");
        CaseSet.Add(SetFile, [Root, At("a"), At("b")]);

        Search(Root).Should().ContainSingle().Which.Should().Contain("'b' is gone");
    }

    [Fact]
    public void A_stranger_is_told_with_the_way_to_add_it()
    {
        Golden("a", "b");
        CaseSet.Add(SetFile, [At("a")]);

        Search(Root).Should().ContainSingle().Which.Should()
            .StartWith($"{Path.Combine(At("b"), "golden.json")}(1): PAR3006: this case is not in the set {SetFile}")
            .And.EndWith($"harness accept {At("b")} --add");
    }

    [Fact]
    public void One_that_was_taken_off_and_lies_there_is_told_with_the_reason()
    {
        Golden("a", "b");
        CaseSet.Add(SetFile, [At("a"), At("b")]);
        CaseSet.Remove(SetFile, At("b"), "obsolete");

        Search(Root).Should().ContainSingle().Which.Should().Contain("\"obsolete\"").And.Contain("delete it");
        Directory.Delete(At("b"), recursive: true);
        Search(Root).Should().BeEmpty();
    }

    [Fact]
    public void Sets_below_count_and_what_they_miss_is_told()
    {
        Golden("a", "models/b");
        CaseSet.Add(SetFile, [At("a")]);
        CaseSet.Add(_folder["g/models/golden.cases.json"], [At("models/b"), At("models/c")]);

        Search(Root).Should().ContainSingle().Which.Should().Contain("'c' is gone");
    }

    // Copies of goldens are as good as goldens; who wants to miss them records or adds them.
    [Fact]
    public void Goldens_without_any_set_are_held_to_none()
    {
        Golden("a", "b");

        Search(Root).Should().BeEmpty();
        Search(At("a")).Should().BeEmpty();
    }

    [Fact]
    public void A_set_that_cannot_be_read_is_told_once_and_asked_no_more()
    {
        Golden("a", "b");
        File.WriteAllText(SetFile, "{");

        Search(Root).Should().ContainSingle().Which.Should().StartWith($"{SetFile}(1): PAR3003: ");
        List(Root, null, shared: false, "a", "b").Should().ContainSingle().Which.Should().Contain("PAR3003");
    }

    [Fact]
    public void A_folder_in_the_place_of_a_set_is_no_way_to_be_without_one()
    {
        Golden("a", "b");
        Directory.CreateDirectory(SetFile);

        Search(Root).Should().ContainSingle().Which.Should().Contain(SetFile).And.Contain("folder");
        Search(At("a")).Should().ContainSingle().Which.Should().Contain("folder");
        List(Root, null, shared: false, "a", "b").Should().ContainSingle().Which.Should().Contain("folder");
    }

    [UnixFact]
    public void A_link_that_leads_nowhere_is_no_way_either()
    {
        Golden("a", "b");
        File.CreateSymbolicLink(SetFile, At("gone.json"));

        Search(Root).Should().ContainSingle().Which.Should().Contain(SetFile).And.Contain("no such file");
        List(Root, null, shared: false, "a", "b").Should().ContainSingle().Which.Should().Contain("no such file");
    }

    [Fact]
    public void A_list_answers_for_the_set_of_its_folder()
    {
        Golden("a", "b");
        CaseSet.Add(SetFile, [At("a"), At("b")]);

        List(Root, SetFile, shared: false, "a", "b").Should().BeEmpty();
        List(Root, SetFile, shared: false, "a").Should().BeEmpty("b is there and unused: PAR3004 tells that");
        Directory.Delete(At("b"), recursive: true);
        List(Root, SetFile, shared: false, "a", "b").Should().BeEmpty("its model is there: PAR3001 tells that");
        List(Root, SetFile, shared: false, "a").Should().ContainSingle().Which.Should().Contain("'b' is gone");
        List(Root, null, shared: false, "a").Should().ContainSingle("a folder has its set by its name");
        List(Root, SetFile, shared: true, "a").Should().ContainSingle("permitted is not to be used, not to be gone");
    }

    [Fact]
    public void A_list_with_a_set_of_its_own_answers_for_each_case_of_it()
    {
        Golden("a", "b", "c");
        CaseSet.Add(SetFile, [At("a"), At("b"), At("c")]);
        List(Root, Own, shared: true, "a").Should().BeEmpty("it has recorded nothing; the folder's set knows it");
        List(Root, null, shared: true, "a").Should().BeEmpty("a list without a set of its own is one of many");
        CaseSet.Add(Own, [At("a"), At("b")]);

        List(Root, Own, shared: true, "a", "b").Should().BeEmpty("c is another project's");
        List(Root, Own, shared: true, "a").Should().ContainSingle().Which.Should()
            .StartWith($"{Own}(5): PAR3006: the case '../g/b' is verified by nothing any more")
            .And.EndWith($"--remove --reason \"…\" --case-set {Own}");
        List(Root, Own, shared: true, "a", "b", "c").Should().ContainSingle().Which.Should()
            .Contain($"is not in the set {Own}").And.EndWith($"--add --case-set {Own}");
    }

    [Fact]
    public void A_golden_outside_the_folder_is_in_the_set_of_the_list()
    {
        Golden("a", "../elsewhere/b");
        CaseSet.Add(SetFile, [At("a")]);

        List(Root, SetFile, shared: false, "a", "../elsewhere/b").Should().ContainSingle().Which.Should()
            .Contain("is not in the set");
        CaseSet.Add(SetFile, [At("../elsewhere/b")]);
        List(Root, SetFile, shared: false, "a", "../elsewhere/b").Should().BeEmpty();
        List(Root, SetFile, shared: false, "a").Should().ContainSingle().Which.Should()
            .Contain("'../elsewhere/b' is verified by nothing any more");
        Search(Root).Should().BeEmpty("it is not below");
    }

    [Fact]
    public void A_list_of_neither_a_folder_nor_a_set_is_asked_nothing()
    {
        Golden("a");
        CaseSet.Add(SetFile, [At("b")]);

        List(null, null, shared: false, "a").Should().BeEmpty();
    }

    // As verify does: what lies below is what is verified.
    static string[] Search(string root)
    {
        VerifyRequest[] requests = [];
        if (File.Exists(root) || (Directory.Exists(root)
            && Directory.EnumerateFiles(root, "golden.json", SearchOption.AllDirectories).Any()))
            requests = [.. GoldenSearch.Below(root).Select(folder => new VerifyRequest(folder))];
        return [.. CaseSetCheck.OfSearch([root], requests).Select(finding => finding.ToString())];
    }

    string[] List(string? root, string? own, bool shared, params string[] goldens) =>
        [.. CaseSetCheck.OfList(root, own, shared, [.. goldens.Select(name => new VerifyRequest(At(name), "m.pt"))])
            .Select(finding => finding.ToString())];

    string At(string name) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(Root, name)));

    void Golden(params string[] names)
    {
        foreach (string name in names)
        {
            Directory.CreateDirectory(At(name));
            File.WriteAllText(Path.Combine(At(name), "golden.json"), """{"schema": 1}""");
        }
    }
}
