using Harness.Benchmarks;
using Harness.Benchmarks.Peers;

switch (args.FirstOrDefault())
{
    case "kernels":
        KernelBench.Run(args.ElementAtOrDefault(1));
        return 0;
    case "maps":
        MapBench.Run();
        return 0;
    case "models":
        // models SIZE THREADS REPEATS TOP FILE...
        ModelBench.Run(args[5..], int.Parse(args[1]), int.Parse(args[2]), int.Parse(args[3]), int.Parse(args[4]));
        return 0;
    case "peers":
        return PeersCommand.Run(args[1..]);
    default:
        Console.Error.WriteLine("usage: Harness.Benchmarks kernels [part of a name] | maps | " +
            $"models SIZE THREADS REPEATS TOP FILE... | {PeersCommand.Usage}");
        return 2;
}
