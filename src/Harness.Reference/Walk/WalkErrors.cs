using Harness.Executor.Model;

namespace Harness.Reference.Walk;

/// <summary>What the walk answers when it cannot execute a call.</summary>
static class WalkErrors
{
    /// <summary>The oracle has no arm for it, or the arm does not know this use of it.</summary>
    public static ModelException Unsupported(string path, Call call, string reason) =>
        new(new Finding(Codes.UnsupportedOp, Place(path, call), $"the oracle cannot run {Describe(call)}: {reason}"));

    /// <summary>libtorch refuses the operands.</summary>
    public static ModelException Failed(string path, Call call, Exception cause) =>
        new(new Finding(Codes.ShapeMismatch, Place(path, call),
            $"{Describe(call)}: libtorch refuses its operands: {FirstLine(cause)}"), cause);

    /// <summary>libtorch's message without the C++ stack that follows it.</summary>
    public static string FirstLine(Exception exception)
    {
        string message = exception.Message.Split('\n', 2)[0].Trim();
        return message.Length > 0 ? message : exception.GetType().Name;
    }

    // A graph of text names its own line, which editors can open; a place inside an archive stands in the message.
    static string Place(string path, Call call) =>
        call.Place.Line > 0 && Path.GetFileName(call.Place.File) == Path.GetFileName(path)
            ? $"{path}({call.Place.Line})"
            : path;

    static string Describe(Call call)
    {
        string place = call.Place.ToString();
        string node = $"{call.Target} in node '{call.Name}'";
        return place.Length > 0 ? $"{node} ({place})" : node;
    }
}
