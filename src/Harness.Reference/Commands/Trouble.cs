using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Reference.Walk;

namespace Harness.Reference.Commands;

/// <summary>What the user is told where the program cannot go on: no stack trace.</summary>
static class Trouble
{
    const string Place = "Harness.Reference";

    /// <summary>What is told of an exception; null for a mistake of the code.</summary>
    public static Finding? Of(Exception exception) => exception switch
    {
        ModelException trouble => trouble.Finding,
        // Calls say themselves what libtorch refuses; what is left is memory, of a backward pass or of a copy.
        ExternalException or OutOfMemoryException =>
            new Finding(Codes.OutOfMemory, Place, $"libtorch: {WalkErrors.FirstLine(exception)}"),
        IOException or UnauthorizedAccessException => new Finding(Codes.BadUsage, Place, exception.Message),
        _ => null,
    };
}
