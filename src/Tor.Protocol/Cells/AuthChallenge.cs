using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>AUTH_CHALLENGE: what an initiator that is a relay has to answer (tor-spec, "AUTH_CHALLENGE cells").</summary>
/// <param name="Challenge">Random, <see cref="ChallengeLength"/> bytes; counts only as a part of the transcript.</param>
/// <param name="Methods">Accepted methods in the order received, unknown ones included.</param>
public sealed record AuthChallenge(ReadOnlyMemory<byte> Challenge, IReadOnlyList<AuthenticationMethod> Methods)
{
    /// <summary>Bytes of the challenge.</summary>
    public const int ChallengeLength = 32;

    /// <summary>Reads the body; what follows the last method is padding.</summary>
    /// <exception cref="MalformedMessageException">The body is too short for the number of methods that it names.</exception>
    public static AuthChallenge Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        byte[] challenge = reader.ReadBytes(ChallengeLength).ToArray();
        int count = reader.ReadUInt16();
        var methods = new List<AuthenticationMethod>();
        for (int i = 0; i < count; i++)
        {
            methods.Add((AuthenticationMethod)reader.ReadUInt16());
        }

        return new AuthChallenge(challenge, methods);
    }

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">The challenge has another length.</exception>
    public byte[] Encode()
    {
        if (Challenge.Length != ChallengeLength)
        {
            throw new ArgumentException($"the challenge has {ChallengeLength} bytes, not {Challenge.Length}");
        }

        var body = new byte[ChallengeLength + 2 + (2 * Methods.Count)];
        var writer = new ByteWriter(body);
        writer.WriteBytes(Challenge.Span);
        writer.WriteUInt16((ushort)Methods.Count);
        foreach (AuthenticationMethod method in Methods)
        {
            writer.WriteUInt16((ushort)method);
        }

        return body;
    }
}
