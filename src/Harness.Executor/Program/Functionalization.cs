using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Schema;

namespace Harness.Executor.Program;

/// <summary>Writes in place as values. PyTorch's in-place operators change old values, and with them every view of the
/// same memory; a program's calls only define new ones. Each value therefore knows the storage that it is a view of and
/// the calls that took it from there: a write into it gives the storage a new value, by the inverses of those calls,
/// and who reads another view of it afterwards gets that view taken anew. Source: torch.func.functionalize.</summary>
/// <remarks><para>What shares memory with what, and what is written, say the operators' schemas. Where a file does not
/// say whether an operator copies (a reshape of what may not be contiguous), its result and its operand are related
/// only: once one is written, the other is refused.</para>
/// <para>Inputs, parameters and constants are taken to be contiguous, as PyTorch makes them; what follows from
/// them as <see cref="Contiguity"/> says.</para></remarks>
sealed class Functionalization
{
    // Writes through long chains of views cost a call a link, each; far more than any network has.
    const int MostCalls = 100_000;

    // And a chain of that many is followed; of a longer one only the first value is known.
    const int MostDepth = 1000;

    readonly ShapedGraph _graph;
    readonly Dictionary<int, View> _views = [];
    readonly HashSet<int> _contiguous = [];
    readonly Dictionary<int, string> _kept = [];
    Call? _writesKept;
    string? _written;
    int _inserted;

    Functionalization(ShapedGraph graph)
    {
        _graph = graph;
        var stated = graph.Model.Graph;
        foreach (var input in stated.Inputs) _contiguous.Add(input.Value);
        foreach (var parameter in stated.Parameters)
        {
            _contiguous.Add(parameter.Value);
            _kept[parameter.Value] = $"the {(parameter.IsBuffer ? "buffer" : "parameter")} '{parameter.Key}'";
        }
        foreach (var constant in stated.Constants)
        {
            _contiguous.Add(constant.Value);
            _kept[constant.Value] = $"the constant '{constant.Name}'";
        }
    }

    /// <summary>What keeps a graph's writes; null for a graph without any.</summary>
    public static Functionalization? Of(ShapedGraph graph) =>
        graph.Model.Graph.Calls.Any(call => IsInPlace(call.Target)
            || SchemaTable.Overloads(call.Target).Any(one => one.Parameters.Any(taken => taken.Type.IsWritten)))
            ? new Functionalization(graph) : null;

    /// <summary>True for an operator that by its name changes its operand: <c>relu_</c>, and not
    /// <c>__and__</c>.</summary>
    static bool IsInPlace(string target) => target.EndsWith('_') && !target.EndsWith("__", StringComparison.Ordinal);

    /// <summary>True where a call must not read a value as it is.</summary>
    public bool Knows(int value) => _views.ContainsKey(value);

    /// <summary>The value that holds now what a value of the graph stands for.</summary>
    /// <param name="value">The value.</param>
    /// <param name="user">Who reads it, for messages.</param>
    /// <param name="place">Where that stands.</param>
    /// <exception cref="ModelException">PAR1002: nobody can say what it holds.</exception>
    public int Current(int value, string user, SourcePlace place)
    {
        if (!_views.TryGetValue(value, out var view)) return value;
        var storage = view.Storage;
        if (storage.Doubt is { } doubt) throw Refuse(doubt, user, place, "may have changed");
        if (view.Version == storage.Version) return view.Value;
        foreach (var write in storage.Pending) Apply(storage, write, user, place);
        storage.Pending.Clear();
        return Derived(view);
    }

    /// <summary>A call has been read: what it does to memory is noted.</summary>
    /// <param name="call">The call, its numbers in place, reading the graph's own values.</param>
    /// <param name="op">What it is.</param>
    /// <param name="results">The values that it defines.</param>
    /// <returns>What it writes and cannot; null where all fits.</returns>
    public Finding? Note(Call call, Op op, ImmutableArray<int> results)
    {
        // The op was read by one of these.
        var bound = SchemaTable.Overloads(call.Target).Select(overload => overload.Bind(call))
            .First(one => one is not null)!;
        // Its calls have said of their results what they are; what it gives is what the operator itself says.
        if (op is Composite && !Sources(bound).Any(source => source.Shares))
        {
            foreach (int result in results)
            {
                _views.Remove(result);
                _contiguous.Remove(result);
            }
        }
        bool shares = false;
        foreach (var (value, written, shared) in Sources(bound))
        {
            shares |= shared;
            if (written && shared)
            {
                if ((Turned(call, bound, value) ?? Write(call, op, value, results[0])) is { } misfit) return misfit;
            }
            // A statistic that training would move: what has no result has no new value.
            else if (written) ViewOf(value).Storage.Doubt = call;
            else if (shared) Share(call, op, bound, value, results);
        }
        if (!shares && op is not Composite && Contiguity.OfResult(op) && Sources(bound).All(source =>
            _contiguous.Contains(source.Value))) _contiguous.UnionWith(results);
        return null;
    }

