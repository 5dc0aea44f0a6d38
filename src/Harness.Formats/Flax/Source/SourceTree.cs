using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Formats.Flax.Source;

/// <summary>A program as a tree of modules: which module each node stands in, what modules hold, and what they
/// compute.</summary>
/// <remarks>Modules are PyTorch's, as far as they hold parameters: a node stands in the innermost one that the model's
/// file names for it, and a layer where its parameters lie. A run of nodes of one module is a call of it; where a
/// module's nodes come in several runs, each is a method.</remarks>
sealed class SourceTree
{
    readonly NhwcProgram _program;
    readonly FlaxApi _api;
    readonly SourceFunctions _functions;
    readonly int[] _roots;
    // By path, as its parts joined.
    readonly Dictionary<string, SourceScope> _scopes = new(StringComparer.Ordinal);
    readonly Dictionary<NhwcNode, Layer> _layers = [];
    readonly Dictionary<string, Layer> _layerOf = new(StringComparer.Ordinal);
    readonly HashSet<string> _containers = new(StringComparer.Ordinal) { "" };

    sealed record Layer(string[] Path, Python Constructor, ImmutableArray<Leaf> Leaves, int Input, Op Op);

    /// <summary>The tree of a program.</summary>
    public SourceTree(NhwcProgram program, FlaxApi api, SourceFunctions functions)
    {
        (_program, _api, _functions) = (program, api, functions);
        _roots = Aliases();
        FindLayers();
        FindContainers();
        Root = ScopeOf([]);
        var nodes = _program.Nodes.Where(node => node.Outputs.Any(output => _roots[output] == output)
            && !IsDead(node)).Select(node => (Node: node, Scope: ScopeOf(node))).ToList();
        Smooth(nodes);
        var outputs = _program.Outputs.Select(port => _roots[port.Value]).ToList();
        Build(Root, nodes, [.. _program.Inputs.Select(port => port.Value)], outputs, "__call__");
        AddUnused();
        if (_refused.Count == 0) return;
        var others = _refused.Skip(1).Select(finding => finding.Message).ToList();
        throw new ModelException(_refused[0] with
        {
            Message = _refused[0].Message + string.Concat(others.Take(MostRefused).Select(why => $"; {why}"))
                + (others.Count > MostRefused ? $"; and {others.Count - MostRefused} more" : ""),
        });
    }

    const int MostRefused = 20;
    readonly List<Finding> _refused = [];

    /// <summary>The whole model.</summary>
    public SourceScope Root { get; }

    /// <summary>The layers in the order of their calls: each one's path, and the value that it gives.</summary>
    public List<(string[] Path, int Value)> Calls { get; } = [];

    /// <summary>Every module, the innermost first.</summary>
    public IEnumerable<SourceScope> Scopes => _scopes.Values.OrderByDescending(scope => scope.Path.Length);

    static string Key(IEnumerable<string> path) => string.Join('\n', path);

    // What only sees its operand otherwise has its operand's name.
    int[] Aliases()
    {
        var roots = Enumerable.Range(0, _program.Values.Length).ToArray();
        foreach (var node in _program.Nodes)
        {
            var x = _program.Values[node.Inputs.IsEmpty ? node.Outputs[0] : node.Inputs[0]];
            var y = _program.Values[node.Outputs[0]];
            bool same = node.Op switch
            {
                Permuting or Identity => true,
                Reshaping or FoldedFlatten or Expand => x.Physical == y.Physical,
                Cast => x.Type == y.Type,
                Slice { IsView: true } => true,
                _ => false,
            };
            if (same) roots[node.Outputs[0]] = roots[node.Inputs[0]];
        }
        return roots;
    }

    // Operands whose elements count: of some others the shape does, which is written out.
    static ImmutableArray<int> Reads(NhwcNode node) => node.Op switch
    {
        Copy => node.Inputs[1..],
        Full { Size: not null } full => full.Value is null ? [node.Inputs[1]] : [],
        DeformConv2d { UsesMask: false } => node.Inputs.RemoveAt(3),
        _ => node.Inputs,
    };

    // What nobody reads is not written.
    HashSet<int>? _live;

