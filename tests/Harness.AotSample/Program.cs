using System.Diagnostics;
using System.Globalization;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;

// usage: Harness.AotSample MODEL INPUT.npy OUTPUT.npy [float32|float64 [THREADS [WEIGHTS]]]; both files in PyTorch's
// layout. Prints what each part took in ms and the most memory it held.
long start = Stopwatch.GetTimestamp();
using var torch = ModelFile.Open(args[0], args.ElementAtOrDefault(5));
var input = NpyFile.Read(args[1]);
var model = NhwcPass.Apply(torch, [input.Shape]);
long opened = Stopwatch.GetTimestamp();
var options = new PlanOptions { Threads = int.Parse(args.ElementAtOrDefault(4) ?? "0", CultureInfo.InvariantCulture) };
NpyFile.Write(args[2], args.ElementAtOrDefault(3) == "float64" ? Run<double>() : Run<float>());
return 0;

Tensor Run<E>() where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
{
    using var session = Session.Open<E>(model, options);
    long planned = Stopwatch.GetTimestamp();
    session.Write(model.Inputs[0].Value, input.ToDoubles());
    session.Run();
    Shape shape = model.Values[model.Outputs[0].Value].Shape;
    var output = new double[shape.Elements];
    session.Read(model.Outputs[0].Value, output);
    long done = Stopwatch.GetTimestamp();
    using var process = Process.GetCurrentProcess();
    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"open={Ms(start, opened):F3} plan={Ms(opened, planned):F3} run={Ms(planned, done):F3} " +
        $"peak={process.PeakWorkingSet64}"));
    return Tensor.Of(shape, output);
}

static double Ms(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
