using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A relay that a client wants as the next hop of a circuit.</summary>
public sealed record HopTarget
{
    /// <summary>Who it is.</summary>
    public required RsaIdentity RsaIdentity { get; init; }

    /// <summary>Who it is; zero when not known, which rules out ntor-v3.</summary>
    public Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>Its onion key, 32 bytes; empty when not known: then only CREATE_FAST to a first hop is possible.</summary>
    public ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    /// <summary>Where it is, for EXTEND2.</summary>
    public required LinkSpecifiers Specifiers { get; init; }

    /// <summary>Whether it answers ntor-v3 (Relay=4 or later).</summary>
    public bool UseNtorV3 { get; init; }

    /// <summary>What to ask of it; asking for anything needs <see cref="UseNtorV3"/>.</summary>
    public CircuitCapabilities Wanted { get; init; } = new(CongestionControl: false, SendmeIncrement: 31, Cgo: false);
}
