using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Parity.Verification;

/// <summary>The part of check 1 that no way back can fake: each leaf has the axes and the extents that Flax's layer of
/// its form has, worked out here from PyTorch's shape and not from the leaf's own rearrangement.</summary>
static class FormCheck
{
    static readonly string[] s_flattened = ["(wc)", "(hwc)", "(dhwc)"];

    /// <summary>What is wrong, one sentence each.</summary>
    public static ImmutableArray<string> Faults(NhwcProgram program)
    {
        var faults = ImmutableArray.CreateBuilder<(string Path, string Fault)>();
        var right = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in program.Nodes)
        {
            foreach (var rule in node.Op.Weights)
            {
                var value = program.Values[node.Inputs[rule.Operand]];
                // Where another use decided how the weight lies, that use is looked at.
                if (value.Leaf is not { } leaf || !value.Moves.IsEmpty) continue;
                if (Fault(node, rule, leaf, value.Shape, program.Values[node.Inputs[0]]) is { } fault)
                {
                    faults.Add((leaf.FullPath,
                        $"leaf '{leaf.FullPath}' of '{leaf.TorchKey}' {fault} ({node.Op.Name} '{node.Name}')"));
                }
                else right.Add(leaf.FullPath);
            }
        }
        // Where extents of 1 hide that uses want other axes, the leaf is that of one of them.
        return [.. faults.Where(fault => !right.Contains(fault.Path)).Select(fault => fault.Fault).Distinct()];
    }

    static string? Fault(NhwcNode node, WeightRule rule, Leaf leaf, Shape torch, NhwcValue input)
    {
        if (leaf.Form != rule.Form) return $"is written as {leaf.Form.Name()}, expected {rule.Form.Name()}";
        int spatial = torch.Rank - 2;
        string window = spatial is > 0 and <= 3 ? "dhw"[^spatial..] : "";
        string? axes = rule.Form switch
        {
            LeafForm.Dense => "io",
            LeafForm.Conv => $"{window}io",
            LeafForm.ConvTranspose => $"{window}oi",
            LeafForm.ReversedConv => $"{window}i(go)",
            _ => null,
        };
        // A folded flatten's rows are those of what it flattens, in Flax's order.
        string found = rule.Form == LeafForm.Dense && s_flattened.FirstOrDefault(leaf.Axes.StartsWith) is { } rows
            ? $"i{leaf.Axes[rows.Length..]}"
            : leaf.Axes;
        if (axes is not null && found != axes) return $"has the axes {leaf.Axes}, expected {axes}";
        using var elements = leaf.Borrow();
        var actual = elements.Tensor.Shape;
        return Extents(node.Op, rule, torch, input) is { } expected && actual != expected
            ? $"has the shape {actual}, expected {expected}"
            : null;
    }

    // From PyTorch's shape as the op reads it.
    static Shape? Extents(Op op, WeightRule rule, Shape torch, NhwcValue input) => rule.Form switch
    {
        LeafForm.Features => rule.FollowsInput ? Shape.Create(input.Physical.AsSpan()[^torch.Rank..]) : torch,
        LeafForm.Dense when op is Addmm => torch,
        LeafForm.Dense => [torch[1], torch[0]],
        LeafForm.Conv or LeafForm.ConvTranspose => [.. torch.AsSpan()[2..], torch[1], torch[0]],
        LeafForm.ReversedConv when op is ConvTranspose { Groups: var groups } =>
            [.. torch.AsSpan()[2..], torch[0] / groups, torch[1] * groups],
        _ => null,
    };
}
