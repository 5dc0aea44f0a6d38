using System.CommandLine;

namespace Harness.Cli.Verbs;

/// <summary><c>harness inspect</c>: what a model is, and whether it can be converted.</summary>
static class InspectVerb
{
    public static Command Create(Terminal terminal)
    {
        var (model, weights, shapes) = (Shared.Model(), Shared.Weights(), Shared.InputShape());
        var json = new Option<bool>("--json") { Description = "JSON on stdout." };
        var command = new Command(
            "inspect", "Shows a model's graph, its parameters in both layouts, and what is not supported.")
        {
            model, weights, shapes, json,
        };
        command.SetAction(result =>
        {
            using var torch = ModelSource.Open(terminal, result.GetValue(model)!, result.GetValue(weights));
            var inspection = Inspection.Of(torch, result.GetValue(shapes));
            if (result.GetValue(json)) terminal.Out.Write(inspection.ToJson());
            else inspection.WriteText(terminal.Out);
            return 0;
        });
        return command;
    }
}
