namespace Harness.Parity.Golden;

/// <summary>The command that records a golden again, to be pasted: with the model in it where that is known.</summary>
static class RecordLine
{
    /// <summary>The command for a golden that nobody may be able to read.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="model">The model; null for what its golden.json names, if that can be read.</param>
    /// <param name="weights">The weights; null likewise.</param>
    /// <param name="arguments">What else the model takes, separated by semicolons; null for what the golden holds of
    /// it.</param>
    public static string Of(
        string directory, string? model = null, string? weights = null, string? arguments = null)
    {
        if (model is null) (model, weights) = GoldenReader.Named(Path.Combine(directory, GoldenStore.JsonName));
        string named = model is null ? "MODEL" : ShellWord.Of(model);
        string with = weights is null ? "" : $" --weights {ShellWord.Of(weights)}";
        string given = string.Concat((arguments ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(argument => $" --argument {ShellWord.Of(argument.Trim())}"));
        return $"harness record {named}{with}{given} --golden {ShellWord.Of(directory)}";
    }
}
