using System.ComponentModel;
using Harness.MSBuild.Names;
using Harness.Parity;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Harness.MSBuild;

/// <summary>
/// Starts the <c>harness</c> command in a process of its own and turns the findings it prints into MSBuild's errors and
/// warnings. Nothing of the engine is ever loaded here: MSBuild nodes live on, and keep what they load.
/// </summary>
public abstract class HarnessTool : ToolTask
{
    /// <summary>The tool could not be started, or ended in a way that its findings do not explain.</summary>
    protected const string Failed = "PAR9003";

    // What recording cures.
    static readonly string[] s_recorded = ["PAR3001", "PAR3002", "PAR3003", "PAR3005"];

    // The place of a finding that is about no file.
    const string Nowhere = "harness";

    /// <summary>Words without the blanks around them, and none empty.</summary>
    private protected const StringSplitOptions Trimmed =
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    string _lastLine = "";
    int _errorLines;

    /// <summary>The command: <c>harness.dll</c>, run by <see cref="Host"/>, or an executable.</summary>
    [Required]
    public string Tool { get; set; } = "";

    /// <summary>The <c>dotnet</c> that runs a <c>.dll</c>: a path, or a name on PATH.</summary>
    public string Host { get; set; } = "dotnet";

    /// <summary>The project that is being built, absolute: the place of an error that has no better one, and what paths
    /// are relative to.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder that holds all goldens, for models that name none.</summary>
    [Required]
    public string GoldenDirectory { get; set; } = "";

    /// <summary>
    /// The models: items with the metadata of <see cref="KnownNames.Metadata"/>.
    /// </summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Options of the command, one item an argument.</summary>
    public ITaskItem[] Arguments { get; set; } = [];

    /// <summary>The page that documents the codes: a path or an address; <c>#par2001</c> is added to it.</summary>
    public string HelpPage { get; set; } = "";

    /// <summary>True if drift (20xx) is to be reported as warnings.</summary>
    public bool DriftIsWarning { get; set; }

    /// <summary>
    /// Codes that the user switched off (<c>NoWarn</c>): their warnings keep nothing from being up to date.
    /// </summary>
    public string[] SilencedCodes { get; set; } = [];

    /// <summary>What starts the command in a shell, for what findings suggest to type; empty where it is started as
    /// here.</summary>
    public string Command { get; set; } = "";

    /// <summary>The project's own files: where names are looked for that nothing reads.</summary>
    public string[] NameFiles { get; set; } = [];

    /// <summary>The files that import those of its packages.</summary>
    public string[] PackageNameFiles { get; set; } = [];

    /// <summary>The folder of all packages.</summary>
    public string PackageRoot { get; set; } = "";

    /// <summary>True if the tool held and left no warning behind that the next build would have to repeat.</summary>
    private protected bool Clean { get; private set; } = true;

    /// <summary>The models with absolute paths.</summary>
    internal IReadOnlyList<ParityCase> Cases { get; private set; } = [];

    /// <inheritdoc/>
    protected override string ToolName => RunsByHost ? "dotnet" : Path.GetFileName(Tool);

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.Normal;

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.Normal;

    // Of the process nothing is asked: MSBuild may build several projects in it at once.
    string ProjectDirectory => Path.GetDirectoryName(ProjectFile)!;

    string RecordLine => $"dotnet build {ShellWord.Of(ProjectFile)} -t:ParityRecord";

    /// <summary>What the command says, as users of a build say it.</summary>
    private protected BuildWords Words => new(RecordLine, Command.Length > 0 ? Command
        : RunsByHost ? $"dotnet {ShellWord.Of(Tool)}" : ShellWord.Of(Tool));

    bool RunsByHost => Tool.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => RunsByHost ? Host : Tool;

    /// <inheritdoc/>
    protected override string GetWorkingDirectory() => ProjectDirectory;

