using Harness.Executor.Model;
using Harness.Parity.Cases;

namespace Harness.Tests.Parity.Cases;

/// <summary>The file of a set of cases.</summary>
public sealed class CaseSetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string File => _folder["golden.cases.json"];

    string Text => System.IO.File.ReadAllText(File);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_sorted_a_case_a_line_and_says_nothing_else()
    {
        CaseSet.Add(File, [_folder["models/b"], _folder["models/a/"], _folder["Z"]]).Should().Be(3);
        CaseSet.Add(File, [_folder["models/é \"x\""], _folder["../outside"]]).Should().Be(2);

        Text.Should().Be("""
            {
              "schema": 1,
              "cases": [
                "../outside",
                "Z",
                "models/a",
                "models/b",
                "models/é \"x\""
              ]
            }

            """.ReplaceLineEndings("\n"));
        CaseSet.Read(File).PlaceOf(_folder["models/é \"x\""]).Should().Be($"{File}(8)");
        CaseSet.Read(File).Folders.Should().Contain(Path.GetFullPath(_folder["../outside"]));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_it_and_a_pointer_of_Git_LFS_is_named()
    {
        CaseSet.Add(File, [_folder["a"]]);
        System.IO.File.WriteAllText(File, "\uFEFF" + Text);
        CaseSet.Read(File).Holds(_folder["a"]).Should().BeTrue();

        System.IO.File.WriteAllText(File, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n");
        FluentActions.Invoking(() => CaseSet.Read(File)).Should().Throw<ModelException>()
            .Which.Finding.Message.Should().Contain("this is a Git LFS pointer");
    }

    [Fact]
    public void What_is_in_it_is_added_without_a_byte_written()
    {
        CaseSet.Add(File, [_folder["a"]]);
        var written = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        System.IO.File.SetLastWriteTimeUtc(File, written);

        CaseSet.Add(File, [_folder["a"]]).Should().Be(0);

        System.IO.File.GetLastWriteTimeUtc(File).Should().Be(written);
    }

    [Fact]
    public void A_case_taken_off_leaves_its_reason_until_it_is_added_again()
    {
        CaseSet.Add(File, [_folder["a"], _folder["ops/x/1"], _folder["ops/x/2"], _folder["ops/xy"]]);

        CaseSet.Remove(File, _folder["ops/x"], "no such op any more, #12").Should().Be(2);

        var set = CaseSet.Read(File);
        set.Holds(_folder["ops/x/1"]).Should().BeFalse();
        set.Holds(_folder["ops/xy"]).Should().BeTrue("a longer name is another folder");
        set.ReasonOfRemoval(_folder["ops/x/2"]).Should().Be("no such op any more, #12");
        Text.Should().Contain("    \"ops/x/1\": \"no such op any more, #12\",\n");

        CaseSet.Add(File, [_folder["ops/x/1"], _folder["ops/x/2"]]).Should().Be(2);
        Text.Should().NotContain("removed");
    }

    [Fact]
    public void Many_at_once_lose_nothing()
    {
        const int Each = 25;
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            for (int k = 0; k < Each; k++) CaseSet.Add(File, [_folder[$"{i}/{k}"]]);
        })).ToList();

        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        CaseSet.Read(File).Folders.Should().HaveCount(threads.Count * Each);
        Directory.GetFiles(_folder.Path).Should().Equal(File);
    }

    public static readonly TheoryData<string, int, string> Bad = new()
    {
        { "", 1, "no JSON" },
        { "{\n<<<<<<< HEAD\n}", 2, "no JSON" },
        { "[]", 1, "expected an object" },
        { """{"cases": []}""", 1, "schema" },
        { """{"schema": 2, "cases": []}""", 1, "newer" },
        { """{"schema": "1", "cases": []}""", 1, "should be a number" },
        { """{"schema": 1}""", 1, "should be a list" },
        { """{"schema": 1, "cases": {}}""", 1, "should be a list" },
        { """{"schema": 1, "cases": [7]}""", 1, "a list of folders" },
        { """{"schema": 1, "cases": [""]}""", 1, "names no case" },
        { """{"schema": 1, "cases": ["/a"]}""", 1, "names no case" },
        { """{"schema": 1, "cases": ["a\\b"]}""", 1, "names no case" },
        { """{"schema": 1, "cases": [], "removed": ["a"]}""", 1, "an object of folders and reasons" },
        { """{"schema": 1, "cases": [], "colour": 1}""", 1, "'colour' is unknown" },
        { """{"schema": 1, "cases": ["a", "b"], "cases": ["a"]}""", 1, "a key that stands there twice" },
        { """{"schema": 1, "cases": ["a"], "removed": {"a": "r"}}""", 1, "'a' is in 'cases' and in 'removed'" },
    };

    [Fact]
    public void A_link_to_itself_is_a_set_that_cannot_be_read()
    {
        System.IO.File.CreateSymbolicLink(File, "golden.cases.json");

        FluentActions.Invoking(() => CaseSet.Read(File)).Should().Throw<ModelException>()
            .Which.Finding.Code.Should().Be("PAR3003");
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_set_is_refused_and_left_alone(string text, int line, string says)
    {
        System.IO.File.WriteAllText(File, text);

        foreach (var use in (Action[])[() => CaseSet.Read(File), () => CaseSet.Add(File, [_folder["a"]])])
        {
            var finding = use.Should().Throw<ModelException>().Which.Finding;
            finding.Code.Should().Be("PAR3003");
            finding.Place.Should().Be($"{File}({line})");
            finding.Message.Should().Contain(says);
        }
        Text.Should().Be(text);
    }
}
