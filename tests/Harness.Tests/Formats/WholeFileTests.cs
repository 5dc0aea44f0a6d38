using System.Diagnostics;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Tests.Formats;

public sealed class WholeFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Nobody ever writes into it, so that opening it would never return.
    [Fact]
    public async Task A_pipe_is_like_an_empty_file_and_nobody_waits_for_it()
    {
        string pipe = _folder["pipe"];
        if (OperatingSystem.IsWindows()) await File.WriteAllTextAsync(pipe, "");
        else using (var made = Process.Start("mkfifo", [pipe])) await made.WaitForExitAsync();

        var read = Task.Run(() => (WholeFile.Read(pipe).Length, Sha256Hash.OfFile(pipe)));

        (await read.WaitAsync(TimeSpan.FromSeconds(30))).Should().Be((0, Sha256Hash.Of(""u8)));
    }

    [Fact]
    public void A_file_is_read_and_one_that_is_not_there_says_so()
    {
        File.WriteAllText(_folder["file"], "bytes");
        WholeFile.Read(_folder["file"]).Should().Equal("bytes"u8.ToArray());
        FluentActions.Invoking(() => WholeFile.Read(_folder["none"])).Should().Throw<FileNotFoundException>();
    }
}
