using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>An operator that PyTorch itself says by others. Once its operands are known their calls take its place: no
/// program holds one, and what computes, converts and judges knows those others alone.</summary>
/// <remarks>The last call has the name of the composite and gives its result, so that the golden's probe holds it.
/// </remarks>
public abstract record Composite : Op
{
    /// <summary>Says the operator by others, in order; the last one by <see cref="CallWriter.Give"/>.</summary>
    internal abstract void Write(CallWriter calls);

    /// <summary>As it is: the calls that take its place promote what they need.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <summary>None of its own: the calls that take its place have theirs.</summary>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var shapes = new Shape[inputs.Length];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = inputs[i].Shape;
        return new Arrangement(
            [.. Arrangements.Current(inputs)],
            [.. InferShapes(shapes).Select(shape => Permutation.Identity(shape.Rank))]);
    }
}

/// <summary>What a <see cref="Composite"/> is said with: calls, each read as if the model stated it.</summary>
abstract class CallWriter
{
    /// <summary>The operands, in the schema's order.</summary>
    public abstract ImmutableArray<Argument> Operands { get; }

    /// <summary>Element type and shape of an operand or of what a call gave.</summary>
    public abstract Fact FactOf(Argument value);

    /// <summary>The shape of an operand or of what a call gave.</summary>
    public Shape ShapeOf(Argument value) => FactOf(value).Shape;

    /// <summary>A call before the last.</summary>
    /// <param name="part">Its name within the composite's.</param>
    /// <param name="target">The operator: <c>aten::unsqueeze</c>.</param>
    /// <param name="arguments">Its arguments by position.</param>
    /// <returns>What it gives: a value, or the list of them.</returns>
    public abstract Argument Call(string part, string target, params ReadOnlySpan<Argument> arguments);

    /// <summary>The last call, whose result is the composite's.</summary>
    public abstract void Give(string target, params ReadOnlySpan<Argument> arguments);

    /// <summary>A list of integers.</summary>
    public static Argument Ints(params IEnumerable<int> numbers) =>
        Argument.Of([.. numbers.Select(number => Argument.Of((long)number))]);
}
