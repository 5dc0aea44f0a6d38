using Harness.Formats;
using Harness.Reference.Modules;

namespace Harness.Reference.Commands;

/// <summary><c>module NET.dll#TYPE --output DIR</c>: reads a module of an assembly for a process that must not load
/// it.</summary>
static class ModuleCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "module NET.dll#TYPE --output DIR";

    /// <summary>Reads it, and writes its graph and weights.</summary>
    public static int Run(ReadOnlySpan<string> words)
    {
        var line = CommandLine.Parse("module", words, ["--output"], []);
        if (new ModelName(line.Model) is not { Module: not null } name)
            throw line.Bad($"'{line.Model}' names no module of an assembly: NET.dll#TYPE");
        using var module = UserModule.Open(name);
        ModuleFiles.Write(line.Needed("--output"), module.Graph, module.Weights);
        return 0;
    }
}
