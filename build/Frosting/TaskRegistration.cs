using System.Reflection;
using Cake.Core;
using Cake.Core.Scripting;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting;

/// <summary>Tells Cake's engine about Frosting's tasks and lifetimes.</summary>
sealed class TaskRegistration(ScriptHost host, IServiceProvider provider)
{
    /// <summary>Registers the tasks, each with what its attributes say.</summary>
    public void RegisterTasks()
    {
        foreach (var task in provider.GetServices<IFrostingTask>())
            Register(task);
    }

    /// <summary>Registers what runs before and after the build and its tasks.</summary>
    public void RegisterLifetimes()
    {
        var context = provider.GetRequiredService<IFrostingContext>();
        if (provider.GetService<IFrostingSetup>() is { } setup)
            host.Setup(info => setup.Setup(context, info));
        if (provider.GetService<IFrostingTeardown>() is { } teardown)
            host.Teardown(info => teardown.Teardown(context, info));
        if (provider.GetService<IFrostingTaskSetup>() is { } taskSetup)
            host.TaskSetup(info => taskSetup.Setup(context, info));
        if (provider.GetService<IFrostingTaskTeardown>() is { } taskTeardown)
            host.TaskTeardown(info => taskTeardown.Teardown(context, info));
    }

    void Register(IFrostingTask task)
    {
        var type = task.GetType();
        var builder = host.Task(Name(type));
        if (type.GetCustomAttribute<TaskDescriptionAttribute>() is { } description)
            builder.Description(description.Description);
        foreach (var dependency in type.GetCustomAttributes<IsDependentOnAttribute>())
            builder.IsDependentOn(Name(Known(type, dependency.Task)));
        foreach (var dependee in type.GetCustomAttributes<IsDependeeOfAttribute>())
            builder.IsDependeeOf(Name(Known(type, dependee.Task)));
        builder.WithCriteria(task.ShouldRun);
        builder.Does(task.RunAsync);
        // Cake lets a build with an error handler go on, so that only tasks that wrote one get one.
        if (type.IsDefined(typeof(ContinueOnErrorAttribute)))
            builder.ContinueOnError();
        else if (Overrides(type, nameof(IFrostingTask.OnError)))
            builder.OnError((exception, context) => task.OnError(exception, context));
        if (Overrides(type, nameof(IFrostingTask.Finally)))
            builder.Finally(task.Finally);
    }

    static string Name(Type task) => task.GetCustomAttribute<TaskNameAttribute>()?.Name ?? task.Name;

    static Type Known(Type task, Type other) => other.IsAssignableTo(typeof(IFrostingTask))
        ? other
        : throw new CakeException($"Task '{task.Name}' names {other.FullName} as a dependency, which is not a task.");

    static bool Overrides(Type task, string method) =>
        task.GetMethods().Any(found => found.Name == method && !DeclaredByFrosting(found));

    static bool DeclaredByFrosting(MethodInfo method) =>
        method.DeclaringType is { IsGenericType: true } type
        && (type.GetGenericTypeDefinition() == typeof(FrostingTask<>)
            || type.GetGenericTypeDefinition() == typeof(AsyncFrostingTask<>));
}
