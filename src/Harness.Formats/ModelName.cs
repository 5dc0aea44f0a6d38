using System.Diagnostics.CodeAnalysis;

namespace Harness.Formats;

/// <summary>A model as users name it: a file, or <c>arch:NAME</c> for a known architecture. The one place that knows
/// this spelling.</summary>
/// <remarks>Depends on nothing: the MSBuild task and the build, neither of which may load this assembly, compile the
/// file as their own.</remarks>
public readonly record struct ModelName
{
    const string Prefix = "arch:";

    /// <summary>Reads what a user wrote.</summary>
    public ModelName(string text) => Text = text;

    /// <summary>The name of a known architecture.</summary>
    public static ModelName OfArchitecture(string name) => new(Prefix + name);

    /// <summary>What a user writes.</summary>
    public string Text { get; }

    /// <summary>True where no file is named, but an architecture, known or not.</summary>
    [MemberNotNullWhen(true, nameof(Architecture))]
    [MemberNotNullWhen(false, nameof(File))]
    public bool IsArchitecture => Text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The architecture's name without what stands before it; null for a file.</summary>
    public string? Architecture => IsArchitecture ? Text[Prefix.Length..] : null;

    /// <summary>The file; null for an architecture.</summary>
    public string? File => IsArchitecture ? null : Text;

    /// <summary>The same with a file made absolute.</summary>
    /// <param name="folder">What a relative file is relative to.</param>
    public ModelName In(string folder) => IsArchitecture ? this : new(Path.GetFullPath(File, folder));

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
