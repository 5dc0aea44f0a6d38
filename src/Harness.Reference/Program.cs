using Harness.Executor.Model;
using Harness.Reference.Native;

// Methods that touch TorchSharp stay out of this one: `relax` runs before libtorch can be loaded.
try
{
    return args switch
    {
        ["relax", var source] => Relax(source, source),
        ["relax", var source, var destination] => Relax(source, destination),
        _ => Usage(),
    };
}
catch (ModelException exception)
{
    var finding = exception.Finding;
    Console.Error.WriteLine($"{finding.Place}: error {finding.Code}: {finding.Message}");
    return 2;
}

static int Relax(string source, string destination)
{
    var outcome = GlibcxxRelaxation.Apply(source, destination);
    Console.Out.WriteLine($"{destination}: {outcome}");
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: Harness.Reference relax SOURCE [DESTINATION]");
    return 2;
}
