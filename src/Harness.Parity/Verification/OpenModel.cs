using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>The model that was opened last. Neighbouring cases are often of one model with other inputs: its weights
/// are read or made, hashed, converted and written once. Never holds two.</summary>
sealed class OpenModel : IDisposable
{
    (string Path, string? Weights, string Arguments) _source;
    TorchModel? _model;
    string? _weightsHash;
    readonly Dictionary<FlattenMode, ShippedTree> _trees = [];

    /// <summary>Memory for the checks of whichever case is verified.</summary>
    public Scratch Scratch { get; } = new();

    /// <summary>The model of this file or architecture with these weights.</summary>
    /// <param name="path">An absolute path, or <c>arch:NAME</c>.</param>
    /// <param name="weights">What <see cref="ModelFile.Open"/> takes.</param>
    /// <param name="arguments">What else it takes.</param>
    /// <returns>Not the caller's to dispose; valid until the next call.</returns>
    /// <exception cref="ModelException">It cannot be read.</exception>
    public TorchModel Get(string path, string? weights, params IReadOnlyList<string> arguments)
    {
        var source = (path, weights, string.Join(';', arguments));
        if (_model is not null && _source == source) return _model;
        Dispose();
        _model = ModelFile.Open(path, weights, arguments: arguments);
        _source = source;
        return _model;
    }

    /// <summary>The hash of the weights of the model that <see cref="Get"/> gave.</summary>
    public string WeightsHash => _weightsHash ??= Sha256Hash.Of(_model!.Weights);

    /// <summary>The tree that ships of a program, which is bound to it: the one of before where that is the
    /// same.</summary>
    /// <param name="program">A program of any model; gives way to the same one over what was read back.</param>
    /// <param name="flatten">How its flattens were converted.</param>
    /// <returns>Not the caller's to dispose; valid until the next call with this mode, or to
    /// <see cref="Get"/>.</returns>
    /// <exception cref="ModelException">The bytes do not hold the tree.</exception>
    public ShippedTree Ship(ref NhwcProgram program, FlattenMode flatten)
    {
        if (_trees.Remove(flatten, out var last) && !last.TryBind(ref program))
        {
            last.Dispose();
            last = null;
        }
        return _trees[flatten] = last ?? ShippedTree.Bind(ref program);
    }

    /// <summary>Lets go of the model, before the next one is made.</summary>
    public void Dispose()
    {
        foreach (var tree in _trees.Values) tree.Dispose();
        _trees.Clear();
        _model?.Dispose();
        _model = null;
        _weightsHash = null;
    }
}
