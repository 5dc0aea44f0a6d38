namespace Harness.Reference.Walk;

/// <summary>How the oracle executes one ATen operator.</summary>
/// <param name="Target">The operator without overload: <c>aten::conv2d</c>.</param>
/// <param name="Run">Reads the arguments and computes; the result of an operator with several is a list.</param>
public sealed record Arm(string Target, Func<Reading, Value> Run);
