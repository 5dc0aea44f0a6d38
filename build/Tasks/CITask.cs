using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What every push runs; the last line printed is the sum of the tests.</summary>
[TaskName("CI")]
[TaskDescription("Compiles, tests, verifies on both runners, and runs every benchmark once.")]
[IsDependentOn(typeof(CompileTask))]
[IsDependentOn(typeof(TestTask))]
[IsDependentOn(typeof(VerifyTask))]
[IsDependentOn(typeof(VerifyTorchTask))]
[IsDependentOn(typeof(BenchmarkDryTask))]
public sealed class CITask : FrostingTask<BuildContext>;
