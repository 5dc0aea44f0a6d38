using System.Reflection;
using System.Runtime.Loader;
using Harness.Executor.Model;
using Harness.Formats;
using TorchSharp;

namespace Harness.Reference.Modules;

/// <summary>Makes a module of TorchSharp's by the code of a user's own assembly. That runs this code, as nothing else
/// does that is read: an assembly is trusted as any program is that its user starts.</summary>
static class ModuleAssembly
{
    /// <summary>The seed of what constructors draw, so that each reading gives the same weights.</summary>
    const long Seed = 0;

    /// <summary>The module in eval mode.</summary>
    /// <param name="name"><c>net.dll#Namespace.Type</c>, or a static member of it.</param>
    /// <exception cref="ModelException">PAR1001: it is not there, is no assembly, was compiled against another
    /// TorchSharp, or its code throws. PAR1002: it is no module that takes one tensor and gives one.</exception>
    public static torch.nn.Module Make(ModelName name)
    {
        string file = Path.GetFullPath(name.File!), member = name.Module!;
        if (PathFault.OfFile(file, "the assembly is not there") is { } why) throw Bad(name, why);
        var assembly = Loaded(name, file);
        try
        {
            torch.manual_seed(Seed);
            object? made = Made(name, assembly, member);
            if (made is torch.nn.Module<torch.Tensor, torch.Tensor> module)
            {
                module.eval();
                return module;
            }
            string what = made is null ? "nothing" : $"a '{made.GetType()}'";
            throw new ModelException(new Finding(Codes.UnsupportedOp, name.Text,
                $"'{member}' gives {what}, expected a module that takes one tensor and gives one, as Sequential does"));
        }
        catch (TargetInvocationException e)
        {
            var cause = e.InnerException ?? e;
            throw Bad(name, $"the code of '{member}' throws {cause.GetType().Name}: {Line(cause.Message)}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException
            or TypeLoadException or MissingMemberException or NotSupportedException)
        {
            throw Bad(name, $"'{member}' cannot be made: {Line(e.Message)}", e);
        }
    }

    static Assembly Loaded(ModelName name, string file)
    {
        try
        {
            var assembly = new Context(file).LoadFromAssemblyPath(file);
            var ours = typeof(torch).Assembly.GetName();
            var theirs = Array.Find(assembly.GetReferencedAssemblies(), reference => reference.Name == ours.Name);
            // Two of them would load two libtorch into one process.
            return theirs is null || theirs.Version == ours.Version ? assembly : throw Bad(name,
                $"it was compiled against TorchSharp {theirs.Version}, this harness has {ours.Version}; use that one");
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            throw Bad(name, "this is no assembly of .NET, or one for another platform", e);
        }
    }

    static object? Made(ModelName name, Assembly assembly, string member)
    {
        if (assembly.GetType(member) is { } type)
        {
            if (type.IsAbstract || type.ContainsGenericParameters)
            {
                string kind = type.ContainsGenericParameters ? "generic" : type.IsSealed ? "static" : "abstract";
                throw Bad(name, $"'{member}' is {kind}; name a class that can be made, or a static member that "
                    + "makes one");
            }
            return type.GetConstructor(Type.EmptyTypes) is { } constructor ? constructor.Invoke(null)
                : throw Bad(name, $"'{member}' has no public constructor without parameters; name a static member "
                    + "that makes it");
        }
        int dot = member.LastIndexOf('.');
        if (dot < 0 || assembly.GetType(member[..dot]) is not { } owner)
        {
            string[] known = [.. assembly.GetExportedTypes()
                .Where(one => typeof(torch.nn.Module).IsAssignableFrom(one) && !one.IsAbstract)
                .Select(one => one.FullName!).Order(StringComparer.Ordinal)];
            throw Bad(name, $"there is no type '{member}' in it; its modules are "
                + (known.Length == 0 ? "none" : string.Join(", ", known.Take(8)))
                + (known.Length > 8 ? $", and {known.Length - 8} more" : ""));
        }
        const BindingFlags Members = BindingFlags.Public | BindingFlags.Static;
        var method = owner.GetMethod(member[(dot + 1)..], Members, Type.EmptyTypes)
            ?? owner.GetProperty(member[(dot + 1)..], Members)?.GetMethod;
        return method is { ContainsGenericParameters: false } ? method.Invoke(null, null)
            : throw Bad(name, $"'{member[..dot]}' has no public static method without parameters, and no such "
                + $"property, that is called '{member[(dot + 1)..]}'");
    }

    static string Line(string message) => message.ReplaceLineEndings(" ");

    static ModelException Bad(ModelName name, string why, Exception? cause = null) =>
        new(new Finding(Codes.ModelUnreadable, name.Text, why), cause);

    // What the assembly's own deps.json names; TorchSharp is the one that is here, and the framework's is shared.
    sealed class Context(string file) : AssemblyLoadContext(file)
    {
        readonly AssemblyDependencyResolver _resolver = new(file);

        protected override Assembly? Load(AssemblyName name)
        {
            var ours = typeof(torch).Assembly;
            if (name.Name == ours.GetName().Name) return ours;
            return _resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string name) =>
            _resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
