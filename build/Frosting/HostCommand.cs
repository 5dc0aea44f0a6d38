using Cake.Cli;
using Cake.Cli.Infrastructure;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.Scripting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Cake.Frosting;

/// <summary>Composes Cake's services for one run, registers the tasks, and runs the targets.</summary>
sealed class HostCommand(HostSetup setup) : Command<HostSettings>
{
    public override int Execute(CommandContext context, HostSettings settings, CancellationToken cancellationToken)
    {
        var arguments = context.Remaining.ToCakeArguments(settings.NoReport, settings.Targets);
        using var provider = Compose(arguments).BuildServiceProvider();
        var log = provider.GetRequiredService<ICakeLog>();
        log.Verbosity = settings.Verbosity;
        try
        {
            SetWorkingDirectory(provider, settings);
            var host = Host(provider, settings);
            var registration = new TaskRegistration(host, provider);
            registration.RegisterTasks();
            // A dry run names tasks; it prepares nothing.
            if (!settings.DryRun)
                registration.RegisterLifetimes();
            if (settings.Exclusive)
                host.Settings.UseExclusiveTarget();
            host.RunTargetsAsync(settings.Targets).GetAwaiter().GetResult();
            return 0;
        }
#pragma warning disable CA1031 // Catch a more specific exception: whatever a task throws ends the build, with its code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var exitCode = ExceptionLogger.LogException(log, exception);
            return Causes(exception).OfType<CakeException>().FirstOrDefault()?.ExitCode ?? exitCode;
        }
    }

    // The engine wraps what a task threw in the report of the tasks before it.
    static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    IServiceCollection Compose(CakeArguments arguments)
    {
        IServiceCollection services = new ServiceCollection();
        services.AddCakeDiagnostics();
        services.UseCakeDefaultModules();
        services.AddSingleton<ICakeArguments>(arguments);
        services.AddSingleton(AnsiConsole.Console);
        services.AddSingleton<IExecutionStrategy, DefaultExecutionStrategy>();
        services.AddSingleton<ICakeReportPrinter, CakeSpectreReportPrinter>();
        services.AddSingleton(provider => Configuration(provider, arguments));
        services.AddSingleton<IFrostingContext, FrostingContext>();
        foreach (var type in setup.Assemblies.SelectMany(assembly => assembly.GetTypes()))
            if (type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IFrostingTask)))
                services.AddSingleton(typeof(IFrostingTask), type);
        // Last, so that the build's own services win.
        foreach (var service in setup.Services)
            services.Add(service);
        return services;
    }

    static ICakeConfiguration Configuration(IServiceProvider provider, CakeArguments arguments)
    {
        var values = arguments.GetArguments()
            .ToDictionary(pair => pair.Key, pair => pair.Value.LastOrDefault() ?? "", StringComparer.OrdinalIgnoreCase);
        return ActivatorUtilities.CreateInstance<CakeConfigurationProvider>(provider)
            .CreateConfiguration(provider.GetRequiredService<ICakeEnvironment>().WorkingDirectory, values);
    }

    static void SetWorkingDirectory(IServiceProvider provider, HostSettings settings)
    {
        var environment = provider.GetRequiredService<ICakeEnvironment>();
        if ((settings.WorkingDirectory ?? provider.GetService<WorkingDirectory>()?.Path) is { } directory)
            environment.WorkingDirectory = directory.MakeAbsolute(environment);
    }

    static ScriptHost Host(IServiceProvider provider, HostSettings settings) => settings switch
    {
        { Description: true } => Create<DescriptionScriptHost>(provider),
        { Tree: true } => Create<TreeScriptHost>(provider),
        { DryRun: true } => Create<DryRunScriptHost<IFrostingContext>>(provider),
        _ => Create<BuildScriptHost<IFrostingContext>>(provider),
    };

    static T Create<T>(IServiceProvider provider) => ActivatorUtilities.CreateInstance<T>(provider);
}
