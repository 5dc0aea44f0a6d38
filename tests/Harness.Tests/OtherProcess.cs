using Harness.Tests.Cpu.Kernels;

namespace Harness.Tests;

/// <summary>The test assembly as a process of its own, started by <see cref="OtherProcessorTests"/>: what a processor
/// with fewer instructions computes can only be seen in a process that is told so when it starts.</summary>
static class OtherProcess
{
    static int Main(string[] arguments)
    {
        if (arguments is not [var file])
        {
            Console.Error.WriteLine("usage: Harness.Tests FILE; the tests themselves run by dotnet test");
            return 2;
        }
        File.WriteAllLines(file, ProcessorEvidence.Collect());
        return 0;
    }
}
