namespace Microsoft.Build.Framework;

/// <summary>Says of a task that it runs beside others in one process: MSBuild's own attribute, which the lowest version
/// that we compile against lacks, and which MSBuild therefore knows by its name.</summary>
/// <remarks>What it promises: the task reads and changes neither the current directory nor the environment of the
/// process, every path is absolute or relative to the project, and nothing is static.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
