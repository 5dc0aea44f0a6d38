using System.Collections.Immutable;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Holds steps to what a program is held to, node by node in the order in which they run, and to what fusion
/// adds: what a step does not store, nobody else reads.</summary>
static class StepVerifier
{
    /// <summary>Verifies the steps that a pass left, where programs are verified.</summary>
    /// <exception cref="BrokenProgramException">They break a rule.</exception>
    public static void After(string pass, NhwcProgram program, ImmutableArray<FusedNode> steps)
    {
        if (!ProgramVerifier.IsOn) return;
        var run = program with { Nodes = [.. steps.SelectMany(step => step.Nodes)] };
        ProgramVerifier.After(pass, run, program);
        var inner = new Dictionary<int, FusedNode>();
        foreach (var step in steps)
            foreach (int value in step.Nodes.SelectMany(node => node.Outputs).Except(step.Defines)) inner[value] = step;
        void Hold(int value, string reader)
        {
            if (!inner.TryGetValue(value, out var step)) return;
            throw new BrokenProgramException(
                pass, reader, $"value {value} '{program.Values[value].Name}'",
                $"one that '{step.Main.Name}' stores");
        }
        foreach (var step in steps)
            foreach (int value in step.Reads) Hold(value, $"'{step.Main.Name}'");
        foreach (var port in program.Outputs) Hold(port.Value, $"output '{port.Name}'");
    }
}
