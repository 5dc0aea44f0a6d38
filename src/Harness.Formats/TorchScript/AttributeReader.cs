using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.TorchScript;

/// <summary>The attributes of modules during one evaluation: what the pickles hold, and what the program sets
/// besides.</summary>
sealed class AttributeReader(ScriptArchive archive)
{
    const int MaxDepth = 50;

    readonly Dictionary<string, ScriptValue> _constants = new(StringComparer.Ordinal);
    // Two attributes may hold one list, and reading one twice gives the same list.
    readonly Dictionary<object, ScriptValue> _containers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(PickleObject, string), ScriptValue> _written = new(SameObject.Instance);
    readonly HashSet<(PickleObject, string)> _read = new(SameObject.Instance);

    /// <summary>An attribute of an object; null when it has none of that name.</summary>
    public ScriptValue? Read(ModuleScriptValue module, string name)
    {
        if (module.Made is not { } made) return module.Fields.GetValueOrDefault(name);
        if (_written.TryGetValue((made, name), out var set)) return set;
        if (made.HasOwnState)
        {
            throw archive.Unsupported($"module '{module.Path}' of class {made.ClassName} packs its state itself "
                + "(__getstate__), as quantized modules do; save the float model");
        }
        if (!made.TryGet(name, out var value)) return null;
        _read.Add((made, name));
        return Stored(module, name, value);
    }

    /// <summary>Sets an attribute.</summary>
    /// <returns>False for one of the file's own objects whose earlier value was read before: another run would read
    /// what this one left.</returns>
    public bool Write(ModuleScriptValue module, string name, ScriptValue value)
    {
        if (module.Made is not { } made)
        {
            module.Fields[name] = value;
            return true;
        }
        if (_read.Contains((made, name)) && !(made.TryGet(name, out var before)
            && value is ConstantScriptValue after && Stored(module, name, before) is ConstantScriptValue same
            && after.Value.Equals(same.Value)))
            return false;
        _written[(made, name)] = value;
        return true;
    }

    ScriptValue Stored(ModuleScriptValue module, string name, object? value)
    {
        var made = module.Made!;
        string path = module.Path.Length == 0 ? name : $"{module.Path}.{name}";
        return value switch
        {
            PickleObject child => new ModuleScriptValue(child.ClassName, path, child),
            PickleTensor tensor => new StoredScriptValue(
                path, ModuleTree.IsState(archive, made, name), archive.ModuleTensor(tensor, path))
            {
                IsBuffer = ModuleTree.IsBuffer(archive, made, name),
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
        if (value is not null && _containers.TryGetValue(value, out var known)) return known;
        return value switch
        {
            null => ConstantScriptValue.None,
            bool flag => new ConstantScriptValue(Argument.Of(flag)),
            long number => new ConstantScriptValue(Argument.Of(number)),
            double number => new ConstantScriptValue(Argument.Of(number)),
            string text => new ConstantScriptValue(Argument.Of(text)),
            PickleTensor tensor => new StoredScriptValue(name, false, read(tensor, name)),
            PickleTuple tuple => List(tuple.Items, true),
            PickleList list => _containers[list] = List(list.Items, false),
            PickleDict dict => _containers[dict] = Dict(dict),
            PickleEnum member => Member(member),
            _ => throw archive.Unsupported(
                $"attribute '{name}' is neither a tensor nor a number, text or container of them"),
        };

        ListScriptValue List(IReadOnlyList<object?> items, bool isTuple)
        {
            // Lists of lists share: a file may describe far more leaves than it has bytes.
            var values = new ScriptValue[items.Count];
            for (int n = 0; n < values.Length; n++)
            {
                Count();
                values[n] = Convert(items[n], $"{name}.{n}", read, depth + 1);
            }
            return Bounded(() => new ListScriptValue(values, isTuple) { Attribute = isTuple ? null : name });
        }

        DictScriptValue Dict(PickleDict dict)
        {
            var made = new DictScriptValue { Attribute = name };
            foreach (var (key, item) in dict.Items)
            {
                Count();
                if (Convert(key, name, read, depth + 1) is not ConstantScriptValue text)
                    throw archive.Unsupported($"attribute '{name}' is a dictionary whose keys are no texts or numbers");
                var held = Convert(item, $"{name}.{key}", read, depth + 1);
                Bounded(() =>
                {
                    made.Set(text.Value, held);
                    return made;
                });
            }
            return made;
        }

        EnumScriptValue Member(PickleEnum member)
        {
            var stands = Convert(member.Value, name, read, depth + 1);
            if (archive.Class(member.ClassName) is (_, { Ancestor: "Enum" } found))
            {
                foreach (var (named, expression) in found.Values)
                {
                    if (ScriptType.Literal(expression) is ConstantScriptValue value
                        && stands is ConstantScriptValue wanted && value.Value.Equals(wanted.Value))
                        return new EnumScriptValue(member.ClassName, named, stands);
                }
            }
            throw archive.Bad($"attribute '{name}' is no member of {member.ClassName}");
        }

        T Bounded<T>(Func<T> make)
        {
            try
            {
                return make();
            }
            catch (OverflowException e)
            {
                throw archive.Bad($"'{name}': {e.Message}");
            }
        }

        void Count()
        {
            if (++_converted > MaxConverted) throw archive.Bad($"'{name}' has more than {MaxConverted} items");
        }
    }

    const int MaxConverted = 1_000_000;
    int _converted;

    // An attribute of one object, however that is reached.
    sealed class SameObject : IEqualityComparer<(PickleObject Object, string Name)>
    {
        public static readonly SameObject Instance = new();

        public bool Equals((PickleObject Object, string Name) x, (PickleObject Object, string Name) y) =>
            ReferenceEquals(x.Object, y.Object) && x.Name == y.Name;

        public int GetHashCode((PickleObject Object, string Name) key) => HashCode.Combine(
            System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Object), key.Name);
    }
}
