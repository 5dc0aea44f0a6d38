using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Harness.Executor.Model;

/// <summary>PyTorch's names and tensors, in the file's order: parameters and buffers.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "PyTorch's own word.")]
public sealed class StateDict : IReadOnlyDictionary<string, Tensor>
{
    readonly List<string> _keys = [];
    readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Adds a tensor; false when the key is taken.</summary>
    public bool Add(string key, Tensor tensor)
    {
        if (!_tensors.TryAdd(key, tensor)) return false;
        _keys.Add(key);
        return true;
    }

    /// <inheritdoc/>
    public Tensor this[string key] => _tensors[key];

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _keys;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => _keys.Select(k => _tensors[k]);

    /// <inheritdoc/>
    public int Count => _keys.Count;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) =>
        _tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() =>
        _keys.Select(k => KeyValuePair.Create(k, _tensors[k])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
