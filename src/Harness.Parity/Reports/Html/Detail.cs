namespace Harness.Parity.Reports.Html;

/// <summary>How much of a case a page shows: thousands of cases must not make it too large to open.</summary>
enum Detail
{
    /// <summary>Every node by name.</summary>
    All,

    /// <summary>Pictures, and the worst nodes by name.</summary>
    Pictures,

    /// <summary>What is wrong with it.</summary>
    FindingsOnly,
}
