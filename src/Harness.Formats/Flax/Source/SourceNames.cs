using System.Globalization;
using System.Text;

namespace Harness.Formats.Flax.Source;

/// <summary>Names of variables of one method: as few as live at once, and used again.</summary>
sealed class SourceNames
{
    static readonly string[] s_letters = ["x", "y", "z", "u", "v", "w", "a", "b", "c", "d", "e", "f", "g", "h"];

    static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        // What modules of Flax's have already.
        "name", "parent", "scope", "setup", "apply", "init", "bind", "unbind", "clone", "copy", "param", "variable",
        "variables", "sow", "perturb", "path", "train", "eval", "lazy_init", "tabulate", "is_initializing",
        "has_variable", "get_variable", "put_variable", "make_rng", "has_rng", "module_paths", "iter_modules",
        "iter_children", "set_attributes", "named_call", "self",
    };

    readonly Dictionary<int, string> _names = [];
    readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    string? _freed;

    /// <summary>The name of a value.</summary>
    public string Of(int value) => _names[value];

    /// <summary>A name for a value: the one that was freed last, or the first that is free.</summary>
    public string Give(int value)
    {
        string name = _freed is { } freed && !_taken.Contains(freed) ? freed : First();
        _freed = null;
        _taken.Add(name);
        return _names[value] = name;
    }

    /// <summary>Nobody reads the value any more.</summary>
    public void Free(int value)
    {
        if (!_taken.Remove(_names[value])) return;
        _freed ??= _names[value];
    }

    string First()
    {
        for (int n = 0; ; n++)
        {
            string name = s_letters[n % s_letters.Length]
                + (n < s_letters.Length ? "" : (n / s_letters.Length).ToString(CultureInfo.InvariantCulture));
            if (!_taken.Contains(name)) return name;
        }
    }

    /// <summary>True for a position in a list.</summary>
    public static bool IsIndex(string name) => name == "0"
        || (name.Length is > 0 and < 6 && name.All(char.IsAsciiDigit) && name[0] != '0');

    /// <summary>True for what Python takes for an attribute, and modules do not have already.</summary>
    public static bool IsAttribute(string name) => name.Length > 0 && !s_keywords.Contains(name)
        && (char.IsAsciiLetter(name[0]) || name[0] == '_') && !name.StartsWith("__", StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The attribute of linen's that a member is kept in; its own name is stated where that differs.</summary>
    public static string LinenAttribute(string name) => IsAttribute(name) ? name
        : IsIndex(name) ? "layer_" + name
        : "member_" + string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    /// <summary>How a module reads a member.</summary>
    public static string Access(FlaxApi api, string[] relative)
    {
        var text = new StringBuilder("self");
        for (int i = 0; i < relative.Length; i++)
        {
            string name = relative[i];
            if (api == FlaxApi.Linen) text.Append('.').Append(LinenAttribute(name));
            else if (i > 0 && IsIndex(name)) text.Append(CultureInfo.InvariantCulture, $"[{name}]");
            else if (IsAttribute(name)) text.Append('.').Append(name);
            else text = new StringBuilder($"getattr({text}, \"{name}\")");
        }
        return text.ToString();
    }

    /// <summary>A class's name for a path: its last part that is no number.</summary>
    public static string ClassOf(string[] path)
    {
        string last = path.LastOrDefault(part => !part.All(char.IsAsciiDigit)) ?? "Part";
        string name = string.Concat(last.Split('_', '-', '.', ' ').Where(part => part.Length > 0)
            .Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        name = string.Concat(name.Where(char.IsAsciiLetterOrDigit));
        if (name.Length == 0 || !char.IsAsciiLetter(name[0])) name = "Part" + name;
        return path.Length > 0 && path[^1].All(char.IsAsciiDigit) ? name + "Block" : name;
    }
}
