using System.CommandLine;
using Harness.Executor.Program;
using Harness.Executor.Cpu;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary><c>harness inspect</c>: what a model is, whether it can be converted, and what a plan makes of
/// it.</summary>
static class InspectVerb
{
    public static Command Create(Terminal terminal)
    {
        var (model, weights, key) = (Shared.Model(), Shared.Weights(), Shared.WeightsKey());
        var arguments = Shared.Arguments();
        var (shapes, threads, lanes) = (Shared.InputShape(), Shared.Threads(), Shared.Lanes());
        model.Description = $"{model.Description![..^1]}; or a file of weights.";
        var plan = new Option<bool>("--plan")
            { Description = "Each step's kernel, tile, bytes, FLOPs and expected time." };
        var profile = new Option<bool>("--profile")
            { Description = "With --plan: measured times beside the expected." };
        var exactOrder = new Option<bool>("--exact-order") { Description = "With --plan: no Winograd." };
        var precision = Shared.Choice("--precision", "With --plan: the arithmetic.", "float32", "float64");
        var json = new Option<bool>("--json") { Description = "JSON on stdout." };
        var command = new Command(
            "inspect", "Shows a model's graph, its parameters in both layouts, and what is not supported; or its plan.")
        {
            model, weights, key, arguments, shapes, plan, profile, exactOrder, precision, threads, lanes, json,
        };
        command.SetAction(result =>
        {
            if (!result.GetValue(plan) && (result.GetValue(profile) || result.GetValue(exactOrder)))
                throw Program.Usage("--profile and --exact-order say how a plan is looked at; add --plan");
            string name = result.GetValue(model)!;
            if (result.GetValue(weights) is null && !result.GetValue(plan)
                && new WeightsName(name) is { IsSeed: false } named && !new ModelName(name).IsArchitecture
                && File.Exists(named.File) && WeightsFile.Is(named.File))
            {
                var listed = WeightsInspection.Of(named.File, result.GetValue(key) ?? named.Key);
                if (result.GetValue(json)) terminal.Out.Write(listed.ToJson());
                else listed.WriteText(terminal);
                return 0;
            }
            using var torch = ModelSource.Open(
                terminal, name, Shared.Weights(result.GetValue(weights), result.GetValue(key)),
                result.GetValue(arguments));
            if (result.GetValue(plan))
            {
                var converted = NhwcPass.Apply(torch, ModelSource.Shapes(torch, result.GetValue(shapes)));
                var options = new PlanOptions
                {
                    Threads = result.GetValue(threads),
                    Lanes = Shared.ToLanes(result.GetValue(lanes)!),
                    ExactOrder = result.GetValue(exactOrder),
                };
                bool measure = result.GetValue(profile);
                var planned = PlanInspection.Of(
                    converted, Shared.ToPrecision(result.GetValue(precision)!), options, measure,
                    terminal.Cancellation) with
                {
                    Guess = ModelSource.Guess(torch, result.GetValue(shapes), converted),
                };
                if (result.GetValue(json)) terminal.Out.Write(planned.ToJson());
                else planned.WriteText(terminal);
                return 0;
            }
            var inspection = Inspection.Of(torch, result.GetValue(shapes));
            if (result.GetValue(json)) terminal.Out.Write(inspection.ToJson());
            else inspection.WriteText(terminal);
            // That it cannot be converted is the answer, and a finding.
            return inspection.Obstacle is null ? 0 : 1;
        });
        return command;
    }
}
