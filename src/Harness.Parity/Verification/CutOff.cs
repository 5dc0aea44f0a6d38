using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Verification;

/// <summary>Which outputs follow from integers or Booleans that were made of rounded floating-point numbers. What is
/// 2.9999999 in float32 and 3 in float64 is cut off to another integer, in a right program too, so that such outputs
/// can be held to nothing end to end; every node by itself is fed the same numbers in both, and held exactly.</summary>
static class CutOff
{
    /// <summary>For each output the first node on its way that makes integers of rounded numbers; null where there is
    /// none.</summary>
    public static ImmutableArray<NhwcNode?> Sources(NhwcProgram model)
    {
        var sources = new NhwcNode?[model.Values.Length];
        var exact = new bool[model.Values.Length];
        // A golden holds floating-point inputs in float32, which either precision takes as they are.
        foreach (var port in model.Inputs) exact[port.Value] = true;
        foreach (var node in model.Nodes)
        {
            bool moves = (node.Op.IsView || node.Op.IsMove) && node.Inputs.All(input => exact[input]);
            var source = node.Inputs.Select(input => sources[input]).FirstOrDefault(known => known is not null);
            bool rounded = node.Inputs.Any(input => IsFloating(input) && !exact[input]);
            foreach (int output in node.Outputs)
            {
                sources[output] = source ?? (rounded && !IsFloating(output) ? node : null);
                // An integer that becomes a float is rounded to the precision as well.
                exact[output] = moves && node.Inputs.All(input => IsFloating(input) == IsFloating(output));
            }
        }
        return [.. model.Outputs.Select(port => sources[port.Value])];

        bool IsFloating(int value) => model.Values[value].Type.IsFloating();
    }
}
