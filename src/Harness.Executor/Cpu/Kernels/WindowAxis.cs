namespace Harness.Executor.Cpu.Kernels;

/// <summary>The windows of one axis: for each output the input elements it sees.</summary>
/// <param name="First">First input index that exists.</param>
/// <param name="Count">How many exist.</param>
/// <param name="Extent">This axis's factor of an average's divisor.</param>
/// <param name="Step">Input elements from one to the next: the dilation.</param>
sealed record WindowAxis(int[] First, int[] Count, int[] Extent, int Step)
{
    /// <summary>Outputs.</summary>
    public int Length => First.Length;

    /// <summary>The windows of an axis that does not exist: one output of one element.</summary>
    public static readonly WindowAxis Single = Adaptive(1, 1);

    /// <summary>Fixed windows of a pool.</summary>
    /// <param name="input">Input extent.</param>
    /// <param name="output">Output extent; floor or ceil is the caller's arithmetic.</param>
    /// <param name="kernel">Window extent.</param>
    /// <param name="stride">From one window to the next.</param>
    /// <param name="padding">Before the input; ceil_mode may reach further behind it.</param>
    /// <param name="dilation">From one element to the next.</param>
    /// <param name="countPadding">True when padded positions count in the divisor (count_include_pad): those within
    /// <paramref name="padding"/> of the input, not those that ceil_mode alone reaches.</param>
    public static WindowAxis Pool(
        int input, int output, int kernel, int stride, int padding, int dilation = 1, bool countPadding = false)
    {
        var axis = new WindowAxis(new int[output], new int[output], new int[output], dilation);
        for (int o = 0; o < output; o++)
        {
            int start = (o * stride) - padding;
            int skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;
            int first = start + (skipped * dilation);
            int end = start + (dilation * (kernel - 1)) + 1;
            axis.First[o] = first;
            axis.Count[o] = first >= input ? 0 : Math.Min(kernel - skipped, ((input - 1 - first) / dilation) + 1);
            axis.Extent[o] = countPadding ? Math.Min(end, input + padding) - start : axis.Count[o];
        }
        return axis;
    }

    /// <summary>Adaptive windows: output o sees [floor(o · in / out), ceil((o + 1) · in / out)).</summary>
    public static WindowAxis Adaptive(int input, int output)
    {
        var axis = new WindowAxis(new int[output], new int[output], new int[output], 1);
        for (int o = 0; o < output; o++)
        {
            axis.First[o] = (int)((long)o * input / output);
            axis.Count[o] = (int)((((long)(o + 1) * input) + output - 1) / output) - axis.First[o];
            axis.Extent[o] = axis.Count[o];
        }
        return axis;
    }
}
