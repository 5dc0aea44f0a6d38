using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Program;

/// <summary>A graph's calls define new values; PyTorch's in-place operators change old ones, and with them every view
/// of the same memory. Reading <c>add_(x, y)</c> as a new value is right as long as nobody looks at x, or at a view of
/// it, afterwards: this check refuses graphs where somebody does, because they would compute something else without
/// notice.</summary>
/// <remarks>What shares memory with what, and what is written, say the operators' schemas. An operator that the table
/// lacks is no view, and writes its first operand if its name ends in an underscore.</remarks>
sealed class AliasCheck
{
    // The values that may share memory, by the one that stands for them.
    readonly Dictionary<int, List<int>> _members = [];
    readonly int[] _root;
    // Those whose memory was changed since they were made, and by which call.
    readonly Dictionary<int, Call> _stale = [];

    AliasCheck(Graph graph)
    {
        _root = new int[graph.ValueCount];
        for (int value = 0; value < _root.Length; value++) _root[value] = value;
    }

    /// <summary>Looks at every call and output.</summary>
    /// <exception cref="ModelException">PAR1002: a value is used after an in-place operator changed its
    /// memory.</exception>
    public static void Demand(Graph graph)
    {
        var check = new AliasCheck(graph);
        foreach (var call in graph.Calls) check.Visit(call);
        foreach (var output in graph.Outputs)
            check.Refuse(output.Value, $"output '{output.Name}'", SourcePlace.Unknown);
    }

    void Visit(Call call)
    {
        foreach (int used in Values(call)) Refuse(used, $"{call.Place}: {call.Target} '{call.Name}'", call.Place);
        var overloads = SchemaTable.Overloads(call.Target);
        if (overloads.Select(overload => overload.BindLoosely(call)).FirstOrDefault(one => one is not null)
            is not { } bound)
        {
            VisitUnbound(call, overloads);
            return;
        }
        var signature = bound.Signature;
        foreach (var parameter in signature.Parameters)
        {
            if (!parameter.Type.IsWritten) continue;
            foreach (int source in Values(bound[parameter.Name])) Write(source, call);
        }
        foreach (var parameter in signature.Parameters)
        {
            if (!call.Results.Any(result => Shares(parameter.Type, TypeOf(signature, call, result)))) continue;
            foreach (int source in Values(bound[parameter.Name]))
            {
                foreach (int result in call.Results)
                    if (Shares(parameter.Type, TypeOf(signature, call, result))) Join(source, result);
            }
        }
    }

    // No overload takes these arguments, or the table lacks the operator: the first operand is what matters.
    void VisitUnbound(Call call, ImmutableArray<Signature> overloads)
    {
        bool writes = IsInPlace(call.Target)
            || overloads.Any(overload => overload.Parameters is [{ Type.IsWritten: true }, ..]);
        bool views = writes || overloads.Any(overload => overload.Parameters is [var self, ..]
            && overload.Results.Any(result => Shares(self.Type, result.Type)));
        foreach (int source in call.Arguments.Take(1).SelectMany(Values))
        {
            if (writes) Write(source, call);
            if (!views) continue;
            foreach (int result in call.Results) Join(source, result);
        }
    }

    // A list that the reader took apart has more results than the schema.
    static SchemaType? TypeOf(Signature signature, Call call, int result)
    {
        int at = call.Results.IndexOf(result);
        return signature.Results.IsEmpty ? null : signature.Results[Math.Min(at, signature.Results.Length - 1)].Type;
    }

    // A type variable stands for whatever the list holds, so its items go through.
    static bool Shares(SchemaType parameter, SchemaType? result) => result is not null
        && ((parameter.Kind == ValueKind.Variable && result.Name == parameter.Name)
            || Sets(parameter).Any(set => Sets(result).Contains(set)));

    static IEnumerable<string> Sets(SchemaType type) =>
        (type.Alias?.Sets ?? []).Concat(type.ListAlias?.Sets ?? []).Where(set => set != AliasSet.Any);

    void Write(int value, Call call)
    {
        foreach (int member in _members.GetValueOrDefault(_root[value]) ?? [value]) _stale[member] = call;
    }

    void Refuse(int used, string user, SourcePlace place)
    {
        if (!_stale.TryGetValue(used, out var change)) return;
        throw new ModelException(new Finding(Codes.UnsupportedOp, place.ToString(),
            $"{user} reads memory that {change.Target} '{change.Name}' changed in place through another view "
            + $"({change.Place}); write the module without in-place assignment and trace again"));
    }

    void Join(int left, int right)
    {
        var (into, from) = (_root[left], _root[right]);
        if (into == from) return;
        var all = _members.TryGetValue(into, out var some) ? some : _members[into] = [into];
        foreach (int moved in _members.GetValueOrDefault(from) ?? [from])
        {
            _root[moved] = into;
            all.Add(moved);
        }
        _members.Remove(from);
    }

    static bool IsInPlace(string target) => target.EndsWith('_') && !target.EndsWith("__", StringComparison.Ordinal);

    static IEnumerable<int> Values(Call call) =>
        call.Arguments.SelectMany(Values).Concat(call.Keywords.SelectMany(keyword => Values(keyword.Value)));

    static IEnumerable<int> Values(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(Values),
        _ => [],
    };
}
