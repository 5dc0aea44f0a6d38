using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks;

/// <summary>Where and with what something was measured: a time without these says nothing.</summary>
sealed record Machine
{
    /// <summary>The processor's name; on Linux with family and model, for a virtual machine hides the name.</summary>
    public required string Cpu { get; init; }

    /// <summary>Logical processors of the machine, whatever this process may use of them.</summary>
    public required int Processors { get; init; }

    /// <summary>Register width in float32 elements.</summary>
    public required int Lanes { get; init; }

    /// <summary>The operating system.</summary>
    public required string System { get; init; }

    /// <summary>The .NET SDK that built this.</summary>
    public required string Sdk { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Versions of the peers' packages.</summary>
    public required IReadOnlyDictionary<string, string> Packages { get; init; }

    /// <summary>The day in UTC, <c>yyyy-MM-dd</c>.</summary>
    public required string Date { get; init; }

    /// <summary>This machine, today.</summary>
    public static Machine Here()
    {
        var built = typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToLookup(attribute => attribute.Key, attribute => attribute.Value ?? "");
        string[] facts = OperatingSystem.IsLinux() ? File.ReadAllLines("/proc/cpuinfo") : [];
        return new Machine
        {
            Cpu = CpuName(facts),
            Processors = Math.Max(Environment.ProcessorCount,
                facts.Count(line => line.StartsWith("processor", StringComparison.Ordinal))),
            Lanes = (int)LaneWidths.Choose(),
            System = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            Sdk = built["sdk"].FirstOrDefault("unknown"),
            Runtime = RuntimeInformation.FrameworkDescription,
            Packages = built.Where(group => group.Key.StartsWith("package:", StringComparison.Ordinal))
                .ToDictionary(group => group.Key["package:".Length..], group => group.First()),
            Date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"{Date}, {Cpu}, {Processors} logical processors, {Lanes} lanes, .NET SDK {Sdk}, {Runtime}, {System}" +
        string.Concat(Packages.Select(package => $", {package.Key} {package.Value}"));

    /// <summary>The property <c>machine</c> of the object being written.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("machine");
        json.WriteString("cpu", Cpu);
        json.WriteNumber("processors", Processors);
        json.WriteNumber("lanes", Lanes);
        json.WriteString("system", System);
        json.WriteString("sdk", Sdk);
        json.WriteString("runtime", Runtime);
        json.WriteStartObject("packages");
        foreach (var (name, version) in Packages) json.WriteString(name, version);
        json.WriteEndObject();
        json.WriteString("date", Date);
        json.WriteEndObject();
    }

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public static Machine Read(JsonElement machine) => new()
    {
        Cpu = machine.GetProperty("cpu").GetString()!,
        Processors = machine.GetProperty("processors").GetInt32(),
        Lanes = machine.GetProperty("lanes").GetInt32(),
        System = machine.GetProperty("system").GetString()!,
        Sdk = machine.GetProperty("sdk").GetString()!,
        Runtime = machine.GetProperty("runtime").GetString()!,
        Packages = machine.GetProperty("packages").EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.GetString()!),
        Date = machine.GetProperty("date").GetString()!,
    };

    static string CpuName(string[] facts)
    {
        if (OperatingSystem.IsMacOS()) return Output("sysctl", "-n", "machdep.cpu.brand_string");
        if (OperatingSystem.IsWindows()) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
        string Fact(string key) =>
            facts.FirstOrDefault(line => line.Split(':')[0].TrimEnd() == key)?.Split(':', 2)[1].Trim() ?? "";
        return Fact("model name") is { Length: > 0 } name
            ? $"{name} (family {Fact("cpu family")}, model {Fact("model")})"
            : $"{RuntimeInformation.OSArchitecture} implementer {Fact("CPU implementer")} part {Fact("CPU part")}";
    }

    static string Output(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return text;
    }
}
