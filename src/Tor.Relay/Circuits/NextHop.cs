using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>The hop behind us on a circuit: none, asked for, or there (tor-spec, "Creating circuits" and "Tearing down circuits").</summary>
/// <remarks>Guarded by the circuit's gate.</remarks>
internal sealed class NextHop
{
    private PendingExtension? _awaitsChannel;
    private TimeSpan _waitsSince;

    /// <summary>The circuit's place on the channel to the next relay; null before CREATE2 was sent.</summary>
    internal ChannelCircuit? Circuit { get; private set; }

    /// <summary>CREATE2 was sent and not answered yet.</summary>
    internal bool AwaitsCreated { get; private set; }

    /// <summary>The circuit has been told to go on, whether or not it does already.</summary>
    internal bool IsAskedFor => Circuit is not null || _awaitsChannel is not null;

    /// <summary>Waits for a channel.</summary>
    internal void AwaitChannel(PendingExtension extension, TimeSpan now)
    {
        _awaitsChannel = extension;
        _waitsSince = now;
    }

    /// <summary>Whether this extension still waits for its channel; not when it was truncated since.</summary>
    internal bool Awaits(PendingExtension extension) => ReferenceEquals(_awaitsChannel, extension);

    /// <summary>Sends CREATE2. The caller flushes.</summary>
    /// <returns>False when the channel has no room for a circuit.</returns>
    internal bool TryCreate(RelayCircuit circuit, Channel channel, PendingExtension extension, TimeSpan now)
    {
        _awaitsChannel = null;
        Circuit = channel.TryOpenCircuit(circuit);
        if (Circuit is null)
        {
            return false;
        }

        AwaitsCreated = true;
        _waitsSince = now;
        Circuit.Send(CellCommand.Create2, extension.Create.Encode(), now);
        return true;
    }

    /// <summary>CREATED2 is there.</summary>
    internal void OnCreated() => AwaitsCreated = false;

    /// <summary>How long an answer has been waited for; null when none is.</summary>
    internal TimeSpan? WaitsFor(TimeSpan now) => _awaitsChannel is not null || AwaitsCreated ? now - _waitsSince : null;

    /// <summary>There is no next hop any more.</summary>
    /// <returns>The one that was there, to be destroyed outside the gate.</returns>
    internal ChannelCircuit? GiveUp()
    {
        ChannelCircuit? former = Circuit;
        _awaitsChannel?.GiveUpSoon();
        _awaitsChannel = null;
        Circuit = null;
        AwaitsCreated = false;
        return former;
    }
}
