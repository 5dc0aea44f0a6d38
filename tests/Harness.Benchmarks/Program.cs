using System.Diagnostics;
using Harness.Benchmarks;
using Harness.Benchmarks.First;
using Harness.Benchmarks.Peers;

long main = Stopwatch.GetTimestamp();
switch (args.FirstOrDefault())
{
    case FirstChild.Verb:
        return FirstChild.Run(args[1..], main);
    case "kernels":
        KernelBench.Run(args.ElementAtOrDefault(1));
        return 0;
    case "maps":
        MapBench.Run();
        return 0;
    case "models":
        return ModelBench.Run(args[1..]);
    case "peers":
        return PeersCommand.Run(args[1..]);
    case "first":
        return FirstCommand.Run(args[1..]);
    default:
        Console.Error.WriteLine($"usage: Harness.Benchmarks <verb>\n  {ModelBench.Usage}\n  {PeersCommand.Usage}\n  {FirstCommand.Usage}");
        return 2;
}
