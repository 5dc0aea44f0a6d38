using System.Collections.Immutable;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>One op's entry in <see cref="OpSet"/>: the operators it takes and how it reads their arguments.</summary>
/// <param name="Operators">PyTorch's operators with their overloads (<c>aten::conv2d.padding</c>), tried in order; what
/// their arguments are says <see cref="SchemaTable"/>.</param>
/// <param name="Parse">Reads a bound call; refuses by <see cref="Bound.Refuse"/> what it does not support.</param>
public sealed record OpDefinition(ImmutableArray<string> Operators, Func<Bound, Op> Parse)
{
    /// <summary>A definition from operators; one without <c>::</c> is in <c>aten</c>.</summary>
    public static OpDefinition Of(Func<Bound, Op> parse, params ReadOnlySpan<string> operators)
    {
        var names = ImmutableArray.CreateBuilder<string>(operators.Length);
        foreach (string name in operators)
            names.Add(name.Contains("::", StringComparison.Ordinal) ? name : "aten::" + name);
        return new OpDefinition(names.MoveToImmutable(), parse);
    }
}
