using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class RecurrentGatesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(21)]
    [InlineData(67)]
    public void Steps_are_near_and_equal_in_every_width(int features)
    {
        foreach (var kind in Enum.GetValues<RecurrentKind>())
        {
            Step<float>(kind, features, 1e-6);
            Step<double>(kind, features, 1e-14);
        }
    }

    static void Step<E>(RecurrentKind kind, int features, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        int gates = kind switch { RecurrentKind.Lstm => 4, RecurrentKind.Gru => 3, _ => 1 };
        E[] a = Bits.Random<E>(gates * features, 1), b = Bits.Random<E>(gates * features, 2);
        E[] h = Bits.Random<E>(features, 3), c = Bits.Random<E>(features, 4);
        E[]? firstH = null, firstC = null;
        foreach (var lanes in LaneWidths.All)
        {
            E[] newH = [.. h], newC = [.. c];
            fixed (E* pa = a, pb = b, ph = newH, pc = newC) RecurrentGates.Step(lanes, kind, pa, pb, ph, pc, features);
            (firstH, firstC) = (firstH ?? newH, firstC ?? newC);
            Bits.ShouldEqual<E>(newH, firstH, $"{kind} at {lanes}");
            Bits.ShouldEqual<E>(newC, firstC, $"{kind} at {lanes}");
        }
        for (int i = 0; i < features; i++)
        {
            double A(int gate) => double.CreateTruncating(a[(gate * features) + i]);
            double B(int gate) => double.CreateTruncating(b[(gate * features) + i]);
            double old = double.CreateTruncating(h[i]), memory = double.CreateTruncating(c[i]);
            double expected;
            switch (kind)
            {
                case RecurrentKind.Lstm:
                    memory = (Sigmoid(A(1) + B(1)) * memory) + (Sigmoid(A(0) + B(0)) * Math.Tanh(A(2) + B(2)));
                    expected = Sigmoid(A(3) + B(3)) * Math.Tanh(memory);
                    break;
                case RecurrentKind.Gru:
                    double fresh = Math.Tanh(A(2) + (Sigmoid(A(0) + B(0)) * B(2))), keep = Sigmoid(A(1) + B(1));
                    expected = ((1 - keep) * fresh) + (keep * old);
                    break;
                default:
                    double sum = A(0) + B(0);
                    expected = kind == RecurrentKind.Tanh ? Math.Tanh(sum) : Math.Max(0, sum);
                    break;
            }
            double.CreateTruncating(firstH![i]).Should().BeApproximately(expected, tolerance);
            double.CreateTruncating(firstC![i]).Should().BeApproximately(memory, tolerance);
        }
    }

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
