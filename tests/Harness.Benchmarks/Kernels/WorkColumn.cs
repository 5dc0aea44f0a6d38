using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Harness.Benchmarks.Kernels;

/// <summary>What a case's median time amounts to, where its parameter is <see cref="IWork"/>.</summary>
/// <param name="name">The heading.</param>
/// <param name="legend">What it means.</param>
/// <param name="format">From GFLOP/s, the element type and the case's name to the text.</param>
sealed class WorkColumn(string name, string legend, Func<double, Type, string, string> format) : IColumn
{
    /// <summary>GFLOP/s.</summary>
    public static WorkColumn Speed { get; } = new("GFLOP/s", "operations of the graph in a nanosecond",
        (speed, _, _) => speed.ToString("F1", CultureInfo.InvariantCulture));

    /// <summary>The share of the FMA peak.</summary>
    public static WorkColumn Share { get; } = new("of peak", "share of the FMA peak measured around the case",
        (speed, element, work) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * speed / KernelPeaks.Of(element, work):F1} %"));

    /// <inheritdoc/>
    public string Id => $"{nameof(WorkColumn)}.{name}";

    /// <inheritdoc/>
    public string ColumnName => name;

    /// <inheritdoc/>
    public bool AlwaysShow => true;

    /// <inheritdoc/>
    public ColumnCategory Category => ColumnCategory.Custom;

    /// <inheritdoc/>
    public int PriorityInCategory => 0;

    /// <inheritdoc/>
    public bool IsNumeric => true;

    /// <inheritdoc/>
    public UnitType UnitType => UnitType.Dimensionless;

    /// <inheritdoc/>
    public string Legend => legend;

    /// <inheritdoc/>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(one => Work(one) is not null);

    /// <inheritdoc/>
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (Work(benchmarkCase) is not { } work || summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "-";
        return format(work.Flops / statistics.Median, benchmarkCase.Descriptor.Type.GetGenericArguments()[0],
            work.ToString()!);
    }

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);

    static IWork? Work(BenchmarkCase one) =>
        one.Parameters.Items.Select(item => item.Value).OfType<IWork>().FirstOrDefault();
}
