using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Harness.Formats.Flax.Source;

/// <summary>Functions of PyTorch's that neither Flax nor JAX has; source that needs one has its text before its
/// classes.</summary>
sealed class SourceFunctions
{
    static readonly ImmutableDictionary<string, (string Text, ImmutableArray<string> Needs)> s_all = Read();

    readonly SortedSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Names of all functions.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>Texts of what was used, each after what it needs.</summary>
    public IEnumerable<string> Texts
    {
        get
        {
            var written = new HashSet<string>(StringComparer.Ordinal);
            var texts = new List<string>();
            foreach (string name in _used) Add(name);
            return texts;

            void Add(string name)
            {
                if (!written.Add(name)) return;
                foreach (string other in s_all[name].Needs) Add(other);
                texts.Add(s_all[name].Text);
            }
        }
    }

    /// <summary>Notes that a function is used.</summary>
    public string Use(string name)
    {
        if (!s_all.ContainsKey(name)) throw new ArgumentException($"'{name}' is no function", nameof(name));
        _used.Add(name);
        return name;
    }

    // One resource of Python, as its tests read it too.
    static ImmutableDictionary<string, (string, ImmutableArray<string>)> Read()
    {
        using var stream = typeof(SourceFunctions).Assembly.GetManifestResourceStream("functions.py")!;
        using var reader = new StreamReader(stream);
        string[] parts = reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n\n\n");
        var texts = parts.Where(part => part.StartsWith("def ", StringComparison.Ordinal))
            .ToDictionary(part => part[4..part.IndexOf('(', StringComparison.Ordinal)], part => part.Trim());
        return texts.ToImmutableDictionary(
            entry => entry.Key,
            entry => (entry.Value, texts.Keys.Where(other => other != entry.Key && Calls(entry.Value, other))
                .Order(StringComparer.Ordinal).ToImmutableArray()));
    }

    // The whole word, and no member of something: var, but neither jnp.var nor my_var.
    static bool Calls(string text, string function) =>
        Regex.IsMatch(text, $@"(?<![\w.]){function}\(", RegexOptions.CultureInvariant);
}
