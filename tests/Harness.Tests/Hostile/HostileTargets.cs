using System.Text;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Cli;
using Harness.Tests.Formats;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Hostile;

/// <summary>Every kind of file that a command reads.</summary>
static class HostileTargets
{
    const string Folder = "tests/Harness.Tests/Formats";

    /// <summary>Sorted by name.</summary>
    public static readonly HostileTarget[] All =
    [
        new("conversion", "conversion.json", Damage.Text, ["convert --back p.msgpack --output back.npz"],
            Files(() => [new(Converted("conversion.json"))]))
        {
            Prepare = folder => Put(folder, "p.msgpack", Converted("p.msgpack")),
        },
        new("export", "x.pt2", DamagedZip.Of, ["inspect x.pt2", "inspect x.pt2 --json", "convert x.pt2 --output p.npz"],
            Files(() => [
                .. Directory.GetFiles(Of($"{Folder}/Export/fixtures"), "model.pt2", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal).Select(file => new HonestFile(File.ReadAllBytes(file))),
            ])),
        new("golden", "one/golden.json", Damage.Text, ["verify one", "golden-inputs one --output i.npz"],
            Files(() => [new(InSynthetic("golden.json"))])) { Prepare = Synthetic },
        new("golden-cases", "golden.cases.json", Damage.Text, ["verify ."],
            Files(() => [new(InSynthetic("../golden.cases.json"))])) { Prepare = Synthetic },
        new("golden-tensors", "one/golden.safetensors", DamagedHeader.OfSafetensors, ["verify one"],
            Files(() => [new(InSynthetic("golden.safetensors"))])) { Prepare = Synthetic },
        new("graph", "graph.json", Damage.Text,
            ["inspect graph.json --weights seed:1", "inspect graph.json --weights seed:1 --json",
                "convert graph.json --weights seed:1 --output p.npz"],
            Files(() => [
                .. Directory.GetFiles(Of("golden/ops"), "graph.json", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal).Select(file => new HonestFile(File.ReadAllBytes(file))),
            ])),
        new("history", "history.jsonl", Damage.Text, ["verify one --history history.jsonl"],
            Files(() => [new(Verified("history.jsonl"))])) { Prepare = Synthetic },
        new("msgpack", "p.msgpack", (random, honest) => Damage.Bytes(random, honest, Damage.Msgpack),
            ["convert --back p.msgpack --output back.npz"],
            Files(() => [new(Converted("p.msgpack")), new(Chunked())]))
        {
            Prepare = folder => Put(folder, "conversion.json", Converted("conversion.json")),
        },
        new("npy", "x.npy", DamagedHeader.OfNpy, ["run graph.json --input x.npy --output y.npy"],
            Files(() => [
                .. ((string[])["big_endian.npy", "fortran.npy", "grid.npy", "scalar.npy", "vector.npy", "version2.npy"])
                    .Select(name => new HonestFile(Fixtures.Bytes(name))),
            ])) { Prepare = Abs },
        new("npz", "x.npz", DamagedZip.Of, ["inspect x.npz", "run graph.json --input x.npz --output y.npy"],
            Files(() => [
                new(Fixtures.Bytes("deflated.npz")), new(Fixtures.Bytes("scripts/conditions.npz")),
                new(Archives.Zip([("x.npy", Fixtures.Bytes("grid.npy"))])),
            ]))
        {
            Prepare = Abs,
        },
        new("pickle", "x.pth", (random, honest) => honest[0] == (byte)'P' ? DamagedZip.Of(random, honest)
                : Damage.Bytes(random, honest, Damage.Pickle),
            ["inspect x.pth", "inspect net.pt --weights x.pth", "convert net.pt --weights x.pth --output p.npz"],
            Files(() => [
                .. ((string[])["checkpoint.pth", "legacy.pth", "net.pth", "net_legacy.pth", "net_module.pth",
                    "net_module_legacy.pth", "two_state_dicts.pth", "types.pth"])
                    .Select(name => new HonestFile(Fixtures.Bytes(name))),
            ])) { Prepare = Net },
        new("report", "1/parity.json", Damage.Text, ["report merge 1 2 --output merged --format json,html"],
            Files(() => [new(Verified("1/parity.json"))]))
        {
            Prepare = folder => Put(folder, "2/parity.json", Verified("2/parity.json")),
        },
        new("safetensors", "x.safetensors", DamagedHeader.OfSafetensors,
            ["inspect x.safetensors", "inspect net.pt --weights x.safetensors"],
            Files(() => [new(Saved()), new(InSynthetic("golden.safetensors"))])) { Prepare = Net },
        new("safetensors-index", "x.index.json", Damage.Text,
            ["inspect x.index.json", "inspect net.pt --weights x.index.json"],
            Files(() => [new(Index())]))
        {
            Prepare = folder =>
            {
                Net(folder);
                Put(folder, "a.safetensors", Saved());
            },
        },
        new("script", "x.pt", DamagedZip.Of, ["inspect x.pt", "inspect x.pt --json", "inspect x.pt --plan"],
            Files(() => [.. Scripts()])),
        new("torchsharp", "x.dat", (random, honest) => Damage.Bytes(random, honest),
            ["inspect x.dat", "inspect net.pt --weights x.dat"], Files(() => [new(TorchSharp())])) { Prepare = Net },
    ];

