namespace Harness.Tests;

/// <summary>Tests that measure the whole process, or take most of its memory: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
