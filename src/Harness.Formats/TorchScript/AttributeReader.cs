using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.TorchScript;

/// <summary>Turns what the pickles hold into values of the walk.</summary>
sealed class AttributeReader(ScriptArchive archive)
{
    const int MaxDepth = 50;

    readonly Dictionary<string, ScriptValue> _constants = new(StringComparer.Ordinal);

    /// <summary>An attribute of an object; null when it has none of that name.</summary>
    public ScriptValue? Read(ModuleScriptValue module, string name)
    {
        if (module.Made.HasOwnState)
        {
            throw archive.Unsupported($"module '{module.Path}' of class {module.Made.ClassName} packs its state itself "
                + "(__getstate__), as quantized modules do; save the float model");
        }
        if (!module.Made.TryGet(name, out var value)) return null;
        string path = module.Path.Length == 0 ? name : $"{module.Path}.{name}";
        return value switch
        {
            PickleObject child => new ModuleScriptValue(child, path),
            PickleTensor tensor => new StoredScriptValue(
                path, ModuleTree.IsState(archive, module.Made, name), archive.ModuleTensor(tensor, path))
            {
                IsBuffer = ModuleTree.IsBuffer(archive, module.Made, name),
            },
            _ => Convert(value, path, archive.ModuleTensor, 0),
        };
    }

    /// <summary><c>CONSTANTS.c12</c>.</summary>
    public ScriptValue Constant(string name)
    {
        if (_constants.TryGetValue(name, out var known)) return known;
        if (!name.StartsWith('c')
            || !int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || index >= archive.Constants.Count)
        {
            throw archive.Bad(
                $"the source uses CONSTANTS.{name}, but 'constants.pkl' has {archive.Constants.Count} constants");
        }
        return _constants[name] = Convert(archive.Constants[index], name, archive.ConstantTensor, 0);
    }

    ScriptValue Convert(object? value, string name, Func<PickleTensor, string, Tensor> read, int depth)
    {
        if (depth > MaxDepth) throw archive.Bad($"'{name}' is nested more than {MaxDepth} deep");
        return value switch
        {
            null => new ConstantScriptValue(Argument.None),
            bool flag => new ConstantScriptValue(Argument.Of(flag)),
            long number => new ConstantScriptValue(Argument.Of(number)),
            double number => new ConstantScriptValue(Argument.Of(number)),
            string text => new ConstantScriptValue(Argument.Of(text)),
            PickleTensor tensor => new StoredScriptValue(name, false, read(tensor, name)),
            PickleTuple tuple => List(tuple.Items, true),
            PickleList list => List(list.Items, false),
            _ => throw archive.Unsupported(
                $"attribute '{name}' is neither a tensor nor a number, text or list of them"),
        };

        ListScriptValue List(IReadOnlyList<object?> items, bool isTuple)
        {
            // Lists of lists share: a file may describe far more leaves than it has bytes.
            var values = new ScriptValue[items.Count];
            for (int n = 0; n < values.Length; n++)
            {
                if (++_converted > MaxConverted) throw archive.Bad($"'{name}' has more than {MaxConverted} items");
                values[n] = Convert(items[n], $"{name}.{n}", read, depth + 1);
            }
            try
            {
                return new ListScriptValue(values, isTuple);
            }
            catch (OverflowException e)
            {
                throw archive.Bad($"'{name}': {e.Message}");
            }
        }
    }

    const int MaxConverted = 1_000_000;
    int _converted;
}
