using System.IO.Pipes;
using Harness.Parity.Runners;
using Harness.Reference.Running;

namespace Harness.Reference.Tests;

/// <summary>A runner over libtorch at the other end of two pipes, as in another process, but in this one.</summary>
sealed class LoopbackRunner : IDisposable
{
    readonly Thread _server;

    public LoopbackRunner(string device = "cpu-torch")
    {
        var requests = new AnonymousPipeServerStream(PipeDirection.Out);
        var replies = new AnonymousPipeServerStream(PipeDirection.In);
        var heard = new AnonymousPipeClientStream(PipeDirection.In, requests.ClientSafePipeHandle);
        var told = new AnonymousPipeClientStream(PipeDirection.Out, replies.ClientSafePipeHandle);
        _server = new Thread(() =>
        {
            using var channel = new RunnerChannel(heard, told);
            new RunnerServer(channel).Serve();
        });
        _server.Start();
        Runner = new RemoteRunner(new RunnerChannel(replies, requests), device, threads: 1, exception => exception);
    }

    public Runner Runner { get; }

    public void Dispose()
    {
        Runner.Dispose();
        _server.Join();
    }
}
