using System.IO.Pipes;
using Harness.Executor.Model;
using Harness.Parity.Fuzz;
using Harness.Parity.Runners;
using Harness.Reference.Running;

namespace Harness.Reference.Tests;

/// <summary>A few graphs of the fuzzer against libtorch itself. The night tries tens of thousands.</summary>
public sealed class FuzzTests : IDisposable
{
    readonly Thread _server;
    readonly RunnerChannel _channel;
    readonly RemoteRecorder _recorder;

    public FuzzTests()
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
        _channel = new RunnerChannel(replies, requests);
        _recorder = new RemoteRecorder(_channel, "cpu-torch", exception => exception);
    }

    public void Dispose()
    {
        _channel.Dispose();
        _server.Join();
    }

    // Takes some seconds: each case is recorded as a golden is, on ten inputs.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Graphs_hold_against_libtorch(long seed)
    {
        var failures = new List<string>();
        var count = FuzzRun.Run(
            new FuzzPlan(seed, 0, 150), new FuzzJudge(_recorder.Record),
            failure => failures.Add($"{failure.Trial.Command}: {failure.Outcome.Finding}"), _ => { },
            CancellationToken.None);

        failures.Should().BeEmpty();
        count.Cases.Should().Be(150);
        count.Held.Should().BeGreaterThan(110);
    }

    // Two answers to one question are the same, and a refusal leaves the channel where the next question begins.
    [Fact]
    public void What_is_recorded_over_the_channel_does_not_hang_on_what_was_asked_before()
    {
        var trial = FuzzGenerator.Draw(1, 0);
        var one = _recorder.Record(trial);
        var bad = Misfit();
        var refusal = () => _recorder.Record(bad);
        refusal.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.ShapeMismatch);
        var again = _recorder.Record(trial);

        again.Document.Probes.Length.Should().Be(one.Document.Probes.Length);
        foreach (var (name, tensor) in one.Tensors)
            again.Tensors[name].Bytes.ToArray().Should().Equal(tensor.Bytes.ToArray(), name);
    }

    static FuzzCase Misfit()
    {
        var builder = new GraphBuilder();
        var x = Argument.Value(builder.Input("x", [2, 3]));
        builder.Output("0", builder.Call("aten::matmul", [x, x], [], 1, SourcePlace.Unknown)[0]);
        return new FuzzCase(1, 0, builder.Build());
    }
}
