namespace Harness.Executor.Model;

/// <summary>Every code the tools print. Never reused; cause and cure of each stand in docs/codes.md.</summary>
public static class Codes
{
    /// <summary>Model file unreadable.</summary>
    public const string ModelUnreadable = "PAR1001";
    /// <summary>Op not supported; names the op, the node and its source line.</summary>
    public const string UnsupportedOp = "PAR1002";
    /// <summary>Weights do not fit the graph: missing, unexpected, shape.</summary>
    public const string WeightsDoNotFit = "PAR1003";
    /// <summary>The graph does not fit the input shape.</summary>
    public const string ShapeMismatch = "PAR1004";
    /// <summary>Output drift beyond tolerance.</summary>
    public const string OutputDrift = "PAR2001";
    /// <summary>Float32 drift of a node or of the output.</summary>
    public const string Float32Drift = "PAR2002";
    /// <summary>Passes, but far above rounding.</summary>
    public const string AboveRounding = "PAR2003";
    /// <summary>A limit much looser than the measured drift.</summary>
    public const string LooseTolerance = "PAR2004";
    /// <summary>Drift that grew tenfold over its earlier runs, and still passes.</summary>
    public const string DriftGrew = "PAR2005";
    /// <summary>Golden missing.</summary>
    public const string GoldenMissing = "PAR3001";
    /// <summary>Golden stale: model, weights or input hash differs.</summary>
    public const string GoldenStale = "PAR3002";
    /// <summary>Golden corrupt.</summary>
    public const string GoldenCorrupt = "PAR3003";
    /// <summary>Golden not used by any model.</summary>
    public const string GoldenUnused = "PAR3004";
    /// <summary>Golden cannot tell: constant, NaN, insensitive to inputs or weights.</summary>
    public const string GoldenVacuous = "PAR3005";
    /// <summary>A case of the recorded set is gone, or one is in no set.</summary>
    public const string CaseGone = "PAR3006";
    /// <summary>A new recording of a golden's case differs from it.</summary>
    public const string ReferenceDrift = "PAR3007";
    /// <summary>Weights do not survive the round trip bit for bit.</summary>
    public const string WeightsRoundTrip = "PAR4001";
    /// <summary>Fuzzing: the executor takes what PyTorch refuses.</summary>
    public const string FuzzTaken = "PAR5001";
    /// <summary>Fuzzing: the executor refuses as misshapen what PyTorch takes.</summary>
    public const string FuzzRefused = "PAR5002";
    /// <summary>Fuzzing: converting or verifying ends in an error of the code.</summary>
    public const string FuzzBroken = "PAR5003";
    /// <summary>libtorch cannot be loaded.</summary>
    public const string LibTorchMissing = "PAR9001";
    /// <summary>CUDA asked for and not there.</summary>
    public const string CudaMissing = "PAR9002";
    /// <summary>The command line or an input file is not usable.</summary>
    public const string BadUsage = "PAR9003";
    /// <summary>What is asked for needs more memory than there is.</summary>
    public const string OutOfMemory = "PAR9004";
    /// <summary>The process that runs libtorch has ended before its work was done.</summary>
    public const string RunnerEnded = "PAR9005";
    /// <summary>This machine's libtorch is wrong in float32: nothing may be recorded with it.</summary>
    public const string LibTorchWrong = "PAR9006";
    /// <summary>A name that a project says to the gate and nothing reads; the task of the build tells it.</summary>
    public const string UnknownName = "PAR9007";
}
