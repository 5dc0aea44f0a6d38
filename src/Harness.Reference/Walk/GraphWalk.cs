using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Walk;

/// <summary>An output of a walk.</summary>
/// <param name="Name">The port's name; an item of a list adds its position.</param>
/// <param name="Tensor">The result, which the caller owns.</param>
public sealed record WalkOutput(string Name, TorchTensor Tensor);

/// <summary>Executes a graph call by call over libtorch, in PyTorch's own layout. The oracle: it shares no arithmetic
/// and no argument reading with the executor.</summary>
/// <param name="graph">The program.</param>
/// <param name="weights">Parameters and buffers.</param>
/// <param name="path">The model's file, for messages.</param>
/// <param name="type">float64, with the weights widened, or float32.</param>
/// <param name="device">Where to compute.</param>
public sealed class GraphWalk(Graph graph, StateDict weights, string path, ScalarType type, Device device)
{
    readonly Dictionary<int, Value> _values = [];
    readonly Dictionary<int, string> _keys = graph.Parameters.ToDictionary(p => p.Value, p => p.Key);
    readonly Dictionary<int, Stored> _constants = graph.Constants.ToDictionary(c => c.Value, c => c.Tensor);
    readonly int[] _lastUse = LastUses(graph);
    readonly bool _writes = graph.Calls.Any(IsInPlace);
    // Tensors without axes that hang on sizes and constants alone, in the types that the file computes them in: what
    // makes a size of one rounds as libtorch does, in whatever type the walk computes.
    readonly Dictionary<int, TorchTensor> _stated = [];
    // Those of them that are of sizes, and of the numbers that the program states.
    readonly HashSet<int> _sizes = [];
    // Values that have another shape since, and by which call.
    readonly Dictionary<int, Call> _renamed = [];

    /// <summary>How many casts between floating-point types the last run lifted.</summary>
    public int CastsLifted { get; private set; }

    /// <summary>True when one of them states its type, so that libtorch's run of the file itself rounds to it, whatever
    /// the file's weights and inputs are converted to.</summary>
    public bool RoundsInFile { get; private set; }

    /// <summary>True where the next runs keep what a backward pass needs, and parameters are leaves of it.</summary>
    public bool Differentiates { get; init; }

    /// <summary>The gradients of the parameters that were read, by key, after a backward pass; null for one that
    /// nothing differentiable read.</summary>
    public IEnumerable<(string Key, TorchTensor? Gradient)> Gradients =>
        _leaves.Select(leaf => (leaf.Key, leaf.Value.grad));

    readonly Dictionary<string, TorchTensor> _leaves = new(StringComparer.Ordinal);

    /// <summary>Changes a parameter before it is read; null changes none.</summary>
    public Func<string, TorchTensor, TorchTensor>? Alter { get; init; }

    /// <summary>Computes a call once more, in a type, from its operands as they are changed.</summary>
    /// <param name="again">The type, what becomes of each operand, and the results. Theirs is the scope they are called
    /// in.</param>
    /// <param name="call">The call.</param>
    public delegate void Repetition(
        Call call, Func<ScalarType, Func<TorchTensor, TorchTensor>, IEnumerable<TorchTensor>> again);

    /// <summary>Sees each call before what it reads is freed, and may compute it otherwise; null for nobody.</summary>
    public Repetition? Repeats { get; init; }

    /// <summary>Receives the results of a call while they are alive.</summary>
    /// <param name="call">The call.</param>
    /// <param name="index">Which of its results.</param>
    /// <param name="result">The result; owned by the walk.</param>
    public delegate void Probe(Call call, int index, TorchTensor result);

    /// <summary>Runs the graph and returns its outputs, which the caller owns.</summary>
    /// <param name="inputs">One tensor an input, in the walk's type where it is floating.</param>
    /// <param name="probe">Sees every result; may be null.</param>
    /// <exception cref="ModelException">A call cannot be executed: PAR1002 or PAR1004; PAR1003 for a missing
    /// weight.</exception>
    public ImmutableArray<WalkOutput> Run(IReadOnlyList<TorchTensor> inputs, Probe? probe = null)
    {
        using var noGrad = Differentiates ? null : no_grad();
        _values.Clear();
        (CastsLifted, RoundsInFile) = (0, false);
        _renamed.Clear();
        for (int i = 0; i < graph.Inputs.Length; i++)
            _values[graph.Inputs[i].Value] = _writes ? inputs[i].clone() : inputs[i];
        var outputs = graph.Outputs.Select(port => port.Value).ToHashSet();
        try
        {
            for (int step = 0; step < graph.Calls.Length; step++)
            {
                var call = graph.Calls[step];
                Execute(step, call, outputs, probe);
                FreeAfter(step, call, outputs);
            }
            return [.. graph.Outputs.SelectMany(port => Named(port.Name, ValueOf(port.Value)))];
        }
        finally
        {
            foreach (int id in _values.Keys.ToArray()) Free(id);
            foreach (var number in _stated.Values) number.Dispose();
            _stated.Clear();
            _sizes.Clear();
        }
    }

