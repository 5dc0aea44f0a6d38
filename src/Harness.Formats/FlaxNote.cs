namespace Harness.Formats;

/// <summary>What a user should know about one array of a tree.</summary>
/// <param name="Kind">What it has in common with those of other arrays, of which one may stand for all.</param>
/// <param name="Text">It, in a sentence.</param>
/// <param name="Weight">Of several of a kind, the one with the largest is the one to tell.</param>
public sealed record FlaxNote(string Kind, string Text, double Weight = 0);
