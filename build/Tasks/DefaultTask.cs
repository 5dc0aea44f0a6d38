using Cake.Frosting;

namespace Build.Tasks;

/// <summary>The main job.</summary>
[TaskName("Default")]
[TaskDescription("Restores, compiles, verifies every golden and writes the reports.")]
[IsDependentOn(typeof(VerifyTask))]
public sealed class DefaultTask : FrostingTask<BuildContext>;
