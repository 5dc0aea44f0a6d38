namespace Harness.Formats;

/// <summary>The library of Flax's that source is written for.</summary>
public enum FlaxApi
{
    /// <summary><c>flax.linen</c>: variables are a nested dictionary by collections.</summary>
    Linen,

    /// <summary><c>flax.nnx</c>: variables are attributes of modules.</summary>
    Nnx,
}
