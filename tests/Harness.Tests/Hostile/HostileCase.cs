using Harness.Tests.Cli;

namespace Harness.Tests.Hostile;

/// <summary>Reads damaged files as users would, by a command line, and judges how it ends: in an answer, or in one line
/// that says what is wrong; within bounds of memory and time whatever the file claims.</summary>
sealed class HostileCase : IDisposable
{
    const long MostAllocated = 256L << 20;
    const int LongestLine = 20_000;

    static readonly TimeSpan s_mostTime = TimeSpan.FromSeconds(2);

    readonly TemporaryFolder _folder = new();
    readonly HostileTarget _target;

    public HostileCase(HostileTarget target)
    {
        _target = target;
        target.Prepare(_folder.Path);
    }

    /// <summary>Where the damaged file lies.</summary>
    public string FilePath => _folder[_target.FileName];

    public void Dispose() => _folder.Dispose();

    /// <summary>What is wrong with how a case ends; null where nothing is.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="number">Of the case.</param>
    /// <param name="alone">True where nothing else runs in this process, so that its time is the case's.</param>
    public string? Judge(int seed, int number, bool alone)
    {
        var (bytes, words) = _target.Draw(seed, number);
        return Judge(bytes, words, alone);
    }

    /// <summary>The same of these bytes.</summary>
    public string? Judge(byte[] bytes, string[] words, bool alone)
    {
        var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        var run = Read(bytes, words);
        var (allocated, took) =
            (GC.GetAllocatedBytesForCurrentThread() - before, Environment.CpuUsage.TotalTime - began);
        string? wrong = OfAnswer(run)
            ?? (allocated > MostAllocated ? $"{allocated >> 20} MB were allocated" : null)
            ?? (alone && took > s_mostTime ? $"it took {took.TotalSeconds:0.0} s" : null);
        return wrong is null ? null : $"{wrong}; harness {string.Join(' ', words)}";
    }

    /// <summary>What a command says that reads these bytes.</summary>
    public CommandLine Read(byte[] bytes, string[] words)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllBytes(FilePath, bytes);
        return CommandLine.Run([.. words.Select(Placed)]);
    }

    // Words that are files of the folder, or that a verb writes there.
    string Placed(string word) =>
        word.Contains('.') || Directory.Exists(_folder[word]) || word == "merged" ? _folder[word] : word;

    /// <summary>What is wrong with what a command said; null where nothing is.</summary>
    public static string? OfAnswer(CommandLine run)
    {
        if (run.ExitCode is < 0 or > 2) return $"exit code {run.ExitCode}";
        if (run.Error.Contains("a fault of harness", StringComparison.Ordinal)
            || run.Error.Contains("PAR9004: not enough memory", StringComparison.Ordinal)) return run.Error.Trim();
        string[] told = [.. run.ErrorLines.Where(text => !text.StartsWith("note: ", StringComparison.Ordinal))];
        // Findings of a gate are many; of bad input there is one.
        if (run.ExitCode == 2 && told.Length != 1 && run.Out.Length == 0)
            return $"{told.Length} lines on bad input: {run.Error.Trim()}";
        foreach (string text in run.ErrorLines.Concat(run.OutLines))
        {
            if (run.ExitCode > 0 && text.Length > LongestLine)
                return $"a line of {text.Length} characters: {text[..200]}";
            if (text.Any(letter => char.IsControl(letter) && letter != '\t')) return $"control characters: {text}";
        }
        return run.ExitCode == 2 && run.Out.Length == 0 && !told[0].Contains(": error PAR", StringComparison.Ordinal)
            ? $"no canonical line: {told[0]}" : null;
    }
}
