namespace Build.Arguments;

/// <summary>What <c>--target</c> may name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it does.</param>
/// <param name="After">The targets that it runs before itself.</param>
public sealed record BuildTarget(string Name, string Text, IReadOnlyList<string> After);
