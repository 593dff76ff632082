using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>The program around the client, as controllers see it. Implemented by the program.</summary>
/// <remarks>Thread safe.</remarks>
public interface IControlProcess
{
    /// <summary>Raised with each line for the log, before it is known whether any log takes it: DEBUG, INFO, NOTICE, WARN or ERR, and the text.</summary>
    event Action<ControlEventKind, string>? Logged;

    /// <summary>Raised when the program acts on a signal, from whomever it came.</summary>
    event Action<ControlSignal>? Signalled;

    /// <summary>"0.4.9.11 (Tunic-0.1.0)".</summary>
    string Version { get; }

    /// <summary>The lowest severity that somebody wants to see; changes as controllers come and go.</summary>
    ControlEventKind? LeastLogged { set; }

    /// <summary>Bytes that queues may hold.</summary>
    long MaxMemoryInQueues { get; }

    /// <summary>What is known of the relay in this process; null when there is none.</summary>
    ControlRelayFacts? Relay { get; }

    /// <summary>Acts as on a signal. Returns at once.</summary>
    void Signal(ControlSignal signal);

    /// <summary>The connection that had taken ownership is gone: the program ends.</summary>
    void OnOwnerGone();

    /// <summary>Keeps the key for an onion service in a file, from which it is read at the next start.</summary>
    /// <returns>False when that cannot be.</returns>
    Task<bool> TryStoreAsync(OnionAddress address, ClientAuthorizationKey key, CancellationToken cancel);

    /// <summary>Removes the file with the key for an onion service.</summary>
    void Forget(OnionAddress address);

    /// <summary>Where a kind of port listens: or, extor, dir, socks, trans, natd, httptunnel, dns, control, metrics. Null for an unknown kind.</summary>
    IReadOnlyList<string>? GetListeners(string kind);
}