    void Execute(int step, Call call, HashSet<int> outputs, Probe? probe)
    {
        using var scope = NewDisposeScope();
        foreach (int id in Used(call)) DemandName(id, call);
        // A backward pass needs operands as they were, and a write may change them: it keeps copies.
        var (result, reading) = Differentiates && _writes ? OfCopies(call) : Computed(call, type, tensor => tensor);
        Repeats?.Invoke(call, (other, change) => Computed(call, other, change).Result.Tensors);
        if (IsInPlace(call)) result = Written(step, call, outputs, result);
        // Who else sees that write is not followed here.
        if (IsInPlace(call) && _stated.Remove(Target(call), out var changed)) changed.Dispose();
        else if (!IsInPlace(call)) result = State(call, result);
        if (reading.Lifted != LiftedCast.None) CastsLifted++;
        RoundsInFile |= reading.Lifted == LiftedCast.Stated;
        var results = Spread(call, result);
        // An item of a list is the list's own tensor; each value must have one to free.
        var operands = Used(call).SelectMany(id => ValueOf(id).Tensors).ToHashSet(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < results.Length; i++)
        {
            var own = results[i].Select(tensor =>
                (operands.Contains(tensor) ? tensor.alias() : tensor).DetachFromDisposeScope());
            _values[call.Results[i]] = own;
            foreach (var (item, seen) in own.Tensors.Index())
                probe?.Invoke(call, i + item, seen);
        }
    }

    // The result once more in the file's own types, where it is a number of numbers. One of sizes and of the numbers
    // that the program states is that: libtorch computes it so whatever the model is converted to.
    Value State(Call call, Value result)
    {
        if (result is not TensorValue { Tensor: { ndim: 0 } computed } || call.Results.Length != 1) return result;
        if (!Used(call).All(id => StatedOf(id) is not null)) return result;
        // Python's own numbers are stored as tensors of these types, and libtorch takes them for what they were,
        // unless something is made of such a tensor alone.
        bool alone = Used(call).Count() == 1;
        var reading = new Reading(path, call, id => _constants.ContainsKey(id) && !alone
            ? StatedOf(id) switch
            {
                TensorValue { Tensor: { dtype: ScalarType.Float64 } x } => x.item<double>(),
                TensorValue { Tensor: { dtype: ScalarType.Int64 } x } => x.item<long>(),
                var other => other!,
            }
            : StatedOf(id)!, ScalarType.Float32, device) { KeepsTypes = true };
        if (ArmTable.Execute(path, call, reading) is not TensorValue { Tensor: var number }) return result;
        if (_stated.Values.Contains(number, ReferenceEqualityComparer.Instance)) number = number.clone();
        _stated[call.Results[0]] = number.DetachFromDisposeScope();
        bool sizes = Used(call).All(id => IsSize(id) || IsPlain(id)) && !Used(call).All(IsPlain);
        if (!sizes) return result;
        _sizes.Add(call.Results[0]);
        return number.to(computed.dtype);
    }

    bool IsSize(int id) => _sizes.Contains(id) || (_values.TryGetValue(id, out var value)
        && value is IntValue or FloatValue or BoolValue);

    // A number that the program states.
    bool IsPlain(int id) => _constants.TryGetValue(id, out var constant)
        && constant is { Shape.Rank: 0, Type: ElementType.Float64 or ElementType.Int64 };

    // A number, or a tensor that holds one; null for any other value.
    Value? StatedOf(int id)
    {
        if (_stated.TryGetValue(id, out var number)) return number;
        if (_constants.TryGetValue(id, out var constant))
        {
            if (constant.Shape.Rank > 0) return null;
            return _stated[id] = TorchTensors.Of(constant).to(device).DetachFromDisposeScope();
        }
        return _values.TryGetValue(id, out var value) && value is IntValue or FloatValue or BoolValue ? value : null;
    }

    // Makes a plain number of a tensor.
    static bool TakesOut(Call call) => call.Target is "aten::Int" or "aten::IntImplicit" or "aten::Float"
        or "aten::FloatImplicit" or "aten::Bool" or "aten::ScalarImplicit" or "aten::item"
        or "aten::_local_scalar_dense";

