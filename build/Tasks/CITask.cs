using Cake.Frosting;

namespace Build.Tasks;

/// <summary>What every push runs; the last line printed is the sum of the tests.</summary>
[TaskName("CI")]
[TaskDescription("Compiles, tests and verifies.")]
[IsDependentOn(typeof(CompileTask))]
[IsDependentOn(typeof(TestTask))]
[IsDependentOn(typeof(VerifyTask))]
public sealed class CITask : FrostingTask<BuildContext>;
