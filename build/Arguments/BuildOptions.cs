using System.Globalization;
using System.Text.RegularExpressions;

namespace Build.Arguments;

/// <summary>Every option: what is not here is refused, and the help is written from it.</summary>
public static partial class BuildOptions
{
    static readonly string[] s_verbosities = ["quiet", "minimal", "normal", "verbose", "diagnostic"];

    /// <summary><c>--configuration</c>.</summary>
    public static readonly BuildOption Configuration = new(
        "configuration", "Debug|Release", "What is compiled and run; Release unless said.")
    {
        Targets = [
            "Compile", "Verify", "VerifyTorch", "RecordGoldens", "CompareGoldens", "MergeReports", "Pack",
            "TestPackages", "Mutate", "MutateSample", "Hostile", "Benchmark", "BenchmarkDry", "FlaxCheck", "Nightly",
        ],
        Expected = "Debug or Release",
        Accepts = value => value is "Debug" or "Release",
    };

    /// <summary><c>--cuda</c>.</summary>
    public static readonly BuildOption Cuda = new("cuda", null, "Takes the GPU.")
    {
        Targets = ["RecordGoldens", "VerifyTorch", "Nightly"],
    };

    /// <summary><c>--shard</c>.</summary>
    public static readonly BuildOption Shard = new(
        "shard", "i/n",
        "One of n parts of the goldens, of about the same cost. What is not dealt, such as tests, runs in the first.")
    {
        Targets = ["Verify", "VerifyTorch", "RecordGoldens", "CompareGoldens", "Mutate", "Nightly"],
        Expected = "i/n with i from 1 to n, such as 1/4",
        Accepts = IsShard,
    };

    /// <summary><c>--golden</c>.</summary>
    public static readonly BuildOption Golden = new(
        "golden", "DIR",
        "Another folder for what is recorded: RecordGoldens takes golden/ itself unless said, the others "
        + "artifacts/nightly/golden.")
    {
        Targets = ["RecordGoldens", "CompareGoldens", "Nightly"],
        Expected = "a folder",
    };

    /// <summary><c>--history</c>.</summary>
    public static readonly BuildOption History = new(
        "history", "FILE", "A file that verifying adds a line a case to; drift that grew is told.")
    {
        Targets = ["Verify", "Nightly"],
        Expected = "a file",
    };

    /// <summary><c>--reports</c>.</summary>
    public static readonly BuildOption Reports = new(
        "reports", "DIR", "The folder that holds a folder of reports for each shard.")
    {
        Targets = ["MergeReports"],
        Expected = "a folder",
    };

    /// <summary><c>--tag</c>.</summary>
    public static readonly BuildOption Tag = new(
        "tag", "v1.2.3", "The tag that is released: packages of another version are refused.")
    {
        Targets = ["Pack"],
        Expected = "a version with a v before it, such as v1.2.3",
        Accepts = TagPattern().IsMatch,
    };

    /// <summary><c>--version-suffix</c>.</summary>
    public static readonly BuildOption VersionSuffix = new(
        "version-suffix", "ci.42", "Marks what is compiled and packed as no release.")
    {
        Targets = ["Compile", "Test", "Pack", "TestPackages"],
        Expected = "words such as ci.42",
        Accepts = SuffixPattern().IsMatch,
    };

    /// <summary><c>--platforms</c>.</summary>
    public static readonly BuildOption Platforms = new(
        "platforms", "linux-x64,win-x64", "What the packed command is compiled ahead for; this machine unless said.")
    {
        Targets = ["Pack"],
        Expected = "names such as linux-x64,win-x64",
        Accepts = value => value.Split(',').All(name => PlatformPattern().IsMatch(name)),
    };

    /// <summary><c>--most</c>.</summary>
    public static readonly BuildOption Most = new(
        "most", "N", "So many faults of each kind a case; all unless said.")
    {
        Targets = ["Mutate", "Nightly"],
        Expected = "a number from 1",
        Accepts = IsNumber,
    };

