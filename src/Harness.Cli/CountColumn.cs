using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Harness.Cli;

/// <summary><c>12/40</c> beside a progress bar.</summary>
sealed class CountColumn : ProgressColumn
{
    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:0}/{task.MaxValue:0}"));
}
