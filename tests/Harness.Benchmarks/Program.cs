using System.Diagnostics;
using Harness.Benchmarks;
using Harness.Benchmarks.First;
using Harness.Benchmarks.Kernels;
using Harness.Benchmarks.Peers;
using Harness.Benchmarks.Regress;
using Harness.Executor.Model;

long main = Stopwatch.GetTimestamp();
try
{
    return Run();
}
catch (ModelException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

int Run()
{
    switch (args.FirstOrDefault())
    {
        case FirstChild.Verb:
            return FirstChild.Run(args[1..], main);
        case "kernels":
            return KernelsCommand.Run(args[1..]);
        case "models":
            return ModelBench.Run(args[1..]);
        case "reshape":
            return ReshapeBench.Run(args[1..]);
        case "peers":
            return PeersCommand.Run(args[1..]);
        case "first":
            return FirstCommand.Run(args[1..]);
        case "regress":
            return RegressCommand.Run(args[1..]);
        case RegressChild.RatiosVerb:
            return RegressChild.Ratios(args[1..]);
        case RegressChild.InferencesVerb:
            return RegressChild.Inferences(args[1..]);
        default:
            Console.Error.WriteLine($"""
                usage: Harness.Benchmarks <verb>
                  {PeersCommand.Usage}
                  {FirstCommand.Usage}
                  {KernelsCommand.Usage}
                  {ModelBench.Usage}
                  {ReshapeBench.Usage}
                  {RegressCommand.Usage}
                """);
            return 2;
    }
}
