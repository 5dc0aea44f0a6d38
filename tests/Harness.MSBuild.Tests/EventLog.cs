using System.Text.Json;
using Microsoft.Build.Framework;

namespace Harness.MSBuild.Tests;

/// <summary>One thing a build said, as MSBuild has it rather than as a console prints it.</summary>
/// <param name="Kind"><c>error</c>, <c>warning</c>, <c>message</c> or <c>task</c> (one was started).</param>
/// <param name="Code">PAR2001, MSB3073 …; for a task its name.</param>
/// <param name="File">The file it is about.</param>
/// <param name="Line">The line in that file.</param>
/// <param name="Help">The help link.</param>
/// <param name="Text">The message.</param>
sealed record BuildEvent(string Kind, string? Code, string? File, int Line, string? Help, string? Text);

/// <summary>A logger that MSBuild loads from this assembly: each event becomes a line of JSON.</summary>
public sealed class EventLog : ILogger
{
    readonly List<string> _lines = [];

    /// <inheritdoc/>
    public LoggerVerbosity Verbosity { get; set; } = LoggerVerbosity.Diagnostic;

    /// <summary>The file to write.</summary>
    public string? Parameters { get; set; }

    /// <inheritdoc/>
    public void Initialize(IEventSource eventSource)
    {
        eventSource.ErrorRaised += (_, e) => Write("error", e.Code, e.File, e.LineNumber, e.HelpLink, e.Message);
        eventSource.WarningRaised += (_, e) => Write("warning", e.Code, e.File, e.LineNumber, e.HelpLink, e.Message);
        eventSource.MessageRaised += (_, e) => Write("message", e.Code, e.File, e.LineNumber, null, e.Message);
        eventSource.TaskStarted += (_, e) => Write("task", e.TaskName, e.ProjectFile, 0, null, null);
    }

    /// <inheritdoc/>
    public void Shutdown() => File.WriteAllLines(Parameters!, _lines);

    internal static IReadOnlyList<BuildEvent> Read(string file) =>
        [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<BuildEvent>(line)!)];

    void Write(string kind, string? code, string? file, int line, string? help, string? text)
    {
        lock (_lines)
            _lines.Add(JsonSerializer.Serialize(new BuildEvent(kind, code, file, line, help, text)));
    }
}
