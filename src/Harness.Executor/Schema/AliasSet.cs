using System.Collections.Immutable;

namespace Harness.Executor.Schema;

/// <summary>What a schema says about the memory of a value: <c>a</c>, <c>a!</c>, <c>a -> *</c>, <c>b|a</c>.</summary>
/// <param name="Sets">The sets it belongs to; <c>*</c> may be any.</param>
/// <param name="IsWritten">True when the operator writes into it.</param>
/// <param name="After">The sets it belongs to afterwards, where the schema says that they change; else none.</param>
public sealed record AliasSet(ImmutableArray<string> Sets, bool IsWritten, ImmutableArray<string> After)
{
    const string Arrow = " -> ";

    /// <summary>The set that any value may belong to.</summary>
    public const string Any = "*";

    /// <summary>What an operator that changes its operand says of it.</summary>
    internal static readonly AliasSet Written = new(["a"], true, []);

    /// <summary>Reads what stands between the parentheses.</summary>
    internal static AliasSet Parse(string text)
    {
        int arrow = text.IndexOf(Arrow, StringComparison.Ordinal);
        string before = arrow < 0 ? text : text[..arrow];
        bool written = before.EndsWith('!');
        return new AliasSet([.. (written ? before[..^1] : before).Split('|')], written,
            arrow < 0 ? [] : [.. text[(arrow + Arrow.Length)..].Split('|')]);
    }

    /// <summary>The schema's text.</summary>
    public override string ToString() =>
        $"{string.Join('|', Sets)}{(IsWritten ? "!" : "")}{(After.IsEmpty ? "" : Arrow + string.Join('|', After))}";
}
