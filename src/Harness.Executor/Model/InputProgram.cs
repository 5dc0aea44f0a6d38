namespace Harness.Executor.Model;

/// <summary>A program whose graph depends on its inputs: a scripted module, whose conditions ask for their shapes and
/// types.</summary>
public abstract class InputProgram
{
    /// <summary>What making graphs has taken so far, in steps each about as dear as looking at a call.</summary>
    public long Steps { get; protected set; }

    /// <summary>The graph for inputs of these types and shapes.</summary>
    /// <exception cref="ModelException">PAR1004: the program takes no such inputs; PAR1002: what it does with them is
    /// not supported.</exception>
    public abstract Graph For(IReadOnlyList<Fact> inputs);
}
