using System.IO.Compression;

namespace Harness.MSBuild.Tests;

/// <summary>A project that holds three models of this repository to their goldens, with the real command.</summary>
sealed class GoldenScaffold : IDisposable
{
    /// <summary>What the project says about its models.</summary>
    public const string Models = """
        <ItemGroup>
          <ParityModel Include="golden/models/*/model.pt" Golden="%(RelativeDir)" />
        </ItemGroup>
        """;

    /// <summary>Small ones: a dense layer, a square kernel, a batch norm.</summary>
    static readonly string[] s_names = ["guide_cnn", "multi_out", "se_silu_small"];

    readonly Scaffold _scaffold;

    public GoldenScaffold(string project = Models, string frameworks = Scaffold.OneFramework)
    {
        _scaffold = new Scaffold(project, frameworks);
        foreach (var name in s_names)
            foreach (var file in new[] { "model.pt", "golden.json", "golden.safetensors" })
                _scaffold.Copy($"golden/models/{name}/{file}", $"golden/models/{name}/{file}");
        // As recording them here would have left it.
        var cases = string.Join(", ", s_names.Select(name => $"\"models/{name}\""));
        _scaffold.Write("golden/golden.cases.json", $$"""{"schema": 1, "cases": [{{cases}}]}""");
    }

    public string this[string path] => _scaffold[path];

    public string[] Stamps => _scaffold.Stamps;

    /// <summary>A fault for the real command to inject, or null: <c>conv1:weights</c>.</summary>
    public string? Fault
    {
        set
        {
            _scaffold.Environment.Remove("HARNESS_INJECT_FAULT");
            if (value is not null)
                _scaffold.Environment.Add("HARNESS_INJECT_FAULT", value);
        }
    }

    public Scaffold Project => _scaffold;

    /// <summary>A whole <c>dotnet build</c>.</summary>
    public BuildResult Build(params string[] arguments) => _scaffold.Build(arguments);

    /// <summary>The gate alone: <c>dotnet build -t:ParityVerify</c>.</summary>
    public BuildResult Verify(params string[] arguments) => _scaffold.Build([.. Scaffold.GateAlone, .. arguments]);

    /// <summary>Rewrites a traced archive with one bit of its largest tensor changed, all else as it was.</summary>
    public void ChangeOneWeight(string model)
    {
        var changed = this[model] + ".new";
        using (var source = ZipFile.OpenRead(this[model]))
        using (var target = ZipFile.Open(changed, ZipArchiveMode.Create))
        {
            var tensor = source.Entries.Where(e => e.FullName.Contains("/data/")).MaxBy(e => e.Length)!;
            foreach (var entry in source.Entries)
            {
                using var from = entry.Open();
                using var bytes = new MemoryStream();
                from.CopyTo(bytes);
                if (entry == tensor)
                    bytes.GetBuffer()[0] ^= 1;
                using var to = target.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                bytes.WriteTo(to);
            }
        }
        File.Move(changed, this[model], overwrite: true);
    }

    public void Dispose() => _scaffold.Dispose();
}
