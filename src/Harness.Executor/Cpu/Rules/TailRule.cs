namespace Harness.Executor.Cpu;

/// <summary>Convolutions, products and norms take what follows them element by element, so that results are stored
/// once: a <see cref="Tail"/> of any length.</summary>
sealed class TailRule : Rule
{
    /// <inheritdoc/>
    public override bool SeesThroughViews => true;

    /// <inheritdoc/>
    public override Joined? Join(in Neighbours pair, FusionScope scope)
    {
        if (!pair.Second.IsAlone || Lowerings.Find(pair.First.Main.Op) is not { TakesTail: true }) return null;
        return pair.First.Tail.With(scope, pair.Value, pair.Views, pair.Second.Main) is { } tail
            ? new Joined(null, pair.First with { Tail = tail })
            : null;
    }
}
