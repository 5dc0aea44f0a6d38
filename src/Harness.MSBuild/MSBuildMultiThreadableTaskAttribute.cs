namespace Microsoft.Build.Framework;

/// <summary>Says of a task that it runs beside others in one process: MSBuild's own attribute, which the lowest version
/// that we compile against lacks, and which MSBuild therefore knows by its name.</summary>
/// <remarks>What it promises: the task knows no current directory, every path is absolute or relative to the
/// project; of the environment it reads what the command inherits and changes nothing; nothing static differs between
/// projects.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
