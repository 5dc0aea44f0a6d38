using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Reference.Recording;
using Harness.Reference.Walk;
using TorchSharp;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Modules;

/// <summary>A module of a user's assembly: our reading of it, and itself, which is the truth that does not depend on
/// that reading.</summary>
sealed class UserModule : IDisposable
{
    readonly ModelName _name;
    readonly nn.Module<TorchTensor, TorchTensor> _module;

    UserModule(ModelName name, nn.Module<TorchTensor, TorchTensor> module, Graph graph, StateDict weights) =>
        (_name, _module, Graph, Weights) = (name, module, graph, weights);

    /// <summary>The calls that its layers make.</summary>
    public Graph Graph { get; }

    /// <summary>What they read, by state-dict names.</summary>
    public StateDict Weights { get; }

    /// <summary>Makes the module and reads its tree.</summary>
    /// <exception cref="ModelException">PAR1001: it cannot be made; PAR1002: not all of it is supported, and all of
    /// that is named; PAR9001: libtorch cannot be loaded.</exception>
    public static UserModule Open(ModelName name)
    {
        Torch.Load();
        using var noGrad = no_grad();
        // The user's code may write what it likes; standard output is a report's.
        var output = Console.Out;
        Console.SetOut(Console.Error);
        try
        {
            var module = (nn.Module<TorchTensor, TorchTensor>)ModuleAssembly.Make(name);
            var (graph, weights) = new ModuleReading(name.Text).Read(module);
            return new UserModule(name, module, graph, weights);
        }
        catch (ExternalException e)
        {
            throw new ModelException(new Finding(
                Codes.ModelUnreadable, name.Text, $"the module cannot be made: {WalkErrors.FirstLine(e)}"), e);
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    /// <summary>Makes it once more: what a golden is held to has the same weights whenever it is made.</summary>
    /// <exception cref="ModelException">PAR1003: it has others.</exception>
    public void DemandSameAgain()
    {
        using var again = Open(_name);
        string[] other = [.. Weights.Keys.Where(key => !again.Weights.TryGetValue(key, out var tensor)
            || !tensor.Bytes.Span.SequenceEqual(Weights[key].Bytes.Span))];
        if (other.Length == 0) return;
        throw new ModelException(new Finding(Codes.WeightsDoNotFit, _name.Text,
            $"'{other[0]}' has other elements whenever the module is made (and {other.Length - 1} more): drawn without "
            + "torch's seed, or never set, as some layers of TorchSharp leave them; give weights, a file or seed:1"));
    }

    /// <summary>What the module itself gives, which the caller owns.</summary>
    /// <param name="weights">What its parameters and buffers hold.</param>
    /// <param name="type">What floating-point weights are converted to.</param>
    /// <param name="device">Where to run.</param>
    /// <param name="input">The input; not changed.</param>
    /// <exception cref="ModelException">PAR1001: it cannot run.</exception>
    public TorchTensor Run(StateDict weights, ScalarType type, Device device, TorchTensor input)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        try
        {
            _module.to(type);
            _module.to(device.type, device.index);
            foreach (var (key, held) in _module.state_dict())
                if (weights.TryGetValue(key, out var given)) held.copy_(TorchTensors.Of(given));
            return _module.call(input.clone()).clone().DetachFromDisposeScope();
        }
        catch (Exception e) when (e is ExternalException or ArgumentException or InvalidOperationException)
        {
            throw new ModelException(new Finding(Codes.ModelUnreadable, _name.Text,
                $"the module itself cannot run: {WalkErrors.FirstLine(e)}"), e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
