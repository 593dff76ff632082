using System.Net;
using System.Text;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>One answer of RESOLVED (tor-spec, "Remote hostname lookup").</summary>
/// <param name="Type">A value without a name is kept.</param>
/// <param name="Value">At most 255 bytes.</param>
/// <param name="TimeToLive">Seconds; any number.</param>
public sealed record ResolvedAnswer(ResolvedAnswerType Type, ReadOnlyMemory<byte> Value, uint TimeToLive)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;
    private const int OverheadLength = 6;

    /// <summary>The address of an IPv4 or IPv6 answer, null for other types.</summary>
    public IPAddress? Address =>
        Type is ResolvedAnswerType.IPv4 or ResolvedAnswerType.IPv6 ? new IPAddress(Value.Span) : null;

    /// <summary>The name of a host name answer, null for other types. Not checked: one character per byte received.</summary>
    public string? HostName => Type == ResolvedAnswerType.HostName ? Encoding.Latin1.GetString(Value.Span) : null;

    /// <summary>True for both kinds of error.</summary>
    public bool IsError => Type is ResolvedAnswerType.TransientError or ResolvedAnswerType.Error;

    /// <summary>Bytes on the wire.</summary>
    public int EncodedLength => OverheadLength + Value.Length;

    /// <summary>An IPv4 or IPv6 answer.</summary>
    public static ResolvedAnswer From(IPAddress address, uint timeToLive)
    {
        byte[] bytes = address.GetAddressBytes();
        ResolvedAnswerType type = bytes.Length == IPv4Length ? ResolvedAnswerType.IPv4 : ResolvedAnswerType.IPv6;
        return new ResolvedAnswer(type, bytes, timeToLive);
    }

    /// <summary>A host name answer.</summary>
    /// <exception cref="ArgumentException">The name is empty, longer than 255 characters, or has one that is not one byte.</exception>
    public static ResolvedAnswer From(string hostName, uint timeToLive)
    {
        if (hostName.Length is 0 or > byte.MaxValue || hostName.Any(character => character > '\xff'))
        {
            throw new ArgumentException("a host name has 1 to 255 one-byte characters", nameof(hostName));
        }

        return new ResolvedAnswer(ResolvedAnswerType.HostName, Encoding.Latin1.GetBytes(hostName), timeToLive);
    }

    /// <summary>An error, with the text that all relays send.</summary>
    public static ResolvedAnswer FromError(bool isTransient, uint timeToLive)
    {
        ResolvedAnswerType type = isTransient ? ResolvedAnswerType.TransientError : ResolvedAnswerType.Error;
        return new ResolvedAnswer(type, "Error resolving hostname"u8.ToArray(), timeToLive);
    }

    /// <summary>Takes one answer from the front of <paramref name="reader"/>.</summary>
    /// <exception cref="MalformedMessageException">It is cut off, an address has the wrong length, or a name is empty.</exception>
    public static ResolvedAnswer Read(ref ByteReader reader)
    {
        var type = (ResolvedAnswerType)reader.ReadByte();
        int length = reader.ReadByte();
        bool fits = type switch
        {
            ResolvedAnswerType.HostName => length > 0,
            ResolvedAnswerType.IPv4 => length == IPv4Length,
            ResolvedAnswerType.IPv6 => length == IPv6Length,
            _ => true,
        };
        if (!fits)
        {
            throw new MalformedMessageException($"RESOLVED answer of type {type} with {length} bytes");
        }

        byte[] value = reader.ReadBytes(length).ToArray();
        return new ResolvedAnswer(type, value, reader.ReadUInt32());
    }

    /// <summary>Appends the answer.</summary>
    /// <exception cref="ArgumentException">The value is longer than 255 bytes, or there is no room.</exception>
    public void Write(ref ByteWriter writer)
    {
        if (Value.Length > byte.MaxValue)
        {
            throw new ArgumentException($"an answer has at most {byte.MaxValue} bytes, not {Value.Length}");
        }

        writer.WriteByte((byte)Type);
        writer.WriteByte((byte)Value.Length);
        writer.WriteBytes(Value.Span);
        writer.WriteUInt32(TimeToLive);
    }
}
