using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The streams that one visitor opens on its circuit: judged where they arrive, done in tasks of their own (stock hs_service_set_conn_addr_port).</summary>
/// <param name="getOptions">Ports and limits, as they are now.</param>
/// <param name="targets">Connects to targets.</param>
/// <param name="tasks">Owns the tasks.</param>
/// <param name="number">The visitor's circuit, for the target that wants to know.</param>
/// <param name="random">Chooses among several targets of one port.</param>
/// <param name="log">What a service's owner should know.</param>
internal sealed partial class VisitorStreams(
    Func<OnionServiceOptions> getOptions, StreamTargets targets, BackgroundTasks tasks, uint number, RandomSource random, ILogger log) : IIncomingStreams
{
    private int _open;
    private bool _hasWarned;

    /// <inheritdoc/>
    public void OnRequested(OriginCircuit circuit, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        OnionServiceOptions options = getOptions();
        if (command != RelayCommand.Begin)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"{command} to an onion service");
        }

        if (options.MaxStreams > 0 && Volatile.Read(ref _open) >= options.MaxStreams)
        {
            WarnOnce(options);
            RefuseOrClose(circuit, streamId, options.ClosesFullCircuits);
            return;
        }

        // Who asks for a port that is not there is told no more than that the stream is over, so that ports are hard to find out.
        if (ReadPort(body) is not { } port || Choose(options.Ports, port) is not { } chosen)
        {
            RefuseOrClose(circuit, streamId, options.ClosesOnUnknownPort);
            return;
        }

        bool isPumped = chosen.Target is not InProcessTarget; // who accepts streams in this process may block
        if (circuit.AdmitStream(streamId, RelayCommand.Begin, continueInline: isPumped) is { } stream)
        {
            Interlocked.Increment(ref _open);
            if (!tasks.TryRunAfter(batch, cancel => ServeAsync(stream, chosen, options, cancel)))
            {
                Interlocked.Decrement(ref _open);
                batch.After(() => stream.Close(EndReason.Done));
            }
        }
    }

    private async Task ServeAsync(CircuitStream stream, OnionServicePort port, OnionServiceOptions options, CancellationToken cancel)
    {
        try
        {
            await targets.ServeAsync(stream, port, options, number, cancel);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private OnionServicePort? Choose(IReadOnlyList<OnionServicePort> ports, ushort wanted)
    {
        OnionServicePort[] matching = [.. ports.Where(port => port.Port == wanted)];
        return matching.Length == 0 ? null : matching[random.NextInt32(matching.Length)];
    }

    private static ushort? ReadPort(ReadOnlySpan<byte> body)
    {
        try
        {
            return Begin.Decode(body).Port;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private static void RefuseOrClose(OriginCircuit circuit, ushort streamId, bool closes)
    {
        if (closes)
        {
            throw new CircuitProtocolException(DestroyReason.None, "a stream that the service does not take");
        }

        circuit.RefuseStream(streamId, EndReason.Done);
    }

    private void WarnOnce(OnionServiceOptions options)
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            LogFull(log, options.MaxStreams, options.ClosesFullCircuits ? "Closing circuit" : "Ignoring open stream request");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Maximum streams per circuit limit ({Limit}) reached on a rendezvous circuit of an onion service. {Consequence}.")]
    private static partial void LogFull(ILogger log, int limit, string consequence);
}
