using System.Numerics;
using System.Reflection;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;

namespace Harness.Aot.Tests;

public sealed class NativeSampleTests(PublishedSample sample) : IClassFixture<PublishedSample>
{
    [NativeTheory]
    [InlineData("resnet_small", "float32")]
    [InlineData("resnet_small", "float64")]
    [InlineData("mobile_small", "float32")]
    [InlineData("se_silu_small", "float64")]
    public void A_native_executable_gives_the_bits_of_the_jitted_executor(string name, string precision)
    {
        using var folder = new Folder();
        string path = Path.Combine(PublishedSample.Repository, "golden", "models", name, "model.pt");
        using var torch = ModelFile.Open(path);
        // Neither square nor a round size: tiles end everywhere.
        Shape shape = [2, 3, 75, 53];
        var random = new Random(7);
        var values = new float[shape.Elements];
        foreach (ref float x in values.AsSpan()) x = (float)((random.NextDouble() * 4) - 2);
        var input = Tensor.Of(shape, values);
        NpyFile.Write(folder["x.npy"], input);
        var model = NhwcPass.Apply(torch, [shape]);
        double[] expected = precision == "float64" ? Run<double>(model, input) : Run<float>(model, input);

        string complaints = sample.Run(path, folder["x.npy"], folder["y.npy"], precision);

        complaints.Should().BeEmpty();
        double[] found = NpyFile.Read(folder["y.npy"]).ToDoubles();
        found.Select(BitConverter.DoubleToInt64Bits).Should().Equal(expected.Select(BitConverter.DoubleToInt64Bits));
        found.Distinct().Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public void The_executor_says_that_it_can_be_trimmed() =>
        typeof(Plan).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Should().Contain(metadata => metadata.Key == "IsTrimmable" && metadata.Value == "True");

    static double[] Run<E>(NhwcProgram model, Tensor input) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var session = Session.Open<E>(model);
        session.Write(model.Inputs[0].Value, input.ToDoubles());
        session.Run();
        var output = new double[model.Values[model.Outputs[0].Value].Shape.Elements];
        session.Read(model.Outputs[0].Value, output);
        return output;
    }

    sealed class Folder : IDisposable
    {
        readonly string _path = Directory.CreateTempSubdirectory("harness-aot-").FullName;

        public string this[string name] => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
