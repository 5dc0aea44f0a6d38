namespace Build.Arguments;

/// <summary>One option of the build.</summary>
/// <param name="Name">Its name, without the dashes.</param>
/// <param name="Value">What stands for its value in the help; null where it takes none.</param>
/// <param name="Text">What it does.</param>
public sealed record BuildOption(string Name, string? Value, string Text)
{
    /// <summary>Other spellings; one letter is written with one dash.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The targets that read it; empty for those of the engine, which any target goes with. Targets that run
    /// these take it as well.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>What a value must be, in words; null where anything goes.</summary>
    public string? Expected { get; init; }

    /// <summary>Whether a value is what is expected.</summary>
    public Func<string, bool> Accepts { get; init; } = value => value.Length > 0;

    /// <summary>The option as it is typed.</summary>
    public override string ToString() => $"--{Name}";
}
