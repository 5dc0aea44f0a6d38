namespace Harness.Executor.Model;

/// <summary>A program whose graph depends on its inputs: a scripted module, whose conditions ask for their shapes and
/// types.</summary>
public abstract class InputProgram
{
    /// <summary>What making graphs has taken so far, in steps each about as dear as looking at a call.</summary>
    public long Steps { get; protected set; }

    /// <summary>Of the graph that was asked for last, what there was of it when it was refused; null where it was
    /// not.</summary>
    public abstract Graph? Reached { get; }

    /// <summary>The graph for inputs of these types and shapes.</summary>
    /// <exception cref="ModelException">PAR1004: the program takes no such inputs; PAR1002: what it does with them is
    /// not supported.</exception>
    public abstract Graph For(IReadOnlyList<Fact> inputs);
}
