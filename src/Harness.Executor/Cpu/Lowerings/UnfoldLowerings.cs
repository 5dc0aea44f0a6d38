using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Windows as columns.</summary>
sealed class UnfoldLowering : Lowering<Unfold>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new UnfoldStep<E>(site.Output(), site.Input(0), (Unfold)site.Op);
}

/// <summary>Columns added up to an image.</summary>
sealed class FoldLowering : Lowering<Fold>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new FoldStep<E>(site.Output(), site.Input(0), (Fold)site.Op);
}
