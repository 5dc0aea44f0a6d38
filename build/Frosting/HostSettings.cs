using System.ComponentModel;
using Cake.Cli;
using Cake.Core.Diagnostics;
using Spectre.Console.Cli;

namespace Cake.Frosting;

/// <summary>The options every Cake build understands; the rest are arguments of the tasks.</summary>
sealed class HostSettings : CommandSettings
{
    [CommandOption("-t|--target <TARGET>")]
    [Description("The task to run; may be given several times.")]
    [DefaultValue(new[] { "Default" })]
    public string[] Targets { get; set; } = ["Default"];

    [CommandOption("-w|--working <PATH>")]
    [Description("The working directory.")]
    [TypeConverter(typeof(DirectoryPathConverter))]
    public Core.IO.DirectoryPath? WorkingDirectory { get; set; }

    [CommandOption("-v|--verbosity <VERBOSITY>")]
    [Description("quiet, minimal, normal, verbose or diagnostic.")]
    [TypeConverter(typeof(VerbosityConverter))]
    [DefaultValue(Verbosity.Normal)]
    public Verbosity Verbosity { get; set; }

    [CommandOption("--description|--descriptions|--showdescription")]
    [Description("Says what each task does.")]
    public bool Description { get; set; }

    [CommandOption("--tree|--showtree")]
    [Description("Shows which task runs after which.")]
    public bool Tree { get; set; }

    [CommandOption("--dryrun|--noop|--whatif")]
    [Description("Names the tasks that would run.")]
    public bool DryRun { get; set; }

    [CommandOption("-e|--exclusive")]
    [Description("Runs the target without what it depends on.")]
    public bool Exclusive { get; set; }

    [CommandOption("--noreport")]
    [Description("Leaves out the table of durations.")]
    public bool NoReport { get; set; }
}
