using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>END: closes a stream (tor-spec, "Closing streams").</summary>
/// <param name="Reason">A value without a name is kept. Null for an empty body, which ends the circuit at the receiver.</param>
/// <param name="Address">With <see cref="EndReason.ExitPolicy"/>: what the exit refuses to connect to; null when absent.</param>
/// <param name="TimeToLive">With an address: seconds for which it may be kept; null when absent or 2^32-1.</param>
public sealed record End(EndReason? Reason, IPAddress? Address = null, uint? TimeToLive = null)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;
    private const int TimeToLiveLength = 4;

    /// <summary>Reads the body. It never fails: an address of the wrong length is taken as absent.</summary>
    public static End Decode(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return new End(Reason: null);
        }

        var reason = (EndReason)body[0];
        ReadOnlySpan<byte> details = body[1..];
        if (reason != EndReason.ExitPolicy
            || details.Length is not (IPv4Length or IPv6Length or IPv4Length + TimeToLiveLength or IPv6Length + TimeToLiveLength))
        {
            return new End(reason);
        }

        var reader = new ByteReader(details);
        var address = new IPAddress(reader.ReadBytes(details.Length < IPv6Length ? IPv4Length : IPv6Length));
        uint timeToLive = reader.Remaining == 0 ? uint.MaxValue : reader.ReadUInt32();
        return new End(reason, address, timeToLive == uint.MaxValue ? null : timeToLive);
    }

    /// <summary>The body as a new array. A TTL that is not known is written as 2^32-1.</summary>
    /// <exception cref="ArgumentException">There is no reason, or an address with another reason than EXITPOLICY.</exception>
    public byte[] Encode()
    {
        if (Reason is not { } reason || (Address is not null && reason != EndReason.ExitPolicy))
        {
            throw new ArgumentException("END needs a reason, and takes an address with EXITPOLICY only");
        }

        if (Address is null)
        {
            return [(byte)reason];
        }

        var timeToLive = new byte[TimeToLiveLength];
        new ByteWriter(timeToLive).WriteUInt32(TimeToLive ?? uint.MaxValue);
        return [(byte)reason, .. Address.GetAddressBytes(), .. timeToLive];
    }
}
