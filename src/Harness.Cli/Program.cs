using System.CommandLine;

namespace Harness.Cli;

/// <summary>The command line <c>harness</c>.</summary>
static class Program
{
    static int Main(string[] arguments)
    {
        var root = new RootCommand("Holds a PyTorch model, converted to Flax's channels-last layout, to what PyTorch computes.");
        return root.Parse(arguments).Invoke();
    }
}
