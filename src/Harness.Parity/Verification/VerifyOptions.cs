using Harness.Executor.Cpu.Kernels;
using Harness.Parity.History;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>What the float32 check demands end to end.</summary>
public enum Float32Mode
{
    /// <summary>1e-6, or four times torch's own float32 noise where that is more.</summary>
    Calibrated,

    /// <summary>1e-6, whatever torch's own noise.</summary>
    Strict,

    /// <summary>No float32 check.</summary>
    Off,
}

/// <summary>Which precisions are verified.</summary>
public enum Precision
{
    /// <summary>Both checks.</summary>
    Both,

    /// <summary>The float64 check alone.</summary>
    Float64,

    /// <summary>The float32 check alone.</summary>
    Float32,
}

/// <summary>How cases are verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>The limit where neither the case nor its golden states another.</summary>
    public double Tolerance { get; init; } = Parity.Tolerance.DefaultValue;

    /// <summary>What the float32 check demands.</summary>
    public Float32Mode Float32 { get; init; } = Float32Mode.Calibrated;

    /// <summary>Which precisions are verified.</summary>
    public Precision Precision { get; init; } = Precision.Both;

    /// <summary>What runs the converted models; null for plans in this process, with <see cref="Threads"/>,
    /// <see cref="Lanes"/> and <see cref="ExactOrder"/>. The caller disposes it.</summary>
    public Runner? Runner { get; init; }

    /// <summary>The runner that is meant.</summary>
    internal Runner RunsOn => Runner ?? new CpuRunner(Threads, Lanes, ExactOrder);

    /// <summary>Workers; 0 means one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Register width; null means what the environment says, else the widest.</summary>
    public LaneWidth? Lanes { get; init; }

    /// <summary>Holds the float32 plan without Winograd's transform to the golden, instead of the one that users run by
    /// default. Single nodes always run in exact order.</summary>
    public bool ExactOrder { get; init; }

    /// <summary>Where received outputs of drifting cases are kept; null means beside each golden.</summary>
    public string? ReceivedDirectory { get; init; }

    /// <summary>False where nothing is kept of drifting cases, which then lie in no folder.</summary>
    internal bool KeepsReceived { get; init; } = true;

    /// <summary>True to measure every node of the float32 run end to end, too: it takes another run, and only shows
    /// how float32's rounding grows; no limit holds it.</summary>
    public bool FollowsFloat32 { get; init; }

    /// <summary>What earlier runs measured; null for none.</summary>
    public HistoryFile? History { get; init; }

    /// <summary>A fault to inject, for tests of the gate itself: <c>node:fault</c>.</summary>
    public string? Fault { get; init; }

    /// <summary>True when float64 is verified.</summary>
    public bool VerifiesFloat64 => Precision != Precision.Float32;

    /// <summary>True when float32 is verified.</summary>
    public bool VerifiesFloat32 => Precision != Precision.Float64 && Float32 != Float32Mode.Off;
}
