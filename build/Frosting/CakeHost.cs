using System.Reflection;
using Cake.Cli;
using Cake.Core.Composition;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console.Cli;

namespace Cake.Frosting;

/// <summary>Runs the tasks of an assembly on Cake's engine: the entry point of a Frosting build.</summary>
public sealed class CakeHost
{
    readonly ServiceCollection _services = new();
    readonly List<Assembly> _assemblies = [];

    /// <summary>Creates a host that finds its tasks in the entry assembly.</summary>
    public CakeHost()
    {
        if (Assembly.GetEntryAssembly() is { } entry)
            _assemblies.Add(entry);
    }

    /// <summary>Adds or replaces services; tasks and lifetimes take them in their constructors.</summary>
    public CakeHost ConfigureServices(Action<IServiceCollection> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services(_services);
        return this;
    }

    /// <summary>Finds tasks in another assembly too.</summary>
    public CakeHost AddAssembly(Assembly assembly)
    {
        _assemblies.Add(assembly);
        return this;
    }

    /// <summary>Runs the build that the arguments ask for.</summary>
    /// <returns>0, or the exit code of the failure.</returns>
    public int Run(IEnumerable<string> args)
    {
        var services = new ServiceCollection();
        services.AddSingleton(new HostSetup(_services, [.. _assemblies.Distinct()]));
        var app = new CommandApp<HostCommand>(new TypeRegistrar(services));
        app.Configure(configuration =>
        {
            configuration.SetApplicationName("build");
            configuration.ValidateExamples();
        });
        return app.Run(args);
    }
}

/// <summary>What a <see cref="CakeHost"/> was given, for the command that runs it.</summary>
sealed record HostSetup(IServiceCollection Services, IReadOnlyList<Assembly> Assemblies);

/// <summary>A folder that becomes Cake's working directory, relative to the process's.</summary>
sealed record WorkingDirectory(Core.IO.DirectoryPath Path);

/// <summary>The host's vocabulary.</summary>
public static class CakeHostExtensions
{
    /// <summary>Gives tasks a context of the build's own.</summary>
    public static CakeHost UseContext<TContext>(this CakeHost host) where TContext : class, IFrostingContext =>
        host.ConfigureServices(services => services.AddSingleton<IFrostingContext, TContext>());

    /// <summary>Runs something at both ends of the build.</summary>
    public static CakeHost UseLifetime<TLifetime>(this CakeHost host) where TLifetime : class, IFrostingLifetime =>
        host.ConfigureServices(services => services
            .AddSingleton<TLifetime>()
            .AddSingleton<IFrostingSetup>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingTeardown>(provider => provider.GetRequiredService<TLifetime>()));

    /// <summary>Runs something at both ends of every task.</summary>
    public static CakeHost UseTaskLifetime<TLifetime>(this CakeHost host)
        where TLifetime : class, IFrostingTaskLifetime =>
        host.ConfigureServices(services => services
            .AddSingleton<TLifetime>()
            .AddSingleton<IFrostingTaskSetup>(provider => provider.GetRequiredService<TLifetime>())
            .AddSingleton<IFrostingTaskTeardown>(provider => provider.GetRequiredService<TLifetime>()));

    /// <summary>Adds a module of Cake's.</summary>
    public static CakeHost UseModule<TModule>(this CakeHost host) where TModule : class, ICakeModule, new() =>
        host.ConfigureServices(services => services.UseModule<TModule>());

    /// <summary>Runs in a folder relative to the process's.</summary>
    public static CakeHost UseWorkingDirectory(this CakeHost host, string path) =>
        host.ConfigureServices(services => services.AddSingleton(new WorkingDirectory(path)));
}
