using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>How wide the registers of a run are, counted in float32 elements; float64 uses the same
/// registers.</summary>
/// <remarks>Never a question of results: every width gives the same bits.</remarks>
public enum LaneWidth
{
    /// <summary>Scalars.</summary>
    One = 1,
    /// <summary>128 bits: 4 float32, 2 float64.</summary>
    Four = 4,
    /// <summary>256 bits: 8 float32, 4 float64.</summary>
    Eight = 8,
    /// <summary>512 bits: 16 float32, 8 float64.</summary>
    Sixteen = 16,
}

/// <summary>The one place that chooses a <see cref="LaneWidth"/>.</summary>
public static class LaneWidths
{
    /// <summary>The variable that forces a width: <c>HARNESS_LANES=1|4|8|16</c>.</summary>
    public const string Variable = "HARNESS_LANES";

    /// <summary>The four widths, narrowest first.</summary>
    public static IReadOnlyList<LaneWidth> All { get; } =
        [LaneWidth.One, LaneWidth.Four, LaneWidth.Eight, LaneWidth.Sixteen];

    /// <summary>The widest that this processor runs in hardware, fused multiply-add included.</summary>
    public static LaneWidth Widest
    {
        get
        {
            if (!Fma.IsSupported && !AdvSimd.IsSupported) return LaneWidth.One;
            if (Vector512.IsHardwareAccelerated) return LaneWidth.Sixteen;
            if (Vector256.IsHardwareAccelerated) return LaneWidth.Eight;
            return Vector128.IsHardwareAccelerated ? LaneWidth.Four : LaneWidth.One;
        }
    }

    /// <summary>Rows of a matrix tile: sixteen vector registers hold 6 × 2 sums, two weights and an input; thirty-two
    /// hold 14 × 2.</summary>
    internal static int TileRows(LaneWidth lanes) => lanes == LaneWidth.Sixteen || AdvSimd.IsSupported ? 14 : 6;

    /// <summary>True where the processor has no fused multiply-add, so that the slow, equal software one is
    /// used.</summary>
    public static bool SoftwareFma => !Fma.IsSupported && !AdvSimd.IsSupported;

    /// <summary>The width to use: what is asked for, else what <see cref="Variable"/> says, else
    /// <see cref="Widest"/>.</summary>
    /// <exception cref="ArgumentException">The variable holds something else.</exception>
    public static LaneWidth Choose(LaneWidth? asked = null)
    {
        if (asked is { } width) return width;
        string? text = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(text)) return Widest;
        return TryParse(text, out var forced)
            ? forced ?? Widest
            : throw new ArgumentException($"{Variable} is '{text}'; expected auto, 1, 4, 8 or 16");
    }

    /// <summary>Reads <c>auto</c> (null), <c>1</c>, <c>4</c>, <c>8</c> or <c>16</c>; false for anything else.</summary>
    public static bool TryParse(string text, out LaneWidth? width)
    {
        width = text switch
        {
            "1" => LaneWidth.One,
            "4" => LaneWidth.Four,
            "8" => LaneWidth.Eight,
            "16" => LaneWidth.Sixteen,
            _ => null,
        };
        return width is not null || text == "auto";
    }
}
