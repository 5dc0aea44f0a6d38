using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>The model that was opened last. Neighbouring cases are often of one model with other inputs: its weights
/// are read or made, and hashed, once. Never holds two.</summary>
sealed class OpenModel : IDisposable
{
    (string Path, string? Weights) _source;
    TorchModel? _model;
    string? _weightsHash;

    /// <summary>The model of this file or architecture with these weights.</summary>
    /// <param name="path">An absolute path, or <c>arch:NAME</c>.</param>
    /// <param name="weights">What <see cref="ModelFile.Open"/> takes.</param>
    /// <returns>Not the caller's to dispose; valid until the next call.</returns>
    /// <exception cref="ModelException">It cannot be read.</exception>
    public TorchModel Get(string path, string? weights)
    {
        if (_model is not null && _source == (path, weights)) return _model;
        Dispose();
        _model = ModelFile.Open(path, weights);
        _source = (path, weights);
        return _model;
    }

    /// <summary>The hash of the weights of the model that <see cref="Get"/> gave.</summary>
    public string WeightsHash => _weightsHash ??= Sha256Hash.Of(_model!.Weights);

    /// <summary>Lets go of the model, before the next one is made.</summary>
    public void Dispose()
    {
        _model?.Dispose();
        _model = null;
        _weightsHash = null;
    }
}
