using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What every push runs; the last line printed is the sum of the tests.</summary>
[TaskName("CI")]
[TaskDescription(
    "Compiles, packs, tests, packages too, verifies on both runners, makes two mistakes that must be seen, and runs " +
    "every benchmark once.")]
[IsDependentOn(typeof(CompileTask))]
// First, so that the tests of the packages are run, and counted, with all others.
[IsDependentOn(typeof(PackTask))]
[IsDependentOn(typeof(TestTask))]
[IsDependentOn(typeof(VerifyTask))]
[IsDependentOn(typeof(VerifyTorchTask))]
[IsDependentOn(typeof(MutateSampleTask))]
[IsDependentOn(typeof(BenchmarkDryTask))]
public sealed class CITask : FrostingTask<BuildContext>;
