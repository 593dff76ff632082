using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>Asks the relay for congestion control on this circuit (proposal 324, "Negotiation"). It has no body.</summary>
public sealed class CongestionControlRequest : CircuitExtension
{
    private CongestionControlRequest()
        : base(CircuitExtensionType.CongestionControlRequest)
    {
    }

    /// <summary>The one instance.</summary>
    public static CongestionControlRequest Instance { get; } = new();

    internal override int BodyLength => 0;

    internal override void EncodeBody(ref ByteWriter writer)
    {
    }
}
