namespace Harness.Executor.Program;

/// <summary>What becomes of conv → flatten → linear.</summary>
public enum FlattenMode
{
    /// <summary>The activation is transposed back to PyTorch's order before it is flattened; the linear kernel is a
    /// plain transpose.</summary>
    Transpose,
    /// <summary>The activation is flattened as it lies and the linear kernel's rows are reordered, wherever that is
    /// valid.</summary>
    Fold,
}