    bool IsDead(NhwcNode node)
    {
        if (_live is null)
        {
            // Parameters are read all the same: Flax makes a layer's where it is called.
            _live = [.. _program.Outputs.Select(port => port.Value), .. _program.Nodes
                .Where(node => Reads(node).Any(input => _program.Values[input].Leaf is not null))
                .SelectMany(node => node.Outputs)];
            foreach (var one in _program.Nodes.Reverse())
                if (one.Outputs.Any(_live.Contains)) _live.UnionWith(Reads(one));
        }
        return !node.Outputs.Any(_live.Contains);
    }

    void FindLayers()
    {
        var found = new Dictionary<string, List<(NhwcNode Node, Layer Layer)>>(StringComparer.Ordinal);
        var leaves = _program.Variables.Leaves.GroupBy(leaf => Key(leaf.Path[..^1]))
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        // Modules below a layer would be its attributes, and its arrays those of a module.
        var prefixes = _program.Variables.Leaves
            .SelectMany(leaf => Enumerable.Range(0, leaf.Path.Length - 1).Select(n => Key(leaf.Path[..n])))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var node in _program.Nodes)
        {
            if (SourceLayers.Of(_program, node, _api) is not var (constructor, input, own)) continue;
            string key = Key(own[0].Path[..^1]);
            if (prefixes.Contains(key) || leaves[key].Count != own.Length) continue;
            if (!found.TryGetValue(key, out var list)) found[key] = list = [];
            list.Add((node, new Layer([.. own[0].Path[..^1]], constructor, own, input, node.Op)));
        }
        foreach (var (key, uses) in found)
        {
            // One layer makes one thing: two uses that differ, or that read its arrays, are expressions of these.
            string[] texts = [.. uses.Select(use => use.Layer.Constructor.Flat()).Distinct(StringComparer.Ordinal)];
            if (texts.Length > 1) continue;
            var nodes = uses.Select(use => use.Node).ToHashSet();
            bool isShared = _program.Nodes.Where(node => !nodes.Contains(node)).SelectMany(node => Reads(node))
                .Any(input => _program.Values[input].Leaf is { } leaf && Key(leaf.Path[..^1]) == key)
                || _program.Outputs.Any(port => _program.Values[_roots[port.Value]].Leaf is { } leaf
                    && Key(leaf.Path[..^1]) == key);
            if (isShared && !SourceLayers.SharesArrays(uses[0].Node.Op)) continue;
            _layerOf[key] = uses[0].Layer;
            foreach (var (node, layer) in uses) _layers[node] = layer;
        }
    }

    void FindContainers()
    {
        foreach (var leaf in _program.Variables.Leaves)
        {
            int depth = leaf.Path.Length - (_layerOf.ContainsKey(Key(leaf.Path[..^1])) ? 2 : 1);
            for (int n = 1; n <= depth; n++) _containers.Add(Key(leaf.Path[..n]));
        }
    }

    // nnx's lists are attributes of the module that holds them and no modules that compute something.
    bool IsList(string[] path)
    {
        if (_api != FlaxApi.Nnx || path.Length == 0) return false;
        var members = _program.Variables.Leaves.Where(leaf => leaf.Path.Length > path.Length
            && leaf.Path[..path.Length].SequenceEqual(path)).Select(leaf =>
                (Name: leaf.Path[path.Length], IsArray: leaf.Path.Length == path.Length + 1)).Distinct().ToList();
        return members.All(member => !member.IsArray && SourceNames.IsIndex(member.Name))
            && members.Max(member => int.Parse(member.Name, System.Globalization.CultureInfo.InvariantCulture))
                < 4 * members.Count + 16;
    }

    readonly Dictionary<string, bool> _isList = new(StringComparer.Ordinal);

    bool IsModule(string[] path)
    {
        string key = Key(path);
        if (!_containers.Contains(key)) return false;
        if (!_isList.TryGetValue(key, out bool list)) _isList[key] = list = IsList(path);
        return !list;
    }

    // The innermost module at a path or above it.
    SourceScope ScopeOf(string[] path)
    {
        while (!IsModule(path)) path = path[..^1];
        string key = Key(path);
        if (_scopes.TryGetValue(key, out var known)) return known;
        var parent = path.Length == 0 ? null : ScopeOf(path[..^1]);
        var scope = new SourceScope(path, parent);
        _scopes[key] = scope;
        return scope;
    }

    SourceScope ScopeOf(NhwcNode node)
    {
        bool isLayer = _layers.TryGetValue(node, out var layer);
        string[] place = isLayer ? layer!.Path[..^1] : (node.Place.Module.Length > 0 ? node.Place.Module
            : node.Name.Contains('.', StringComparison.Ordinal) ? node.Name[..node.Name.LastIndexOf('.')] : "")
            .Split('.', StringSplitOptions.RemoveEmptyEntries);
        var scope = ScopeOf(place);
        foreach (int input in Reads(node))
        {
            // A layer's own parameters lie below it; what it is given may be another module's.
            if (_program.Values[_roots[input]].Leaf is { } leaf && !(isLayer && layer!.Leaves.Contains(leaf)))
                scope = Common(scope, ModuleOf(leaf));
        }
        return scope;
    }

    string[] ModuleOf(Leaf leaf) => _layerOf.ContainsKey(Key(leaf.Path[..^1])) ? [.. leaf.Path[..^2]]
        : [.. leaf.Path[..^1]];

    // The module whose attributes reach the other one.
    SourceScope Common(SourceScope scope, string[] path)
    {
        int n = 0;
        while (n < scope.Path.Length && n < path.Length && scope.Path[n] == path[n]) n++;
        return ScopeOf(scope.Path[..n]);
    }

    // Files do not say of every function which module calls it: what stands between two nodes of one module and has to
    // do with nothing else is its own.
    void Smooth(List<(NhwcNode Node, SourceScope Scope)> nodes)
    {
        var makers = new Dictionary<int, int>();
        var readers = new Dictionary<int, List<int>>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (int output in nodes[i].Node.Outputs) makers[_roots[output]] = i;
            foreach (int input in Reads(nodes[i].Node))
            {
                if (!readers.TryGetValue(_roots[input], out var list)) readers[_roots[input]] = list = [];
                list.Add(i);
            }
        }
        var outputs = _program.Outputs.Select(port => _roots[port.Value]).ToHashSet();
        for (int i = nodes.Count - 2; i > 0; i--)
        {
            var (node, scope) = nodes[i];
            var next = nodes[i + 1].Scope;
            if (_layers.ContainsKey(node) || next == scope || !IsBelow(next, scope)) continue;
            if (Reads(node).Any(input => _program.Values[_roots[input]].Leaf is not null)) continue;
            bool fromWithin = !Reads(node).IsEmpty && Reads(node).All(input =>
                makers.TryGetValue(_roots[input], out int maker) && IsAtOrBelow(nodes[maker].Scope, next));
            bool toWithin = node.Outputs.All(output => !outputs.Contains(_roots[output])
                && readers.TryGetValue(_roots[output], out var all)
                && all.All(reader => IsAtOrBelow(nodes[reader].Scope, next)));
            if (fromWithin && toWithin) nodes[i] = (node, next);
        }
    }

    static bool IsBelow(SourceScope scope, SourceScope above)
    {
        for (var one = scope.Parent; one is not null; one = one.Parent)
            if (one == above) return true;
        return false;
    }

    static bool IsAtOrBelow(SourceScope scope, SourceScope above) => scope == above || IsBelow(scope, above);

    // A module's method: its own nodes, and of each run of nodes below one module a call of that.
    SourceMethod Build(
        SourceScope scope, List<(NhwcNode Node, SourceScope Scope)> nodes, List<int> inputs, List<int> outputs,
        string name)
    {
        var items = new List<Item>();
        for (int i = 0; i < nodes.Count;)
        {
            var (node, where) = nodes[i];
            if (where == scope)
            {
                items.Add(new Item([.. Reads(node).Select(input => _roots[input]).Where(IsActivation).Distinct()],
                    [.. node.Outputs], node, null, null));
                i++;
                continue;
            }
            var child = where;
            while (child.Parent != scope) child = child.Parent!;
            int end = i;
            while (end < nodes.Count && IsAtOrBelow(nodes[end].Scope, child)) end++;
            var run = nodes[i..end];
            var made = run.SelectMany(one => one.Node.Outputs).ToHashSet();
            var wanted = nodes[end..].SelectMany(one => Reads(one.Node)).Select(input => _roots[input])
                .Concat(outputs).ToHashSet();
            List<int> takes = [.. run.SelectMany(one => Reads(one.Node)).Select(input => _roots[input])
                .Where(input => IsActivation(input) && !made.Contains(input)).Distinct()];
            List<int> gives = [.. run.SelectMany(one => one.Node.Outputs).Where(wanted.Contains)];
            var method = Build(child, run, takes, gives, child.Methods.Count == 0 ? "__call__"
                : $"part_{child.Methods.Count + 1}");
            items.Add(new Item(takes, gives, null, child, method));
            i = end;
        }
        var written = Write(scope, items, inputs, outputs, name);
        // A module that is called again with the same steps is called by the same name.
        var twin = scope.Methods.FirstOrDefault(other => other.Parameters.SequenceEqual(written.Parameters)
            && other.Statements.Select(Text).SequenceEqual(written.Statements.Select(Text)));
        if (twin is not null) return twin;
        scope.Methods.Add(written);
        return written;

        static string Text((string Before, Python Expression) statement) =>
            statement.Before + statement.Expression.Flat();
    }

    bool IsActivation(int value) => _program.Values[value].Leaf is null;

    sealed record Item(
        List<int> Takes, List<int> Gives, NhwcNode? Node, SourceScope? Child, SourceMethod? Method);

    SourceMethod Write(SourceScope scope, List<Item> items, List<int> inputs, List<int> outputs, string name)
    {
        var last = new Dictionary<int, int>();
        for (int i = 0; i < items.Count; i++)
            foreach (int value in items[i].Takes) last[value] = i;
        foreach (int value in outputs) last[value] = int.MaxValue;
        var names = new SourceNames();
        foreach (int input in inputs.Distinct()) names.Give(input);
        string[] parameters = [.. inputs.Distinct().Select(names.Of)];
        foreach (int input in inputs.Where(input => !last.ContainsKey(input)).Distinct()) names.Free(input);
        var statements = new List<(string, Python)>();
        for (int i = 0; i < items.Count; i++)
        {
            var item = items[i];
            Python Named(int value) => Python.Of(names.Of(value));
            Python expression;
            if (item.Node is { } node)
                expression = Expression(scope, node, value => _program.Values[_roots[value]].Leaf is null
                    ? Named(_roots[value]) : Read(scope, _program.Values[_roots[value]]));
            else
            {
                string target = Access(item.Child!.Relative);
                if (item.Method!.Name != "__call__") target += "." + item.Method.Name;
                expression = Python.Call(target, item.Takes.Select(Named));
                Member(scope, new SourceChild(item.Child.Relative, item.Child));
            }
            // The name of what is read here for the last time goes on, the first operand's if it can.
            foreach (int value in item.Takes.Where(value => last[value] == i)) names.Free(value);
            var results = item.Gives.Where(value => _roots[value] == value).ToList();
            var targets = results.Select(value => last.ContainsKey(value) ? names.Give(value) : "_").ToList();
            bool isTuple = item.Node is not null && item.Gives.Count > 1;
            var whole = expression;
            if (isTuple) expression = Unwrapped(expression, targets, out targets);
            string before = targets.Count == 0 ? "" : (targets.Count == 1 && isTuple
                && ReferenceEquals(whole, expression) ? $"({targets[0]},)" : string.Join(", ", targets)) + " = ";
            // What is left as it is and keeps its name says nothing.
            if (before != $"{expression.Flat()} = ") statements.Add((before, expression));
        }
        var given = outputs.Select(value => IsActivation(value) ? Python.Of(names.Of(value))
            : Read(scope, _program.Values[value])).ToList();
        if (given.Count == 1 && statements.Count > 0 && statements[^1].Item1 == given[0].Flat() + " = ")
            statements[^1] = ("return ", statements[^1].Item2);
        else if (given.Count > 0)
            statements.Add(("return ", Python.Of(string.Join(", ", given.Select(one => one.Flat())))));
        return new SourceMethod(name, parameters, Nested(statements));
    }

    // A line that only hands on what the line before gave holds it: relu(bn1(conv1(x))). Lines with numbers stay, so
    // that modules that differ in these alone keep one text.
    const int MostNested = 3, NestedColumns = 72;

    static List<(string Before, Python Expression)> Nested(List<(string Before, Python Expression)> statements)
    {
        var nested = new List<(string Before, Python Expression)>();
        int depth = 1;
        foreach (var (before, expression) in statements)
        {
            if (nested.Count > 0 && depth < MostNested && nested[^1] is var (target, inner)
                && target.EndsWith(" = ", StringComparison.Ordinal) && (before == target || before == "return ")
                && inner is PythonList && !inner.Constants().Any() && !expression.Constants().Any()
                && expression is PythonList { Items: [PythonText only, .. var others] } call
                && only.Text == target[..^3] && others.All(item => !Mentions(item, only.Text))
                && !Mentions(call.Target, only.Text)
                && call with { Items = call.Items.SetItem(0, inner) } is var both
                && before.Length + both.Flat().Length <= NestedColumns)
            {
                nested[^1] = (before, both);
                depth++;
                continue;
            }
            nested.Add((before, expression));
            depth = 1;
        }
        return nested;
    }

    static bool Mentions(Python expression, string name) => System.Text.RegularExpressions.Regex.IsMatch(
        expression.Flat(), $@"(?<![\w.]){System.Text.RegularExpressions.Regex.Escape(name)}(?!\w)");

    // Of a tuple that is written out only what is read.
    static Python Unwrapped(Python expression, List<string> targets, out List<string> left)
    {
        left = targets;
        if (expression is not PythonList { Open: "(", Target: PythonText { Text: "" } } tuple
            || tuple.Items.Length != targets.Count || targets.Count(target => target != "_") != 1)
            return expression;
        int at = targets.FindIndex(target => target != "_");
        left = [targets[at]];
        return tuple.Items[at];
    }

    Python Expression(SourceScope scope, NhwcNode node, Func<int, Python> nameOf)
    {
        if (_layers.TryGetValue(node, out var layer))
        {
            string[] relative = layer.Path[scope.Path.Length..];
            Own(scope, relative, new SourceLayer(relative, layer.Constructor));
            Calls.Add((layer.Path, node.Outputs[0]));
            var x = nameOf(node.Inputs[layer.Input]);
            // nnx's Embed narrows what it looks up to the type that it was made with.
            return layer.Op is Embedding && _api == FlaxApi.Nnx
                ? Python.Of($"{Access(relative)}.embedding[...][{x.Flat()}]")
                : Python.Call(Access(relative), x);
        }
        try
        {
            return JaxColumn.Of(new SourceCall(_program, node, _api, _functions, nameOf));
        }
        catch (ModelException e) when (e.Finding.Code == Codes.UnsupportedOp)
        {
            // All of them are told at once.
            _refused.Add(e.Finding);
            return Python.Of("None");
        }
    }

    // An array, as it lies for one use.
    Python Read(SourceScope scope, NhwcValue value)
    {
        var leaf = value.Leaf!;
        string[] module = ModuleOf(leaf);
        string[] relative = [.. leaf.Path.AsSpan()[scope.Path.Length..]];
        string text;
        if (_layerOf.TryGetValue(Key(leaf.Path[..^1]), out var layer))
        {
            string[] path = layer.Path[scope.Path.Length..];
            Own(scope, path, new SourceLayer(path, layer.Constructor));
            text = $"{Access(path)}.{leaf.Path[^1]}{(_api == FlaxApi.Nnx ? "[...]" : "")}";
        }
        else
        {
            Own(scope, relative, new SourceArray(relative, leaf));
            text = Access(relative) + (_api == FlaxApi.Nnx ? "[...]" : "");
        }
        return value.Moves.Aggregate(Python.Of(text), (x, move) => Moved(x, move));
    }

    static Python Moved(Python x, Rearrangement move) => move.IsIdentity ? x : RearrangementSource.Of(x, move);

    // A member is its own module's, even where another one reads it.
    void Own(SourceScope scope, string[] relative, SourceMember member)
    {
        string[] path = [.. scope.Path, .. relative];
        var owner = ScopeOf(path[..^1]);
        string[] own = path[owner.Path.Length..];
        Member(owner, member switch
        {
            SourceArray array => array with { Relative = own },
            SourceLayer layer => layer with { Relative = own },
            _ => member,
        });
        for (var one = owner; one.Parent is not null && one != scope; one = one.Parent)
            Member(one.Parent, new SourceChild(one.Relative, one));
    }

    static void Member(SourceScope scope, SourceMember member)
    {
        if (!scope.Members.Any(known => known.Relative.SequenceEqual(member.Relative))) scope.Members.Add(member);
    }

    // Parameters that no statement reads are in the tree all the same.
    void AddUnused()
    {
        foreach (var leaf in _program.Variables.Leaves)
        {
            if (_layerOf.TryGetValue(Key(leaf.Path[..^1]), out var layer))
                Own(Root, layer.Path, new SourceLayer(layer.Path, layer.Constructor));
            else
                Own(Root, [.. leaf.Path], new SourceArray([.. leaf.Path], leaf));
        }
    }

    string Access(string[] relative) => SourceNames.Access(_api, relative);
}
