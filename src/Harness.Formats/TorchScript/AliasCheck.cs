using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>A graph's calls define new values; a trace's in-place ops change old ones, and with them every view of the same
/// memory. Reading <c>add_(x, y)</c> as a new value is right as long as nobody looks at x, or at a view of it, afterwards:
/// this check refuses traces where somebody does, because they would compute something else without notice.</summary>
static class AliasCheck
{
    // Ops whose result may share memory with their first argument.
    static readonly HashSet<string> Views = new(StringComparer.Ordinal)
    {
        "aten::view", "aten::view_as", "aten::reshape", "aten::reshape_as", "aten::_reshape_alias", "aten::slice", "aten::select",
        "aten::transpose", "aten::permute", "aten::t", "aten::numpy_T", "aten::expand", "aten::expand_as", "aten::unsqueeze",
        "aten::squeeze", "aten::chunk", "aten::split", "aten::split_with_sizes", "aten::tensor_split", "aten::unbind",
        "aten::detach", "aten::contiguous", "aten::flatten", "aten::unflatten", "aten::narrow", "aten::diagonal", "aten::alias",
        "aten::movedim", "aten::swapaxes", "aten::unfold", "aten::as_strided", "aten::to", "aten::type_as", "aten::dropout",
        "aten::feature_dropout", "aten::alpha_dropout", "aten::ravel", "aten::broadcast_to", "aten::__getitem__",
        "prim::ListUnpack", "aten::adjoint", "aten::mT", "aten::real", "aten::values", "aten::lift_fresh", "aten::float",
        "aten::double", "aten::squeeze_multiple", "aten::pixel_shuffle_view", "aten::moveaxis", "aten::swapdims",
    };

    /// <summary>Looks at every call and output.</summary>
    /// <exception cref="ModelFormatException">A value is used after an in-place op changed its memory.</exception>
    public static void Verify(Graph graph, string path)
    {
        // members[root]: the values that may share memory; stale: those changed since they were made.
        var root = new int[graph.ValueCount];
        for (int value = 0; value < root.Length; value++) root[value] = value;
        var members = new Dictionary<int, List<int>>();
        var stale = new Dictionary<int, Call>();
        foreach (var call in graph.Calls)
        {
            foreach (int used in Values(call)) Refuse(used, $"{call.Place}: {call.Target} '{call.Name}'");
            bool isInPlace = IsInPlace(call.Target);
            if (!isInPlace && !Views.Contains(call.Target)) continue;
            foreach (int source in call.Arguments.Take(1).SelectMany(Values))
            {
                if (isInPlace)
                    foreach (int member in members.GetValueOrDefault(root[source]) ?? [source]) stale[member] = call;
                foreach (int result in call.Results) Join(source, result);
            }
        }
        foreach (var output in graph.Outputs) Refuse(output.Value, $"output '{output.Name}'");

        void Refuse(int used, string user)
        {
            if (!stale.TryGetValue(used, out var change)) return;
            throw new ModelFormatException(path, -1, Codes.UnsupportedOp,
                $"{user} reads memory that {change.Target} '{change.Name}' changed in place through another view "
                + $"({change.Place}); write the module without in-place assignment and trace again");
        }

        void Join(int left, int right)
        {
            var (into, from) = (root[left], root[right]);
            if (into == from) return;
            var all = members.TryGetValue(into, out var some) ? some : members[into] = [into];
            foreach (int moved in members.GetValueOrDefault(from) ?? [from])
            {
                root[moved] = into;
                all.Add(moved);
            }
            members.Remove(from);
        }
    }

    static bool IsInPlace(string target) => target.EndsWith('_') && !target.EndsWith("__", StringComparison.Ordinal);

    static IEnumerable<int> Values(Call call) =>
        call.Arguments.SelectMany(Values).Concat(call.Keywords.SelectMany(k => Values(k.Value)));

    static IEnumerable<int> Values(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(Values),
        _ => [],
    };
}
