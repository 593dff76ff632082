using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>What a circuit that ends at this relay is to onion services. A circuit takes one role in its life, and is not extended afterwards.</summary>
/// <remarks>Guarded by the circuit's gate.</remarks>
internal abstract class OnionServiceRole
{
    /// <summary>A service's circuit to its introduction point, which is us.</summary>
    internal sealed class Introduction(Ed25519Identity key, IntroductionBucket bucket) : OnionServiceRole
    {
        internal Ed25519Identity Key { get; } = key;

        internal IntroductionBucket Bucket { get; } = bucket;
    }

    /// <summary>A client's circuit that waits for a service.</summary>
    internal sealed class Waiting(RendezvousCookie cookie) : OnionServiceRole
    {
        internal RendezvousCookie Cookie { get; } = cookie;
    }

    /// <summary>Half of a rendezvous: what nobody here can read goes to the other half.</summary>
    internal sealed class Joined(RelayCircuit other) : OnionServiceRole
    {
        internal RelayCircuit Other { get; } = other;
    }

    /// <summary>A client's circuit that has introduced its one time.</summary>
    internal sealed class Introduced : OnionServiceRole;
}
