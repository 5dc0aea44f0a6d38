using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Formats.TorchScript;
using TorchSharp;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Recording;

/// <summary>libtorch running a TorchScript file itself: the truth that does not depend on our reading of the
/// graph.</summary>
/// <remarks>Only load, convert and run: asking TorchSharp 0.107 for the type or name of a script module crashes the
/// process.</remarks>
static class ScriptedModel
{
    static readonly Lock s_alone = new();

    /// <summary>Runs <c>forward</c> in eval mode without gradients and returns the outputs, which the caller owns, in
    /// the graph's order: tuples, lists and dictionaries flattened.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model as it was read, for the names of its outputs and what its arguments were
    /// given.</param>
    /// <param name="weights">Weights in place of the file's own; null to keep those.</param>
    /// <param name="type">What weights are converted to before anything runs; null to leave them as they are.</param>
    /// <param name="device">Where to run.</param>
    /// <param name="inputs">The inputs; not changed, not even by in-place operators.</param>
    /// <exception cref="ModelException">PAR1001: libtorch cannot read or run the file.</exception>
    public static TorchTensor[] Run(
        string path, TorchModel model, StateDict? weights, ScalarType? type, Device device,
        IReadOnlyList<TorchTensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var alone = s_alone.EnterScope();
        var before = get_default_dtype();
        try
        {
            // What libtorch makes of integers where an op gives floats; one setting for the whole process.
            set_default_dtype(type ?? ScalarType.Float32);
            using var module = Load(path, model);
            if (type is { } wanted) module.to(wanted);
            module.to(device.type, device.index);
            module.eval();
            if (weights is not null) Replace(module, weights);
            // A trace may write into its arguments.
            object result = module.forward([.. inputs.Select(input => (object)input.clone())]);
            return [.. Flatten(result).Select(output => output.clone().DetachFromDisposeScope())];
        }
        catch (Exception exception) when (exception is ExternalException or InvalidDataException
            or NotSupportedException)
        {
            string message = $"libtorch cannot run the file: {Reason(exception)}";
            throw new ModelException(new Finding(Codes.ModelUnreadable, path, message), exception);
        }
        finally
        {
            set_default_dtype(before);
        }
    }

    static void Replace(jit.ScriptModule module, StateDict weights)
    {
        foreach (var (name, parameter) in module.named_parameters())
            if (weights.TryGetValue(name, out var given)) parameter.copy_(TorchTensors.Of(given));
        foreach (var (name, buffer) in module.named_buffers())
            if (weights.TryGetValue(name, out var given)) buffer.copy_(TorchTensors.Of(given));
    }

    // TorchSharp hands over nothing but tensors, and receives tensors and tuples and lists of them.
    static jit.ScriptModule Load(string path, TorchModel model) =>
        TensorForward.Rewrite(path, model.Arguments, [.. model.Graph.Outputs.Select(port => port.Name)])
            is { } rewritten ? jit.load(rewritten) : jit.load(path);

    static IEnumerable<TorchTensor> Flatten(object? result)
    {
        switch (result)
        {
            case TorchTensor tensor: return [tensor];
            case ITuple tuple: return Enumerable.Range(0, tuple.Length).SelectMany(i => Flatten(tuple[i]));
            case IEnumerable items: return items.Cast<object?>().SelectMany(Flatten);
            default: throw new InvalidDataException($"forward returns {result ?? "None"}, expected tensors");
        }
    }

    // The interpreter prints a traceback first and the reason last.
    static string Reason(Exception exception)
    {
        string[] lines = [.. exception.Message.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        return lines.LastOrDefault(line => line.StartsWith("RuntimeError:", StringComparison.Ordinal))
            ?? lines.FirstOrDefault() ?? "no reason given";
    }
}
