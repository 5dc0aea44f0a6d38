using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Formats.Export;

/// <summary>Finds calls that change what outlives a run: a parameter, a buffer, an input, through whatever view. In
/// training IR nothing else tells: a counter that is moved is a node among others.</summary>
/// <param name="archive">For messages.</param>
sealed class ExportWrites(ExportArchive archive)
{
    // By value: what it is, or is a view of.
    readonly Dictionary<int, string> _kept = [];

    /// <summary>What is told of a change, and what to do.</summary>
    public static string Text(string what) =>
        $"the program changes {what}, so that a second run would give something else; call model.eval(), take the "
        + "change out of forward, and export again";

    /// <summary>Remembers what outlives a run.</summary>
    public void Keep(int value, string what) => _kept[value] = what;

    /// <summary>Looks at a call.</summary>
    /// <exception cref="ModelFormatException">PAR1002: it changes what outlives a run.</exception>
    public void Visit(
        string target, string overload, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords,
        ImmutableArray<int> results, SourcePlace place)
    {
        var signature = SchemaTable.Find(overload.Length == 0 ? target : $"{target}.{overload}");
        if (signature is null)
        {
            // No schema: an operator in place is told by its name.
            if (target.EndsWith('_') && !target.EndsWith("__", StringComparison.Ordinal)
                && arguments is [ValueArgument { Id: var first }, ..]) Write(first);
            return;
        }
        for (int i = 0; i < signature.Parameters.Length; i++)
        {
            var parameter = signature.Parameters[i];
            var given = i < arguments.Length ? arguments[i]
                : keywords.FirstOrDefault(keyword => keyword.Name == parameter.Name)?.Value;
            if (given is not ValueArgument { Id: var id }) continue;
            if (parameter.Type.IsWritten) Write(id);
            if ((parameter.Type.Alias ?? parameter.Type.ListAlias) is null || !_kept.TryGetValue(id, out string? what))
                continue;
            foreach (int result in results) _kept[result] = what;
        }

        void Write(int value)
        {
            if (_kept.TryGetValue(value, out string? what))
                throw archive.Unsupported($"{place}: {target}: {Text(what)}");
        }
    }
}
