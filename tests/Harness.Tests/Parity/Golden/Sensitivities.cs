using Harness.Parity.Golden;

namespace Harness.Tests.Parity.Golden;

/// <summary>What PyTorch would have measured of models that are too small to doubt.</summary>
static class Sensitivities
{
    /// <summary>Every input moves an output, every output is moved, no weight is blind.</summary>
    public static GoldenSensitivity AllMoves(int inputs, int outputs) => new(
        [.. Enumerable.Repeat(0.5, inputs)], [.. Enumerable.Repeat(0.5, outputs)], [])
    {
        Rounding = [.. Enumerable.Repeat(0.0, outputs)],
    };
}
