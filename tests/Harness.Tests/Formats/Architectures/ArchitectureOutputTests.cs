using System.Globalization;
using System.Numerics;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Tests.Naive;

namespace Harness.Tests.Formats.Architectures;

/// <summary>Known architectures compute what real torchvision computed: <c>outputs.txt</c>, which
/// <c>make_outputs.py</c> wrote. A few by default, at the odd size; all of them, at both sizes, where
/// <c>HARNESS_ARCHITECTURES</c> is <c>all</c>.</summary>
[Collection(Alone.Name)]
public sealed class ArchitectureOutputTests
{
    // In float64 the two differ by rounding alone, 1e-12 at the most.
    const double Limit = 1e-10;

    static readonly bool s_all = Environment.GetEnvironmentVariable("HARNESS_ARCHITECTURES") == "all";

    internal static readonly ILookup<(string Name, string Image), Line> s_lines =
        File.ReadLines(PathOf("outputs.txt")).Select(Line.Parse).ToLookup(line => (line.Name, line.Image));

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var images in s_lines.Select(group => group.Key).GroupBy(key => key.Name))
            {
                if (s_all)
                    foreach (var (name, image) in images) rows.Add(name, image);
                else if (Families.Names.Contains(images.Key)) rows.Add(images.Key, images.Last().Image);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Outputs_are_those_of_torchvision(string name, string image)
    {
        Line[] lines = [.. s_lines[(name, image)]];
        using var torch = ModelFile.Open($"arch:{name}", "seed:0");
        Shape shape = Shape.Create([.. image.Split('x').Select(int.Parse)]);
        var nhwc = NhwcPass.Apply(torch, [shape]);

        nhwc.Outputs.Select(port => port.Name).Should().Equal(lines.Select(line => line.Output));
        nhwc.Outputs.Select(port => Dashed(port.Shape!.Value)).Should().Equal(lines.Select(line => line.Shape));
        double[][] exact = Run<double>(nhwc, shape), rounded = Run<float>(nhwc, shape);
        for (int i = 0; i < lines.Length; i++)
        {
            double norm = Math.Sqrt(exact[i].Sum(value => value * value));
            norm.Should().BeApproximately(lines[i].Norm, Limit * lines[i].Norm, $"norm of '{lines[i].Output}'");
            double largest = Math.Max(1, exact[i].Max(Math.Abs));
            foreach (var (at, value, _) in lines[i].Elements)
            {
                exact[i][at].Should().BeApproximately(value, Limit * largest, $"'{lines[i].Output}' [{at}]");
                rounded[i][at].Should().BeApproximately(
                    value, Math.Max(1e-6, 4 * lines[i].Noise) * largest, $"'{lines[i].Output}' [{at}] in float32");
            }
        }
    }

    [Fact]
    public void One_of_each_kind_has_outputs_and_nothing_else_that_is_too_large()
    {
        var held = s_lines.Select(group => group.Key.Name).ToHashSet();
        // torch.hub's, of which torchvision has none.
        held.Should().Contain(Families.Names.Except(["unet"]));
        held.Should().BeSubsetOf(ArchitectureSet.All.Select(known => known.Name));
        // The weights and what is packed of them in float64 are more than a process of the tests may hold: 4 GB.
        string[] large = [.. ArchitectureSet.All.Where(known => known.WeightBytes > 1_100_000_000)
            .Select(known => known.Name)];
        large.Should().Equal("regnet_y_128gf", "vit_h_14", "vit_l_16", "vit_l_32");
        held.Should().NotContain(large);
    }

    [Fact]
    public void Every_architecture_is_held_at_an_oblong_size_where_it_takes_one()
    {
        foreach (var images in s_lines.Select(group => group.Key).GroupBy(key => key.Name))
        {
            string native = Dashed(ArchitectureSet.Find($"arch:{images.Key}").Input);
            // Positions, and MaxViT's windows, fit one size.
            bool one = images.Key.StartsWith("vit_", StringComparison.Ordinal) || images.Key == "maxvit_t";
            images.Select(key => key.Image).Any(image => image != native).Should().Be(!one, images.Key);
        }
    }

    internal static double[][] Run<E>(NhwcProgram nhwc, Shape shape) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var plan = Plan.Compile<E>(nhwc, new PlanOptions());
        using var session = plan.CreateSession();
        session.Write(nhwc.Inputs[0].Value, Image(shape));
        session.Run();
        return [.. nhwc.Outputs.Select(port =>
        {
            double[] output = new double[port.Shape!.Value.Elements];
            session.Read(port.Value, output);
            return output;
        })];
    }

    // Multiples of the golden ratio modulo 2^32, whose upper 24 bits float32 holds: what make_outputs.py feeds.
    static double[] Image(Shape shape) => [.. Enumerable.Range(0, (int)shape.Elements)
        .Select(i => (unchecked((uint)i * 2654435761u) >> 8) / (double)(1 << 23) - 1)];

    internal static string Dashed(Shape shape) => string.Join('x', shape.Select(extent => $"{extent}"));

    internal static string PathOf(string file) => Path.Combine(
        NaiveWalkTests.Repository, "tests", "Harness.Tests", "Formats", "Architectures", file);

    /// <summary>What PyTorch gave of one output.</summary>
    internal sealed record Line(string Name, string Image, string Output, string Shape, double Noise, double Norm)
    {
        /// <summary>Where, what in float64, and how far from that in float32; NaN where that is not on record.
        /// </summary>
        public required (int At, double Value, double Rounded)[] Elements { get; init; }

        public static Line Parse(string text)
        {
            string[] words = text.Split(' ');
            return new Line(words[0], words[1], words[2], words[3], Number(words[4]), Number(words[5]))
            {
                Elements = [.. words[6..].Select(word => word.Split(':'))
                    .Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), Number(parts[1]),
                        parts.Length > 2 ? Number(parts[2]) : double.NaN))],
            };
        }

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }
}
