using System.Buffers.Binary;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Dns;

/// <summary>A query to a DNS port (RFC 1035, "Messages"; RFC 6891).</summary>
public sealed record DnsQuery
{
    /// <summary>Longest response that goes into a datagram of an asker who does not say how much he takes.</summary>
    public const int PlainResponseLength = 512;

    internal const int HeaderLength = 12;
    private const int MaxQuestions = 16;
    private const int MaxRecords = 16;
    private const int MaxResponseLength = 1232; // what passes everywhere without fragments
    private const ushort ResponseFlag = 0x8000;
    private const ushort RecursionDesiredFlag = 0x0100;

    /// <summary>Repeated in the response.</summary>
    public required ushort Id { get; init; }

    /// <summary>0 for a standard query, the only one that is answered; 0 to 15.</summary>
    public required int OperationCode { get; init; }

    /// <summary>Repeated in the response.</summary>
    public required bool IsRecursionDesired { get; init; }

    /// <summary>At most 16; none in a malformed query.</summary>
    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    /// <summary>The asker understands EDNS, and is answered with it.</summary>
    public bool HasExtensions { get; init; }

    /// <summary>Longest response that a datagram may carry to the asker, 512 to 1232.</summary>
    public int ResponseLengthLimit { get; init; } = PlainResponseLength;

    /// <summary>The query as a stub resolver sends it, as a new array: the header and the questions, without EDNS.</summary>
    public byte[] Encode()
    {
        var message = new byte[HeaderLength + Questions.Sum(question => question.Name.Labels.Length + 4)];
        var writer = new ByteWriter(message);
        writer.WriteUInt16(Id);
        writer.WriteUInt16((ushort)((OperationCode << 11) | (IsRecursionDesired ? RecursionDesiredFlag : 0)));
        writer.WriteUInt16((ushort)Questions.Count);
        writer.WriteUInt16(0);
        writer.WriteUInt16(0);
        writer.WriteUInt16(0);
        foreach (DnsQuestion question in Questions)
        {
            writer.WriteBytes(question.Name.Labels);
            writer.WriteUInt16((ushort)question.Type);
            writer.WriteUInt16(question.Class);
        }

        return message;
    }

    /// <summary>Reads a query. Never throws.</summary>
    /// <param name="message">The whole message; what follows the last record is ignored.</param>
    /// <param name="query">The query; of a malformed one only what the header says; null when there is nothing to answer.</param>
    public static DnsQueryOutcome TryDecode(ReadOnlySpan<byte> message, out DnsQuery? query)
    {
        query = null;
        if (message.Length < HeaderLength)
        {
            return DnsQueryOutcome.Ignore;
        }

        ushort flags = ReadUInt16(message, 2);
        if ((flags & ResponseFlag) != 0)
        {
            return DnsQueryOutcome.Ignore;
        }

        query = new DnsQuery
        {
            Id = ReadUInt16(message, 0),
            OperationCode = (flags >> 11) & 0xF,
            IsRecursionDesired = (flags & RecursionDesiredFlag) != 0,
        };
        int offset = HeaderLength;
        if (!TryReadQuestions(message, ref offset, out List<DnsQuestion> questions)
            || !TryReadRecords(message, offset, out int? payloadLength))
        {
            return DnsQueryOutcome.Malformed;
        }

        query = query with
        {
            Questions = questions,
            HasExtensions = payloadLength is not null,
            ResponseLengthLimit = Math.Clamp(payloadLength ?? 0, PlainResponseLength, MaxResponseLength),
        };
        return DnsQueryOutcome.Query;
    }

    private static bool TryReadQuestions(ReadOnlySpan<byte> message, ref int offset, out List<DnsQuestion> questions)
    {
        questions = [];
        int count = ReadUInt16(message, 4);
        if (count > MaxQuestions)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!DnsName.TryRead(message, ref offset, out DnsName? name) || offset + 4 > message.Length)
            {
                return false;
            }

            questions.Add(new DnsQuestion(name, (DnsType)ReadUInt16(message, offset), ReadUInt16(message, offset + 2)));
            offset += 4;
        }

        return true;
    }

    /// <summary>Passes over the records, in which only OPT means something to us: its class is the payload length.</summary>
    private static bool TryReadRecords(ReadOnlySpan<byte> message, int offset, out int? payloadLength)
    {
        const int FixedLength = 10;
        payloadLength = null;
        int count = ReadUInt16(message, 6) + ReadUInt16(message, 8) + ReadUInt16(message, 10);
        if (count > MaxRecords)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!DnsName.TryRead(message, ref offset, out DnsName? name) || offset + FixedLength > message.Length)
            {
                return false;
            }

            if ((DnsType)ReadUInt16(message, offset) == DnsType.Opt)
            {
                if (payloadLength is not null || name.Labels.Length != 1)
                {
                    return false;
                }

                payloadLength = ReadUInt16(message, offset + 2);
            }

            offset += FixedLength + ReadUInt16(message, offset + 8);
            if (offset > message.Length)
            {
                return false;
            }
        }

        return true;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}
