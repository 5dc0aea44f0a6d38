using System.Text;
using Harness.Executor.Model;
using Harness.Reference.Native;
using TorchSharp;

namespace Harness.Reference.Tests;

public sealed class NativeTorchTests
{
    [Fact]
    public void Libtorch_loads_and_convolves_in_float64()
    {
        TorchLibrary.Load();
        const int Height = 5, Width = 7, Channels = 2, Outputs = 3;
        var x = Wave(Channels * Height * Width, 0.37);
        var w = Wave(Outputs * Channels * 3 * 3, 0.11);

        using var input = torch.tensor(x, [1, Channels, Height, Width]);
        using var kernel = torch.tensor(w, [Outputs, Channels, 3, 3]);
        using var output = torch.nn.functional.conv2d(input, kernel, padding: [1, 1]);

        output.dtype.Should().Be(torch.ScalarType.Float64);
        var y = output.data<double>().ToArray();
        for (var o = 0; o < Outputs; o++)
            for (var oh = 0; oh < Height; oh++)
                for (var ow = 0; ow < Width; ow++)
                    y[(o * Height + oh) * Width + ow].Should().BeApproximately(At(o, oh, ow), 1e-14);

        double At(int o, int oh, int ow)
        {
            var sum = 0.0;
            for (var c = 0; c < Channels; c++)
                for (var kh = 0; kh < 3; kh++)
                    for (var kw = 0; kw < 3; kw++)
                    {
                        var (h, i) = (oh + kh - 1, ow + kw - 1);
                        if (h is >= 0 and < Height && i is >= 0 and < Width)
                            sum += x[(c * Height + h) * Width + i] * w[((o * Channels + c) * 3 + kh) * 3 + kw];
                    }
            return sum;
        }
    }

    [Fact]
    public void Only_the_output_folder_of_Harness_Reference_holds_libtorch()
    {
        var output = Directory.GetParent(NativeReference.Directory)!.Parent!;
        var folders = output.EnumerateFiles("*torch_cpu*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(output.FullName, file.FullName).Split(Path.DirectorySeparatorChar))
            .ToList();

        folders.Should().NotBeEmpty().And.OnlyContain(path => path[0] == "Harness.Reference");
        folders.Should().OnlyHaveUniqueItems(path => path[1], "natives are not copied twice");
    }

    [Fact]
    public void An_old_libstdcxx_is_named_with_its_cure()
    {
        const string Answer =
            """
            Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help, use strace.
            /app/LibTorchSharp.so: cannot open shared object file: No such file or directory
            /lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)
            /app/libLibTorchSharp: cannot open shared object file: No such file or directory
            """;
        var finding = TorchLibrary.Explain(Answer);
        finding.Code.Should().Be(Codes.LibTorchMissing);
        finding.Message.Should().Contain("version `GLIBCXX_3.4.32' not found").And.Contain("dotnet build")
            .And.NotContain("\n").And.NotContain("strace");
    }

    [Fact]
    public void A_missing_dependency_is_named()
    {
        const string Answer =
            """
            Unable to load shared library 'LibTorchSharp' or one of its dependencies.
            /app/LibTorchSharp.so: cannot open shared object file: No such file or directory
            libc10.so: cannot open shared object file: No such file or directory
            """;
        TorchLibrary.Explain(Answer).Message.Should().Contain("libc10.so: cannot open");
    }

    [Fact]
    public void A_missing_library_is_said_in_one_line()
    {
        const string Answer =
            """
            Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help, use strace.
            /app/LibTorchSharp.so: cannot open shared object file: No such file or directory
            """;
        TorchLibrary.Explain(Answer).Message.Should().Contain("Unable to load shared library 'LibTorchSharp'")
            .And.NotContain("strace").And.NotContain("\n");
    }

    // Xeon, EPYC with its caches, EPYC in a virtual machine that hides them, an Athlon that knows no such leaf.
    [Theory]
    [InlineData("GenuineIntel", 0x80000008u, 0, false)]
    [InlineData("AuthenticAMD", 0x80000021u, 0x121, false)]
    [InlineData("AuthenticAMD", 0x80000021u, 0, true)]
    [InlineData("AuthenticAMD", 0x80000018u, 0x121, true)]
    [InlineData("HygonGenuine", 0x8000001Fu, 0, true)]
    public void A_processor_whose_caches_oneDNN_cannot_see_is_told(
        string vendor, uint largest, int caches, bool hides)
    {
        OneDnn.HidesCaches((leaf, subleaf) => (uint)leaf switch
        {
            0 => (13, Word(0), Word(8), Word(4)),
            0x80000000 => ((int)largest, 0, 0, 0),
            0x8000001D when subleaf == 0 => (caches, caches, caches, 0),
            _ => throw new InvalidOperationException(),
        }).Should().Be(hides);

        int Word(int at) => BitConverter.ToInt32(Encoding.ASCII.GetBytes(vendor), at);
    }

    static double[] Wave(int length, double step) =>
        [.. Enumerable.Range(0, length).Select(i => Math.Sin(1 + i * step))];
}
