using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>RESOLVED: an exit's answers to RESOLVE (tor-spec, "Remote hostname lookup").</summary>
/// <param name="Answers">In the order received, unknown types included; perhaps none.</param>
public sealed record Resolved(IReadOnlyList<ResolvedAnswer> Answers)
{
    /// <summary>The kind of failure; null when there is an address or a name after all, or no error. The last error counts.</summary>
    public ResolvedAnswerType? Error => Answers.Any(answer => answer.Address is not null || answer.HostName is not null)
        ? null
        : Answers.LastOrDefault(answer => answer.IsError)?.Type;

    /// <summary>Reads the body, answers to the last byte.</summary>
    /// <exception cref="MalformedMessageException">An answer that <see cref="ResolvedAnswer.Read"/> refuses.</exception>
    public static Resolved Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var answers = new List<ResolvedAnswer>();
        while (reader.Remaining > 0)
        {
            answers.Add(ResolvedAnswer.Read(ref reader));
        }

        return new Resolved(answers);
    }

    /// <summary>The body as a new array. That it fits into a cell is for the caller to see to.</summary>
    /// <exception cref="ArgumentException">A value is too long for its length field.</exception>
    public byte[] Encode()
    {
        var body = new byte[Answers.Sum(answer => answer.EncodedLength)];
        var writer = new ByteWriter(body);
        foreach (ResolvedAnswer answer in Answers)
        {
            answer.Write(ref writer);
        }

        return body;
    }
}
