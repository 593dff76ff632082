namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>One extension of an onion service message, as it lies on the wire (stock trunnel "extension").</summary>
/// <param name="Type">EXT_FIELD_TYPE; means something else in each message. Unknown values are kept.</param>
/// <param name="Body">EXT_FIELD, at most 255 bytes.</param>
public sealed record MessageExtension(byte Type, ReadOnlyMemory<byte> Body)
{
    private const byte CongestionControlType = 1;

    /// <summary>In the encrypted part of INTRODUCE1: the client asks for congestion control on the joined circuit (proposal 324; type 1, no body).</summary>
    public static MessageExtension CongestionControlRequest { get; } = new(CongestionControlType, default);

    /// <summary>Whether it is one, in the encrypted part of INTRODUCE1. Stock looks at the type only.</summary>
    public bool IsCongestionControlRequest => Type == CongestionControlType;

    internal int EncodedLength => 2 + Body.Length;
}
