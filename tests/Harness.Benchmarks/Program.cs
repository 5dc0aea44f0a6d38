using Harness.Benchmarks;

switch (args.FirstOrDefault())
{
    case "kernels":
        KernelBench.Run(args.ElementAtOrDefault(1));
        return 0;
    case "maps":
        MapBench.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Harness.Benchmarks kernels [part of a name] | maps");
        return 2;
}
