using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Recurrent layers.</summary>
sealed class RecurrentLowering<TOp>(Func<TOp, RecurrentKind> kind) : Lowering<TOp> where TOp : Recurrent
{
    /// <summary>Weights that are computed are read through whatever strides.</summary>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand > ((TOp)op).States || x.IsDense;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new RecurrentStep<E>(site, kind((TOp)site.Op));
}
