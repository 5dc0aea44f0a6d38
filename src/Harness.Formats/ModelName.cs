using System.Diagnostics.CodeAnalysis;

namespace Harness.Formats;

/// <summary>A model as users name it: a file, <c>arch:NAME</c> for a known architecture, or
/// <c>net.dll#Namespace.Type</c> for a module of TorchSharp's in an assembly of the user's. The one place that knows
/// this spelling.</summary>
/// <remarks>Depends on nothing: the MSBuild task and the build, neither of which may load this assembly, compile the
/// file as their own.</remarks>
public readonly record struct ModelName
{
    const string Prefix = "arch:";

    // As WeightsName has it: a file, and which of what it holds.
    const char ModuleMark = '#';

    static readonly string[] s_assemblies = [".dll", ".exe"];

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

    /// <summary>The file, of a module that of the assembly; null for an architecture.</summary>
    public string? File => IsArchitecture ? null : Mark is var at && at < 0 ? Text : Text[..at];

    /// <summary>The type, or its static member, that makes a module of TorchSharp's; null for whatever else.</summary>
    public string? Module => Mark is var at && at < 0 ? null : Text[(at + 1)..];

    /// <summary>The same with a file made absolute.</summary>
    /// <param name="folder">What a relative file is relative to.</param>
    public ModelName In(string folder) => IsArchitecture ? this
        : new(Path.GetFullPath(File, folder) + (Module is { } module ? ModuleMark + module : ""));

    // Where the type begins; -1 for what names none. A file may be called so.
    int Mark
    {
        get
        {
            string text = Text;
            int at = IsArchitecture ? -1 : text.LastIndexOf(ModuleMark);
            return at > 0 && text.IndexOfAny(['/', '\\'], at) < 0 && Array.Exists(s_assemblies, ending =>
                text.AsSpan(0, at).EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                && !System.IO.File.Exists(text) ? at : -1;
        }
    }

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
