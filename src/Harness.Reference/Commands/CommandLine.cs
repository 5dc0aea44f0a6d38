using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Reference.Commands;

/// <summary>A verb's words: one model and options that each take a value, some of them more than once.</summary>
sealed class CommandLine
{
    readonly string _verb;
    readonly List<(string Option, string Value)> _options = [];
    readonly HashSet<string> _flags = new(StringComparer.Ordinal);

    CommandLine(string verb) => _verb = verb;

    /// <summary>The model.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Reads the words after the verb.</summary>
    /// <param name="verb">The verb, for messages.</param>
    /// <param name="words">The words after it.</param>
    /// <param name="options">Options with a value: <c>--golden</c>.</param>
    /// <param name="flags">Options without one.</param>
    /// <exception cref="ModelException">PAR9003: an unknown option, a missing value, no model or more than
    /// one.</exception>
    public static CommandLine Parse(
        string verb, ReadOnlySpan<string> words, ImmutableArray<string> options, ImmutableArray<string> flags)
    {
        var line = new CommandLine(verb);
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            int equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=') : -1;
            string name = equals < 0 ? word : word[..equals];
            if (flags.Contains(name) && equals < 0) line._flags.Add(name);
            else if (options.Contains(name))
            {
                string? value = equals >= 0 ? word[(equals + 1)..] : ++i < words.Length ? words[i] : null;
                line._options.Add((name, value ?? throw line.Bad($"{name} needs a value")));
            }
            else if (word.StartsWith('-'))
                throw line.Bad($"option '{name}' is unknown; known: {string.Join(' ', options.Concat(flags))}");
            else if (line.Model.Length > 0) throw line.Bad($"two models: '{line.Model}' and '{word}'");
            else line.Model = word;
        }
        return line.Model.Length > 0 ? line : throw line.Bad("no model given");
    }

    /// <summary>True when the flag is there.</summary>
    public bool Has(string flag) => _flags.Contains(flag);

    /// <summary>All values of an option, in order.</summary>
    public ImmutableArray<string> All(string option) =>
        [.. _options.Where(pair => pair.Option == option).Select(pair => pair.Value)];

    /// <summary>The value of an option; null where it is not given.</summary>
    public string? One(string option) => All(option) switch
    {
        [] => null,
        [var value] => value,
        _ => throw Bad($"{option} is given more than once"),
    };

    /// <summary>The value of an option that must be there.</summary>
    public string Needed(string option) => One(option) ?? throw Bad($"{option} is missing");

    /// <summary>One of these words; the first where the option is not given.</summary>
    public string Choice(string option, params ReadOnlySpan<string> words)
    {
        string value = One(option) ?? words[0];
        foreach (string word in words)
            if (word == value) return value;
        throw Bad($"{option} '{value}' is not one of {string.Join(", ", words.ToArray())}");
    }

    /// <summary>An integer; null where the option is not given.</summary>
    public long? Integer(string option)
    {
        if (One(option) is not { } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Bad($"{option} '{text}' is no integer");
    }

    /// <summary>Shapes such as <c>1,3,224,224</c>, one an option.</summary>
    public ImmutableArray<Shape> Shapes(string option) => [.. All(option).Select(text => ToShape(option, text))];

    Shape ToShape(string option, string text)
    {
        var extents = new List<int>();
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int extent) || extent == 0)
                throw Bad($"{option} '{text}' is no shape; expected extents above zero such as 1,3,224,224");
            extents.Add(extent);
        }
        return Shape.Create([.. extents]);
    }

    /// <summary>What the user is told about a wrong command line.</summary>
    public ModelException Bad(string message) => new(new Finding(Codes.BadUsage, _verb, message));
}
