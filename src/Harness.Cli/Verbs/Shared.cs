using System.CommandLine;
using System.Globalization;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Reports;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary>Arguments and options that several verbs take. A symbol belongs to one command, so each verb gets its
/// own.</summary>
static class Shared
{
    /// <summary><c>--no-progress</c>, before or after the verb.</summary>
    public static readonly Option<bool> NoProgress = new(
        "--no-progress") { Description = "Plain lines, no progress bar.", Recursive = true };

    public static Argument<string> Model() => NoOption(new Argument<string>("MODEL")
    {
        Description = "A TorchScript .pt, traced or scripted, a torch.export .pt2, a graph.json, or arch:NAME.",
    });

    /// <summary>An argument that refuses words with a dash: a mistyped option is no file.</summary>
    public static T NoOption<T>(T argument) where T : System.CommandLine.Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (token.Value.StartsWith('-')) result.AddError($"'{token.Value}' is unknown here");
        });
        return argument;
    }

    public static Argument<string> Golden() =>
        NoOption(new Argument<string>("GOLDEN") { Description = "The folder of golden.json." });

    /// <summary>The folder that <see cref="Golden"/> names; golden.json itself stands for its folder.</summary>
    /// <exception cref="ModelException">PAR9003: it is another file.</exception>
    public static string GoldenFolder(string path) => !File.Exists(path) ? path
        : Path.GetFileName(path) == GoldenStore.JsonName ? Path.GetDirectoryName(Path.GetFullPath(path))!
        : throw new ModelException(new Finding(
            Codes.BadUsage, path, $"this is a file, expected the folder of a {GoldenStore.JsonName}"));

    public static Option<string?> Weights() => new("--weights")
    {
        Description = "What torch.save wrote, .safetensors (or the index of several) or .npz, or seed:N.",
    };

    /// <summary>Which of a checkpoint's state dicts.</summary>
    public static Option<string?> WeightsKey() => new("--weights-key")
    {
        Description = "Of a checkpoint with several state dicts the one that is meant, as FILE#KEY in --weights.",
        HelpName = "KEY",
    };

    /// <summary>The weights of <see cref="Weights()"/> and <see cref="WeightsKey"/> as one name.</summary>
    /// <exception cref="ModelException">PAR9003: a key without a file.</exception>
    public static string? Weights(string? weights, string? key)
    {
        if (key is null) return weights;
        if (weights is null) throw Program.Usage("--weights-key says which state dict of a file; give it by --weights");
        return new WeightsName(weights) is { IsSeed: false, Key: null } name ? WeightsName.Of(name.File, key).Text
            : throw Program.Usage($"--weights-key {key} beside --weights {weights}: made-up weights, or weights whose "
                + "key is stated already, take none");
    }

    public static Option<string[]> InputShape() => new("--input-shape")
    {
        Description = "An input's shape in PyTorch's axis order, such as 1,3,224,224; once an input.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>What a scripted module's <c>forward</c> takes besides tensors.</summary>
    public static Option<string[]> Arguments() => new("--argument")
    {
        Description = "An argument of a scripted forward that is no tensor, such as sr=16000; once an argument.",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> CaseSet(string description) => new("--case-set") { Description = description };

    /// <summary>How arrays of other programs lie.</summary>
    public static Option<string[]> Layouts() => new("--layout")
    {
        Description = "How the arrays lie: nchw (PyTorch's axes, the default) or nhwc (channels last, from three " +
            "axes on); NAME=nchw for single ones, * standing for any letters; the last that fits counts.",
        HelpName = "nhwc|nchw",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Which reports are written.</summary>
    public static Option<string> Formats() => new("--format")
    {
        Description = $"Reports, comma-separated: {string.Join(", ", ReportSet.All.Select(r => r.Name))}.",
        DefaultValueFactory = _ => "json,markdown",
    };

    /// <summary>A path that names a NumPy file to write.</summary>
    /// <exception cref="ModelException">PAR9003: it names another.</exception>
    public static string ArrayPath(string path) =>
        NpzFile.IsNamed(path) || path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? path
            : throw Program.Usage($"--output '{path}': expected a .npy or .npz file");

    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads; 0 is one a processor.",
        CustomParser = result => Number(result.Tokens[0].Value, result.AddError),
        DefaultValueFactory = _ => 0,
    };

    public static Option<string> Device() => Choice(
        "--device", "What runs the converted model: plans of this program, or TorchSharp in the same layouts.",
        CpuRunner.Name, "cpu-torch", "cuda");

    public static Option<string?> Shard() => new("--shard")
    {
        Description = "i/n: the i-th of n parts of all cases, which cost about the same.",
    };

    /// <summary>The part that <see cref="Shard"/> names; null for all.</summary>
    public static Shard? ToShard(string? text) => text is null ? null
        : Parity.Verification.Shard.Parse(text)
            ?? throw Program.Usage($"--shard is '{text}', expected i/n with i from 1 to n");

    /// <summary>What is said of a part that has no case.</summary>
    public static string Empty(Shard part, int all) =>
        $"shard {part} is empty: there are {all} cases; {all} shards at most have one each";

    /// <summary>Does some work with the runner that <see cref="Device"/> names.</summary>
    /// <exception cref="ModelException">PAR9001, PAR9002: it is not there.</exception>
    public static T WithRunner<T>(
        Terminal terminal, string device, int threads, LaneWidth? lanes, bool exactOrder, Func<Runner, T> work)
    {
        if (device != CpuRunner.Name) return ReferenceProcess.WithRunner(terminal, device, threads, work);
        using var runner = new CpuRunner(threads, lanes, exactOrder);
        return work(runner);
    }

    /// <summary>Refuses <c>--exact-order</c> where nothing of this program adds.</summary>
    public static void CheckOrder(string device, bool exactOrder)
    {
        if (exactOrder && device != CpuRunner.Name)
            throw Program.Usage($"--exact-order is about plans of this program; --device {device} runs TorchSharp");
    }

    public static Option<bool> ExactOrder() => new("--exact-order")
    {
        Description = "Every convolution in float32 adds in its window's order, never by Winograd's transform.",
    };

    public static Option<string> Lanes() =>
        Choice("--lanes", "Register width in float32 elements.", "auto", "1", "4", "8", "16");

    /// <summary>An option with a fixed set of words; the first is the default.</summary>
    public static Option<string> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => words[0],
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!words.Contains(token.Value))
                    result.AddError($"{name} is '{token.Value}', expected {string.Join(", ", words)}");
        });
        return option;
    }

    /// <summary>The register width that <see cref="Lanes"/> asks for; null for auto.</summary>
    /// <exception cref="ModelException">PAR9003: no width is called that.</exception>
    public static LaneWidth? ToLanes(string text) =>
        LaneWidths.TryParse(text, out var width) ? width
            : throw Program.Usage($"--lanes is '{text}', expected auto, 1, 4, 8 or 16");

    /// <summary>The shapes of <see cref="InputShape"/>.</summary>
    /// <exception cref="ModelException">PAR9003: one is no shape.</exception>
    public static Shape[] ToShapes(string[]? texts) => [.. (texts ?? []).Select(ToShape)];

    static Shape ToShape(string text)
    {
        var extents = new List<int>();
        foreach (string word in text.Split([',', 'x'], StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int extent) || extent < 1)
                throw Program.Usage(
                    $"--input-shape '{text}' is no shape; expected extents above 0 such as 1,3,224,224");
            extents.Add(extent);
        }
        return Shape.Create([.. extents]);
    }

    static int Number(string text, Action<string> refuse)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number <= PlanOptions.MostThreads)
            return number;
        refuse($"--threads is '{text}', expected a number from 0 to {PlanOptions.MostThreads}");
        return 0;
    }

    /// <summary>The element type of a <c>--precision</c>.</summary>
    public static ElementType ToPrecision(string precision) =>
        precision == "float64" ? ElementType.Float64 : ElementType.Float32;
}
