using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.Dns;

/// <summary>What a DNS server says to a stub resolver (RFC 1035, "Messages").</summary>
public sealed record DnsReply
{
    private const ushort ResponseFlag = 0x8000;
    private const ushort TruncatedFlag = 0x0200;
    private const int OperationShift = 11;
    private const int OperationMask = 0xF;
    private const int CodeMask = 0xF;
    private const int FixedLength = 10;
    private const int QuestionFixedLength = 4;
    private const int MaxRecords = 512;
    private const int MaxAliases = 16;
    private const uint NegativeTimeToLive = 0x8000_0000;

    /// <summary>Of the query that it answers.</summary>
    public required ushort Id { get; init; }

    /// <summary>How it went; any number from 0 to 15.</summary>
    public required DnsResponseCode Code { get; init; }

    /// <summary>Whether records were left out: ask again over TCP.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>The question, as the server repeats it.</summary>
    public required DnsQuestion Question { get; init; }

    /// <summary>The records of the answer section that mean something to us, at most 512. Of a truncated reply, those that are whole.</summary>
    public IReadOnlyList<DnsRecord> Records { get; init; } = [];

    /// <summary>Reads a reply. Never throws.</summary>
    /// <param name="message">The whole message; what follows the answer section is ignored.</param>
    /// <param name="reply">The reply, or null.</param>
    /// <returns>False when it is no reply to a standard query with one question, or cannot be read.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> message, [NotNullWhen(true)] out DnsReply? reply)
    {
        reply = null;
        if (message.Length < DnsQuery.HeaderLength)
        {
            return false;
        }

        int flags = ReadUInt16(message, 2);
        int offset = DnsQuery.HeaderLength;
        if ((flags & ResponseFlag) == 0 || ((flags >> OperationShift) & OperationMask) != 0 || ReadUInt16(message, 4) != 1
            || !DnsName.TryRead(message, ref offset, out DnsName? name) || offset + QuestionFixedLength > message.Length)
        {
            return false;
        }

        var question = new DnsQuestion(name, (DnsType)ReadUInt16(message, offset), ReadUInt16(message, offset + 2));
        bool isTruncated = (flags & TruncatedFlag) != 0;
        bool isWhole = TryReadRecords(message, offset + QuestionFixedLength, out List<DnsRecord> records);
        if (!isWhole && !isTruncated)
        {
            return false;
        }

        reply = new DnsReply
        {
            Id = ReadUInt16(message, 0),
            Code = (DnsResponseCode)(flags & CodeMask),
            IsTruncated = isTruncated,
            Question = question,
            Records = records,
        };
        return true;
    }

    /// <summary>Whether this is the reply to the query: same id, and the same question.</summary>
    /// <param name="query">A query with one question.</param>
    /// <param name="exactCase">Whether the letters must come back in the case in which they were sent.</param>
    public bool Answers(DnsQuery query, bool exactCase)
    {
        DnsQuestion asked = query.Questions[0];
        return Id == query.Id && Question.Type == asked.Type && Question.Class == asked.Class
            && (exactCase ? Question.Name.Labels.SequenceEqual(asked.Name.Labels) : Question.Name.EqualsIgnoreCase(asked.Name));
    }

    /// <summary>The first record of the asked type for the asked name, or for what the name is an alias of (RFC 1034, "Aliases and canonical names").</summary>
    /// <returns>The record with the shortest time to live on the way to it; null when there is none, or the aliases lead in a circle.</returns>
    public DnsRecord? FindRecord()
    {
        DnsName name = Question.Name;
        uint timeToLive = uint.MaxValue;
        for (int aliases = 0; aliases <= MaxAliases; aliases++)
        {
            if (Find(name, Question.Type) is { } found)
            {
                return found with { TimeToLive = Math.Min(timeToLive, found.TimeToLive) };
            }

            if (Find(name, DnsType.CName) is not { } alias)
            {
                return null;
            }

            int offset = 0;
            DnsName.TryRead(alias.Value.Span, ref offset, out DnsName? target);
            timeToLive = Math.Min(timeToLive, alias.TimeToLive);
            name = target!;
        }

        return null;
    }

    private DnsRecord? Find(DnsName owner, DnsType type) =>
        Records.FirstOrDefault(record => record.Type == type && record.Owner.EqualsIgnoreCase(owner));

    private static bool TryReadRecords(ReadOnlySpan<byte> message, int offset, out List<DnsRecord> records)
    {
        records = [];
        int count = ReadUInt16(message, 6);
        if (count > MaxRecords)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!DnsName.TryRead(message, ref offset, out DnsName? owner) || offset + FixedLength > message.Length)
            {
                return false;
            }

            var type = (DnsType)ReadUInt16(message, offset);
            ushort recordClass = ReadUInt16(message, offset + 2);
            uint timeToLive = BinaryPrimitives.ReadUInt32BigEndian(message[(offset + 4)..]);
            int start = offset + FixedLength;
            int end = start + ReadUInt16(message, offset + 8);
            if (end > message.Length || !TryReadValue(message, type, start, end, out byte[]? value))
            {
                return false;
            }

            if (value is not null && recordClass == DnsQuestion.Internet)
            {
                records.Add(new DnsRecord(owner, type, timeToLive >= NegativeTimeToLive ? 0 : timeToLive, value));
            }

            offset = end;
        }

        return true;
    }

    /// <returns>False when the value is not what its type says. True with null for a type that means nothing to us.</returns>
    private static bool TryReadValue(ReadOnlySpan<byte> message, DnsType type, int start, int end, out byte[]? value)
    {
        value = null;
        switch (type)
        {
            case DnsType.A or DnsType.Aaaa:
                value = message[start..end].ToArray();
                return value.Length == (type == DnsType.A ? 4 : 16);
            case DnsType.CName or DnsType.Ptr:
                bool isName = DnsName.TryRead(message, ref start, out DnsName? name) && start == end;
                value = name?.Labels.ToArray();
                return isName;
            default:
                return true;
        }
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> message, int offset) => BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
}
