namespace Harness.Formats.Pickle;

/// <summary>What a pickle that somebody saved, a checkpoint or a whole module, may hold beside tensors: objects that
/// are their attributes alone, and the few functions that build numbers, texts and containers, of which nothing is
/// read.</summary>
static class ForeignCalls
{
    // What no weights need and attackers do: named here, refused where it is named.
    static readonly HashSet<string> s_dangerous = new(StringComparer.Ordinal)
    {
        "__builtin__", "asyncio", "bdb", "builtins", "cProfile", "cloudpickle", "code", "codeop", "commands",
        "ctypes",
        "dill", "distutils", "doctest", "ensurepip", "httplib", "idlelib", "importlib", "joblib", "marshal",
        "multiprocessing", "nt", "ntpath", "operator", "os", "pdb", "pickle", "pip", "pkgutil", "platform", "popen2",
        "posix", "posixpath", "profile", "pty", "pydoc", "requests", "runpy", "setuptools", "shutil", "signal", "site",
        "socket",
        "ssl", "subprocess", "sys", "tempfile", "test", "threading", "timeit", "trace", "types", "urllib", "venv",
        "webbrowser", "zipimport", "_pickle", "_posixsubprocess",
    };

    static readonly HashSet<string> s_plain = new(StringComparer.Ordinal)
    {
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "long", "object", "range",
        "set", "slice", "str", "tuple", "unicode", "xrange",
    };

    /// <summary>True for a name that no checkpoint needs and that would do something.</summary>
    public static bool IsDangerous(string module, string name)
    {
        string root = module.Split('.')[0];
        if (root is "builtins" or "__builtin__") return !s_plain.Contains(name);
        if ((module, name) is ("types", "SimpleNamespace")) return false;
        return s_dangerous.Contains(root) || name.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>True for classes that are dictionaries.</summary>
    public static bool IsDictionary(PickleGlobal global) => (global.Module, global.Name) is
        ("collections", "OrderedDict" or "defaultdict" or "Counter") or ("builtins" or "__builtin__", "dict");

    /// <summary>What calling a name that is not PyTorch's own builds: an object that holds nothing, or a
    /// container.</summary>
    /// <exception cref="Exception">The name is not one of these.</exception>
    public static object? Call(PickleGlobal global, object?[] arguments, Func<string, Exception> bad)
    {
        string root = global.Module.Split('.')[0];
        switch (root, global.Name)
        {
            case ("builtins" or "__builtin__", "set" or "frozenset" or "list" or "tuple"):
            case ("collections", "deque"):
                return arguments is [PickleList items, ..] ? items
                    : arguments is [PickleTuple tuple, ..] ? tuple : new PickleList();
            case ("builtins" or "__builtin__", "dict") or ("collections", "defaultdict" or "Counter"):
                return arguments is [PickleDict dict, ..] ? dict : new PickleDict();
            case ("builtins" or "__builtin__", _):
            case ("copyreg" or "copy_reg", "_reconstructor" or "__newobj__"):
                return arguments is [PickleGlobal type, ..] ? new PickleObject(type.ToString())
                    : new PickleObject(global.ToString());
            case ("numpy", _) when IsOfArrays(global.Module):
            case ("argparse" or "types", "Namespace" or "SimpleNamespace"):
            case ("_codecs", "encode"):
            case ("datetime" or "pathlib" or "decimal" or "fractions" or "uuid", _):
            case ("torch", "_get_layout" or "device" or "Generator"):
                return new PickleObject(global.ToString());
            default:
                throw bad($"pickle calls '{global}', which is refused: nothing that a file names is called; save "
                    + "model.state_dict()");
        }
    }

    static bool IsOfArrays(string module) => module is "numpy" or "numpy.core.multiarray" or "numpy._core.multiarray"
        or "numpy.core.numeric" or "numpy._core.numeric" or "numpy.random" or "numpy.random._pickle";
}