    /// <summary>The target of this name, or null.</summary>
    public static HostileTarget? Find(string name) =>
        Array.Find(All, target => target.Name == name);

    static Lazy<HonestFile[]> Files(Func<HonestFile[]> files) => new(files);

    static string Of(string relative) => Path.Combine(NaiveWalkTests.Repository, relative);

    static void Put(string folder, string relative, byte[] bytes)
    {
        string path = Path.Combine(folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    static void Net(string folder) => Put(folder, "net.pt", Fixtures.Bytes("net.pt"));

    static void Abs(string folder) =>
        Put(folder, "graph.json", File.ReadAllBytes(Of("golden/ops/abs/rows/graph.json")));

    static void Synthetic(string folder)
    {
        using var one = new SyntheticCase("one");
        foreach (string file in Directory.GetFiles(one.Directory))
            Put(folder, $"one/{Path.GetFileName(file)}", File.ReadAllBytes(file));
    }

    static byte[] InSynthetic(string name)
    {
        using var one = new SyntheticCase("one");
        return File.ReadAllBytes(Path.Combine(one.Directory, name));
    }

    static byte[] Converted(string name)
    {
        using var one = new SyntheticCase("one");
        using var folder = new TemporaryFolder();
        Honest("convert", one.Model, "--weights", one.Weights, "--output", folder["p.msgpack"], "--flatten", "fold");
        return File.ReadAllBytes(folder[name]);
    }

    static byte[] Verified(string name)
    {
        using var one = new SyntheticCase("golden/one");
        using var two = new SyntheticCase("golden/two");
        using var folder = new TemporaryFolder();
        for (int shard = 1; shard <= 2; shard++)
            Honest("verify", one.Root, two.Root, "--format", "json", "--report", folder[$"{shard}"], "--shard",
                $"{shard}/2", "--history", folder["history.jsonl"]);
        return File.ReadAllBytes(folder[name]);
    }

    static void Honest(params string[] line)
    {
        var run = CommandLine.Run(line);
        run.ExitCode.Should().Be(0, run.Error);
    }

    static byte[] Chunked()
    {
        using var stream = new MemoryStream();
        FlaxMsgpack.Write(stream, [(["params", "conv", "kernel"], Tensor.Of([4, 9], new float[36]))], 16);
        return stream.ToArray();
    }

    static StateDict NetWeights()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        using var folder = new TemporaryFolder();
        SafetensorsFile.Write(folder["x"], model.Weights);
        return SafetensorsFile.Read(folder["x"]);
    }

    static byte[] Saved()
    {
        using var folder = new TemporaryFolder();
        SafetensorsFile.Write(folder["x"], NetWeights());
        return File.ReadAllBytes(folder["x"]);
    }

    static byte[] Index() => Encoding.UTF8.GetBytes("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {"
        + string.Join(", ", NetWeights().Keys.Select(key => $"\"{key}\": \"a.safetensors\"")) + "}}");

    // As Module.save of TorchSharp's writes it; Harness.Reference.Tests reads real ones.
    static byte[] TorchSharp()
    {
        List<byte> bytes = [(byte)NetWeights().Count];
        foreach (var (name, tensor) in NetWeights())
        {
            bytes.AddRange([(byte)name.Length, .. Encoding.UTF8.GetBytes(name)]);
            bytes.AddRange([(byte)(tensor.Type == ElementType.Int64 ? 4 : 6), (byte)tensor.Shape.Rank]);
            foreach (int extent in tensor.Shape) bytes.Add((byte)extent);
            bytes.AddRange(tensor.Bytes.Span);
        }
        return [.. bytes];
    }

    // With shapes: what nothing states is guessed, and a thousand guesses are no reading of a file.
    static IEnumerable<HonestFile> Scripts()
    {
        (string, string[])[] files =
        [
            ("net", ["1,3,8,8"]), ("shared", ["1,3", "1,2"]), ("cast", ["1,3,2,2"]), ("integer_cast", ["1,3,2,2"]),
            ("through_view", ["1,3,8,8"]), ("training", ["1,3,8,8"]),
        ];
        foreach (var (name, shapes) in files)
            yield return new(Fixtures.Bytes($"{name}.pt"), [.. shapes.SelectMany(ShapeOption)]);
        foreach (string file in Directory.GetFiles(Of($"{Folder}/fixtures/scripts"), "*.pt").Order(
            StringComparer.Ordinal))
        {
            // What PyTorch itself was given, as make_scripts.py keeps it.
            var given = NpzFile.Read(Path.ChangeExtension(file, ".npz"));
            yield return new(File.ReadAllBytes(file), [
                .. given.Where(one => one.Key.StartsWith("in.", StringComparison.Ordinal))
                    .SelectMany(one => ShapeOption(string.Join(',', one.Value.Shape))),
                .. given.Where(one => one.Key.StartsWith("argument.", StringComparison.Ordinal)).SelectMany(one =>
                    (string[])["--argument",
                        $"{one.Key["argument.".Length..]}={Encoding.UTF8.GetString(one.Value.Bytes.Span)}"]),
            ]);
        }
    }

    static string[] ShapeOption(string shape) => ["--input-shape", shape];
}
