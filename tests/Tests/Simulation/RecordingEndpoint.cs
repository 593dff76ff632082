using System.Threading.Channels;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Channel = Tunic.Tor.Network.Channels.Channel;

namespace Tunic.Tests.Simulation;

/// <summary>Writes down what a channel tells a circuit, and accepts every circuit.</summary>
internal sealed class RecordingEndpoint : ICircuitEndpoint, ICircuitAcceptor
{
    private readonly Channel<string> _events = System.Threading.Channels.Channel.CreateUnbounded<string>();

    internal ChannelCircuit? Accepted { get; private set; }

    internal Func<CellCommand, Exception?>? Failure { get; init; }

    internal bool Refuses { get; init; }

    public void OnCell(ChannelCircuit circuit, CellCommand command, Span<byte> body, ReceiveBatch batch)
    {
        if (Failure?.Invoke(command) is { } failure)
        {
            throw failure;
        }

        _events.Writer.TryWrite($"{command} {body[0]}");
    }

    public DestroyReason ReasonToTell(DestroyReason reason) => reason;

    public void OnEnded(ChannelCircuit circuit, DestroyReason reason, Exception? cause) => _events.Writer.TryWrite($"ended {reason}");

    public void OnWritable(ChannelCircuit circuit) => _events.Writer.TryWrite("writable");

    public void OnCreate(Channel channel, uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        if (Refuses)
        {
            channel.SendDestroy(circuitId, DestroyReason.ResourceLimit);
            return;
        }

        Accepted = channel.Attach(circuitId, this);
        _events.Writer.TryWrite($"{command} {body[0]}");
    }

    /// <summary>The next event, or a failure of the test after ten seconds.</summary>
    internal async Task<string> NextAsync()
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _events.Reader.ReadAsync(timer.Token);
    }
}