    /// <inheritdoc/>
    protected override bool ValidateParameters()
    {
        if (!File.Exists(Tool))
            Fail($"The harness command is not at '{Tool}'. Build Harness.sln, or set ParityToolPath to harness.dll.");
        else if (RunsByHost && Path.IsPathRooted(Host) && !File.Exists(Host))
            Fail($"The .NET host is not at '{Host}'. Set ParityDotNetHost to dotnet.");
        Cases = ResolveModels(Models);
        RefuseSharedGoldens(Cases);
        foreach (var name in UnknownNames())
            Report(new CanonicalLine(name.File, name.Line, IsError: false, UnknownName.Code, name.Message));
        return !Log.HasLoggedErrors && base.ValidateParameters();
    }

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        var line = new CommandLineBuilder();
        if (RunsByHost)
        {
            line.AppendSwitch("exec");
            line.AppendFileNameIfNotNull(Tool);
        }
        foreach (var argument in ToolArguments().Concat(Arguments.Select(item => item.ItemSpec)))
            line.AppendTextUnquoted(" " + Quoted(argument));
        return line.ToString();
    }

    /// <summary>What the project says and nothing reads, told by one task of a build.</summary>
    private protected virtual List<UnknownName> UnknownNames() => UnknownName.Of(
        new ProjectNames(ProjectFile, NameFiles, PackageNameFiles, PackageRoot), Models, BuildEngine);

    /// <summary>The verb and what only this verb needs; <see cref="Arguments"/> follow.</summary>
    protected abstract IEnumerable<string> ToolArguments();

    /// <inheritdoc/>
    protected override int ExecuteTool(string pathToTool, string responseFileCommands, string commandLineCommands)
    {
        try
        {
            return base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            Fail($"'{pathToTool}' cannot be started: {OneLine(e.Message)}");
            return -1;
        }
    }

    /// <inheritdoc/>
    protected override void LogToolCommand(string message) => Log.LogMessage(MessageImportance.Low, message);

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        if (CanonicalLine.Read(singleLine) is { } finding)
        {
            Report(finding);
            return;
        }
        if (singleLine.Length > 0)
            _lastLine = singleLine.Trim();
        Log.LogMessage(messageImportance, singleLine);
    }

    /// <summary>
    /// Decides about an exit code other than 0, without the noise of MSB6006 where a finding explains it.
    /// </summary>
    protected override bool HandleTaskExecutionErrors()
    {
        // 1 says findings, 2 says bad input, and -1 is ToolTask's own for "0, but errors were logged": each is
        // explained by the errors already shown. Drift shown as warnings explains 1 and nothing else: a crash after
        // it is a crash.
        var explained = ExitCode == 1 ? _errorLines > 0 : ExitCode is 2 or -1 && Log.HasLoggedErrors;
        if (!explained)
            Fail($"harness ended with exit code {ExitCode} and named no cause{Said()}.");
        Clean = false;
        return !Log.HasLoggedErrors;
    }

    /// <summary>A path that may be relative to the project.</summary>
    private protected string Absolute(string path) => Path.GetFullPath(path, ProjectDirectory);

    /// <summary>An error about the environment or the project, at the project.</summary>
    protected void Fail(string message) =>
        Report(new CanonicalLine(ProjectFile, 0, IsError: true, Failed, message));

    /// <summary><c>; its last line was '…'</c>, or nothing where the tool said nothing.</summary>
    private protected string Said() =>
        _lastLine.Length == 0 ? ", and printed nothing" : $"; its last line was '{_lastLine}'";

    void Report(CanonicalLine finding)
    {
        // A bare word before the colon ("harness : error …") is no file that an editor could open.
        var file = Path.IsPathRooted(finding.File) ? finding.File : ProjectFile;
        var message = Words.Of(finding.Message);
        if (!Path.IsPathRooted(finding.File) && finding.File != Nowhere)
            message = $"{finding.File}: {message}";
        if (finding.IsError)
            _errorLines++;
        if (s_recorded.Contains(finding.Code) && !BuildWords.Suggests(finding.Message))
            message += $" (to record: {RecordLine})";
        if (finding.IsError && !(DriftIsWarning && finding.IsDrift))
        {
            Clean = false;
            Log.LogError(null, finding.Code, null, HelpLink(finding.Code), file, finding.Line, 0, 0, 0, message);
            return;
        }
        Clean &= Separated(SilencedCodes).Contains(finding.Code, StringComparer.OrdinalIgnoreCase);
        Log.LogWarning(null, finding.Code, null, HelpLink(finding.Code), file, finding.Line, 0, 0, 0, message);
    }

    /// <summary>A list as users write one: by semicolons, which -p: may have escaped, or by commas.</summary>
    private protected static string[] Separated(params string[] list) =>
        [.. list.SelectMany(part => part.Split([',', ';'], Trimmed))];

    /// <summary>Which of the gate's own codes are silenced, as a fact: targets of a whole build add others.</summary>
    internal static string Silenced(string[] codes) => "silenced=" + string.Join(';', Separated(codes)
        .Select(code => code.ToUpperInvariant()).Where(code => code.StartsWith("PAR", StringComparison.Ordinal))
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    string? HelpLink(string code) => HelpLink(HelpPage, code);

    /// <summary>Where a page documents a code; null where there is no page.</summary>
    internal static string? HelpLink(string helpPage, string code)
    {
        if (helpPage.Length == 0)
            return null;
        var page = Path.IsPathRooted(helpPage) ? new Uri(Path.GetFullPath(helpPage)).AbsoluteUri : helpPage;
        return $"{page}#{code.ToLowerInvariant()}";
    }

    /// <summary>A golden holds the outputs of one model: two would overwrite each other's, or one would be red for
    /// ever.</summary>
    private protected void RefuseSharedGoldens(IEnumerable<ParityCase> cases)
    {
        foreach (var shared in SharedGoldens(cases))
        {
            var names = shared.DistinctBy(one => (one.Model, one.Weights, one.Arguments)).Select(one => $"'{one.Model}'"
                + (one.Weights is null ? "" : $" with {one.Weights}")
                + (one.Arguments is null ? "" : $" given {one.Arguments}"));
            Fail($"{string.Join(" and ", names)} have one golden folder, '{shared.Key}'. Give each model a Golden of " +
                "its own.");
        }
    }

    /// <summary>The golden folders that several models have, with their models.</summary>
    private protected static IEnumerable<IGrouping<string?, ParityCase>> SharedGoldens(
        IEnumerable<ParityCase> cases) =>
        // The second case of a golden lies in its folder.
        cases.DistinctBy(one => (one.Golden, one.Model, one.Weights, one.Arguments))
            .GroupBy(one => Path.GetFileName(one.Golden) == UpToDate.Dependencies.SecondFolder
                ? Path.GetDirectoryName(one.Golden) : one.Golden)
            .Where(group => group.DistinctBy(one => (one.Model, one.Weights, one.Arguments)).Skip(1).Any());

    /// <summary>Items with absolute paths; what cannot be resolved is an error.</summary>
    private protected List<ParityCase> ResolveModels(ITaskItem[] models)
    {
        var cases = new List<ParityCase>(models.Length);
        foreach (var item in models)
        {
            try
            {
                cases.Add(ParityCase.Of(item, GoldenDirectory, ProjectFile));
            }
            catch (FormatException e)
            {
                Fail($"ParityModel '{item.ItemSpec}': {e.Message}");
            }
        }
        return cases;
    }

    // The rules of Windows, which .NET applies to a command line on every system: backslashes count only before a
    // quote.
    static string Quoted(string argument)
    {
        if (argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c == '"'))
            return argument;
        var text = new System.Text.StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '"')
                text.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            text.Append(c);
        }
        return text.Append('\\', backslashes).Append('"').ToString();
    }

    static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