    /// <summary><c>--fuzz-minutes</c>.</summary>
    public static readonly BuildOption FuzzMinutes = new(
        "fuzz-minutes", "M", "How long random graphs are held to PyTorch, or files are damaged; 10 unless said.")
    {
        Targets = ["Fuzz", "Hostile", "Nightly"],
        Expected = "a number above 0",
        Accepts = value =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double minutes)
            && minutes > 0 && double.IsFinite(minutes),
    };

    /// <summary><c>--fuzz-seed</c>.</summary>
    public static readonly BuildOption FuzzSeed = new(
        "fuzz-seed", "N", "Which random graphs, and which damage; others in every run unless said.")
    {
        Targets = ["Fuzz", "Hostile", "Nightly"],
        Expected = "a whole number from 0",
        Accepts = value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
    };

    /// <summary><c>--python</c>.</summary>
    public static readonly BuildOption Python = new(
        "python", "PATH", "The Python that has flax and jax; python3 unless said.")
    {
        Targets = ["FlaxCheck"],
        Expected = "a program",
    };

    /// <summary><c>--benchmark</c>.</summary>
    public static readonly BuildOption Benchmark = new(
        "benchmark", "'peers --threads 1'", "What the benchmarks are told; all kernels unless said.")
    {
        Targets = ["Benchmark"],
        Expected = "a verb of the benchmarks and its options",
    };

    /// <summary>The options that targets read.</summary>
    public static readonly IReadOnlyList<BuildOption> OfTargets =
        [
            Configuration, Cuda, Shard, Golden, History, Reports, VersionSuffix, Tag, Platforms, Most, FuzzMinutes,
            FuzzSeed, Python, Benchmark,
        ];

    /// <summary><c>--target</c>.</summary>
    public static readonly BuildOption Target = new(
        "target", "NAME", "What to run; may be given several times. Default unless said.") { Aliases = ["t"] };

    /// <summary><c>--exclusive</c>.</summary>
    public static readonly BuildOption Exclusive = new(
        "exclusive", null, "Runs the target without what it depends on.") { Aliases = ["e"] };

    /// <summary><c>--help</c>.</summary>
    public static readonly BuildOption Help = new("help", null, "Shows this.") { Aliases = ["h", "?"] };

    /// <summary>The options that Cake reads.</summary>
    public static readonly IReadOnlyList<BuildOption> OfCake =
    [
        Target,
        Exclusive,
        new("tree", null, "Shows which target runs after which.") { Aliases = ["showtree"] },
        new("dryrun", null, "Names what would run.") { Aliases = ["noop", "whatif"] },
        new("description", null, "Says what each target does.") { Aliases = ["descriptions", "showdescription"] },
        new("verbosity", "LEVEL", $"{string.Join(", ", s_verbosities)}.")
        {
            Aliases = ["v"],
            Expected = string.Join(", ", s_verbosities),
            Accepts = value => s_verbosities.Contains(value, StringComparer.OrdinalIgnoreCase),
        },
        new("working", "PATH", "The working directory; the repository's root unless said.")
        {
            Aliases = ["w"],
            Expected = "a folder that exists",
            Accepts = Directory.Exists,
        },
        new("noreport", null, "Leaves out the table of durations."),
        Help,
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<BuildOption> All => OfTargets.Concat(OfCake);

    static bool IsShard(string value) =>
        value.Split('/') is [var index, var count] && IsNumber(index) && IsNumber(count)
        && int.Parse(index, CultureInfo.InvariantCulture) <= int.Parse(count, CultureInfo.InvariantCulture);

    static bool IsNumber(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1;

    [GeneratedRegex("^[0-9A-Za-z-]+([.][0-9A-Za-z-]+)*$")]
    private static partial Regex SuffixPattern();

    [GeneratedRegex("^v[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex TagPattern();

    [GeneratedRegex("^[a-z0-9.]+(-[a-z0-9]+)+$")]
    private static partial Regex PlatformPattern();
}
