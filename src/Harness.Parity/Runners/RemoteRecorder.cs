using Harness.Executor.Model;
using Harness.Parity.Fuzz;
using Harness.Parity.Golden;

namespace Harness.Parity.Runners;

/// <summary>Records graphs in another process, at the other end of a <see cref="RunnerChannel"/>.</summary>
/// <remarks>One thread at a time.</remarks>
public sealed class RemoteRecorder
{
    readonly RunnerChannel _channel;
    readonly Func<Exception, Exception> _ended;

    /// <summary>Starts libtorch at the other end, on one thread.</summary>
    /// <param name="channel">Leads there.</param>
    /// <param name="device"><c>cpu-torch</c> or <c>cuda</c>.</param>
    /// <param name="ended">What to throw where the other side is gone, given what showed it.</param>
    /// <exception cref="ModelException">PAR9001: libtorch cannot be loaded; PAR9002: the device is not
    /// there.</exception>
    public RemoteRecorder(RunnerChannel channel, string device, Func<Exception, Exception> ended)
    {
        (_channel, _ended) = (channel, ended);
        Ask(() =>
        {
            _channel.Send(RunnerRequest.Start);
            _channel.Send(device);
            _channel.Send(1);
            _channel.Await();
            return true;
        });
    }

    /// <summary>What a golden of a case holds.</summary>
    /// <exception cref="ModelException">PyTorch refuses the graph; PAR9005: the process has ended.</exception>
    public GoldenCase Record(FuzzCase trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return Ask(() =>
        {
            _channel.Send(RunnerRequest.Record);
            _channel.Send(trial.Text);
            _channel.Send(trial.Weights());
            _channel.Send(trial.Inputs());
            _channel.Await();
            return GoldenCase.Receive(_channel, trial.Name);
        });
    }

    T Ask<T>(Func<T> request)
    {
        try
        {
            return request();
        }
        // A closed pipe: reading ends, writing fails, or a cancelled run has disposed of the process.
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            throw _ended(exception);
        }
    }
}
