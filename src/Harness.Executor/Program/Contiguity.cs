using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Schema;

namespace Harness.Executor.Program;

/// <summary>What is known of how PyTorch lays values out: only whether they are contiguous for certain. On that hangs
/// whether an operator gives a view or a copy, and on that what a write changes.</summary>
static class Contiguity
{
    /// <summary>True where the results of an operator that may give views are views for certain.</summary>
    /// <param name="op">What it is.</param>
    /// <param name="call">Its call.</param>
    /// <param name="operand">The operand's shape.</param>
    /// <param name="contiguous">True where the operand is contiguous for certain.</param>
    public static bool IsView(Op op, Bound call, Shape operand, bool contiguous) => op switch
    {
        Identity when call.Call.Target == "aten::contiguous" => contiguous && IsPlain(call),
        Reshaping reshape when call.Call.Target is "aten::reshape" or "aten::flatten" or "aten::ravel" =>
            contiguous || !Merges(operand, reshape.Target(operand)),
        Identity or Reshaping or Permuting or Slice or Select or Split or Unbind or Expand => true,
        _ => false,
    };

    /// <summary>True for a call that asks for PyTorch's own order, and no other memory format.</summary>
    public static bool IsPlain(Bound call) => call["memory_format"] is IntArgument { Number: 0 };

    /// <summary>True where a view of a contiguous value is contiguous for certain.</summary>
    public static bool OfView(Op op, Shape operand, Shape result) => op switch
    {
        Identity or Reshaping => true,
        Permuting permuting => KeepsOrder(permuting, operand),
        Expand => operand.Elements == result.Elements,
        // Of the outermost axis that is longer than 1 neighbours lie side by side.
        Slice { Step: > 1 } => false,
        AxisPart part => operand.AsSpan()[..Axis.Of(part.Dim, operand.Rank)].IndexOfAnyExcept(1) < 0,
        _ => false,
    };

    /// <summary>True where no two axes longer than 1 change places.</summary>
    public static bool KeepsOrder(Permuting op, Shape operand)
    {
        int[] order = [.. op.Order(operand.Rank).Where(axis => operand[axis] != 1)];
        return order.SequenceEqual(order.Order());
    }

    /// <summary>True for an op whose results are new and contiguous where all its operands are: those that take over
    /// their operands' strides or make their own in order. Of others (recurrent layers, attention, sums of products
    /// by an equation) some permute their results.</summary>
    public static bool OfResult(Op op) => op is Elementwise or Binary or Ternary or Where or MaskedFill or Creation
        or Conv or ConvTranspose or Linear or Addmm or BatchNorm2d or GroupNorm or LayerNorm or AvgPool or MaxPool
        or AdaptiveAvgPool or Softmax or Cat or Pad or Embedding or Copy or Cast;

    // True where some axis of the new shape is made of several: strides decide whether that takes a copy.
    static bool Merges(Shape from, Shape to)
    {
        if (from.Elements == 0) return true;
        int[] axes = [.. from.Where(extent => extent != 1)], others = [.. to.Where(extent => extent != 1)];
        int at = 0;
        foreach (int axis in axes)
        {
            // Each axis is split into whole ones.
            long made = 1;
            while (made < axis && at < others.Length) made *= others[at++];
            if (made != axis) return true;
        }
        return false;
    }
}
