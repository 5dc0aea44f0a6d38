using Harness.Executor.Model;
using Harness.Reference.Commands;
using Harness.Reference.Native;

using var interruption = new Interruption();
// libtorch may be at work for minutes, and reads no input while it is.
ParentProcess.LeaveWith(interruption);
// Methods that touch TorchSharp stay out of this one: `relax` runs before libtorch can be loaded.
try
{
    return args switch
    {
        ["relax", var source] => Relax(source, source),
        ["relax", var source, var destination] => Relax(source, destination),
        ["record", .. var words] => RecordCommand.Run(RecordCommand.Parse(words), interruption),
        ["module", .. var words] => ModuleCommand.Run(words),
        ["serve"] => ServeCommand.Run(),
        _ => Usage(),
    };
}
catch (Exception exception) when (Trouble.Of(exception) is not null)
{
    return Report(Trouble.Of(exception)!);
}

// One line, whatever the message holds: MSBuild and CI read lines.
static int Report(Finding finding)
{
    string message = finding.Message.ReplaceLineEndings(" ");
    Console.Error.WriteLine($"{finding.Place}: error {finding.Code}: {message}");
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
    Console.Error.WriteLine($"usage: Harness.Reference {RecordCommand.Usage}");
    Console.Error.WriteLine($"       Harness.Reference {ModuleCommand.Usage}");
    Console.Error.WriteLine($"       Harness.Reference {ServeCommand.Usage}");
    Console.Error.WriteLine("       Harness.Reference relax SOURCE [DESTINATION]");
    return 2;
}
