using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using TorchSharp;

namespace Harness.Reference.Native;

/// <summary>The door to libtorch: everything that uses TorchSharp calls <see cref="Load"/> first.</summary>
/// <remarks>
/// TorchSharp answers a failure with a page of trace, after it has copied 500 MB out of the package folder for a second
/// try. So the native library is loaded here first, and TorchSharp's type initialiser runs only once that holds.
/// </remarks>
public static class TorchLibrary
{
    /// <summary>Loads libtorch and initialises TorchSharp; costs nothing when it is loaded already.</summary>
    /// <exception cref="ModelException">PAR9001, with the loader's reason and the cure.</exception>
    public static void Load()
    {
        OneDnn.Limit();
        try
        {
            // typeof does not run the type initialiser.
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException
            or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new ModelException(Explain(exception.GetBaseException().Message), exception);
        }
    }

    /// <summary>Turns the system loader's answer, a line for every place it looked, into one line with the
    /// cure.</summary>
    public static Finding Explain(string answer)
    {
        var cause = Cause(answer);
        var cure = cause.Contains("GLIBCXX", StringComparison.Ordinal)
            ? "record with the package Harness.MSBuild (`dotnet build -t:ParityRecord`) or build src/Harness.Reference "
              + "on this machine: either lifts a demand that is never used; if that is done already, install a newer "
              + "libstdc++"
            : Published
                ? "record with the package Harness.MSBuild (`dotnet build -t:ParityRecord`) or build "
                  + "src/Harness.Reference on this machine: either fetches libtorch"
                : "record on one of linux-x64, win-x64 and osx-arm64, for which libtorch is published";
        return new(Codes.LibTorchMissing, "libtorch",
            $"cannot be loaded on {RuntimeInformation.RuntimeIdentifier}: {cause}; {cure}");
    }

    static bool Published => RuntimeInformation.ProcessArchitecture == (OperatingSystem.IsMacOS()
        ? Architecture.Arm64
        : Architecture.X64);

    // The loader lists every name it tried; the interesting line is the one that is not about our own file's absence.
    static string Cause(string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
            return "no reason given";
        foreach (var line in lines.AsSpan(1))
        {
            var absent = line.Contains("LibTorchSharp", StringComparison.Ordinal)
                && line.Contains("no such file", StringComparison.OrdinalIgnoreCase);
            if (!absent)
                return line.TrimEnd('.');
        }
        return lines[0].Split(". ")[0].TrimEnd('.');
    }
}
