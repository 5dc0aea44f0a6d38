using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;

namespace Harness.Tests.Formats.Architectures;

/// <summary>Measures how far the architectures lie from torchvision, at the elements that <c>outputs.txt</c> holds: the
/// rows of <c>docs/architectures.md</c>.</summary>
static class ArchitectureDrift
{
    /// <summary>The word that makes the test assembly do it:
    /// <c>dotnet run --project tests/Harness.Tests -c Release -- architectures [NAME…]</c>.</summary>
    public const string Verb = "architectures";

    /// <summary>Prints a row an architecture and image; of all of them where none is named.</summary>
    /// <returns>1 where one lies further off than the tests allow; 2 for a name without outputs.</returns>
    public static int Run(string[] names)
    {
        var lines = ArchitectureOutputTests.s_lines;
        if (names.FirstOrDefault(name => !lines.Any(group => group.Key.Name == name)) is { } unknown)
        {
            Console.Error.WriteLine($"outputs.txt holds no '{unknown}'");
            return 2;
        }
        bool off = false;
        Console.WriteLine("| | image | float64 | float32 | PyTorch there | PyTorch everywhere |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (var group in lines.Where(group => names.Length == 0 || names.Contains(group.Key.Name)))
        {
            var (name, image) = group.Key;
            using var torch = ModelFile.Open($"arch:{name}", "seed:0");
            Shape shape = Shape.Create([.. image.Split('x').Select(extent => int.Parse(extent,
                CultureInfo.InvariantCulture))]);
            var nhwc = NhwcPass.Apply(torch, [shape]);
            ArchitectureOutputTests.Line[] held = [.. group];
            double[][] exact = ArchitectureOutputTests.Run<double>(nhwc, shape);
            double[][] rounded = ArchitectureOutputTests.Run<float>(nhwc, shape);
            double float64 = 0, float32 = 0, there = 0;
            for (int i = 0; i < held.Length; i++)
            {
                double largest = Math.Max(1, exact[i].Max(Math.Abs));
                foreach (var (at, value, error) in held[i].Elements)
                {
                    float64 = Math.Max(float64, Math.Abs(exact[i][at] - value) / largest);
                    float32 = Math.Max(float32, Math.Abs(rounded[i][at] - value) / largest);
                    there = Math.Max(there, Math.Abs(error) / largest);
                }
            }
            double everywhere = held.Max(line => line.Noise);
            off |= !(float64 <= 1e-10) || !(float32 <= Math.Max(1e-6, 4 * everywhere));
            Console.WriteLine(
                $"| `{name}` | {image.Replace('x', '×')} | {Told(float64)} | {Told(float32)} | {Told(there)} | "
                + $"{Told(everywhere)} |");
        }
        return off ? 1 : 0;
    }

    static string Told(double value) =>
        double.IsNaN(value) ? "–" : value.ToString("0.0e-00", CultureInfo.InvariantCulture);
}
