using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary>The modules of users' assemblies among the models that are verified, each read once.</summary>
/// <param name="terminal">Gets what reading says.</param>
sealed class ReadModules(Terminal terminal) : IDisposable
{
    readonly Dictionary<string, ReadModule> _read = new(StringComparer.Ordinal);

    /// <summary>The requests with what was read of their modules.</summary>
    /// <param name="requests">All of them; those of other models stay as they are.</param>
    /// <param name="findings">Takes why a module cannot be read, whose cases go.</param>
    public ImmutableArray<VerifyRequest> Read(
        ImmutableArray<VerifyRequest> requests, ref ImmutableArray<Finding> findings)
    {
        var read = ImmutableArray.CreateBuilder<VerifyRequest>(requests.Length);
        foreach (var request in requests)
        {
            if (request.Model is not { } model || new ModelName(model).Module is null)
            {
                read.Add(request);
                continue;
            }
            try
            {
                if (!_read.TryGetValue(model, out var module))
                    _read[model] = module = ReadModule.Of(terminal, model);
                // Recorded with weights of a file, those are meant and not what the constructor draws.
                bool ownWeights = File.Exists(ModuleFiles.WeightsOf(request.Golden))
                    || File.Exists(ModuleFiles.WeightsOf(Path.Combine(request.Golden, "..")));
                read.Add(request with { Read = (module.Graph, ownWeights ? module.Weights : null) });
            }
            catch (ModelException e)
            {
                findings = findings.Add(e.Finding);
            }
        }
        return read.DrainToImmutable();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in _read.Values) module.Dispose();
    }
}
