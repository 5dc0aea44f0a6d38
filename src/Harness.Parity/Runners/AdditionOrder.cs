using Harness.Executor.Cpu;

namespace Harness.Parity.Runners;

/// <summary>In which order a plan adds: what it was free to decide, and what it decided.</summary>
/// <param name="WinogradSteps">Steps whose convolution goes through Winograd's transform.</param>
/// <param name="Steps">All steps.</param>
public readonly record struct AdditionOrder(int WinogradSteps, int Steps)
{
    // As StepPlan.Kernel calls it.
    const string Winograd = "winograd F(2,3)";

    /// <summary>The order of a plan.</summary>
    public static AdditionOrder Of(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new AdditionOrder(plan.Describe().Count(step => step.Kernel == Winograd), plan.StepNames.Length);
    }

    /// <summary>True when every sum is one chain over its operands in their order.</summary>
    public bool IsExact => WinogradSteps == 0;

    /// <summary><c>convolutions: winograd F(2,3) in 13 of 30 steps</c>, or <c>exact order</c>.</summary>
    public override string ToString() =>
        IsExact ? "exact order" : $"convolutions: {Winograd} in {WinogradSteps} of {Steps} steps";
}
