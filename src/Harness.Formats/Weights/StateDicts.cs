using Harness.Executor.Model;

namespace Harness.Formats.Weights;

/// <summary>State dicts and the files they view.</summary>
static class StateDicts
{
    /// <summary>The same tensors in memory of their own: for callers who keep no file open.</summary>
    public static StateDict Copied(this StateDict views)
    {
        var copies = new StateDict();
        foreach (var (name, tensor) in views)
            copies.Add(name, new Tensor(tensor.Type, tensor.Shape, tensor.Bytes.ToArray()));
        return copies;
    }
}
