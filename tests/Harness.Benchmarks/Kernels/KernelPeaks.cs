using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>The FMA peak around each case, since the clock moves between them; the better of before and
/// after.</summary>
static class KernelPeaks
{
    static readonly Dictionary<(Type Element, string Case), double> s_peaks = [];

    /// <summary>Measures now, for this case.</summary>
    public static void Measure<E>(string name) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        double now = FmaPeak.Measure<E>(LaneWidths.Choose());
        s_peaks[(typeof(E), name)] = Math.Max(now, s_peaks.GetValueOrDefault((typeof(E), name)));
    }

    /// <summary>GFLOP/s.</summary>
    public static double Of(Type element, string name) => s_peaks.GetValueOrDefault((element, name), double.NaN);
}