    /// <summary>A value stands for its operand, unless PyTorch copies where the program does not: a cast to the type
    /// that it has.</summary>
    /// <param name="call">The call, reading the graph's own values.</param>
    /// <param name="result">The value.</param>
    /// <param name="operand">The value that holds the operand now.</param>
    public void NoteUncast(Call call, int result, int operand)
    {
        var given = call.Arguments.Length > 0 ? call.Arguments[0] : call.Keywords.First(k => k.Name == "self").Value;
        int source = ((ValueArgument)given).Id;
        _views[result] = new Storage(operand, null).Root;
        ViewOf(source).Storage.Relate(_views[result].Storage);
        if (_contiguous.Contains(source)) _contiguous.Add(result);
    }

    /// <summary>Looks at what was written, once all calls are read.</summary>
    /// <exception cref="ModelException">PAR1002: something that outlives a run.</exception>
    public void Demand()
    {
        if (_writesKept is not { } call) return;
        throw new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
            $"{call.Place}: {call.Target} '{call.Name}' changes {_written}, so that a second run would give something "
            + "else; call model.eval(), take the change out of forward, and trace again"));
    }

    // The tensors among the arguments: whether they are written, and whether a result is their memory.
    static IEnumerable<(int Value, bool Written, bool Shares)> Sources(Bound bound)
    {
        foreach (var parameter in bound.Signature.Parameters)
        {
            bool shares = bound.Signature.Results.Any(result => Shares(parameter.Type, result.Type));
            foreach (int value in ValuesOf(bound[parameter.Name]))
                yield return (value, parameter.Type.IsWritten, shares);
        }
    }

    static bool Shares(SchemaType parameter, SchemaType result) =>
        Sets(parameter).Any(set => Sets(result).Contains(set));

    static IEnumerable<string> Sets(SchemaType type) =>
        (type.Alias?.Sets ?? []).Concat(type.ListAlias?.Sets ?? []).Where(set => set != AliasSet.Any);

    static IEnumerable<int> ValuesOf(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(ValuesOf),
        _ => [],
    };

    View ViewOf(int value)
    {
        if (_views.TryGetValue(value, out var view)) return view;
        return _views[value] = new Storage(value, _kept.GetValueOrDefault(value)).Root;
    }

    Finding? Write(Call call, Op op, int target, int result)
    {
        var view = ViewOf(target);
        var storage = view.Storage;
        // It has another shape from here on, under every name that it has; which those are no file says.
        if (op is Reshaping or Permuting)
        {
            storage.Doubt = call;
            storage.SpreadDoubt(call);
            return null;
        }
        if (_graph.FactOf(result) is var given && _graph.FactOf(target) is var held && given != held)
            return new Finding(given.Shape == held.Shape ? Codes.UnsupportedOp : Codes.ShapeMismatch,
                call.Place.ToString(), $"{call.Target} '{call.Name}': it gives {given}, the memory that it writes "
                + $"holds {held}");
        _views[result] = view;
        if (_contiguous.Contains(target)) _contiguous.Add(result);
        view.Value = result;
        // A dropout that drops nothing, a detachment: what is there stays.
        if (op is Identity) return null;
        if (storage.Kept is { } kept) (_writesKept, _written) = (_writesKept ?? call, _written ?? kept);
        // One value after another in one place: the last one stays.
        if (storage.Pending.Count > 0 && ReferenceEquals(storage.Pending[^1].View, view))
            storage.Pending.RemoveAt(storage.Pending.Count - 1);
        view.Version = ++storage.Version;
        storage.Pending.Add(new Write(view, result, view.Version, call));
        storage.SpreadDoubt(call);
        return null;
    }

    // x.add_(x.t()): libtorch reads what its own loops have written by then, and what that is no file says. Of parts
    // that overlap otherwise it refuses to.
    Finding? Turned(Call call, Bound bound, int target)
    {
        foreach (var (value, _, _) in Sources(bound))
        {
            if (!_views.TryGetValue(value, out var source) || !_views.TryGetValue(target, out var written)
                || ReferenceEquals(source, written) || source.Storage != written.Storage
                || !Chain(source).Except(Chain(written)).Concat(Chain(written).Except(Chain(source)))
                    .Any(view => view.Made?.Op is Permuting op
                        && !Contiguity.KeepsOrder(op, _graph.ShapeOf(view.Parent!.Value)))) continue;
            return new Finding(Codes.UnsupportedOp, call.Place.ToString(), $"{call.Target} '{call.Name}' reads the "
                + "memory that it writes in another order, which PyTorch leaves undefined; write the module without "
                + "in-place assignment and trace again");
        }
        return null;
    }

    static IEnumerable<View> Chain(View? view)
    {
        for (; view is not null; view = view.Parent) yield return view;
    }

    void Share(Call call, Op op, Bound bound, int source, ImmutableArray<int> results)
    {
        // Its calls have been here already.
        if (op is Composite) return;
        var shape = _graph.ShapeOf(source);
        bool contiguous = _contiguous.Contains(source);
        if (call.Target == "aten::contiguous" && Contiguity.IsPlain(bound)) _contiguous.UnionWith(results);
        if (!Contiguity.IsView(op, bound, shape, contiguous) || ViewOf(source).Depth == MostDepth)
        {
            foreach (int result in results) ViewOf(source).Storage.Relate(ViewOf(result).Storage);
            return;
        }
        var parent = ViewOf(source);
        var made = new ViewCall(call, op, []);
        for (int i = 0; i < results.Length; i++)
        {
            var view = new View(parent.Storage, parent, made, i) { Value = results[i], Version = parent.Version };
            made.Results.Add(view);
            _views[results[i]] = view;
            if (contiguous && Contiguity.OfView(op, shape, _graph.ShapeOf(results[i]))) _contiguous.Add(results[i]);
        }
    }

    // The storage as one write leaves it. What is written lies in a view of a view …; each of them is the one before
    // with a part replaced, from the innermost out.
    void Apply(Storage storage, Write write, string user, SourcePlace place)
    {
        var value = Argument.Value(write.Value);
        for (var view = write.View; view is { Parent: { } parent, Made: { } made }; view = parent)
        {
            var shape = _graph.ShapeOf(parent.Value);
            value = made.Op.Replaced(new Parts(this, parent, write.Call), shape, view.Index, value)
                ?? throw Refuse(write.Call, user, place, $"changed through {made.Call.Target} '{made.Call.Name}'");
        }
        (storage.Root.Value, storage.Root.Version) = (((ValueArgument)value).Id, write.Version);
        (write.View.Value, write.View.Version) = (write.Value, write.Version);
    }

    // A view as of the version that its storage's root holds.
    int Derived(View view)
    {
        var stale = new Stack<View>();
        for (var at = view; at.Version != at.Storage.Root.Version; at = at.Parent!) stale.Push(at);
        while (stale.TryPop(out var next))
        {
            // Done with a sibling of its parent's.
            if (next.Version == next.Storage.Root.Version) continue;
            var (call, _, siblings) = next.Made!;
            var parent = Argument.Value(next.Parent!.Value);
            var again = Insert($"{call.Name}.again", call.Target, [.. call.Arguments.Select(Renewed)],
                [.. call.Keywords.Select(k => k with { Value = Renewed(k.Value) })], call.Place);
            foreach (var sibling in siblings)
            {
                sibling.Value = ((ValueArgument)(again is ListArgument list ? list.Items[sibling.Index] : again)).Id;
                sibling.Version = next.Storage.Root.Version;
            }
            Argument Renewed(Argument argument) => argument is ValueArgument ? parent : argument;
        }
        return view.Value;
    }

    Argument Insert(
        string stem, string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords,
        SourcePlace place)
    {
        if (++_inserted > MostCalls)
        {
            throw new ModelException(new Finding(Codes.UnsupportedOp, place.ToString(),
                $"{place}: to write in place and to read what was written takes more than {MostCalls} calls; write the "
                + "module without in-place assignment and trace again"));
        }
        return _graph.Insert(stem, target, arguments, keywords, place);
    }

    static ModelException Refuse(Call change, string user, SourcePlace place, string did) =>
        new(new Finding(Codes.UnsupportedOp, place.ToString(),
            $"{user} reads memory that {change.Target} '{change.Name}' {did} in place ({change.Place}), and what it "
            + "holds since cannot be told; write the module without in-place assignment and trace again"));

    // With what an op says its operand once a part of it is another.
    sealed class Parts(Functionalization writes, View operand, Call write) : CallWriter
    {
        public override ImmutableArray<Argument> Operands => [Argument.Value(writes.Derived(operand))];

        public override Fact FactOf(Argument value) => writes._graph.FactOf(((ValueArgument)value).Id);

        public override Argument Call(string part, string target, params ReadOnlySpan<Argument> arguments) =>
            writes.Insert($"{write.Name}.{part}", target, [.. arguments], [], write.Place);

        public override void Give(string target, params ReadOnlySpan<Argument> arguments) =>
            throw new InvalidOperationException("a write has no last call");
    }
}
