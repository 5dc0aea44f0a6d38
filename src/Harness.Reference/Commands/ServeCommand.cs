using Harness.Parity.Runners;
using Harness.Reference.Running;

namespace Harness.Reference.Commands;

/// <summary><c>serve PARENT</c>: runs converted programs for the process that started this one, over standard input and
/// output.</summary>
static class ServeCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "serve";

    /// <summary>Serves until the parent closes its end.</summary>
    public static int Run()
    {
        using var channel = new RunnerChannel(Console.OpenStandardInput(), Console.OpenStandardOutput());
        try
        {
            new RunnerServer(channel).Serve();
        }
        catch (IOException)
        {
            // The parent went while a reply was on its way; there is nobody to tell.
        }
        return 0;
    }
}
