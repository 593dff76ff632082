using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>One version of one subprotocol, such as Relay=6 for CGO (proposal 346). Ordered by protocol, then version.</summary>
/// <param name="Protocol">May be a value without a name, when a peer knows more than we do.</param>
/// <param name="Version">0 to 255.</param>
public readonly record struct SubprotocolVersion(ProtocolName Protocol, byte Version)
{
    /// <summary>Relay=6: counter galois onion encryption, and with it the relay cell format of version 1.</summary>
    public static SubprotocolVersion Cgo { get; } = new(ProtocolName.Relay, 6);

    internal int Order => ((byte)Protocol << 8) | Version;
}