    // libtorch's own memory tells who sees a write: where nobody does the result is a value like any other, and else it
    // goes into that memory.
    Value Written(int step, Call call, HashSet<int> outputs, Value result)
    {
        int target = Target(call);
        if (result is not TensorValue { Tensor: var given } || ValueOf(target) is not TensorValue { Tensor: var self })
            return result;
        // Nothing has no address.
        if (self.numel() == 0) return result;
        var memory = Memory(self);
        bool seen = _values.Any(other => (_lastUse[other.Key] > step || outputs.Contains(other.Key))
            && other.Value.Tensors.Any(tensor => Memory(tensor) == memory));
        if (!seen) return result;
        bool fits = given.shape.AsSpan().SequenceEqual(self.shape);
        // A detachment, a dropout that drops nothing.
        if (Memory(given) == memory && fits && given.stride().AsSpan().SequenceEqual(self.stride())) return result;
        if (Memory(given) == memory)
        {
            // The same elements in another shape: under its old names nobody may read it.
            foreach (int id in _values.Keys)
                if (_values[id].Tensors.Any(tensor => Memory(tensor) == memory)) _renamed[id] = call;
            return result;
        }
        if (!fits)
            throw WalkErrors.Unsupported(path, call, "it gives another shape than the memory has that it writes");
        try
        {
            self.copy_(given);
        }
        catch (ExternalException exception)
        {
            throw WalkErrors.Failed(path, call, exception);
        }
        return self.alias();
    }

    // Reads copies of what may be written; a view must be one of the tensor itself. Weights are not written.
    (Value Result, Reading Reading) OfCopies(Call call)
    {
        var kept = Used(call).Where(_keys.ContainsKey).SelectMany(id => ValueOf(id).Tensors)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        var copies = new HashSet<nint>();
        var (result, reading) = Computed(call, type, tensor =>
        {
            if (kept.Contains(tensor)) return tensor;
            var copy = tensor.clone();
            copies.Add(Memory(copy));
            return copy;
        });
        if (!result.Tensors.Any(tensor => copies.Contains(Memory(tensor))))
            return (result.Select(tensor => tensor.requires_grad ? tensor.clone() : tensor), reading);
        (result, reading) = Computed(call, type, tensor => tensor);
        // libtorch lets nobody write into one of several views of one call; into a view like it, it does.
        var viewed = Used(call).SelectMany(id => ValueOf(id).Tensors).ToList();
        return (result is not ListValue ? result : result.Select(view =>
            viewed.Find(tensor => Memory(tensor) == Memory(view)) is { } whole
                ? whole.as_strided(view.shape, view.stride(), view.storage_offset()) : view), reading);
    }

    // The storage's address, which views have in common; TorchSharp gives that of a copy to who names another type.
    static nint Memory(TorchTensor tensor) => tensor.dtype switch
    {
        ScalarType.Float64 => tensor.storage<double>().data_ptr(),
        ScalarType.Float32 => tensor.storage<float>().data_ptr(),
        ScalarType.Int64 => tensor.storage<long>().data_ptr(),
        ScalarType.Int32 => tensor.storage<int>().data_ptr(),
        ScalarType.Int16 => tensor.storage<short>().data_ptr(),
        ScalarType.Int8 => tensor.storage<sbyte>().data_ptr(),
        ScalarType.Byte => tensor.storage<byte>().data_ptr(),
        ScalarType.Bool => tensor.storage<bool>().data_ptr(),
        _ => 0,
    };

    // As libtorch names its operators.
    static bool IsInPlace(Call call) =>
        call.Target.EndsWith('_') && !call.Target.EndsWith("__", StringComparison.Ordinal);

    static int Target(Call call) => (call.Arguments.Length > 0 ? call.Arguments[0]
        : call.Keywords.First(keyword => keyword.Name == "self").Value) is ValueArgument { Id: var id } ? id : -1;

    void DemandName(int id, Call call)
    {
        if (_renamed.TryGetValue(id, out var change))
            throw WalkErrors.Unsupported(path, call, $"it reads what '{change.Name}' has given another shape");
    }

    (Value Result, Reading Reading) Computed(Call call, ScalarType wanted, Func<TorchTensor, TorchTensor> change)
    {
        bool takesOut = TakesOut(call);
        var reading = new Reading(path, call, id => takesOut && StatedOf(id) is { } number ? number
            : ValueOf(id).Select(change), wanted, device);
        var result = ArmTable.Execute(path, call, reading);
        // libtorch makes float32 of integers where an op gives floats, as a division does, whatever the walk's type.
        // Booleans choose and mask, and stay what they are unless they are counted themselves.
        foreach (bool flags in (ReadOnlySpan<bool>)[false, true])
        {
            if (!MakesOtherFloats(call, result, wanted)) break;
            reading = new Reading(
                path, call, id => ValueOf(id).Select(x => Widened(change(x), wanted, flags)), wanted, device);
            result = ArmTable.Execute(path, call, reading);
        }
        return (result, reading);
    }

