using Harness.Executor.Model;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Running;

/// <summary>A Flax leaf as PyTorch's op sees it: the way back of the rule that placed it, by libtorch's own strides.
/// Shares nothing with the code that moved the elements.</summary>
static class LeafView
{
    /// <summary>The operand, a view of the leaf except where the rule reverses an axis or PyTorch merges axes that lie
    /// apart.</summary>
    /// <param name="leaf">As it lies in Flax's tree.</param>
    /// <param name="rule">How the operand became the leaf: <c>oihw → hwio</c>.</param>
    /// <exception cref="ModelException">PAR4001: the leaf does not have the rule's axes.</exception>
    public static TorchTensor Of(TorchTensor leaf, Rearrangement rule)
    {
        if (rule.From == rule.To && rule.Flip.Length == 0) return leaf;
        var groups = Groups(rule.To);
        if (groups.Count != leaf.ndim) throw Misfit(leaf, rule);
        var extents = new Dictionary<char, long>();
        for (int axis = 0; axis < groups.Count; axis++) Split(groups[axis], leaf.shape[axis], rule, extents, leaf);
        string letters = string.Concat(groups);
        var operand = leaf.reshape([.. letters.Select(letter => extents[letter])]);
        if (rule.Flip.Length > 0)
            operand = operand.flip([.. rule.Flip.Select(letter => (long)letters.IndexOf(letter))]);
        var wanted = Groups(rule.From);
        operand = operand.permute([.. string.Concat(wanted).Select(letter => (long)letters.IndexOf(letter))]);
        return operand.reshape(
            [.. wanted.Select(group => group.Aggregate(1L, (product, letter) => product * extents[letter]))]);
    }

    // The extents of the letters that share an axis; at most one of them is not stated.
    static void Split(
        string group, long extent, Rearrangement rule, Dictionary<char, long> extents, TorchTensor leaf)
    {
        long stated = 1;
        char open = '\0';
        foreach (char letter in group)
        {
            if (rule.Sizes.TryGetValue(letter, out int size)) stated *= extents[letter] = size;
            else if (open == '\0') open = letter;
            else throw Misfit(leaf, rule);
        }
        if (open == '\0' ? stated != extent : stated == 0 || extent % stated != 0) throw Misfit(leaf, rule);
        if (open != '\0') extents[open] = extent / stated;
    }

    // o(chw) → o, chw
    static List<string> Groups(string axes)
    {
        var groups = new List<string>();
        bool merged = false;
        foreach (char c in axes)
        {
            if (c == '(') groups.Add("");
            if (c is '(' or ')') merged = c == '(';
            else if (merged) groups[^1] += c;
            else groups.Add($"{c}");
        }
        return groups;
    }

    static ModelException Misfit(TorchTensor leaf, Rearrangement rule) => new(new Finding(
        Codes.WeightsRoundTrip, "",
        $"a leaf of shape ({string.Join(", ", leaf.shape)}) does not have the axes of {rule}"));
}
