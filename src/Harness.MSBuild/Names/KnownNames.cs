namespace Harness.MSBuild.Names;

/// <summary>What a project may say to the gate. MSBuild takes any other name without a word.</summary>
static class KnownNames
{
    /// <summary>What every name of ours begins with, but metadata.</summary>
    public const string Prefix = "Parity";

    /// <summary>The item of a model.</summary>
    public const string ModelItem = "ParityModel";

    /// <summary>Metadata of <see cref="ModelItem"/>.</summary>
    public static readonly string[] Metadata =
    [
        "Golden", "Weights", "Tolerance", "Actual", "ActualTaps", "ActualLayout", "Arguments", "InputShape", "Input",
        "Seed", "AllowNaN", "RecordReason", "ExportFlax", "FlaxApi",
    ];

    /// <summary>Properties.</summary>
    public static readonly string[] Properties =
    [
        "ParityEnabled", "ParityTolerance", "ParityFloat32", "ParityGoldenDirectory", "ParityPermitUnusedGoldens",
        "ParityCaseSet", "ParityHistory", "ParityTreatDriftAs", "ParityReportDirectory", "ParityReportFormats",
        "ParityThreads", "ParityTorch", "ParityVerifyDependsOn", "ParityReferencePath", "ParityToolPath",
        "ParityTaskAssembly", "ParityDotNetHost", "ParityHelpPage", "ParityTaskFactory",
    ];
}
