namespace Harness.Executor.Model;

/// <summary>What Flax does with a leaf; decides which axes it has and in which order.</summary>
public enum LeafForm
{
    /// <summary>An ordinary array, read by the program as it is.</summary>
    Array,

    /// <summary>One number a feature: scale, bias, mean, variance. Over several axes they lie as the normalized value
    /// does.</summary>
    Features,

    /// <summary>The kernel of <c>Dense</c> or <c>Linear</c>: (in, out).</summary>
    Dense,

    /// <summary>The kernel of <c>Conv</c>: (window, in / groups, out).</summary>
    Conv,

    /// <summary>The kernel of <c>ConvTranspose(transpose_kernel=True)</c>: (window, out, in), as PyTorch's window
    /// runs.</summary>
    ConvTranspose,

    /// <summary>A transposed convolution as <c>Conv(input_dilation=stride)</c>: (window reversed, in / groups,
    /// out). Flax's <c>ConvTranspose</c> has no groups.</summary>
    ReversedConv,
}

/// <summary>Facts about <see cref="LeafForm"/>.</summary>
public static class LeafForms
{
    /// <summary>The name that <c>conversion.json</c> uses.</summary>
    public static string Name(this LeafForm form) => form switch
    {
        LeafForm.Features => "features",
        LeafForm.Dense => "dense",
        LeafForm.Conv => "conv",
        LeafForm.ConvTranspose => "conv_transpose",
        LeafForm.ReversedConv => "conv_reversed",
        _ => "array",
    };
}
