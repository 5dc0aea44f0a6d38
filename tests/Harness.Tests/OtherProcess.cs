using Harness.Tests.Conformance;
using Harness.Tests.Cpu;
using Harness.Tests.Cpu.Kernels;
using Harness.Tests.Formats.Architectures;
using Harness.Tests.Hostile;
using Harness.Tests.Mutation;

namespace Harness.Tests;

/// <summary>The test assembly as a process of its own, started by <see cref="OtherProcessorTests"/>: what a processor
/// with fewer instructions computes can only be seen in a process that is told so when it starts. And by hand, to put
/// <see cref="OutputBits"/> and what <see cref="Mutations"/> the gate catches on record.</summary>
static class OtherProcess
{
    static int Main(string[] arguments)
    {
        if (arguments is [OutputBits.Verb])
        {
            OutputBits.Write();
            return 0;
        }
        if (arguments is [ConformanceCommand.Verb, var folder]) return ConformanceCommand.Run(folder);
        if (arguments is [CensusCommand.Verb, var census]) return CensusCommand.Run(census);
        if (arguments is [ArchitectureWeights.Verb, var model, var seed, var weights])
        {
            ArchitectureWeights.Write(model, seed, weights);
            return 0;
        }
        if (arguments is [ArchitectureDrift.Verb, .. var names]) return ArchitectureDrift.Run(names);
        if (arguments is [MutateCommand.Verb, .. var words]) return MutateCommand.Run(words);
        if (arguments is [HostileCommand.Verb, .. var hostile]) return HostileCommand.Run(hostile);
        if (arguments is not [var file])
        {
            Console.Error.WriteLine(
                "usage: Harness.Tests FILE|bits|conformance FOLDER|census FILE|weights MODEL SEED FILE|"
                + "architectures [NAME…]|mutate [MOST]|mutate code [MOST|NAME…]|"
                + "hostile [SEED [SECONDS [TARGET [CASE]]]]; tests run by dotnet test");
            return 2;
        }
        File.WriteAllLines(file, ProcessorEvidence.Collect());
        return 0;
    }
}