    bool MakesOtherFloats(Call call, Value result, ScalarType wanted) =>
        result.Tensors.Any(tensor => tensor.is_floating_point() && tensor.dtype != wanted)
        && Used(call).SelectMany(id => ValueOf(id).Tensors).Any(tensor => !tensor.is_floating_point());

    static TorchTensor Widened(TorchTensor tensor, ScalarType wanted, bool flags) =>
        tensor.is_floating_point() || (tensor.dtype == ScalarType.Bool && !flags) ? tensor : tensor.to(wanted);

    // Several results come as a list; a single result that is a list (sizes, chunks of a list) stays one.
    ImmutableArray<Value> Spread(Call call, Value result)
    {
        if (call.Results.Length == 1)
        {
            return call.Target is "prim::ListUnpack" or "prim::TupleUnpack" && result is ListValue { Items: [var only] }
                ? [only] : [result];
        }
        return result is ListValue list && list.Items.Length == call.Results.Length
            ? list.Items
            : throw WalkErrors.Unsupported(path, call,
                $"it gives {(result as ListValue)?.Items.Length ?? 1} results, the graph names {call.Results.Length}");
    }

    Value ValueOf(int id)
    {
        if (_values.TryGetValue(id, out var value)) return value;
        var tensor = _keys.TryGetValue(id, out string? key) ? Weight(key)
            : _constants.TryGetValue(id, out var constant) ? Constant(constant)
            : throw new InvalidOperationException($"value %{id} is used before it is defined");
        return _values[id] = tensor.DetachFromDisposeScope();
    }

    TorchTensor Weight(string key)
    {
        if (!weights.TryGetValue(key, out var stored))
            throw new ModelException(
                new Finding(Codes.WeightsDoNotFit, path, $"the graph needs '{key}', the weights do not have it"));
        var tensor = TorchTensors.Widen(stored, type, device);
        if (Alter is not null) tensor = Alter(key, tensor);
        if (!Differentiates || !stored.Type.IsFloating()) return tensor;
        // Freed with the value that reads it; the backward pass needs it longer.
        _leaves[key] = tensor.detach().requires_grad_().DetachFromDisposeScope();
        return _leaves[key].alias();
    }

    // A constant of rank 0 keeps its type, because it promotes as a Python number does.
    TorchTensor Constant(Stored constant) => constant.Shape.Rank == 0
        ? TorchTensors.Of(constant).to(device)
        : TorchTensors.Widen(constant, type, device);

    IEnumerable<WalkOutput> Named(string name, Value value) => value switch
    {
        TensorValue single => [new WalkOutput(name, single.Tensor.clone().DetachFromDisposeScope())],
        ListValue list => list.Items.SelectMany((item, i) => Named($"{name}.{i}", item)),
        _ => throw new ModelException(new Finding(Codes.UnsupportedOp, path, $"output '{name}' is no tensor")),
    };

    void FreeAfter(int step, Call call, HashSet<int> outputs)
    {
        foreach (int id in Used(call).Concat(call.Results))
            if (_lastUse[id] <= step && !outputs.Contains(id)) Free(id);
    }

    // Inputs are the caller's; a value that shares memory with another only drops its own reference.
    void Free(int id)
    {
        if (!_values.Remove(id, out var value) || graph.Inputs.Any(port => port.Value == id)) return;
        foreach (var tensor in value.Tensors) tensor.Dispose();
    }

    static int[] LastUses(Graph graph)
    {
        var last = new int[graph.ValueCount];
        Array.Fill(last, -1);
        for (int step = 0; step < graph.Calls.Length; step++)
            foreach (int id in Used(graph.Calls[step])) last[id] = step;
        return last;
    }

    /// <summary>The values whose elements reach an output, otherwise than as a number that is taken out of a
    /// tensor.</summary>
    public static HashSet<int> Read(Graph graph)
    {
        var read = graph.Outputs.Select(port => port.Value).ToHashSet();
        foreach (var call in graph.Calls.Reverse())
            if (!TakesOut(call) && (IsInPlace(call) || call.Results.Any(read.Contains))) read.UnionWith(Used(call));
        return read;
    }

    /// <summary>The values a call reads.</summary>
    public static IEnumerable<int> Used(Call call) =>
        call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value)).SelectMany(Ids);

    static IEnumerable<int> Ids(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(Ids),
        _ => [],
    };
}
