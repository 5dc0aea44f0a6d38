using System.Xml.Linq;

namespace Build;

/// <summary>The sum over all test projects; its text is the build's closing line.</summary>
public sealed class TestTotals
{
    static readonly XNamespace s_trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Tests that passed.</summary>
    public int Passed { get; private set; }

    /// <summary>Tests that failed, and test projects that ran none.</summary>
    public int Failed { get; private set; }

    /// <summary>Tests that were skipped.</summary>
    public int Skipped { get; private set; }

    /// <summary>Whether tests are part of this build.</summary>
    public bool Wanted { get; set; }

    /// <summary>Adds the results in a folder.</summary>
    /// <param name="folder">Where the runner wrote its <c>.trx</c> files.</param>
    /// <param name="projects">The test projects that must have run at least one test.</param>
    /// <returns>What is wrong beyond failed tests, a line each.</returns>
    public IReadOnlyList<string> Add(string folder, IEnumerable<string> projects)
    {
        var missing = new HashSet<string>(projects, StringComparer.OrdinalIgnoreCase);
        var trouble = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.trx", SearchOption.AllDirectories).Order())
        {
            var root = XDocument.Load(file).Root!;
            var outcomes = root.Elements(s_trx + "Results").Elements().Select(Outcome).ToList();
            // A skipped test is NotExecuted; the file's own counters leave skipped tests out.
            var passed = outcomes.Count(outcome => outcome == "Passed");
            var skipped = outcomes.Count(outcome => outcome == "NotExecuted");
            var failed = outcomes.Count - passed - skipped;
            if (failed == 0 && Outcome(root.Element(s_trx + "ResultSummary")) is "Failed" or "Aborted" or "Error")
            {
                // The host died: its tests so far may all have passed.
                failed = 1;
                trouble.Add($"{Path.GetFileName(file)}: the test run was aborted");
            }
            (Passed, Failed, Skipped) = (Passed + passed, Failed + failed, Skipped + skipped);
            foreach (var test in root.Elements(s_trx + "TestDefinitions").Elements())
                if ((string?)test.Attribute("storage") is { } assembly)
                    missing.Remove(Path.GetFileNameWithoutExtension(assembly.Replace('\\', '/')));
        }
        foreach (var project in missing.Order())
        {
            Failed++;
            trouble.Add($"{project} ran no test");
        }
        return trouble;
    }

    /// <summary><c>N passed, N failed</c>, and the skipped ones where there are any.</summary>
    public override string ToString() =>
        $"{Passed} passed, {Failed} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");

    static string? Outcome(XElement? element) => (string?)element?.Attribute("outcome");
}
