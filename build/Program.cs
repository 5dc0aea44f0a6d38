using System.Reflection;
using Build;
using Build.Arguments;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;

// Before Cake, which takes any option for an argument of some task's.
var targets = Targets();
var arguments = BuildArguments.Read(args, targets);
if (arguments.Fault is { } fault)
{
    Console.Error.WriteLine(fault);
    return 2;
}
if (arguments.WantsHelp)
{
    Console.Write(BuildHelp.Text(targets));
    return 0;
}
// Cake colours what it takes for a terminal's by the name of one alone, and children do as they are told.
if (Console.IsOutputRedirected || Console.IsErrorRedirected)
    Environment.SetEnvironmentVariable("NO_COLOR", "1");
var totals = new TestTotals();
var exitCode = new CakeHost()
    .ConfigureServices(services => services.AddSingleton(totals))
    .UseContext<BuildContext>()
    .UseLifetime<BuildLifetime>()
    .UseWorkingDirectory("..")
    .Run(arguments.Words);
// After Cake's report, so that it is the last line whatever happened; CI reads it.
if (totals.Wanted)
    Console.WriteLine(totals);
return exitCode;

static IReadOnlyList<BuildTarget> Targets() =>
[
    .. from type in Assembly.GetExecutingAssembly().GetTypes()
       where type.GetCustomAttribute<TaskNameAttribute>() is not null
       select new BuildTarget(
           Name(type), type.GetCustomAttribute<TaskDescriptionAttribute>()!.Description,
           [.. type.GetCustomAttributes<IsDependentOnAttribute>().Select(before => Name(before.Task))]),
];

static string Name(Type task) => task.GetCustomAttribute<TaskNameAttribute>()!.Name;
