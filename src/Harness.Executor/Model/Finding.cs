namespace Harness.Executor.Model;

/// <summary>One coded line about a model, a golden or the environment: what a user sees as an error.</summary>
/// <param name="Code"><c>PARnnnn</c>, explained in docs/codes.md.</param>
/// <param name="Place">File, node or module the finding is about; may carry <c>file(line)</c>.</param>
/// <param name="Message">Found, expected, where, and what to do; one line.</param>
public sealed record Finding(string Code, string Place, string Message)
{
    /// <summary><c>place: CODE: message</c>.</summary>
    public override string ToString() => $"{Place}: {Code}: {Message}";
}

/// <summary>The model cannot be taken as it is: unreadable, unsupported or inconsistent. Carries the finding a user
/// sees.</summary>
public class ModelException(Finding finding, Exception? inner = null) : Exception(finding.Message, inner)
{
    /// <summary>What the user is told.</summary>
    public Finding Finding { get; } = finding;
}
