namespace Harness.MSBuild;

/// <summary>Verifies models against their goldens: <c>harness verify --cases FILE</c>.</summary>
public sealed class ParityVerify : HarnessTool
{
    string _casesFile = "";

    /// <summary>The folder for the list of cases, which lives as long as the tool runs.</summary>
    public string TemporaryDirectory { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        // A name of its own: two builds of one project may run at once.
        _casesFile = Path.Combine(Path.GetFullPath(TemporaryDirectory), $"{Guid.NewGuid():N}.cases.json");
        try
        {
            return base.Execute();
        }
        finally
        {
            File.Delete(_casesFile);
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> ToolArguments() => ["verify", "--cases", _casesFile];

    /// <inheritdoc/>
    protected override int ExecuteTool(string pathToTool, string responseFileCommands, string commandLineCommands)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_casesFile)!);
        File.WriteAllBytes(_casesFile, ParityCase.ToJson(Cases));
        return base.ExecuteTool(pathToTool, responseFileCommands, commandLineCommands);
    }
}
