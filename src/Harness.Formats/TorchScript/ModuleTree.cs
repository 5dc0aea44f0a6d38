using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.TorchScript;

/// <summary>Walks the pickled module tree.</summary>
static class ModuleTree
{
    const int MaxDepth = 200;
    const int MaxModules = 200_000;

    /// <summary>All parameters and buffers under their state-dict keys, in the file's order.</summary>
    public static StateDict StateDict(ScriptArchive archive) => StateDict(archive, out _);

    /// <summary>The same, and the names of modules' classes by the modules' paths.</summary>
    public static StateDict StateDict(ScriptArchive archive, out ImmutableDictionary<string, string> types)
    {
        var weights = new StateDict();
        var names = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var open = new HashSet<PickleObject>(ReferenceEqualityComparer.Instance);
        int modules = 0;
        Visit(archive.Module, "");
        types = names.ToImmutable();
        return weights;

        void Visit(PickleObject module, string prefix)
        {
            // Shared children are legal and are visited once per path; loops and explosions are not.
            if (!open.Add(module) || open.Count > MaxDepth || ++modules > MaxModules)
                throw archive.Bad(
                    $"the module tree at '{prefix}' is endless: it contains itself or far too many modules");
            names[prefix.TrimEnd('.')] = module.ClassName[(module.ClassName.LastIndexOf('.') + 1)..];
            foreach (string name in module.Names)
            {
                module.TryGet(name, out var value);
                if (value is PickleTensor tensor && IsState(archive, module, name))
                {
                    if (!weights.Add(prefix + name, archive.ModuleTensor(tensor, prefix + name)))
                        throw archive.Bad($"two tensors have the state-dict key '{prefix}{name}'");
                }
                else if (value is PickleObject child)
                {
                    Visit(child, $"{prefix}{name}.");
                }
            }
            open.Remove(module);
        }
    }

    /// <summary>True for parameters and buffers; other tensor attributes are constants of the program.</summary>
    public static bool IsState(ScriptArchive archive, PickleObject module, string attribute)
    {
        if (archive.Class(module.ClassName) is not (_, { } syntax)) return true;
        // Archives older than PyTorch 1.5 do not list buffers: there every tensor counts.
        return syntax.Buffers is null || syntax.Buffers.Contains(attribute)
            || syntax.Parameters?.Contains(attribute) == true;
    }

    /// <summary>True for state that is no parameter. Every archive lists those, even where it lists no
    /// buffers.</summary>
    public static bool IsBuffer(ScriptArchive archive, PickleObject module, string attribute) =>
        archive.Class(module.ClassName) is (_, { Parameters: { } parameters }) && !parameters.Contains(attribute);
}
