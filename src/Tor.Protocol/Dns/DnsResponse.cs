using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Dns;

/// <summary>A response of a DNS port (RFC 1035, "Messages").</summary>
/// <param name="Query">What is answered; its questions are repeated.</param>
/// <param name="Code">How it went.</param>
public sealed record DnsResponse(DnsQuery Query, DnsResponseCode Code)
{
    private const ushort ResponseFlag = 0x8000;
    private const ushort TruncatedFlag = 0x0200;
    private const ushort RecursionDesiredFlag = 0x0100;
    private const ushort RecursionAvailableFlag = 0x0080;
    private const ushort PointerMark = 0xC000;
    private const int QuestionLength = 4;
    private const int RecordLength = 12; // with a pointer for a name
    private const int ExtensionLength = 11;
    private const ushort PayloadLength = 1232;

    /// <summary>The question that the answers belong to, one of the query's; null when there are no answers.</summary>
    public DnsQuestion? Question { get; init; }

    /// <summary>Records for the question.</summary>
    public IReadOnlyList<DnsAnswer> Answers { get; init; } = [];

    /// <summary>The message as a new array.</summary>
    /// <param name="limit">Most bytes, 512 or more. Answers that do not fit are left out, and the response says so; questions that do not fit make it a format error.</param>
    public byte[] Encode(int limit)
    {
        int extension = Query.HasExtensions ? ExtensionLength : 0;
        int length = DnsQuery.HeaderLength + Query.Questions.Sum(question => question.Name.Labels.Length + QuestionLength) + extension;
        if (length > limit)
        {
            return new DnsResponse(Query with { Questions = [] }, DnsResponseCode.FormatError).Encode(limit);
        }

        int count = 0;
        foreach (DnsAnswer answer in Answers)
        {
            int next = RecordLength + answer.Value.Length;
            if (length + next > limit)
            {
                break;
            }

            length += next;
            count++;
        }

        var message = new byte[length];
        var writer = new ByteWriter(message);
        WriteHeader(ref writer, count);
        ushort pointer = WriteQuestions(ref writer);
        foreach (DnsAnswer answer in Answers.Take(count))
        {
            writer.WriteUInt16(pointer);
            writer.WriteUInt16((ushort)answer.Type);
            writer.WriteUInt16(DnsQuestion.Internet);
            writer.WriteUInt32(answer.TimeToLive);
            writer.WriteUInt16((ushort)answer.Value.Length);
            writer.WriteBytes(answer.Value.Span);
        }

        if (Query.HasExtensions)
        {
            WriteExtension(ref writer);
        }

        return message;
    }

    private void WriteHeader(ref ByteWriter writer, int count)
    {
        int flags = ResponseFlag | (Query.OperationCode << 11) | RecursionAvailableFlag | (int)Code
            | (Query.IsRecursionDesired ? RecursionDesiredFlag : 0) | (count < Answers.Count ? TruncatedFlag : 0);
        writer.WriteUInt16(Query.Id);
        writer.WriteUInt16((ushort)flags);
        writer.WriteUInt16((ushort)Query.Questions.Count);
        writer.WriteUInt16((ushort)count);
        writer.WriteUInt16(0);
        writer.WriteUInt16((ushort)(Query.HasExtensions ? 1 : 0));
    }

    /// <returns>A pointer to the name of the question that is answered.</returns>
    private ushort WriteQuestions(ref ByteWriter writer)
    {
        int position = DnsQuery.HeaderLength;
        int pointer = position;
        foreach (DnsQuestion question in Query.Questions)
        {
            if (ReferenceEquals(question, Question))
            {
                pointer = position;
            }

            writer.WriteBytes(question.Name.Labels);
            writer.WriteUInt16((ushort)question.Type);
            writer.WriteUInt16(question.Class);
            position += question.Name.Labels.Length + QuestionLength;
        }

        return (ushort)(PointerMark | pointer);
    }

    private static void WriteExtension(ref ByteWriter writer)
    {
        writer.WriteByte(0);
        writer.WriteUInt16((ushort)DnsType.Opt);
        writer.WriteUInt16(PayloadLength);
        writer.WriteUInt32(0);
        writer.WriteUInt16(0);
    }
}
