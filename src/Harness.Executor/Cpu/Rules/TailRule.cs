namespace Harness.Executor.Cpu;

/// <summary>Convolutions, products and norms take what follows them element by element, so that results are stored once:
/// a <see cref="Tail"/> of any length.</summary>
sealed class TailRule : Rule
{
    /// <inheritdoc/>
    public override bool SeesThroughViews => true;

    /// <inheritdoc/>
    public override Joined? Join(in Neighbours pair, FusionScope scope)
    {
        var (first, value, views, second) = pair;
        if (!second.IsAlone || Lowerings.Find(first.Main.Op) is not { TakesTail: true }) return null;
        return first.Tail.With(scope, value, views, second.Main) is { } tail
            ? new Joined(null, first with { Tail = tail })
            : null;
    }
}
