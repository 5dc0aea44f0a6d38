using System.CommandLine;

namespace Harness.Cli.Verbs;

/// <summary><c>harness ops</c>: what is supported.</summary>
static class OpsVerb
{
    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "JSON on stdout." };
        var markdown = new Option<bool>("--markdown") { Description = "The page docs/ops.md on stdout." };
        var command = new Command(
            "ops", "Lists what is supported: PyTorch's operators, Flax's counterparts, forms that are refused.")
        {
            json, markdown,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(json) && result.GetValue(markdown))
                throw Program.Usage("--json and --markdown exclude each other");
            terminal.Out.Write(result.GetValue(json) ? SupportMatrix.ToJson()
                : result.GetValue(markdown) ? SupportMatrix.ToMarkdown()
                : SupportMatrix.ToText());
            return 0;
        });
        return command;
    }
}
